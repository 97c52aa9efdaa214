"""What the eight processes are told: a program, a port and an environment each, and nothing else."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from parindex.running import slow_heads
from parindex.running.databases import Home
from parindex.running.listening import GRACE_S, LOOPBACK
from parindex.running.settings import PARTITIONS, PREFIX
from parindex.servers.rabbitmq_folder import free_ports


@dataclass(frozen=True, slots=True)
class Order:
    """What to start: a program, its environment, its port."""

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
            slow_heads.NAME,
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


def orders_for(
    folder: Path, amqp_url: str, issuer: str, homes: Mapping[str, Home], secrets_of: Mapping[str, str]
) -> list[Order]:
    """Two orders per service; each process is told by its environment, and by nothing else."""
    ports = free_ports(2 * len(homes))
    sources = json.dumps({name: f"http://{LOOPBACK}:{port}" for name, port in zip(homes, ports, strict=False)})
    common = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    common |= {f"{PREFIX}BUS": "rabbitmq", f"{PREFIX}AMQP_URL": amqp_url, f"{PREFIX}ISSUER": issuer}
    common[f"{PREFIX}BUS_SECRET"] = secrets.token_urlsafe(32)
    common["NO_PROXY"] = LOOPBACK  # whoever works behind a proxy: we talk to ourselves
    common |= {f"{PREFIX}SOURCES": sources, f"{PREFIX}PARTITIONS": str(PARTITIONS), f"{PREFIX}LOG_LEVEL": "warning"}
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    return [
        Order(
            name,
            serves,
            port,
            logs / f"{name}-{'http' if serves else 'bus'}.log",
            common | _own(name, home, port, secrets_of),
        )
        for serves, half in ((True, ports[: len(homes)]), (False, ports[len(homes) :]))
        for (name, home), port in zip(homes.items(), half, strict=True)
    ]


def _own(name: str, home: Home, port: int, secrets_of: Mapping[str, str]) -> dict[str, str]:
    return {
        f"{PREFIX}DATABASE_URL": home.database_url,
        f"{PREFIX}CLIENT_ID": name,
        f"{PREFIX}CLIENT_SECRET": secrets_of[name],
        f"{PREFIX}HEALTH_PORT": str(port),
    }
