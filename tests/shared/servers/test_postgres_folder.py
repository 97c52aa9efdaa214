"""An embedded PostgreSQL opens nothing to other users, uses none of their files, and admits only its own user."""

import errno
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from parindex.servers import postgres_folder, postgres_programs
from parindex.servers.embedded_postgres import EmbeddedPostgres, binaries
from parindex.servers.postgres_folder import FolderTakenError, FolderUnusableError, prepare, socket_folder, used
from parindex.servers.postgres_programs import ProgramsClosedError, runnable

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root runs a server as somebody else")
STRANGER = 1


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that is closed to all other users."""
    folder = Path(tempfile.mkdtemp(prefix="parindex-closed-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def shared(closed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder in which all users may create files."""
    folder = closed / "tmp"
    folder.mkdir()
    folder.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of copied programs, which all users can enter."""
    folder = Path(tempfile.mkdtemp(prefix="parindex-copies-", dir="/tmp"))
    folder.chmod(0o755)
    monkeypatch.setattr(postgres_programs, "COPIES", folder / "copies")
    yield folder / "copies"
    shutil.rmtree(folder)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def modes_in(folder: Path) -> list[int]:
    return [mode(path) for path in folder.iterdir()]


def asked_by_nobody(host: str) -> "subprocess.CompletedProcess[bytes]":
    nobody = pwd.getpwnam("nobody").pw_uid
    asked = [str(binaries() / "psql"), "-h", host, "-U", "postgres", "-Atc", "SELECT 92"]
    return subprocess.run(asked, user=nobody, group=nobody, cwd="/", capture_output=True, check=False)


def deep(folder: Path) -> Path:
    long = folder / ("x" * 90) / "postgres"
    long.mkdir(parents=True)
    return long


@pytest.mark.slow
async def test_the_folders_above_stay_as_closed_as_they_were(closed: Path) -> None:
    private = closed / "home" / "private"
    private.mkdir(mode=0o700, parents=True)
    (closed / "home").chmod(0o700)
    with EmbeddedPostgres(private / "postgres", durable=False) as server:
        connection = await asyncpg.connect(server.dsn("postgres"))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert {mode(path) for path in (closed, closed / "home", private, private / "postgres")} == {0o700}


@as_root
@pytest.mark.slow
async def test_no_other_process_of_its_user_is_superuser(closed: Path) -> None:
    with EmbeddedPostgres(closed / "postgres", durable=False) as server:
        pid = (closed / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
        for way in (str(closed / "postgres" / "data"), f"/proc/{pid}/cwd"):
            done = asked_by_nobody(way)
            assert done.returncode != 0
            assert b"92" not in done.stdout
        assert (closed / "postgres").stat().st_uid == 0
        connection = await asyncpg.connect(server.dsn("postgres"))
        assert await connection.fetchval("SELECT current_user") == "postgres"
        await connection.close()


@pytest.mark.slow
async def test_a_path_that_is_too_long_for_a_socket_has_a_short_name(closed: Path, shared: Path) -> None:
    with EmbeddedPostgres(deep(closed), durable=False) as server:
        connection = await asyncpg.connect(server.dsn("postgres"))
        await connection.close()
    assert modes_in(shared) == [0o700]


def test_a_link_in_the_temporary_folder_is_refused_and_where_it_leads_is_left_alone(closed: Path, shared: Path) -> None:
    folder, child_process = deep(closed), closed / "victim"
    child_process.mkdir(mode=0o755)
    child_process.chmod(0o755)
    socket_folder(folder).parent.symlink_to(child_process)
    with pytest.raises(FolderTakenError):
        prepare(folder)
    assert (mode(child_process), child_process.stat().st_uid, list(child_process.iterdir())) == (
        0o755,
        os.geteuid(),
        [],
    )


@pytest.mark.parametrize("planted", ["file", "dangling link"])
def test_what_is_no_folder_at_all_is_refused(closed: Path, shared: Path, planted: str) -> None:
    folder = deep(closed)
    short = socket_folder(folder).parent
    if planted == "file":
        short.touch()
    else:
        short.symlink_to(closed / "nowhere")
    with pytest.raises(FolderTakenError):
        prepare(folder)


@as_root
def test_a_strangers_folder_with_our_name_is_refused(closed: Path, shared: Path) -> None:
    folder = deep(closed)
    planted = socket_folder(folder).parent
    planted.mkdir(mode=0o777)
    os.chown(planted, STRANGER, STRANGER)
    with pytest.raises(FolderTakenError):
        prepare(folder)
    assert planted.stat().st_uid == STRANGER


def test_a_data_folder_that_is_a_link_is_refused(closed: Path) -> None:
    (closed / "real").mkdir(mode=0o755)
    (closed / "link").symlink_to(closed / "real")
    with pytest.raises(FolderTakenError):
        prepare(closed / "link")


@pytest.mark.parametrize("above", ["file", "file/below"])
def test_a_file_in_the_place_of_a_folder_is_named_as_that(closed: Path, above: str) -> None:
    (closed / "file").write_text("ours")
    with pytest.raises(FolderUnusableError, match=r"file of this name|not a directory"):
        EmbeddedPostgres(closed / above).start()
    assert (closed / "file").read_text() == "ours"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "output"),
    ],
)
def test_what_the_system_refuses_is_said_as_it_was(number: int, said: str) -> None:
    with pytest.raises(FolderUnusableError, match=f"/data can't be used: .*{said}"), used(Path("/above")):
        raise OSError(number, os.strerror(number), "/data")


@as_root
def test_what_the_servers_user_has_put_in_the_place_of_a_file_is_not_followed(closed: Path) -> None:
    child_process, data = closed / "victim", closed / "data"
    child_process.write_text("ours")
    data.mkdir()
    for name in ("pg_hba.conf", "pg_hba.conf.draft", "pg_ident.conf"):
        (data / name).symlink_to(child_process)
    postgres_folder.let_in_ourselves(data, STRANGER)
    assert child_process.read_text() == "ours"
    assert "trust" not in (data / "pg_hba.conf").read_text()


def installed(closed: Path) -> Path:
    """A wheel as pip leaves it under a strict umask."""
    wheel = closed / "site-packages" / "wheel"
    (wheel / "pginstall" / "bin").mkdir(parents=True)
    (wheel / "pginstall" / "bin" / "postgres").write_text("program")
    (wheel / "pginstall" / "bin" / "postgres").chmod(0o700)
    (closed / "site-packages" / "wheel.libs").mkdir()
    return wheel / "pginstall" / "bin"


def test_programs_that_the_servers_user_can_not_reach_are_copied(closed: Path, copies: Path) -> None:
    programs = installed(closed)
    copy = runnable(programs, STRANGER)
    assert copy.is_relative_to(copies)
    assert ((copy / "postgres").read_text(), mode(copy / "postgres"), mode(copy)) == ("program", 0o755, 0o755)
    assert runnable(programs, STRANGER) == copy
    assert mode(programs / "postgres") == 0o700
    assert runnable(programs, None) == programs


def test_a_copy_is_not_taken_from_where_others_can_write(
    closed: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_programs, "COPIES", shared)
    with pytest.raises(ProgramsClosedError, match="not ours alone"):
        runnable(installed(closed), STRANGER)


def test_a_copy_that_the_servers_user_can_not_reach_either_is_refused_with_what_opens_the_way(
    closed: Path, copies: Path
) -> None:
    programs = installed(closed)
    runnable(programs, STRANGER)
    copies.parent.chmod(0o700)
    with pytest.raises(ProgramsClosedError, match=f"chmod o\\+x {copies.parent}\\."):
        runnable(programs, STRANGER)
