"""Follows the accounts file while the issuer runs: its accounts may sign in, and the log records each change."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LocalIssuer
from parindex.hosting.resources import Resources, open_resources
from parindex.hosting.settings import Settings
from parindex.instant import Clock
from parindex.sign_in.register import Register, reread_forever
from parindex.sign_in.service import SIGN_IN


@asynccontextmanager
async def registering(
    settings: Settings, issuer: LocalIssuer, accounts: Accounts, now: Clock, *, alone: bool = False
) -> AsyncIterator[Resources]:
    """Open the log, record the present accounts, and follow their file until the context ends.

    Raises the database driver's errors.
    """
    async with open_resources(SIGN_IN, settings, now, alone=alone) as held:
        register = Register(held.log, issuer, accounts, now)
        await register.keep()
        async with _meanwhile(register.follow()):
            yield held


@asynccontextmanager
async def rereading(accounts: Accounts) -> AsyncIterator[None]:
    """Follow the accounts file of an issuer without a log."""
    async with _meanwhile(reread_forever(accounts)):
        yield


@asynccontextmanager
async def _meanwhile(loop: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    following = asyncio.create_task(loop, name="accounts-file")
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
