"""Adds an account to the text of an accounts file; the author's own text stays."""

import os
from pathlib import Path

import msgspec

from parindex.auth.account_rules import AccountRow
from parindex.auth.accounts_file import check_added, rows_in, text_of
from parindex.auth.refusals import SecretFileError
from parindex.inputs.appending import NoListError, with_row
from parindex.inputs.trees import TreeError
from parindex.wording import Wording


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
