"""The local issuer's accounts: a YAML (or JSON) file with argon2id hashes.

accounts:
  - name: so-noi-vu
    kind: person            # signs in with a password; `client`: a provincial system with a secret
    password_hash: $argon2id$v=19$m=65536,t=3,p=4$…
    rights: [office@H09]
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from parindex.auth.principal import Right
from parindex.auth.refusals import SecretFileError
from parindex.inputs.files import read_text
from parindex.inputs.trees import TreeError, parse
from parindex.refusal import Place, Refused


class AccountKind(StrEnum):
    PERSON = "person"
    CLIENT = "client"


class AccountsFileError(Refused):
    """The accounts file can't be used; the places say where and why."""

    code = "accounts-file-wrong"

    def __init__(self, places: Iterable[Place]) -> None:
        super().__init__("Tệp tài khoản có lỗi.", "The accounts file has mistakes.", tuple(places))


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in here."""

    name: str
    kind: AccountKind
    password_hash: str
    rights: tuple[Right, ...]


class AccountRow(msgspec.Struct, forbid_unknown_fields=True):
    """An account as it stands in the file."""

    name: str
    kind: AccountKind
    password_hash: str
    rights: list[str]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    accounts: list[AccountRow]


class Accounts:
    """Checks names and passwords; a name that does not exist takes as long as one that does."""

    def __init__(self, accounts: Iterable[Account], hasher: PasswordHasher | None = None) -> None:
        self._by_name = {account.name: account for account in accounts}
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")

    @classmethod
    def from_file(cls, path: Path, hasher: PasswordHasher | None = None) -> Self:
        """Raises SecretFileError where there is no such file, AccountsFileError where it has mistakes."""
        try:
            text = read_text(path)
        except OSError as error:
            raise SecretFileError.unread(path, error) from error
        except UnicodeDecodeError as error:
            raise AccountsFileError([_place(path, error)]) from error
        return cls(_read(rows_in(text, path)), hasher)

    def verify(self, name: str, kind: AccountKind, password: str) -> Account | None:
        """The account, if the password is its own. Slow on purpose (tens of milliseconds): call it in a thread."""
        account = self._by_name.get(name)
        if not self._fits(account.password_hash if account else self._nobody, password):
            return None
        return account if account is not None and account.kind is kind else None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (Argon2Error, InvalidHashError):
            return False


def rows_in(text: str, path: Path) -> list[AccountRow]:
    """Return the rows of an accounts file's text, their shape checked; `path` names the file in a refusal."""
    try:
        content = parse(text).content
        if content == {"accounts": ""}:  # the key alone, as in a file from which the last account was removed
            return []
        return msgspec.convert(content, _File).accounts
    except (TreeError, msgspec.ValidationError) as error:
        raise AccountsFileError([_place(path, error)]) from error


def check_rows(rows: list[AccountRow]) -> None:
    """Raise AccountsFileError where accounts can't be: a name twice, a right that there is not."""
    _read(rows)


def _place(path: Path, error: Exception) -> Place:
    return Place(str(path), f"Không hiểu được tệp: {error}", str(error))


def hash_password(password: str, hasher: PasswordHasher | None = None) -> str:
    """What stands in the accounts file for this password: argon2id, freshly salted."""
    return (hasher or PasswordHasher()).hash(password)


def _read(rows: list[AccountRow]) -> list[Account]:
    wrong = [place for number, row in enumerate(rows) for place in _mistakes(number, row)]
    names = [row.name for row in rows]
    wrong += [
        Place(f"/accounts/{number}/name", "Tên này đã có ở trên.", "This name stands above already.")
        for number, name in enumerate(names)
        if name in names[:number]
    ]
    if wrong:
        raise AccountsFileError(wrong)
    return [Account(row.name, row.kind, row.password_hash, tuple(map(Right.parse, row.rights))) for row in rows]


def _mistakes(number: int, row: AccountRow) -> Iterable[Place]:
    at = f"/accounts/{number}"
    if not row.name:
        yield Place(f"{at}/name", "Tên không được để trống.", "The name must not be empty.")
    if not row.password_hash.startswith("$argon2id$"):
        yield Place(f"{at}/password_hash", "Phải là mã băm argon2id.", "It has to be an argon2id hash.")
    for position, text in enumerate(row.rights):
        try:
            Right.parse(text)
        except Refused as refused:
            yield Place(f"{at}/rights/{position}", refused.vi, refused.en)
