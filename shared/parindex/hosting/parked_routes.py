"""`/v1/parked`: what could not be applied, for the office to see and to retry.

A consumer parks contracts of other services, a projection entries of its own log; both lie in one table.
"""

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Annotated

import asyncpg
import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role, allow
from parindex.bus.handler_context import decode_envelope
from parindex.bus.parking import Parking
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.parked_entries import EntryParking
from parindex.eventstore.projection import READER_PREFIX
from parindex.http.body import Body, example
from parindex.http.fields import Tidy, Whole
from parindex.instant import instant
from parindex.service import Service, ServiceContext
from parindex.values.texts import TextRule

MOST = 1_000
OLDEST_FIRST = """
SELECT reader, source, partition, position, stream, error, attempts, parked_at, contract FROM parked
ORDER BY parked_at, source, position
"""
PAGE = 200
"""Rows fetched at once: an authority's own may lie behind any number of another's."""


class ParkedOut(BaseModel):
    """A contract, or an entry of the own log, that waits until an operator fixes what keeps it from being applied."""

    reader: str = Field(description="the consumer, or `projection:` and the name of the read model, with its version")
    source: str
    partition: int
    position: int = Field(description="in the log of its source")
    subject: str = Field(description="the stream at its source; later contracts of it wait too")
    authority: str
    type: str
    error: str
    attempts: int
    parked_at: str


class RetryIn(Body):
    """Thử lại: một dòng, hoặc tất cả."""

    model_config = example(subject="sheet-h09-2026/H09.12")

    subject: Annotated[str, Tidy(TextRule(300))] = Field(default="", description="of this stream alone; empty: of all")


class RetryOut(BaseModel):
    applied: int
    still_parked: int


def parked_routes(service: Service, context: ServiceContext) -> APIRouter:
    """List and try again, for the office of the authority that it belongs to, and for our own processes."""
    router = APIRouter(tags=["parked"])
    admitted = allow(Role.OFFICE, Role.SERVICE)

    @router.get("/v1/parked")
    async def parked(
        asker: Annotated[Asker, admitted], limit: Annotated[Whole, Query(ge=1, le=MOST)] = 100
    ) -> list[ParkedOut]:
        """Thông điệp đang tạm giữ, cũ nhất trước. What is parked, the oldest first."""
        found = []
        async with aclosing(_visible(context, asker)) as rows:
            async for row in rows:
                found.append(row)
                if len(found) == limit:
                    break
        return found

    @router.post("/v1/parked/retries")
    async def retry_parked(body: RetryIn, asker: Annotated[Asker, admitted]) -> RetryOut:
        """Thử lại thông điệp tạm giữ; gọi nhiều lần cũng không sao.

        Retry what is parked. Harmless to repeat: each contract or entry is applied once, or stays parked.
        """
        subjects = {each.subject async for each in _visible(context, asker) if body.subject in {"", each.subject}}
        applied = await _retry(service, context, subjects)
        return RetryOut(applied=applied, still_parked=len([each async for each in _visible(context, asker)]))

    return router


async def _retry(service: Service, context: ServiceContext, subjects: Collection[str]) -> int:
    applied = 0
    for consumer in service.consumers:
        parking = Parking(consumer, context.log, context.engine, context.now)
        applied += sum([await parking.retry(subject) for subject in sorted(subjects)])
    for projection in service.projections:
        entries = EntryParking(context.log, context.engine, projection)
        applied += sum([await entries.retry(subject) for subject in sorted(subjects)])
    return applied


async def _visible(context: ServiceContext, asker: Asker) -> AsyncGenerator[ParkedOut, None]:
    """All that the asker may see, the oldest first."""
    asker.checked = True  # row by row; an empty table is nobody's
    everything = asker.principal.has(Role.SERVICE)  # our own processes look after all authorities alike
    async with context.log.pool.acquire() as connection, connection.transaction(readonly=True):
        async for row in connection.cursor(OLDEST_FIRST, prefetch=PAGE):
            authority, kind = _about(row)
            if everything or asker.may(authority):
                yield _told(row, authority, kind)


def _about(row: asyncpg.Record) -> tuple[str, str]:
    """Return the authority and the type; an entry whose bytes cannot be read is shown to our own processes alone."""
    if not row["reader"].startswith(READER_PREFIX):
        envelope = decode_envelope(row["contract"])
        return envelope.authority, envelope.type
    try:
        entry = decode_entry(row["contract"])
    except msgspec.MsgspecError:
        return "", ""
    return entry.authority, entry.type


def _told(row: asyncpg.Record, authority: str, kind: str) -> ParkedOut:
    return ParkedOut(
        reader=row["reader"],
        source=row["source"],
        partition=row["partition"],
        position=row["position"],
        subject=row["stream"],
        authority=authority,
        type=kind,
        error=row["error"],
        attempts=row["attempts"],
        parked_at=instant(row["parked_at"]),
    )
