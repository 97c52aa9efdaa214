"""Runs the log of accounts and rights beside the issuer, and keeps it equal to the accounts file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LocalIssuer
from parindex.running.resources import Clock, Resources, open_resources
from parindex.running.settings import Settings
from parindex.sign_in.register import Register
from parindex.sign_in.service import SIGN_IN


@asynccontextmanager
async def registering(
    settings: Settings, issuer: LocalIssuer, accounts: Accounts, now: Clock
) -> AsyncIterator[Resources]:
    """Open the log, bring it to what the accounts are now, and go on following their file until the end.

    Raises what the database driver raises.
    """
    async with open_resources(SIGN_IN, settings, now) as held:
        register = Register(held.log, issuer, accounts, now)
        await register.keep()
        following = asyncio.create_task(register.follow(), name="accounts-file")
        try:
            yield held
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
