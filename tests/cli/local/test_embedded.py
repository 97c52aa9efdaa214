"""The embedded system: one process with the same roles, feeds and messages as many."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import asyncpg
import pytest

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right
from parindex.hosting.databases import make_databases
from parindex.hosting.logging import configure_logs
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.servers.postgres_folder import PostgresFolderInUseError
from parindex.testing.postgres import Databases
from parindex.testing.toy import MIGRATIONS
from parindex.testing.toy.bookkeeper import with_bookkeeper
from parindex_cli.local.embedded import System, embedded
from parindex_cli.testing.embedded import system_over

SERVICES = with_bookkeeper()


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="parindex-embedded-"))
    yield folder
    shutil.rmtree(folder)


def running(folder: Path) -> AbstractAsyncContextManager[System]:
    return embedded(folder, SERVICES, find=lambda _: MIGRATIONS)


def over(database: Databases, accounts: Accounts | None = None) -> AbstractAsyncContextManager[System]:
    return system_over(database, SERVICES, find=lambda _: MIGRATIONS, accounts=accounts)


@pytest.fixture
async def system(database: Databases) -> AsyncIterator[System]:
    async with over(database) as system:
        yield system


async def written(system: System, count: int) -> list[str]:
    """Return the bookkeeper's rows, once there are `count`."""
    log = system.resources["bookkeeper"].log
    async with asyncio.timeout(30):
        while await log.head() < count:
            await log.watcher.wait_past(await log.head(), None, 1)
    return [recorded.stream for recorded in await log.read_after(0)]


async def test_what_one_service_tells_reaches_the_other(system: System) -> None:
    async with system.client("pizza-fan", "office@H09") as http:
        for shop in ("H09.05", "H09.06"):
            answer = await http.post(f"/toy/v1/shops/{shop}/orders", json={"count": 1})
            assert answer.status_code == 201
        assert sorted(await written(system, 2)) == ["book-H09.05", "book-H09.06"]


@pytest.mark.slow
async def test_what_was_accepted_is_there_after_a_stop_and_the_same_tokens_hold(folder: Path) -> None:
    async with running(folder) as system, system.client("pizza-fan", "office@H09") as http:
        await http.post("/toy/v1/shops/H09.05/orders", json={"count": 1})
        token = http.headers["authorization"]
    async with running(folder) as system, system.client() as http:
        again = await http.post("/toy/v1/shops/H09.05/orders", json={"count": 1}, headers={"authorization": token})
        assert again.json()["version"] == 2
        assert await written(system, 2) == ["book-H09.05"] * 2


@pytest.mark.slow
async def test_what_was_accepted_survives_kill_9_and_the_folder_starts_again(folder: Path) -> None:
    arguments = [__file__, str(folder)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    accepted = await process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    async with running(folder) as system:
        assert accepted == b"201\n"
        assert await system.resources["toy"].log.head() == 1
        assert await written(system, 1) == ["book-H09.05"]


@pytest.mark.slow
async def test_a_folder_belongs_to_one_process(folder: Path) -> None:
    async with running(folder):
        with pytest.raises(PostgresFolderInUseError):
            async with running(folder):
                pass


async def test_no_service_gets_into_the_database_of_another(system: System) -> None:
    dsn = system.resources["toy"].settings.dsn.replace("://toy@", "://bookkeeper@")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(dsn)


@pytest.mark.parametrize("of_none", ["postgres", "template1"])
async def test_no_service_gets_into_a_database_of_none(own_postgres: EmbeddedPostgres, of_none: str) -> None:
    await make_databases(own_postgres, ["shop"], lambda _: MIGRATIONS)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(own_postgres.dsn(of_none, role="shop"))


async def test_a_running_service_cannot_change_its_log(system: System) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await system.resources["toy"].log.pool.execute("DELETE FROM events")


async def test_people_sign_in_with_name_and_password(database: Databases) -> None:
    account = Account("pizza-fan", AccountKind.PERSON, hash_password("funghi"), (Right.parse("office@H09"),))
    async with over(database, Accounts([account])) as system, system.client() as http:
        form = {"grant_type": "password", "username": "pizza-fan", "password": "funghi"}
        token = (await http.post("/sign-in/token", data=form)).json()["access_token"]
        answer = await http.post(
            "/toy/v1/shops/H09.05/orders", json={"count": 1}, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 201


async def test_readiness_counts_the_work_behind_the_doors(system: System) -> None:
    async with system.client() as http:
        found = (await http.get("/bookkeeper/health/ready")).json()
    assert [check["name"] for check in found["checks"]] == [
        "bookkeeper",
        "contracts",
        "consumer bookkeeper.writing",
        "readers",
    ]
    assert [check for check in found["checks"] if not check["ok"]] == []


async def test_the_metrics_of_one_process_know_every_readers_lag(system: System) -> None:
    async with system.client("pizza-fan", "office@H09") as http:
        await http.post("/toy/v1/shops/H09.05/orders", json={"count": 1})
        await written(system, 1)
        text = (await http.get("/bookkeeper/metrics")).text
    assert (
        'parindex_reader_lag{partition="0",reader="bookkeeper.writing:1",service="bookkeeper",source="toy"} 0.0' in text
    )


async def test_the_front_door_leads_to_the_citizens_page(system: System) -> None:
    async with system.client() as http:
        answer = await http.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/publication/")


async def main(folder: Path) -> None:
    """The process that is killed: it accepts one order, prints the status, and waits."""
    async with running(folder) as system, system.client("pizza-fan", "office@H09") as http:
        answer = await http.post("/toy/v1/shops/H09.05/orders", json={"count": 1})
        print(answer.status_code, flush=True)  # noqa: T201  # for the test
        await asyncio.Event().wait()


if __name__ == "__main__":
    configure_logs("warning", "toy")
    asyncio.run(main(Path(sys.argv[1])))
