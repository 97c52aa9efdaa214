"""Invitations as the invited person uses them: the link opens a form, and the form sets a password, once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from parindex.auth.account_rules import AccountRow
from parindex.auth.accounts_editing import AccountGoneError
from parindex.auth.accounts_file import Account, AccountsFileError
from parindex.auth.invitations import has_code, is_open, used
from parindex.auth.refusals import SecretFileError
from parindex.sign_in.refusals import AccountNotWrittenError
from parindex.sign_in.register import Register
from parindex.sign_in.sessions import Sessions

logger = structlog.stdlib.get_logger(__name__)


class InvitationOverError(Exception):
    """The link is unknown, used, too old, or a newer one has replaced it; the person is not shown which."""


@dataclass(frozen=True, slots=True)
class Invitations:
    """Finds and uses invitations."""

    sessions: Sessions
    register: Register
    now: Callable[[], datetime]

    def open_with(self, code: str) -> Account | None:
        """Return the account that a code invites now, or None."""
        found = self._with(code)
        return found if found is not None and is_open(found.invitation, self.now()) else None

    def used_with(self, code: str) -> Account | None:
        """Return the account whose newest invitation was used with this code, or None."""
        found = self._with(code)
        return found if found is not None and found.invitation == used(found.invitation) else None

    async def use(self, code: str, password: str) -> Account:
        """Set the password of the invited account; the code can't be used again.

        Raises InvitationOverError, AccountNotWrittenError, PasswordNotWrittenError.
        """
        accounts, found = self.sessions.accounts, self.open_with(code)
        if found is None:
            raise InvitationOverError
        hashed = await asyncio.to_thread(accounts.hashed, password)

        def accept(row: AccountRow) -> AccountRow:
            if not has_code(row.invitation, code) or not is_open(row.invitation, self.now()):
                raise InvitationOverError  # another request was first
            return msgspec.structs.replace(row, password_hash=hashed, invitation=used(row.invitation))

        identity = self.sessions.id_of(found)
        async with accounts.recording:
            try:
                await self.register.catch_up()
                changed = await asyncio.to_thread(accounts.change, found, accept)
            except AccountGoneError:
                raise InvitationOverError from None
            except (AccountsFileError, SecretFileError) as error:
                raise AccountNotWrittenError from error
            await self.register.record(identity, changed, identity)
        logger.info("invitation_used", account=identity)
        return changed or found

    def _with(self, code: str) -> Account | None:
        return next((each for each in self.sessions.accounts.all if has_code(each.invitation, code)), None)
