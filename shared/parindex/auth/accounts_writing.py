"""Changes an accounts file. The author's text, the mode and the owner stay; the replacement is atomic.

Each writer reads the file, changes its text and replaces it under one lock, so no writer loses what another wrote.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace as with_change
from pathlib import Path

import msgspec

from parindex.auth.accounts_file import Account, rows_in, text_of
from parindex.auth.refusals import SecretFileError
from parindex.auth.typed import one_name
from parindex.refusal import Kind, Refused

SHORTEST = 12
"""Characters of a password that a person may choose."""
BYTE_ORDER_MARK = "\ufeff"


class PasswordNotWrittenError(Refused):
    """The accounts file has changed since it was read, or its form does not allow to replace one password in it."""

    code = "password-not-written"
    kind = Kind.CONFLICT
    advice = (
        "Thử lại sau vài giây; nếu vẫn không được, nhờ quản trị viên đổi mật khẩu.",
        "Try again in a few seconds; if it fails again, ask the administrator to change the password.",
    )
    vi = "Không ghi được mật khẩu mới vào tệp tài khoản; mật khẩu cũ vẫn còn hiệu lực."
    en = "The new password could not be written into the accounts file; the old one is still valid."


def may_write(path: Path) -> bool:
    """Return whether this process may replace a file: it writes a new one beside it."""
    target = path.resolve()
    return os.access(target, os.W_OK) and os.access(target.parent, os.W_OK)


Stamp = tuple[int, int, int]


def stamp_of(path: Path) -> Stamp | None:
    """Return a stamp that differs when the file has changed; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock an accounts file against all other writers, also of other processes. Raises SecretFileError.

    The lock is on the folder: the file itself is replaced, and a file beside it would need an owner of its own.
    """
    folder = path.resolve().parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SecretFileError.unread(path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # which also unlocks


def write_password(path: Path, account: Account, password_hash: str) -> Account:
    """Replace the hash of one account in a file, and return the account with it.

    The new text is parsed and compared, to prove that nothing else in it changed. Raises PasswordNotWrittenError,
    AccountsFileError, SecretFileError.
    """
    with locked(path):
        text = text_of(path)
        before = rows_in(text, path)
        after = [
            msgspec.structs.replace(row, password_hash=password_hash)
            if one_name(row.name) == one_name(account.name) and row.password_hash == account.password_hash
            else row
            for row in before
        ]
        changed = text.replace(account.password_hash, password_hash, 1)
        if after == before or rows_in(changed, path) != after:
            raise PasswordNotWrittenError
        replace(path, changed)
    return with_change(account, password_hash=password_hash)


def replace(path: Path, text: str) -> None:
    """Replace a file's text atomically. Raises SecretFileError.

    The mode stays, and the owner if permissions allow; only the owner can read a new file and a new folder.
    """
    target = path.resolve()  # keeps a symbolic link
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # with mode 0600
        try:
            _fill(descriptor, target, text)
            Path(draft).replace(target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SecretFileError.unread(path, error) from error


def _fill(descriptor: int, target: Path, text: str) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        if target.exists():
            before = target.stat()
            with suppress(PermissionError):  # only root may change the owner
                os.fchown(descriptor, before.st_uid, before.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
        file.write((BYTE_ORDER_MARK if _has_mark(target) else "") + text)
        file.flush()
        os.fsync(descriptor)


def _has_mark(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return file.read(3) == BYTE_ORDER_MARK.encode()
