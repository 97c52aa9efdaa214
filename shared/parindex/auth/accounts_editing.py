"""Adds, changes and removes accounts in the text of an accounts file; the text of all other accounts stays.

Pages, API and command line all write through here. The new text is parsed and compared, to prove that nothing else in
it changed.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from parindex.auth.account_rules import AccountRow
from parindex.auth.accounts_file import AccountsFileError, check_added, rows_in, text_of
from parindex.auth.accounts_writing import Stamp, locked, replace, stamp_of
from parindex.auth.refusals import SecretFileError
from parindex.auth.typed import one_name
from parindex.inputs.appending import NoListError, with_changed, with_row
from parindex.inputs.trees import TreeError
from parindex.wording import Wording

KEY = "accounts"
Rows = Sequence[AccountRow]
Change = Callable[[AccountRow], AccountRow | None]
"""Returns the row as it will be; None removes the account. It may raise a refusal, and then nothing is written."""


@dataclass(frozen=True, slots=True)
class Written:
    """All rows of a file after a change, and the stamp of the file that has them."""

    rows: Rows
    stamp: Stamp | None


class AccountGoneError(Exception):
    """The file has no account of this name any more."""


def add_row(path: Path, row: AccountRow) -> Written:
    """Add an account, and return all rows of the file. Raises AccountsFileError, SecretFileError."""
    with locked(path):
        replace(path, with_account(path, row))
        return Written(rows_in(text_of(path), path), stamp_of(path))


def change_row(path: Path, name: str, change: Change) -> Written:
    """Change the account of this sign-in name, and return all rows of the file.

    Where the change returns an equal row, nothing is written. Raises AccountGoneError, AccountsFileError,
    SecretFileError.
    """
    with locked(path):
        text = text_of(path)
        before = rows_in(text, path)
        number = next((at for at, row in enumerate(before) if one_name(row.name) == one_name(name)), None)
        if number is None:
            raise AccountGoneError
        row = change(before[number])
        if row == before[number]:
            return Written(before, stamp_of(path))
        after = [*before[:number], *([] if row is None else [row]), *before[number + 1 :]]
        replace(path, _changed(path, text, number, row, after))
        return Written(after, stamp_of(path))


def with_account(path: Path, row: AccountRow) -> str:
    """Return the file's text with one more account. Raises AccountsFileError, SecretFileError."""
    text = _present(path)
    before = rows_in(text, path) if text.strip() and not _is_comment(text) else []
    check_added(before, row, path)
    try:
        longer = with_row(text, KEY, _written(row))
        same = rows_in(longer, path) == [*before, row]
    except (NoListError, TreeError) as error:
        raise _by_hand(path) from error
    if not same:
        raise _by_hand(path)
    return longer


def _changed(path: Path, text: str, number: int, row: AccountRow | None, after: Rows) -> str:
    try:
        changed = with_changed(text, KEY, number, None if row is None else _written(row))
        same = rows_in(changed, path) == after
    except (NoListError, TreeError, AccountsFileError) as error:
        raise _by_hand(path) from error
    if not same:
        raise _by_hand(path)
    return changed


def _written(row: AccountRow) -> Mapping[str, Any]:
    written: dict[str, Any] = msgspec.to_builtins(row)
    return written


def _present(path: Path) -> str:
    """Return the file's text; "" if it does not exist yet."""
    return text_of(path) if os.path.lexists(path) else ""


def _is_comment(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def _by_hand(path: Path) -> SecretFileError:
    return SecretFileError(
        path,
        Wording(
            "không thêm được tài khoản vào tệp viết kiểu này; hãy thêm bằng tay.",
            "an account can't be added to a file written like this; add it by hand.",
        ),
    )
