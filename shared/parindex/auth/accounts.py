"""The local issuer's accounts, by name and password. `accounts_file.py` reads them from their file."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Self

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from parindex.auth.account_links import OutsideAccount
from parindex.auth.account_rules import AccountKind, AccountRow
from parindex.auth.accounts_editing import Change, Written, add_row, change_rows
from parindex.auth.accounts_file import Account, account_of, accounts_in
from parindex.auth.accounts_writing import PasswordNotWrittenError, Stamp, may_write, stamp_of, write_password
from parindex.auth.principal import Role
from parindex.auth.typed import forms_of_secret, one_name, one_secret


class Accounts:
    """Verifies names and passwords. An unknown name takes as long as a known one, so timing reveals no names."""

    def __init__(self, accounts: Iterable[Account], hasher: PasswordHasher | None = None) -> None:
        self._by_name = {one_name(account.name): account for account in accounts}
        self._ids: dict[str, Account] | None = None
        self._path: Path | None = None
        self._fixed = False
        self._seen: Stamp | None = None
        self._hasher = hasher or PasswordHasher()
        self.recording = asyncio.Lock()
        """Held while a change of the file is written and recorded, so that the follower records it under no other
        name."""
        self._dummy_hash = unusable_hash(self._hasher)

    @classmethod
    def from_file(cls, path: Path, hasher: PasswordHasher | None = None, *, fixed: bool = False) -> Self:
        """Read the accounts of a file. `fixed`: people can't change passwords in it.

        Raises SecretFileError if it can't be read, AccountsFileError on mistakes.
        """
        seen = stamp_of(path)  # taken before the file is read, so that no change is missed
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

    def add(self, row: AccountRow) -> None:
        """Write a new account into the file; it is valid at once. Raises as change_password does."""
        self._write([row.name], lambda path: add_row(path, row))

    def change(self, account: Account, change: Change) -> Account | None:
        """Change an account in the file, and return it as it is then, or None if it was removed; valid at once.

        Raises AccountGoneError where it is not there any more, what the change raises, and as change_password does.
        """
        self.change_all({account.name: change})
        return self._by_name.get(one_name(account.name))

    def change_all(self, changes: Mapping[str, Change]) -> None:
        """Change accounts in the file by their sign-in names, all or none. Raises as `change` does."""
        self._write(changes, lambda path: change_rows(path, changes))

    def _write(self, names: Collection[str], write: Callable[[Path], Written]) -> None:
        if self._path is None or not self.may_change_passwords:
            raise PasswordNotWrittenError
        before, written = self._by_name, write(self._path)
        after = {one_name(row.name): account_of(row) for row in written.rows}
        self._by_name, self._ids = after, None
        others = (before.keys() | after.keys()) - {*map(one_name, names)}
        if all(before.get(each) == after.get(each) for each in others):  # else the follower records what others wrote
            self._seen = written.stamp

    def hashed(self, password: str) -> str:
        """Return the hash of a password. Slow on purpose: call it in a thread."""
        return hash_password(password, self._hasher)

    @property
    def unusable(self) -> str:
        """The hash of an account whose password is not set yet."""
        return self._dummy_hash

    def read_again(self) -> None:
        """Make the next `reread` read the file: the last change was not recorded."""
        self._seen = None

    def by_id(self, account: str, id_of: Callable[[Account], str]) -> Account | None:
        """Return the account of an id in tokens and logs, or None. `id_of`: LocalIssuer.id_of."""
        if self._ids is None:
            self._ids = {id_of(each): each for each in self._by_name.values()}
        return self._ids.get(account)

    def linked_to(self, link: OutsideAccount) -> Account | None:
        """Return the account that an outside account signs in as, or None."""
        return next((each for each in self._by_name.values() if link in each.linked), None)

    def reread(self) -> bool:
        """Read the file again if it has changed, and return whether it has. Its new accounts replace the old ones.

        Raises as from_file does, once for each change; the old accounts stay valid then.
        """
        if self._path is None or (present := stamp_of(self._path)) == self._seen:
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
        password_hash = (account.password_hash if account else "") or self._dummy_hash
        forms = dict.fromkeys(form for password in passwords for form in forms_of_secret(password))
        if not any(self._fits(password_hash, form) for form in forms):
            return None
        return account if account is not None and account.kind is kind else None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            return False


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
