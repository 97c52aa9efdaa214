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
from parindex.auth.accounts_file import LARGEST_FILE, AccountsFileError, check_added, rows_in, text_of
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


def change_rows(path: Path, changes: Mapping[str, Change]) -> Written:
    """Change the accounts of these sign-in names, all or none, and return all rows of the file.

    Where each change returns an equal row, nothing is written. Raises AccountGoneError, AccountsFileError,
    SecretFileError.
    """
    with locked(path):
        text = text_of(path)
        before = rows_in(text, path)
        numbers = {one_name(row.name): number for number, row in enumerate(before)}
        if any(one_name(name) not in numbers for name in changes):
            raise AccountGoneError
        wanted = {(number := numbers[one_name(name)]): change(before[number]) for name, change in changes.items()}
        changed = {number: row for number, row in wanted.items() if row != before[number]}
        if not changed:
            return Written(before, stamp_of(path))
        rows = [changed.get(number, row) for number, row in enumerate(before)]
        after = [row for row in rows if row is not None]
        replace(path, _changed(path, text, changed, after))
        return Written(after, stamp_of(path))


def with_account(path: Path, row: AccountRow) -> str:
    """Return the file's text with one more account. Raises AccountsFileError, SecretFileError."""
    text = _present(path)
    before = rows_in(text, path) if text.strip() and not _is_comment(text) else []
    check_added(before, row, path)
    try:
        longer = with_row(text, KEY, _written(row))
        _check_size(longer, path)
        same = rows_in(longer, path) == [*before, row]
    except (NoListError, TreeError) as error:
        raise _by_hand(path) from error
    if not same:
        raise _by_hand(path)
    return longer


def _changed(path: Path, text: str, rows: Mapping[int, AccountRow | None], after: Rows) -> str:
    written = {number: None if row is None else _written(row) for number, row in rows.items()}
    try:
        changed = with_changed(text, KEY, written)
        _check_size(changed, path)
        same = rows_in(changed, path) == after
    except (NoListError, TreeError, AccountsFileError) as error:
        raise _by_hand(path) from error
    if not same:
        raise _by_hand(path)
    return changed


def _check_size(text: str, path: Path) -> None:
    """Raise SecretFileError for a text that would be too large to be read again."""
    if len(text.encode()) > LARGEST_FILE:
        mib = LARGEST_FILE // 2**20
        vi, en = f"tệp sẽ lớn hơn {mib} MiB, không đọc lại được.", f"it would have more than {mib} MiB."
        raise SecretFileError(path, Wording(vi, en))


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
