"""Follows the accounts file while the issuer runs: its accounts may sign in, and the log records each change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LocalIssuer
from parindex.hosting.resources import Resources, open_resources
from parindex.hosting.settings import Settings
from parindex.hosting.supervisor import in_background
from parindex.instant import Clock
from parindex.sign_in.register import Register, reread_forever
from parindex.sign_in.service import SIGN_IN

TASK = "accounts-file"


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
        async with in_background(register.follow(), TASK):
            yield held


@asynccontextmanager
async def rereading(accounts: Accounts) -> AsyncIterator[None]:
    """Follow the accounts file of an issuer without a log."""
    async with in_background(reread_forever(accounts), TASK):
        yield
