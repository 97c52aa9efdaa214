"""The folder of an embedded PostgreSQL: its lock, its owner and permissions, and the remains of earlier servers.

No permission outside the folder is widened. The server reaches its data through its working directory
(`/proc/self/cwd`), so it needs no access to the folders above, even where it runs as another user.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import pwd
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from parindex.reasons import system_reason
from parindex.refusal import Kind, Refused
from parindex.wording import Wording

LONGEST_SOCKET_FOLDER = 90  # the kernel allows 107 bytes for the path of a socket; ours ends in `/.s.PGSQL.5432`
HERE = "/proc/self/cwd"
"""The path of the data folder for the server and its helper processes."""


class PostgresFolderInUseError(Refused):
    """Another process of the program runs a server in this folder."""

    code = "postgres-folder-in-use"
    kind = Kind.CONFLICT
    vi = "Thư mục dữ liệu {folder} đang được tiến trình {owner} sử dụng. Hãy dừng tiến trình đó trước."
    en = "The data folder {folder} is in use by process {owner}. Stop that process first."

    folder: Path
    owner: str


class FolderTakenError(Refused):
    """A folder with the needed name belongs to another user, or is a link: it is neither used nor changed."""

    code = "folder-taken"
    kind = Kind.CONFLICT
    vi = "{folder} là liên kết hoặc thuộc người dùng khác, nên không dùng. Hãy xóa nó, hoặc đặt TMPDIR khác."
    en = "{folder} is a link or belongs to another user, so it is not used. Remove it, or set another TMPDIR."

    folder: Path


class FolderUnusableError(Refused):
    """The operating system refuses access to the folder; the text has the folder and the reason."""

    code = "folder-unusable"
    kind = Kind.CONFLICT
    vi, en = "Không dùng được {folder}: {why}.", "{folder} can't be used: {why}."

    folder: Path
    error: OSError

    @property
    def why(self) -> Wording:
        """The reason of the operating system."""
        return system_reason(self.error)


@contextlib.contextmanager
def used(folder: Path) -> Iterator[None]:
    """Raise FolderUnusableError for an OSError inside the block."""
    try:
        yield
    except OSError as error:
        raise FolderUnusableError(Path(os.fsdecode(error.filename)) if error.filename else folder, error) from error


def lock(folder: Path) -> int:
    """Take the folder's lock, which the guard holds while the server runs; return its file descriptor."""
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
    """Kill a server whose guard was killed; the write-ahead log has each commit that it acknowledged."""
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
    """The folder of the server's socket: its data folder, or a short name for that in the temporary folder."""
    data = folder / "data"
    if len(os.fsencode(data)) <= LONGEST_SOCKET_FOLDER:
        return data
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:20]
    return Path(tempfile.gettempdir()) / f"parindex-{os.geteuid()}-{digest}" / "data"


def prepare(folder: Path) -> int | None:
    """Close the folder to other users; return the server's user: the present one (None), or the data's owner for root.

    For data of root that is the user `nobody`, whose other processes have no access: the folder itself stays root's.
    Raises FolderTakenError where the short name of the socket's folder is taken.
    """
    with _opened(folder) as handle:
        user = _user_of(folder)
        if user == _nobody():
            os.fchown(handle, 0, 0)  # older versions gave it to the server's user
        os.fchmod(handle, 0o700)
    short = socket_folder(folder)
    if short.parent != folder:
        _shorten(short, folder / "data")
    return user


def _user_of(folder: Path) -> int | None:
    if os.geteuid() != 0:
        return None
    data = folder / "data"
    return (data if data.exists() else folder).lstat().st_uid or _nobody()


def _nobody() -> int:
    return pwd.getpwnam("nobody").pw_uid


def _shorten(short: Path, data: Path) -> None:
    """Make the short name a link to the data folder, in a folder that no other user can have created.

    Raises FolderTakenError where another file or folder has that name.
    """
    with contextlib.suppress(FileExistsError):  # its kind and owner are checked below
        short.parent.mkdir(mode=0o700)
    if not short.parent.is_dir():
        raise FolderTakenError(short.parent)
    with _opened(short.parent) as handle:
        found = os.fstat(handle)
        if found.st_uid != os.geteuid():
            raise FolderTakenError(short.parent)
        os.fchmod(handle, 0o700)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(short.name, dir_fd=handle)
        os.symlink(data, short.name, dir_fd=handle)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """Open exactly the folder of this name; raise FolderTakenError where it is a link, else OSError."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP) and folder.is_symlink():
            raise FolderTakenError(folder) from error
        raise
    try:
        yield handle
    finally:
        os.close(handle)


def make_new(folder: Path, user: int | None) -> None:
    """Create an empty folder for the server's user, in place of an existing one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    if user is not None:
        os.chown(folder, user, user, follow_symlinks=False)


def let_in_ourselves(data: Path, user: int | None) -> None:
    """Write pg_hba.conf: the present user may connect with any role, and no other user of this machine.

    Each start writes it again, for the user that starts it. PostgreSQL cannot identify a user without a name: then only
    the permissions of the folder keep other users out.
    """
    try:
        ours = pwd.getpwuid(os.geteuid()).pw_name.replace('"', '""')
    except KeyError:
        _write(data, "pg_hba.conf", "local all all trust\n", user)
        return
    _write(data, "pg_ident.conf", f'ours "{ours}" all\n', user)
    _write(data, "pg_hba.conf", "local all all peer map=ours\n", user)


def _write(data: Path, name: str, text: str, user: int | None) -> None:
    """Replace a file of the server without following a link that its user may have created."""
    with _opened(data) as handle:
        draft = f"{name}.draft"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=handle)
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=handle)
        with os.fdopen(file, "w", encoding="utf-8") as new:
            new.write(text)
            if user is not None:
                os.fchown(file, user, user)
        os.rename(draft, name, src_dir_fd=handle, dst_dir_fd=handle)
