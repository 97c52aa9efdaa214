"""The folder of PostgreSQL's programs: the wheel's, or a copy where the server's user has no access to the wheel."""

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from parindex.reasons import reason
from parindex.refusal import Kind, Refused
from parindex.wording import Wording

COPIES = Path("/var/cache/parindex")


class ProgramsClosedError(Refused):
    """The server's user can run neither the programs of the wheel nor a copy."""

    code = "postgres-programs-closed"
    kind = Kind.UNAVAILABLE
    copies = COPIES
    vi = (
        "PostgreSQL chạy bằng người dùng khác, không đọc được {programs} hay bản chép ở {copies}: {why}. "
        "Hãy chạy bằng người dùng thường, hoặc cài vào thư mục mà mọi người đọc được."
    )
    en = (
        "PostgreSQL runs as another user, who can't read {programs}, nor a copy in {copies}: {why}. "
        "Run it as an ordinary user, or install it where everybody can read."
    )

    programs: Path
    why: str | Wording


def runnable(installed: Path, user: int | None) -> Path:
    """Return the folder `bin` that the user can run programs from; `installed` is the wheel's own.

    No permissions of other folders are widened for this. Raises ProgramsClosedError.
    """
    if user is None or _is_open(installed):
        return installed
    try:
        copy = _copy_of(installed)
    except OSError as error:
        raise ProgramsClosedError(installed, Wording(reason(error).vi, str(error))) from error
    for folder in reversed(copy.parents):  # such as a root folder with mode 0700, where an image was unpacked
        if not folder.stat().st_mode & stat.S_IXOTH:
            raise ProgramsClosedError(installed, f"chmod o+x {folder}")
    return copy


def _is_open(installed: Path) -> bool:
    """Return whether all users can enter and read the folder; pip applies a strict umask of the installing user."""
    files = (installed, installed / "postgres", _libraries(installed))
    return all(path.stat().st_mode & stat.S_IROTH for path in files) and all(
        parent.stat().st_mode & stat.S_IXOTH for path in files for parent in path.parents
    )


def _libraries(installed: Path) -> Path:
    wheel = installed.parents[1]
    return wheel.with_name(f"{wheel.name}.libs")


def _copy_of(installed: Path) -> Path:
    wheel = installed.parents[1]
    found = (installed / "postgres").stat()
    mark = hashlib.sha256(f"{installed} {found.st_size} {found.st_mtime_ns}".encode()).hexdigest()[:20]
    COPIES.mkdir(mode=0o755, exist_ok=True)
    _check_ours(COPIES)
    copy = COPIES / mark
    if not copy.exists():
        _make(copy, wheel, installed.parent)
    _check_ours(copy)
    return copy / installed.relative_to(wheel.parent)


def _make(copy: Path, wheel: Path, installed: Path) -> None:
    draft = Path(tempfile.mkdtemp(dir=COPIES))
    try:
        for folder in (installed, _libraries(installed / "bin")):
            shutil.copytree(folder, draft / folder.relative_to(wheel.parent), symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        draft.rename(copy)
    except OSError:
        if not copy.exists():  # another process may have been first
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check_ours(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PermissionError(f"{folder} is not ours alone")
