"""Accounts as offices manage them: one path for pages and API.

Each change is written into the accounts file and then recorded in the log, with the person of the office as its actor.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec
import structlog

from parindex.auth import ForbiddenError, Role
from parindex.auth.account_links import OutsideAccount
from parindex.auth.account_rules import AccountKind, AccountRow, faults_of
from parindex.auth.accounts_editing import AccountGoneError, Change
from parindex.auth.accounts_file import AccountsFileError
from parindex.auth.devices import Entropy, derived
from parindex.auth.invitations import invitation_of, new_invitation
from parindex.auth.principal import Right
from parindex.auth.refusals import SecretFileError
from parindex.auth.typed import looks, one_name
from parindex.eventstore.appending import Idempotency
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.sign_in.linking import check, with_link, without_link
from parindex.sign_in.people_queries import Managed, SeenAccounts, if_managed
from parindex.sign_in.powers import Powers
from parindex.sign_in.refusals import (
    AccountNameTakenError,
    AccountNotWrittenError,
    AccountsFixedError,
    AccountUnknownError,
    NoOutsideIssuerError,
    NotAPersonError,
    NotAProgramError,
    OutsideAccountTakenError,
    OwnAccountError,
)

SECRET_BYTES = 32

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that an office creates, as typed. `full_name`: the person's name, or what the program is."""

    kind: AccountKind
    name: str
    full_name: str
    rights: Sequence[str]


@dataclass(frozen=True, slots=True)
class Created:
    """A new account, with the code of its invitation or, for a program, its secret: shown once."""

    account: str
    secret: str


@dataclass(frozen=True)
class People(SeenAccounts):
    """Accounts as offices manage them. A request that is sent again gets the same secret while the process runs.

    So a double click, whose first answer the browser drops, shows the link that is valid.
    """

    outside: str = ""
    """The URL of the outside issuer; "" without one."""
    _own: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    async def create(self, new: NewAccount, powers: Powers, key: str = "") -> Created:
        """Add an account with an invitation, or a program with a secret.

        Raises MalformedError, ForbiddenError, AccountNameTakenError, AccountsFixedError, AccountNotWrittenError.
        """
        drawn = self._drawn(powers, key, "create", new.kind, new.name, new.full_name, *new.rights)
        identity, secret = f"a{drawn(32)[:10].hex()}", _secret(drawn, new.kind)
        unusable = self.sessions.accounts.unusable
        row = AccountRow(new.name, new.kind, unusable, [*new.rights], identity, new.full_name)
        _check(row, powers)
        self._check_writable()
        async with self.sessions.accounts.recording:
            if self.sessions.account(identity) is None:
                await self._add(row, secret)
                logger.info("account_added", account=identity, by=powers.principal.subject)
            await self._record(identity, powers)
        return Created(identity, secret)

    async def give(self, account: str, right: str, powers: Powers) -> None:
        """Give a right; one that the account has already stays. Raises as `create` and `manageable` do."""
        found = await self.manageable(account, powers)
        _check(AccountRow(found.account.name, found.account.kind, self.sessions.accounts.unusable, [right]), powers)
        await self._edit(found, powers, lambda row: _with_rights(row, [*dict.fromkeys([*row.rights, right])]))

    async def end(self, account: str, right: str, powers: Powers) -> Managed:
        """End a right that the office covers, also of an account that has others elsewhere; return what it then sees.

        Raises AccountUnknownError, OwnAccountError, AccountsFixedError, AccountNotWrittenError.
        """
        found = await self.one(account, powers)
        if found.own:
            raise OwnAccountError
        if right not in map(str, found.rights):
            return found  # it has ended already
        await self._edit(found, powers, lambda row: _with_rights(row, [each for each in row.rights if each != right]))
        return replace(found, rights=[each for each in found.rights if str(each) != right])

    async def invite(self, account: str, powers: Powers, key: str = "") -> str:
        """Return the code of a new invitation; the one before is void. The password stays until it is used."""
        found = await self.manageable(account, powers)
        if found.account.kind is not AccountKind.PERSON:
            raise NotAPersonError
        code = new_invitation(self._drawn(powers, key, "invite", account))
        field_ = invitation_of(code, self.now())
        await self._edit(found, powers, lambda row: _invited(row, field_))
        return code

    async def replace_secret(self, account: str, powers: Powers, key: str = "") -> str:
        """Return a program's new secret; the old one is not valid any more."""
        found = await self.manageable(account, powers)
        if found.account.kind is not AccountKind.CLIENT:
            raise NotAProgramError
        secret = _secret(self._drawn(powers, key, "secret", account), AccountKind.CLIENT)
        accounts = self.sessions.accounts
        if key:
            same = await asyncio.to_thread(accounts.verify, found.account.name, AccountKind.CLIENT, secret)
            if same is not None:
                return secret  # the request was sent twice
        hashed = await asyncio.to_thread(accounts.hashed, secret)
        await self._edit(found, powers, lambda row: msgspec.structs.replace(row, password_hash=hashed))
        return secret

    async def end_sessions(
        self, account: str, powers: Powers, correlation: str, idempotency: Idempotency | None = None
    ) -> None:
        """End all sessions of a person at browsers; those that a repeated request has ended stay ended, once."""
        found = await self.manageable(account, powers)
        await self.sessions.end_all(found.id, correlation, powers.principal.subject, idempotency)

    async def reset_second_factor(self, account: str, powers: Powers, reason: str) -> None:
        """Let a person, whose device is lost, sign in with the password alone. The log has the reason, sealed."""
        found = await self.manageable(account, powers)
        if found.account.totp:
            await self._edit(found, powers, _without_second_factor, reason)

    async def link_outside(self, account: str, subject: str, powers: Powers) -> None:
        """Let an identity of the outside issuer sign in as a person; a link that is there already stays.

        Raises MalformedError, NotAPersonError, NoOutsideIssuerError, OutsideAccountTakenError, TooManyLinksError, and
        as `manageable` does.
        """
        found = await self.manageable(account, powers)
        if found.account.kind is not AccountKind.PERSON:
            raise NotAPersonError
        if not self.outside:
            raise NoOutsideIssuerError
        link = OutsideAccount(self.outside, subject)
        check(link)

        def change(row: AccountRow) -> AccountRow:
            holder = self.sessions.accounts.linked_to(link)
            if holder is not None and self.sessions.id_of(holder) != found.id:
                raise OutsideAccountTakenError
            return with_link(row, link)

        await self._edit(found, powers, change)

    async def unlink_outside(self, account: str, link: OutsideAccount, powers: Powers) -> None:
        """Remove a link; one that is not there changes nothing. A person without password and link is invited again."""
        found = await self.manageable(account, powers)
        check(link)
        unusable = self.sessions.accounts.unusable
        await self._edit(found, powers, lambda row: without_link(row, link, unusable))

    async def remove(self, account: str, powers: Powers) -> None:
        """Remove an account; what it has done stays in the logs."""
        await self._edit(await self.manageable(account, powers), powers, lambda _: None)

    async def _edit(self, found: Managed, powers: Powers, change: Change, reason: str = "") -> None:
        """Change the account in the file and record it. The right to do it is checked again, under the file's lock."""
        self._check_writable()
        accounts = self.sessions.accounts
        async with accounts.recording:
            try:
                await self.register.catch_up()
                await asyncio.to_thread(accounts.change, found.account, if_managed(found, powers, change))
            except AccountGoneError:
                raise AccountUnknownError from None
            except (AccountsFileError, SecretFileError) as error:
                raise AccountNotWrittenError from error
            await self._record(found.id, powers, reason)

    async def _add(self, row: AccountRow, secret: str) -> None:
        accounts = self.sessions.accounts
        if row.kind is AccountKind.PERSON:
            row = msgspec.structs.replace(row, invitation=invitation_of(secret, self.now()))
        else:
            hashed = await asyncio.to_thread(accounts.hashed, secret)
            row = msgspec.structs.replace(row, password_hash=hashed)
        try:
            await self.register.catch_up()
            self._check_name(row)
            await asyncio.to_thread(accounts.add, row)
        except AccountsFileError as error:
            taken = any(place.at.endswith("/name") for place in error.places)
            raise (AccountNameTakenError() if taken else AccountNotWrittenError()) from error
        except SecretFileError as error:
            raise AccountNotWrittenError from error

    async def _record(self, identity: str, powers: Powers, reason: str = "") -> None:
        await self.register.record(identity, self.sessions.account(identity), powers.principal.subject, reason)

    def _check_writable(self) -> None:
        if not self.writable:
            raise AccountsFixedError

    def _check_name(self, row: AccountRow) -> None:
        wanted = looks(one_name(row.name))
        if any(looks(one_name(each.name)) == wanted for each in self.sessions.accounts.all):
            raise AccountNameTakenError

    def _drawn(self, powers: Powers, key: str, *words: str) -> Entropy:
        """Return the random bytes of a request: the same again for the same key of the same person."""
        return derived(self._own, powers.principal.subject, *words, key) if key else secrets.token_bytes


def _secret(drawn: Entropy, kind: AccountKind) -> str:
    return new_invitation(drawn) if kind is AccountKind.PERSON else new_invitation(lambda _: drawn(SECRET_BYTES))


def _with_rights(row: AccountRow, rights: list[str]) -> AccountRow:
    return msgspec.structs.replace(row, rights=rights)


def _without_second_factor(row: AccountRow) -> AccountRow:
    return msgspec.structs.replace(row, totp="", totp_step="", recovery=[])


def _invited(row: AccountRow, invitation: str) -> AccountRow:
    same = row.invitation.partition(" ")[0] == invitation.partition(" ")[0]  # the request was sent twice
    return row if same else msgspec.structs.replace(row, invitation=invitation)


def _check(row: AccountRow, powers: Powers) -> None:
    """Raise MalformedError with the places of a body, or ForbiddenError for a right that the office does not cover."""
    faults = [(at.removeprefix("/accounts/0"), vi, en) for at, vi, en in faults_of([row])]
    if not row.rights:
        faults.append(("/rights", "Cần ít nhất một quyền.", "At least one right is needed."))
    if faults:
        raise MalformedError([Place(*fault) for fault in faults])
    for right in map(Right.parse, row.rights):
        if not powers.gives(right):
            raise ForbiddenError({Role.OFFICE}, right.node)
