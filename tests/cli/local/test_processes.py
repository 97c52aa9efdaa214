"""The services in eight processes: they reach each other, and none outlives the process that started them."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from parindex.hosting.databases import DatabaseUrls
from parindex.instant import utc_now
from parindex.servers.lifeline import Recipe
from parindex_cli.local.process_specs import specs_for
from parindex_cli.local.processes import Process, ProcessDiedError, all_ready, eight_processes

SERVICES = ["assessment", "survey", "scoring", "publication"]


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="parindex-processes-"))
    yield folder
    shutil.rmtree(folder)


def alive(pid: int) -> bool:
    return Path("/proc", str(pid)).exists()


async def used_until_it_fails(folder: Path, pids: list[int]) -> None:
    async with eight_processes(folder) as started:
        pids += [process.lifeline.pid for process in started.every.values()]
        assert sorted(started.urls) == sorted(SERVICES)
        assert len({*pids}) == 8
        token = started.issuer.mint("so-noi-vu", ["office@H09"], timedelta(minutes=5), utc_now())
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
            answer = await http.get(f"{started.urls['assessment']}/v1/rounds")
            assert (answer.status_code, answer.json()) == (200, [])
        assert all(alive(pid) for pid in pids)
        raise ZeroDivisionError


@pytest.mark.slow
@pytest.mark.rabbitmq
async def test_eight_processes_get_ready_serve_and_are_gone_after_a_failure(folder: Path) -> None:
    pids: list[int] = []
    with pytest.raises(ZeroDivisionError):
        await used_until_it_fails(folder, pids)
    assert [pid for pid in pids if alive(pid)] == []


async def test_a_process_that_dies_is_named_with_the_end_of_its_log(folder: Path) -> None:
    log = folder / "survey.log"
    recipe = Recipe(["/bin/sh", "-c", "echo no database today; exit 3"], log, {})
    process = Process("survey bus", "http://127.0.0.1:9", recipe)
    with pytest.raises(ProcessDiedError, match="survey bus ended:\nno database today"):
        await all_ready([process])
    process.lifeline.cut()


def test_a_process_is_told_everything_by_its_environment_and_only_its_own_secrets(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARINDEX_DATABASE_URL", "postgresql://somewhere/else")
    urls_by_service = {
        name: DatabaseUrls(f"postgresql://{name}@/{name}", f"postgresql://owner@/{name}") for name in SERVICES
    }
    secrets = {name: f"secret of {name}" for name in SERVICES}
    specs = specs_for(folder, "amqp://broker", "http://issuer/sign-in", urls_by_service, secrets)
    assert len({spec.port for spec in specs}) == 8
    for spec in specs:
        assert spec.env["PARINDEX_DATABASE_URL"] == urls_by_service[spec.service].database_url
        assert spec.env["PARINDEX_CLIENT_SECRET"] == secrets[spec.service]
        others = [secret for name, secret in secrets.items() if name != spec.service]
        assert not [value for value in spec.env.values() if value in others or "owner@" in value]
