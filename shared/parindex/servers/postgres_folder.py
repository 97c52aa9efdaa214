"""Who may use the folder of an embedded PostgreSQL: its lock, its owner, and what earlier servers left behind."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import select
import signal
import stat
import tempfile
import time
from pathlib import Path

from parindex.refusal import Kind, Refused

LONGEST_SOCKET_FOLDER = 80  # the kernel allows 107 bytes for the path of a socket; ours ends in `/.s.PGSQL.5432.lock`


class PostgresFolderInUseError(Refused):
    """Another process of ours runs a server in this folder."""

    code = "postgres-folder-in-use"
    kind = Kind.CONFLICT

    def __init__(self, folder: Path, owner: str) -> None:
        super().__init__(
            f"Thư mục dữ liệu {folder} đang được tiến trình {owner} sử dụng. Hãy dừng tiến trình đó trước.",
            f"The data folder {folder} is in use by process {owner}. Stop that process first.",
        )


def lock(folder: Path) -> int:
    """Take the folder's lock, which the guard holds as long as the server lives; return its file descriptor."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + 30
    while not _taken(handle):
        owner = os.pread(handle, 20, 0).decode().strip()
        if _is_alive(owner) or time.monotonic() > deadline:  # a dead owner's guard is about to end its server
            os.close(handle)
            raise PostgresFolderInUseError(folder, owner)
        time.sleep(0.05)
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


def _taken(handle: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_alive(pid: str) -> bool:
    with contextlib.suppress(OSError):
        return pid.isdigit() and Path("/proc", pid, "stat").read_text().rpartition(") ")[2][0] != "Z"
    return False


def kill_orphans(data: Path) -> None:
    """Kill a server whose guard was itself killed; the write-ahead log keeps what it had acknowledged."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").readlink() == data and _is_postgres(entry):
                os.kill(int(entry.name), signal.SIGKILL)
                _wait_for_end(int(entry.name))


def _is_postgres(process: Path) -> bool:
    return (process / "comm").read_text().strip() == "postgres"


def _wait_for_end(pid: int) -> None:
    handle = os.pidfd_open(pid)
    select.select([handle], [], [], 30)
    os.close(handle)


def socket_folder(folder: Path) -> Path:
    """Where the server's socket is: the folder itself, or one in the temporary folder when its path is too long."""
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir()) / f"parindex-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:20]}"


def prepare(folder: Path, binaries: Path) -> int | None:
    """Close the folder to others; return whom the server runs as: ourselves (None), or, when we are root, the owner.

    A folder that belongs to root is given to `nobody`.
    """
    user = None
    if os.geteuid() == 0:
        user = folder.stat().st_uid or pwd.getpwnam("nobody").pw_uid
        _let_use(binaries.parent)
    for each in {folder, socket_folder(folder)}:
        _keep_for(user, each)
    return user


def _keep_for(user: int | None, folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(folder, user, user)
        _let_through(folder)
    folder.chmod(0o700)  # fails when a stranger made it


def _let_through(path: Path) -> None:
    """Let others pass (not read) the folders above: a clone in root's home or in `mktemp -d` is closed to `nobody`."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _let_use(installed: Path) -> None:
    """Let others read and run the programs: pip keeps a strict umask of whoever installed them."""
    _let_through(installed)
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
    if all(path.stat().st_mode & stat.S_IROTH for path in (installed, libraries, installed / "bin" / "postgres")):
        return
    for top in (installed, libraries):
        for path in (top, *top.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
