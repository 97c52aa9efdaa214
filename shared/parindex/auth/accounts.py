"""The local issuer's accounts, by name and password. `accounts_file.py` reads them from their file."""

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts_file import Account, accounts_in
from parindex.auth.accounts_writing import PasswordNotWrittenError, may_write, write_password
from parindex.auth.principal import Role
from parindex.auth.typed import forms_of_secret, one_name, one_secret


class Accounts:
    """Verifies names and passwords. An unknown name takes as long as a known one, so timing reveals no names."""

    def __init__(self, accounts: Iterable[Account], hasher: PasswordHasher | None = None) -> None:
        self._by_name = {one_name(account.name): account for account in accounts}
        self._ids: dict[str, Account] | None = None
        self._path: Path | None = None
        self._fixed = False
        self._seen: tuple[int, int, int] | None = None
        self._hasher = hasher or PasswordHasher()
        self._dummy_hash = unusable_hash(self._hasher)

    @classmethod
    def from_file(cls, path: Path, hasher: PasswordHasher | None = None, *, fixed: bool = False) -> Self:
        """Read the accounts of a file. `fixed`: people can't change passwords in it.

        Raises SecretFileError if it can't be read, AccountsFileError on mistakes.
        """
        seen = _stamp(path)  # taken before the file is read, so that no change is missed
        found = cls(accounts_in(path), hasher)
        found._path, found._seen, found._fixed = path, seen, fixed
        return found

    @property
    def all(self) -> list[Account]:
        """Every account."""
        return list(self._by_name.values())

    @property
    def may_change_passwords(self) -> bool:
        """Whether people may change their passwords: the accounts are from a file that this process may replace."""
        return self._path is not None and not self._fixed and may_write(self._path)

    def change_password(self, account: Account, password: str) -> Account:
        """Write a person's new password into the file, and return the account with it; it is valid at once.

        Slow on purpose: call it in a thread. Raises PasswordNotWrittenError, AccountsFileError, SecretFileError.
        """
        if self._path is None or not self.may_change_passwords:
            raise PasswordNotWrittenError
        changed = write_password(self._path, account, hash_password(password, self._hasher))
        # the file is read again by its follower all the same, which records the change
        self._by_name, self._ids = {**self._by_name, one_name(account.name): changed}, None
        return changed

    def by_id(self, account: str, id_of: Callable[[Account], str]) -> Account | None:
        """Return the account of an id in tokens and logs, or None. `id_of`: LocalIssuer.id_of."""
        if self._ids is None:
            self._ids = {id_of(each): each for each in self._by_name.values()}
        return self._ids.get(account)

    def reread(self) -> bool:
        """Read the file again if it has changed, and return whether it has. Its new accounts replace the old ones.

        Raises as from_file does, once for each change; the old accounts stay valid then.
        """
        if self._path is None or (present := _stamp(self._path)) == self._seen:
            return False
        self._seen = present
        self._by_name = {one_name(account.name): account for account in accounts_in(self._path)}
        self._ids = None
        return True

    def is_service(self, name: str) -> bool:
        """Return whether this is the name of one of the system's own services."""
        account = self._by_name.get(one_name(name))
        return account is not None and any(right.role is Role.SERVICE for right in account.rights)

    def verify(self, name: str, kind: AccountKind, *passwords: str) -> Account | None:
        """Return the account if one of the passwords fits. Slow on purpose (tenths of a second): call it in a thread.

        HTTP Basic is ambiguous about the encoding of a secret; then the caller gives both readings.
        """
        account = self._by_name.get(one_name(name))
        password_hash = account.password_hash if account else self._dummy_hash
        forms = dict.fromkeys(form for password in passwords for form in forms_of_secret(password))
        if not any(self._fits(password_hash, form) for form in forms):
            return None
        return account if account is not None and account.kind is kind else None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            return False


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return a stamp that differs when the file has changed; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def unusable_hash(hasher: PasswordHasher) -> str:
    """Return a hash that no password has, and that takes as long to verify as the hasher's own.

    It is written down, not computed: that would cost a tenth of a second at each start of an issuer.
    """
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = ("A" * (-(-size * 8 // 6)) for size in (hasher.salt_len, hasher.hash_len))  # base64 of zeros
    return f"$argon2id$v=19${cost}${salt}${digest}"


def hash_password(password: str, hasher: PasswordHasher | None = None) -> str:
    """Return the argon2id hash of a password's canonical form, with a new salt, for the accounts file."""
    return (hasher or PasswordHasher()).hash(one_secret(password))


def new_id() -> str:
    """Return an id for a new account. It is random, so that it reveals nothing about the person."""
    return f"a{secrets.token_hex(10)}"
