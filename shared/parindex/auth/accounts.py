"""The local issuer's accounts: a YAML (or JSON) file with argon2id hashes.

accounts:
  - name: so-noi-vu
    kind: person            # signs in with a password; `client`: a provincial system with a secret
    password_hash: $argon2id$v=19$m=65536,t=3,p=4$…
    rights: [office@H09]
    id: a3kq7…              # who it is in logs, for ever; a file without ids gets them from the issuer's key

Kiosks are no accounts, and `service@services` is for our own processes, each a client.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from parindex.auth.principal import SERVICE_RIGHT, Right, Role, is_reserved
from parindex.auth.refusals import SecretFileError
from parindex.auth.typed import LONGEST_NAME, forms_of_secret, is_name, one_name, one_secret
from parindex.inputs.files import read_text
from parindex.inputs.trees import TreeError, parse
from parindex.refusal import Place, Refused

_ID = re.compile(r"[a-z0-9]{8,64}")


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
    id: str = ""  # empty in files of older versions


class AccountRow(msgspec.Struct, forbid_unknown_fields=True):
    """An account as it stands in the file."""

    name: str
    kind: AccountKind
    password_hash: str
    rights: list[str]
    id: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    accounts: list[AccountRow]


class Accounts:
    """Checks names and passwords; a name that does not exist takes as long as one that does."""

    def __init__(self, accounts: Iterable[Account], hasher: PasswordHasher | None = None) -> None:
        self._by_name = {one_name(account.name): account for account in accounts}
        self._path: Path | None = None
        self._seen: tuple[int, int, int] | None = None
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")

    @classmethod
    def from_file(cls, path: Path, hasher: PasswordHasher | None = None) -> Self:
        """Raises SecretFileError where there is no such file, AccountsFileError where it has mistakes."""
        seen = _stamp(path)  # before it is read, so that no change is missed
        found = cls(_in_file(path), hasher)
        found._path, found._seen = path, seen
        return found

    @property
    def all(self) -> list[Account]:
        """Every account."""
        return list(self._by_name.values())

    def reread(self) -> bool:
        """Read the file again where it has changed, and return whether it has. Those who are in it now may sign in.

        Raises as from_file does, once for each change; then those who were in it before still may.
        """
        if self._path is None or (present := _stamp(self._path)) == self._seen:
            return False
        self._seen = present
        self._by_name = {one_name(account.name): account for account in _in_file(self._path)}
        return True

    def is_service(self, name: str) -> bool:
        """Return whether this is the name of one of our own services."""
        account = self._by_name.get(one_name(name))
        return account is not None and any(right.role is Role.SERVICE for right in account.rights)

    def verify(self, name: str, kind: AccountKind, *passwords: str) -> Account | None:
        """The account, if one of the passwords is its own. Slow on purpose (tenths of a second): call it in a thread.

        Several are given where nobody can say how the sender meant one.
        """
        account = self._by_name.get(one_name(name))
        password_hash = account.password_hash if account else self._nobody
        forms = dict.fromkeys(form for password in passwords for form in forms_of_secret(password))
        if not any(self._fits(password_hash, form) for form in forms):
            return None
        return account if account is not None and account.kind is kind else None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            return False


def _in_file(path: Path) -> list[Account]:
    try:
        text = read_text(path)
    except OSError as error:
        raise SecretFileError.unread(path, error) from error
    except UnicodeDecodeError as error:
        raise AccountsFileError([_place(path, error)]) from error
    return _read(rows_in(text, path))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return what is another when a file has changed; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


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
    """What the accounts file holds for this password: argon2id, freshly salted, of its one form."""
    return (hasher or PasswordHasher()).hash(one_secret(password))


def new_id() -> str:
    """Return an id for a new account: random, so that it says nothing of whose it is."""
    return f"a{secrets.token_hex(10)}"


def _read(rows: list[AccountRow]) -> list[Account]:
    wrong = [place for number, row in enumerate(rows) for place in _mistakes(number, row)]
    wrong += _twice("name", [one_name(row.name) for row in rows])
    wrong += _twice("id", [row.id for row in rows])
    if wrong:
        raise AccountsFileError(wrong)
    return [Account(row.name, row.kind, row.password_hash, tuple(map(Right.parse, row.rights)), row.id) for row in rows]


def _twice(field: str, values: list[str]) -> list[Place]:
    return [
        Place(f"/accounts/{number}/{field}", f"{field} này đã có ở trên.", f"This {field} is in a row above already.")
        for number, value in enumerate(values)
        if value and value in values[:number]
    ]


def _mistakes(number: int, row: AccountRow) -> Iterable[Place]:
    at = f"/accounts/{number}"
    yield from _mistakes_in_name(f"{at}/name", row)
    if row.id and not _ID.fullmatch(row.id):
        vi, en = "Mã phải gồm 8 đến 64 chữ thường và chữ số.", "An id has 8 to 64 small letters and digits."
        yield Place(f"{at}/id", vi, en)
    if not row.password_hash.startswith("$argon2id$"):
        yield Place(f"{at}/password_hash", "Phải là mã băm argon2id.", "It has to be an argon2id hash.")
    for position, text in enumerate(row.rights):
        yield from _mistakes_in_right(f"{at}/rights/{position}", text, row.kind)


def _mistakes_in_name(at: str, row: AccountRow) -> Iterable[Place]:
    if not row.name.strip():
        yield Place(at, "Tên không được để trống.", "The name must not be empty.")
    elif is_reserved(one_name(row.name)):
        vi = "Tên này dành riêng cho hệ thống; hãy chọn tên khác."
        yield Place(at, vi, "This name is reserved for the system; choose another.")
    elif row.id and not is_name(row.name):
        vi = f"Tên có dấu cách hoặc ký tự không dùng được, hoặc dài quá {LONGEST_NAME} ký tự."
        en = f"The name has a space or a character that names can't have, or more than {LONGEST_NAME} characters."
        yield Place(at, vi, en)


def _mistakes_in_right(at: str, text: str, kind: AccountKind) -> Iterable[Place]:
    try:
        right = Right.parse(text)
    except Refused as refused:
        yield Place(at, refused.vi, refused.en)
        return
    if right.role is Role.KIOSK:
        vi = "Kiosk không phải tài khoản: hãy đăng ký kiosk ở dịch vụ khảo sát."
        yield Place(at, vi, "A kiosk is no account: register it at the survey service.")
    elif not right.may_be_granted or (right.role is Role.SERVICE and kind is not AccountKind.CLIENT):
        vi = f"Quyền này chỉ dành cho dịch vụ của hệ thống: {SERVICE_RIGHT}, kind: client."
        yield Place(at, vi, f"This right is for the system's own services alone: {SERVICE_RIGHT}, kind: client.")
