"""Kiosks' secrets: digests beside the log, never in it. `codes.py` has their one-time codes.

A token is looked up at most once every `TRUSTED` seconds in each process. That a kiosk is revoked does not wait for
this: every route that a kiosk may use decides on its stream's state, which says so at once, in every process. Only the
token of a device that was replaced by another may live on for these seconds.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.auth import Asker, ForbiddenError, Principal, Right, Role
from parindex.auth.devices import digest_of
from parindex.service import ServiceContext
from survey.enrolling.events import stream_of

TRUSTED = 2.0
"""Seconds."""

MOST_KNOWN = 10_000
"""Kiosks remembered in one process."""


class KnownKiosks:
    """Says whose token it is. `clock` counts seconds and never goes back."""

    def __init__(self, pool: asyncpg.Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._known: OrderedDict[str, tuple[Principal, float]] = OrderedDict()

    async def __call__(self, bearer: str) -> Principal | None:
        """Return the kiosk of this token; None where no kiosk has it, or has it no longer."""
        digest = digest_of(bearer)
        known = self._known.get(digest)
        if known is not None and self._clock() < known[1]:
            return known[0]
        found = await self._look_up(digest)
        if found is None:
            self._known.pop(digest, None)
            return None
        self._known[digest] = (found, self._clock() + TRUSTED)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return found

    async def _look_up(self, digest: str) -> Principal | None:
        row = await self._pool.fetchrow("SELECT kiosk, unit FROM kiosk_secrets WHERE digest = $1", digest)
        if row is None:
            return None
        return Principal(stream_of(row["kiosk"]), (Right(Role.KIOSK, row["unit"]),), device=True)


def kiosks_of(context: ServiceContext) -> Callable[[str], Awaitable[Principal | None]]:
    """For the service's `devices`."""
    return KnownKiosks(context.log.pool)


async def store_secret(connection: AsyncConnection, kiosk: str, unit: str, secret: str) -> None:
    """Make this the kiosk's one token."""
    await connection.execute(
        text(
            "INSERT INTO kiosk_secrets (kiosk, unit, digest) VALUES (:kiosk, :unit, :digest)"
            " ON CONFLICT (kiosk) DO UPDATE SET digest = excluded.digest"
        ),
        {"kiosk": kiosk, "unit": unit, "digest": digest_of(secret)},
    )


async def is_its_secret(connection: AsyncConnection, kiosk: str, secret: str) -> bool:
    """Return whether this is the kiosk's token at present."""
    query = text("SELECT 1 FROM kiosk_secrets WHERE kiosk = :kiosk AND digest = :digest")
    return (await connection.execute(query, {"kiosk": kiosk, "digest": digest_of(secret)})).first() is not None


async def forget(connection: AsyncConnection, kiosk: str) -> None:
    """Void the kiosk's token."""
    await connection.execute(text("DELETE FROM kiosk_secrets WHERE kiosk = :kiosk"), {"kiosk": kiosk})


def require_itself(asker: Asker, kiosk: str) -> None:
    """Raise ForbiddenError unless it is this kiosk that asks, with a device's secret: an account may be called so."""
    if not asker.principal.device or asker.subject != stream_of(kiosk):
        raise ForbiddenError
    asker.require(asker.principal.rights[0].node)
