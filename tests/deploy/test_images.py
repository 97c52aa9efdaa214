"""Each service's image is built and started. `make images` runs these tests; they take minutes.

The base is made from Debian's packages, with buildah: they need no image registry and no container engine.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from parindex.servers.rabbitmq_folder import free_ports
from parindex.service import installed_services

ROOT = Path(__file__).parents[2]
SERVICES = list(installed_services())
LIMIT_S = 60
BUILDAH = shutil.which("buildah")
MISSING = [program for program in ("buildah", "debootstrap") if shutil.which(program) is None]

pytestmark = [
    pytest.mark.images,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (make images installs them)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="buildah without a container engine wants root"),
]


def buildah(*words: str) -> str:
    return subprocess.run([str(BUILDAH), *words], check=True, capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True, slots=True)
class Container:
    """A container of one service's image."""

    service: str
    name: str

    def words(self, *command: str, **environment: str) -> list[str]:
        told = [word for name, value in environment.items() for word in ("--env", f"{name}={value}")]
        return [str(BUILDAH), "run", "--isolation", "chroot", *told, self.name, "--", *command]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.words(*command), capture_output=True, text=True, check=False)

    @contextmanager
    def running(self, log: Path, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        words = self.words(*command, **environment)
        with (
            log.open("wb") as out,
            subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, start_new_session=True) as process,
        ):
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):  # it has ended, as it should
                    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def tag() -> Iterator[str]:
    """Every image, built by the real build script, with a tag that is removed at the end."""
    tag = f"test-{os.getpid()}"
    environment = {**os.environ, "BUILDER": "buildah", "PYTHON_IMAGE": "debootstrap", "TAG": tag}
    subprocess.run([ROOT / "deploy" / "build-images.sh"], env=environment, check=True)
    yield tag
    buildah("rmi", *(f"localhost/parindex/{service}:{tag}" for service in SERVICES))


@pytest.fixture(scope="module", params=SERVICES)
def container(request: pytest.FixtureRequest, tag: str) -> Iterator[Container]:
    name = buildah("from", "--pull-never", f"localhost/parindex/{request.param}:{tag}")
    yield Container(request.param, name)
    buildah("rm", name)


@pytest.fixture(scope="module")
def config(container: Container) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(buildah("inspect", container.name))["Docker"]["config"]
    return config


def test_an_image_holds_its_service_and_no_other(container: Container) -> None:
    assert container.run("python", "-c", f"import {container.service}.app, {container.service}.worker").returncode == 0
    for other in set(SERVICES) - {container.service}:
        refused = container.run("python", "-c", f"import {other}")
        assert f"No module named '{other}'" in refused.stderr
    found = container.run(
        "find", "/", "-xdev", "-name", "service.py", "-path", "*packages*", "-not", "-path", "*-packages/parindex/*"
    )
    assert [Path(line).parent.name for line in found.stdout.split()] == [container.service]


def test_an_image_has_the_commands_and_nobody_is_root(container: Container) -> None:
    assert container.run("parindex", "version").stdout.splitlines()[-1] == container.service
    assert container.run("id", "-u").stdout.strip() == "10001"
    assert container.run("touch", "/opt/parindex/bin/python").returncode != 0


def answered(port: int, process: subprocess.Popen[bytes]) -> dict[str, str]:
    deadline = time.monotonic() + LIMIT_S
    with httpx.Client(trust_env=False) as http:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                answer: dict[str, str] = http.get(f"http://127.0.0.1:{port}/health/live").json()
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return answer
    pytest.fail("the container did not answer")


def innermost(port: int) -> int:
    """Return the process in the container that has this port in its environment; its parents are buildah's."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            told = (folder / "environ").read_bytes().split(b"\0")
            if f"UVICORN_PORT={port}".encode() in told and b"buildah" not in (folder / "cmdline").read_bytes():
                return int(folder.name)
    pytest.fail("no such process")


@pytest.mark.parametrize("kind", ["http", "bus"])
def test_an_image_starts_says_that_it_lives_and_stops_when_asked(
    container: Container, config: dict[str, Any], kind: str, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    nowhere = "postgresql://nobody@127.0.0.1:9/nowhere"
    told = {"UVICORN_HOST": "127.0.0.1", "UVICORN_PORT": str(port), "PARINDEX_HEALTH_PORT": str(port)}
    told |= {"PARINDEX_HEALTH_HOST": "127.0.0.1", "PARINDEX_DATABASE_URL": nowhere}
    command = config["Cmd"] if kind == "http" else ["python", "-m", f"{container.service}.worker"]
    with container.running(tmp_path / "log", *command, **told) as process:
        assert answered(port, process) == {"service": container.service, "status": "alive"}
        probe = container.words(*config["Healthcheck"]["Test"][1:], PARINDEX_HEALTH_PORT=str(port))
        assert subprocess.run(probe, check=False).returncode == 0
        os.kill(innermost(port), signal.SIGTERM)
        process.wait(LIMIT_S)
    assert "Application shutdown complete" in (tmp_path / "log").read_text("utf-8"), "it was not just killed"
