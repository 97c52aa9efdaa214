"""Sign-ins, one at a time: argon2 is expensive, so each waits for its turn and counts against its client's limits."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts
from parindex.auth.accounts_file import Account
from parindex.auth.attempts import Attempts, LimitKey, SprayingLimit
from parindex.auth.client_credentials import ClientCredentials
from parindex.auth.fair_queue import FairQueue
from parindex.auth.refusals import WrongClientCredentialsError, WrongCredentialsError
from parindex.auth.second_factor import CodeWrongError
from parindex.auth.typed import one_name


@dataclass(frozen=True, slots=True)
class _Claimed:
    name: str
    kind: AccountKind
    secrets: tuple[str, ...]  # more than one where HTTP Basic is ambiguous


class SignIn:
    """Verifies credentials in a fair queue: services and known addresses first, then one turn per address."""

    def __init__(
        self, accounts: Accounts, now: Callable[[], datetime], attempts: Attempts, spraying: SprayingLimit
    ) -> None:
        self._accounts = accounts
        self._now = now
        self._attempts = attempts
        self._spraying = spraying
        self._queue = FairQueue()

    async def _account(self, claimed: _Claimed, client: str) -> Account | None:
        """Raises TooManyAttemptsError."""
        key = (claimed.name, client)
        self._check(key)
        known = self._spraying.knows(client) or self._accounts.is_service(claimed.name)
        async with self._queue.one(client, known=known):
            return await self._verified(claimed, key)

    async def _verified(self, claimed: _Claimed, key: LimitKey) -> Account | None:
        self._check(key)  # other attempts may have failed while this one waited
        account = await asyncio.to_thread(self._accounts.verify, claimed.name, claimed.kind, *claimed.secrets)
        if account is None:
            self._attempts.failed(key, self._now())
            self._spraying.failed(key)
            return None
        self._attempts.succeeded(key)
        self._spraying.succeeded(key)
        return account

    def _check(self, key: LimitKey) -> None:
        self._attempts.check(key, self._now())
        self._spraying.check(key)

    async def person(self, name: str, password: str, client: ClientCredentials | None, address: str) -> Account:
        """Sign a person in, after the program that sends the request, if it identifies itself (RFC 6749 4.3.2)."""
        if client is not None and client.secrets != ("",):
            await self.program(client, address)
        account = await self._account(_Claimed(one_name(name), AccountKind.PERSON, (password,)), address)
        if account is None:
            raise WrongCredentialsError
        return account

    async def second_step(
        self, account: Account, address: str, verify: Callable[[], Awaitable[Account | None]]
    ) -> Account:
        """Verify the code of a person whose password was right, under the same limits.

        The codes have limits of their own: a right password would otherwise clear the wrong codes before it. Raises
        TooManyAttemptsError, CodeWrongError.
        """
        key = (f"{one_name(account.name)}\0code", address)
        self._check(key)
        async with self._queue.one(address, known=self._spraying.knows(address)):
            self._check(key)
            found = await verify()
            if found is None:
                self._attempts.failed(key, self._now())
                self._spraying.failed(key)
                raise CodeWrongError
            self._attempts.succeeded(key)
            self._spraying.succeeded(key)
            return found

    async def program(self, client: ClientCredentials | None, address: str) -> Account:
        """Sign in a provincial system or one of the services."""
        if client is None:
            raise WrongClientCredentialsError
        account = await self._account(_Claimed(one_name(client.name), AccountKind.CLIENT, client.secrets), address)
        if account is None:
            raise WrongClientCredentialsError(basic=client.basic)
        return account
