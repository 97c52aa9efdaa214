"""`/v1/parked`: the dead letters of a service, which the office lists and retries.

A consumer parks contracts of other services, a projection parks entries of its own log; both are in one table.
"""

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Annotated

import asyncpg
import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
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
"""Rows per fetch: any number of other authorities' rows may come before an authority's own."""


class ParkedOut(BaseModel):
    """A dead letter: a contract, or an entry of the own log, that waits until the operator fixes the cause."""

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
    """Serve the dead letters to the office of their authority and to the system's own processes."""
    router = APIRouter(tags=["parked"])
    admitted = allow(Role.OFFICE, Role.SERVICE)

    @router.get("/v1/parked")
    async def parked(
        asker: Annotated[Asker, admitted], limit: Annotated[Whole, Query(ge=1, le=MOST)] = 100
    ) -> list[ParkedOut]:
        """Thông điệp đang tạm giữ, cũ nhất trước. The dead letters, oldest first."""
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

        Retry the dead letters. The request may be repeated: each contract or entry is applied once, or stays parked.
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
    """Yield the dead letters that the asker may see, oldest first."""
    asker.checked = True  # each row is checked below; an empty table has no authority
    everything = asker.principal.has(Role.SERVICE)  # the system's own processes see every authority
    async with context.log.pool.acquire() as connection, connection.transaction(readonly=True):
        async for row in connection.cursor(OLDEST_FIRST, prefetch=PAGE):
            authority, kind = _about(row)
            if everything or asker.may(authority):
                yield _out(row, authority, kind)


def _about(row: asyncpg.Record) -> tuple[str, str]:
    """Return authority and type; ("", "") for an unreadable entry, which only the system's own processes see."""
    if not row["reader"].startswith(READER_PREFIX):
        envelope = decode_envelope(row["contract"])
        return envelope.authority, envelope.type
    try:
        entry = decode_entry(row["contract"])
    except msgspec.MsgspecError:
        return "", ""
    return entry.authority, entry.type


def _out(row: asyncpg.Record, authority: str, kind: str) -> ParkedOut:
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
