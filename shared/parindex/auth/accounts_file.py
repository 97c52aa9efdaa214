"""Reads and checks an accounts file. All mistakes are reported at once, each with line and column.

accounts:
  - name: so-noi-vu
    kind: person            # signs in with a password; `client`: a provincial system with a secret
    password_hash: $argon2id$v=19$m=65536,t=3,p=4$…
    rights: [office@H09]
    id: a3kq7…              # the account in logs, permanently; without one it is derived from the issuer's key
    linked:                 # optional: the person's accounts at an outside issuer; then password_hash may be ""
      - {issuer: https://sso.tinh.gov.vn/realms/cchc, subject: 3f2a…}

Kiosks are no accounts, and `service@services` is for the system's own processes, each of which is a client.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from parindex.auth.account_links import OutsideAccount, faults_of_shape
from parindex.auth.account_rules import AccountKind, AccountRow, Fault, faults_of
from parindex.auth.principal import Right
from parindex.auth.refusals import SecretFileError
from parindex.inputs.files import read_text
from parindex.inputs.trees import Tree, TreeError, parse
from parindex.refusal import Place, Refused, first_places
from parindex.wording import Wording

LARGEST_FILE = 2 * 2**20
"""Bytes of an accounts file, for some 8,000 accounts. It is bounded because it is read while people sign in."""
MOST_VALUES = 100_000
"""Values in it; an account has some ten."""
_LISTS = {
    "rights": Wording("quyền, ví dụ [office@H09]", "rights such as [office@H09]"),
    "recovery": Wording("mã băm", "hashes"),
}


class AccountsFileError(Refused):
    """The accounts file can't be used; the places say where and why."""

    code = "accounts-file-wrong"
    vi, en = "Tệp tài khoản {path} có lỗi.", "The accounts file {path} has mistakes."

    path: Path
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class Account:
    """A person or a program that may sign in at the local issuer."""

    name: str
    kind: AccountKind
    password_hash: str
    rights: tuple[Right, ...]
    id: str = ""  # empty in files of older versions
    full_name: str = ""
    invitation: str = field(default="", repr=False)  # this and the next: see AccountRow
    totp: str = field(default="", repr=False)
    totp_step: str = field(default="", repr=False)
    recovery: tuple[str, ...] = field(default=(), repr=False)
    linked: tuple[OutsideAccount, ...] = ()

    @property
    def shown_name(self) -> str:
        """The person's own name, or the sign-in name where the file has no other."""
        return self.full_name or self.name


def accounts_in(path: Path) -> list[Account]:
    """Read a file's accounts. Raises SecretFileError if it can't be read, AccountsFileError on mistakes."""
    return [account_of(row) for row in rows_in(text_of(path), path)]


def account_of(row: AccountRow) -> Account:
    """Return the account of a row."""
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    lists = {"recovery": tuple(row.recovery), "linked": tuple(row.linked)}
    return Account(**values | {"rights": tuple(map(Right.parse, row.rights))} | lists)


def text_of(path: Path) -> str:
    """Return the file's text. Raises SecretFileError, and AccountsFileError if it is not UTF-8."""
    try:
        return read_text(path, LARGEST_FILE)
    except OSError as error:
        raise SecretFileError.unread(path, error) from error
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        place = Place(f"{line}:{column} /", "Tệp không phải UTF-8.", "The file is not UTF-8.")
        raise AccountsFileError(path, [place]) from error


def rows_in(text: str, path: Path) -> list[AccountRow]:
    """Return the rows of an accounts file's text. Raises AccountsFileError, which names the file by `path`."""
    try:
        tree = parse(text, MOST_VALUES)
    except TreeError as error:
        raise AccountsFileError(path, error.places) from error
    if places := _places(tree, _faults_of_shape(tree.content)):
        raise AccountsFileError(path, places)
    rows = [msgspec.convert(row, AccountRow) for row in tree.content["accounts"]]
    if places := _places(tree, faults_of(rows)):
        raise AccountsFileError(path, places)
    return rows


def check_added(before: Sequence[AccountRow], row: AccountRow, path: Path) -> None:
    """Raise AccountsFileError if a row can't be added to the rows of a file."""
    at = f"/accounts/{len(before)}/"
    if faults := [fault for fault in faults_of([*before, row]) if fault[0].startswith(at)]:
        raise AccountsFileError(path, [Place(*fault) for fault in faults])


def _places(tree: Tree, faults: Iterable[Fault]) -> list[Place]:
    return first_places(tree.place(*fault) for fault in faults)


def _faults_of_shape(content: Any) -> Iterator[Fault]:
    """Yield the mistakes of content that is no list of accounts. An empty key `accounts` becomes an empty list."""
    if not isinstance(content, dict) or "accounts" not in content:
        yield (
            "",
            "Phải có khóa accounts với danh sách tài khoản.",
            "It has to have the key accounts, a list of accounts.",
        )
        return
    yield from (_unknown(f"/{name}") for name in content if name != "accounts")
    if content["accounts"] == "":  # the key without a value, as after the last account was removed
        content["accounts"] = []
    if not isinstance(content["accounts"], list):
        yield "/accounts", "Phải là danh sách tài khoản.", "It has to be a list of accounts."
        return
    for number, row in enumerate(content["accounts"]):
        yield from _faults_of_row(f"/accounts/{number}", row)


def _faults_of_row(at: str, row: Any) -> Iterator[Fault]:
    if not isinstance(row, dict):
        yield at, "Phải là một tài khoản có name, kind …", "It has to be an account, with name, kind and so on."
        return
    fields = {each.name: each for each in msgspec.structs.fields(AccountRow)}
    yield from (_unknown(f"{at}/{name}") for name in row if name not in fields)
    for name, known in fields.items():
        if name in row:
            yield from _faults_of_value(f"{at}/{name}", name, row)
        elif known.required:
            yield at, f"Thiếu {name}.", f"It lacks {name}."


def _faults_of_value(at: str, name: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    value = row[name]
    if name in _LISTS:
        if not isinstance(value, list) or not all(isinstance(right, str) for right in value):
            yield (
                at,
                f"Phải là danh sách {_LISTS[name].vi}.",
                f"It has to be a list of {_LISTS[name].en}.",
            )
    elif name == "linked":
        yield from faults_of_shape(at, value)
    elif not isinstance(value, str):
        yield at, "Phải là chuỗi ký tự.", "It has to be a text."
    elif name == "kind" and value not in set(AccountKind):
        yield at, f"Phải là {' hoặc '.join(AccountKind)}.", f"It has to be {' or '.join(AccountKind)}."


def _unknown(at: str) -> Fault:
    return at, "Không có trường nào mang tên này.", "No field has this name."
