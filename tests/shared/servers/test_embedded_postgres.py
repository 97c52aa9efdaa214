"""The embedded PostgreSQL has each acknowledged commit after any process is killed."""

import asyncio
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from parindex.servers.embedded_postgres import EmbeddedPostgres, PostgresNotStartedError
from parindex.servers.postgres_folder import PostgresFolderInUseError

pytestmark = pytest.mark.slow

OWNER = """
import sys
from pathlib import Path
from parindex.servers.embedded_postgres import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1])).start()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder deep inside one that is closed to all other users."""
    closed = Path(tempfile.mkdtemp(prefix="parindex-closed-"))
    yield closed / "var" / "postgres"
    shutil.rmtree(closed)


async def keep(server: EmbeddedPostgres, row: str) -> None:
    connection = await asyncpg.connect(server.dsn("postgres"))
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (what text)")
    await connection.execute("INSERT INTO kept VALUES ($1)", row)
    connection.terminate()


async def kept(server: EmbeddedPostgres) -> list[str]:
    return [row["what"] for row in await ask(server, "SELECT what FROM kept")]


async def ask(server: EmbeddedPostgres, question: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(server.dsn("postgres"))
    rows = await connection.fetch(question)
    await connection.close()
    return rows


def killed_owner(folder: Path, *, guard_too: bool) -> int:
    """Start a server in another process, kill that process with -9, and return the server's process id."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"ready\n"
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        if guard_too:
            os.kill(parent_of(server), signal.SIGKILL)
        owner.kill()
    return server


def parent_of(pid: int) -> int:
    return int(Path("/proc", str(pid), "stat").read_text().rpartition(") ")[2].split()[1])


async def test_what_was_acknowledged_survives_a_killed_server(own_postgres: EmbeddedPostgres) -> None:
    await keep(own_postgres, "one")
    own_postgres.kill()
    own_postgres.start()
    assert await kept(own_postgres) == ["one"]


async def test_a_second_owner_is_refused_until_the_first_stops(own_postgres: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(own_postgres.folder)
    with pytest.raises(PostgresFolderInUseError, match=str(os.getpid())):
        second.start()
    await keep(own_postgres, "one")
    own_postgres.stop()
    with second:
        assert await kept(second) == ["one"]


async def test_a_new_owner_follows_one_that_was_killed(folder: Path) -> None:
    killed_owner(folder, guard_too=False)
    with EmbeddedPostgres(folder) as server:
        await keep(server, "one")
        assert await kept(server) == ["one"]


async def test_a_server_never_runs_on_without_anybody(folder: Path) -> None:
    orphan = os.pidfd_open(killed_owner(folder, guard_too=True))
    with EmbeddedPostgres(folder) as server:
        ended, _, _ = select.select([orphan], [], [], 0)
        assert ended
        await keep(server, "one")
    os.close(orphan)


async def test_a_stale_pid_file_that_names_a_living_stranger_is_no_obstacle(own_postgres: EmbeddedPostgres) -> None:
    own_postgres.kill()
    pid_file = own_postgres.folder / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    own_postgres.start()
    await keep(own_postgres, "one")


async def test_safety_is_the_default(own_postgres: EmbeddedPostgres) -> None:
    wanted = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on"}
    wanted |= {"max_connections": "300", "listen_addresses": "", "TimeZone": "UTC", "server_encoding": "UTF8"}
    settings = {row["name"]: row["setting"] for row in await ask(own_postgres, "SELECT name, setting FROM pg_settings")}
    assert {name: settings[name] for name in wanted} == wanted


async def test_a_path_too_long_for_a_socket_works_too(folder: Path) -> None:
    with EmbeddedPostgres(folder / ("long" * 30), durable=False) as server:
        await keep(server, "one")


def test_no_other_user_may_enter_the_folder(own_postgres: EmbeddedPostgres) -> None:
    assert own_postgres.folder.stat().st_mode & 0o077 == 0


def test_a_server_that_cannot_start_shows_its_log(own_postgres: EmbeddedPostgres) -> None:
    own_postgres.stop()
    (own_postgres.folder / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(PostgresNotStartedError, match=r"9\.6"):
        own_postgres.start()


async def test_a_database_is_created_once(postgres: EmbeddedPostgres) -> None:
    answers = await asyncio.gather(*(postgres.ensure_database("wanted by many") for _ in range(4)))
    assert sorted(answers) == [False, False, False, True]
    await postgres.drop_database("wanted by many")
