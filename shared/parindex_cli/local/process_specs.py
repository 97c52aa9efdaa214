"""The specifications of the eight processes: a command, a port and an environment each."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from parindex.hosting import slow_clients
from parindex.hosting.databases import DatabaseUrls
from parindex.hosting.server import GRACE_S, LOOPBACK
from parindex.hosting.settings import PARTITIONS, PREFIX
from parindex.servers.rabbitmq_folder import free_ports


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """A process to start: its command, its environment, its port."""

    service: str
    serves: bool
    port: int
    log: Path
    env: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.service} {'http' if self.serves else 'bus'}"

    @property
    def command(self) -> list[str]:
        if not self.serves:
            return [sys.executable, "-m", f"{self.service}.worker"]
        options = [
            "--factory",
            "--http",
            slow_clients.NAME,
            "--host",
            LOOPBACK,
            "--port",
            str(self.port),
            "--no-access-log",
            "--log-level",
            "warning",
        ]
        grace = ["--timeout-graceful-shutdown", str(GRACE_S)]
        return [sys.executable, "-m", "uvicorn", f"{self.service}.app:create_app", *options, *grace]


def specs_for(
    folder: Path, amqp_url: str, issuer: str, urls_by_service: Mapping[str, DatabaseUrls], secrets_of: Mapping[str, str]
) -> list[ProcessSpec]:
    """Return two specifications per service, HTTP and bus; the environment has all settings of a process."""
    ports = free_ports(2 * len(urls_by_service))
    sources = json.dumps(
        {name: f"http://{LOOPBACK}:{port}" for name, port in zip(urls_by_service, ports, strict=False)}
    )
    common = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    common |= {f"{PREFIX}BUS": "rabbitmq", f"{PREFIX}AMQP_URL": amqp_url, f"{PREFIX}ISSUER": issuer}
    common[f"{PREFIX}BUS_SECRET"] = secrets.token_urlsafe(32)
    common["NO_PROXY"] = LOOPBACK  # the processes call each other directly, also on a machine behind a proxy
    common |= {f"{PREFIX}SOURCES": sources, f"{PREFIX}PARTITIONS": str(PARTITIONS), f"{PREFIX}LOG_LEVEL": "warning"}
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    return [
        ProcessSpec(
            name,
            serves,
            port,
            logs / f"{name}-{'http' if serves else 'bus'}.log",
            common | _own(name, urls, port, secrets_of) | {f"{PREFIX}FILES_FOLDER": str(folder / "files" / name)},
        )
        for serves, half in ((True, ports[: len(urls_by_service)]), (False, ports[len(urls_by_service) :]))
        for (name, urls), port in zip(urls_by_service.items(), half, strict=True)
    ]


def _own(name: str, urls: DatabaseUrls, port: int, secrets_of: Mapping[str, str]) -> dict[str, str]:
    return {
        f"{PREFIX}DATABASE_URL": urls.database_url,
        f"{PREFIX}CLIENT_ID": name,
        f"{PREFIX}CLIENT_SECRET": secrets_of[name],
        f"{PREFIX}HEALTH_PORT": str(port),
    }
