"""Adds an account to an accounts file. The author's text, the mode and the owner stay; the replacement is atomic."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec

from parindex.auth.account_rules import AccountRow
from parindex.auth.accounts_file import check_added, rows_in, text_of
from parindex.auth.refusals import SecretFileError
from parindex.inputs.appending import NoListError, with_row
from parindex.inputs.trees import TreeError
from parindex.wording import Wording

BYTE_ORDER_MARK = "\ufeff"


def with_account(path: Path, row: AccountRow) -> str:
    """Return the file's text with one more account. Raises AccountsFileError, SecretFileError.

    The new text is parsed and compared, to prove that nothing else in it changed.
    """
    text = _present(path)
    before = rows_in(text, path) if text.strip() and not _is_comment(text) else []
    check_added(before, row, path)
    try:
        longer = with_row(text, "accounts", msgspec.to_builtins(row))
        same = rows_in(longer, path) == [*before, row]
    except (NoListError, TreeError) as error:
        raise _by_hand(path) from error
    if not same:
        raise _by_hand(path)
    return longer


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


def _present(path: Path) -> str:
    """Return the file's text; "" if it does not exist yet."""
    return text_of(path) if os.path.lexists(path) else ""


def _is_comment(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def _has_mark(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return file.read(3) == BYTE_ORDER_MARK.encode()


def _by_hand(path: Path) -> SecretFileError:
    return SecretFileError(
        path,
        Wording(
            "không thêm được tài khoản vào tệp viết kiểu này; hãy thêm bằng tay.",
            "an account can't be added to a file written like this; add it by hand.",
        ),
    )
