"""The two feeds over HTTP: contracts for other services, entries for auditors."""

import functools
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from parindex.auth import Asker, Role, allow
from parindex.bus.message import MOST_IN_PAGE, encode_message
from parindex.eventstore.feeds import ahead, audit_feed, contract_feed
from parindex.eventstore.log import Log

LONGEST_WAIT = 30.0
"""Seconds that a question may be held."""
MOST_ENTRIES = 10_000_000
"""Entries in one answer; it is streamed in pages."""

Position = Annotated[int, Query(ge=0, lt=2**63, description="read on after this position")]
Stand = Annotated[int, Field(ge=0, lt=2**63)]


def feed_routes(log: Log) -> APIRouter:
    """Serve the feeds of a log."""
    router = APIRouter(tags=["feeds"])
    router.include_router(_contracts(log))
    router.include_router(_entries(log))
    return router


def _contracts(log: Log) -> APIRouter:
    router = APIRouter()
    partitions = Query(ge=0, lt=log.partitions)

    @router.get("/v1/contracts", summary="What this service tells others, of one partition")
    async def read_contracts(
        asker: Annotated[Asker, allow(Role.SERVICE)],
        partition: Annotated[int, partitions],
        after: Position = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_IN_PAGE)] = MOST_IN_PAGE,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="seconds to wait for something new")] = 0.0,
    ) -> Response:
        asker.checked = True  # our own processes read for all authorities alike
        message = await contract_feed(log, partition, after, limit)
        if wait and not message.events:
            await log.watcher.wait_past(after, partition, wait)
            message = await contract_feed(log, partition, after, limit)
        return Response(encode_message(message), media_type="application/json")

    stands = Query(min_length=log.partitions, max_length=log.partitions, description="one for each partition, in order")

    @router.get("/v1/contracts/ahead", summary="How many contracts each partition holds after a position")
    async def count_ahead(
        asker: Annotated[Asker, allow(Role.SERVICE)], after: Annotated[list[Stand], stands]
    ) -> list[int]:
        asker.checked = True
        return await ahead(log, after)

    return router


def _entries(log: Log) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/feed", summary="Every entry, in its exact bytes", response_class=StreamingResponse)
    async def read_feed(
        asker: Annotated[Asker, allow(Role.AUDITOR, Role.SERVICE)],
        after: Position = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 1_000,
    ) -> StreamingResponse:
        """Read NDJSON, one entry a line. An auditor gets the entries of the authorities that they audit."""
        asker.checked = True  # each entry's authority is, on its way out
        shown = None if asker.principal.has(Role.SERVICE) else functools.cache(asker.may)
        return StreamingResponse(audit_feed(log, after, limit, shown), media_type="application/x-ndjson")

    return router
