"""The second step of a sign-in: the code of a person whose password was right, and setting the second factor up."""

import asyncio
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec
import structlog

from parindex.auth.account_rules import MOST_RECOVERY, AccountRow
from parindex.auth.accounts_editing import AccountGoneError
from parindex.auth.accounts_file import Account, AccountsFileError, account_of
from parindex.auth.devices import derived
from parindex.auth.refusals import SecretFileError
from parindex.auth.second_factor import Accepted, CodeWrongError, accepted, digests_of, recovery_codes, step_of
from parindex.sign_in.refusals import AccountNotWrittenError, AccountsFixedError
from parindex.sign_in.register import Register
from parindex.sign_in.sessions import Sessions

KEY = re.compile(r"[A-Z2-7]{32}")
"""A new key; the form holds it until the first code proves that the device has it, too."""
Change = Callable[[AccountRow], AccountRow]

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class SecondSteps:
    """Verifies codes, and turns the second factor on and off. `register`: None where sign-in has no log."""

    sessions: Sessions
    register: Register | None
    now: Callable[[], datetime]
    _own: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _used: dict[str, Accepted] = field(default_factory=dict, repr=False)

    async def verify(self, account: Account, code: str) -> Account | None:
        """Return the account with the code used up, or None for a wrong code.

        The code is checked again under the file's lock, so of two requests with one code one is refused. Where the file
        can't be written, this process remembers the codes that were used.
        """
        accounts = self.sessions.accounts
        if not accounts.may_change_passwords:
            return self._remembered(account, code)

        def use_up(row: AccountRow) -> AccountRow:
            found = accepted(account_of(row), code, self.now()) if row.totp else None
            if found is None:
                raise CodeWrongError
            return msgspec.structs.replace(row, totp_step=found.totp_step, recovery=[*found.recovery])

        try:
            async with accounts.recording:
                return await asyncio.to_thread(accounts.change, account, use_up)
        except (CodeWrongError, AccountGoneError):
            return None
        except (AccountsFileError, SecretFileError) as error:
            raise AccountNotWrittenError from error

    def _remembered(self, account: Account, code: str) -> Account | None:
        used = self._used.get(account.name)
        if used is not None:
            account = replace(account, totp_step=used.totp_step, recovery=used.recovery)
        if (found := accepted(account, code, self.now())) is None:
            return None
        self._used[account.name] = found
        return account

    def codes_for(self, account: Account, key: str) -> list[str]:
        """Return the recovery codes of a key: the same again for a form that is sent twice."""
        identity = self.sessions.id_of(account)
        return recovery_codes([derived(self._own, identity, key, str(number)) for number in range(MOST_RECOVERY)])

    async def turn_on(self, account: Account, key: str, code: str) -> list[str]:
        """Turn the second factor on with the first code of a new key, and return the recovery codes.

        Raises CodeWrongError, AccountsFixedError, AccountNotWrittenError. A form that is sent twice changes nothing.
        """
        codes = self.codes_for(account, key)

        def change(row: AccountRow) -> AccountRow:
            if row.totp == key:
                return row
            step = "" if row.totp else step_of(key, code, self.now())
            if not step:
                raise CodeWrongError
            return msgspec.structs.replace(row, totp=key, totp_step=step, recovery=digests_of(codes))

        await self._change(account, change)
        return codes

    async def turn_off(self, account: Account) -> Account:
        """Turn the second factor off; the caller has verified the password and a code."""
        return await self._change(account, lambda row: msgspec.structs.replace(row, totp="", totp_step="", recovery=[]))

    async def _change(self, account: Account, change: Change) -> Account:
        accounts, identity = self.sessions.accounts, self.sessions.id_of(account)
        if not accounts.may_change_passwords:
            raise AccountsFixedError
        async with accounts.recording:
            try:
                if self.register is not None:
                    await self.register.catch_up()
                changed = await asyncio.to_thread(accounts.change, account, change)
            except (AccountGoneError, AccountsFileError, SecretFileError) as error:
                raise AccountNotWrittenError from error
            if self.register is not None:
                await self.register.record(identity, changed, identity)
        return changed or account
