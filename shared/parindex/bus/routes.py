"""The two feeds over HTTP: contracts for other services, entries for auditors."""

import functools
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from parindex.auth import Asker, Role, allow
from parindex.bus.contract_feed import ahead, contract_feed
from parindex.bus.message import MOST_IN_PAGE, encode_message
from parindex.eventstore.audit_feed import audit_feed
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

    @router.get("/v1/contracts")
    async def read_contracts(
        asker: Annotated[Asker, allow(Role.SERVICE)],
        partition: Annotated[int, partitions],
        after: Position = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_IN_PAGE)] = MOST_IN_PAGE,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="seconds to wait for something new")] = 0.0,
    ) -> Response:
        """Thông điệp của dịch vụ này, từng phân vùng, cho các dịch vụ khác.

        What this service tells others, of one partition. An answer holds fewer than `limit` where they are long.
        """
        asker.checked = True  # our own processes read for all authorities alike
        message = await contract_feed(log, partition, after, limit)
        if wait and not message.events:
            await log.watcher.wait_past(after, partition, wait)
            message = await contract_feed(log, partition, after, limit)
        return Response(encode_message(message), media_type="application/json")

    stands = Query(min_length=log.partitions, max_length=log.partitions, description="one for each partition, in order")

    @router.get("/v1/contracts/ahead")
    async def count_ahead(
        asker: Annotated[Asker, allow(Role.SERVICE)], after: Annotated[list[Stand], stands]
    ) -> list[int]:
        """Mỗi phân vùng còn bao nhiêu thông điệp sau một vị trí; không đếm quá xa.

        How many contracts each partition holds after a position. Of its own no more than 50,000 are counted, nor of
        those that are told to every partition: whoever is further behind sees a number from there to 100,000.
        """
        asker.checked = True
        return await ahead(log, after)

    return router


def _entries(log: Log) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/feed", response_class=StreamingResponse)
    async def read_feed(
        asker: Annotated[Asker, allow(Role.AUDITOR, Role.SERVICE)],
        after: Position = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 1_000,
    ) -> StreamingResponse:
        """Mọi bản ghi của sổ, nguyên văn từng byte, cho kiểm toán.

        Every entry, in its exact bytes: NDJSON, one a line. For an authority that an auditor does not audit, the line
        holds the entry's SHA-256 instead.
        """
        asker.checked = True  # each entry's authority is, on its way out
        shown = None if asker.principal.has(Role.SERVICE) else functools.cache(asker.may)
        return StreamingResponse(audit_feed(log, after, limit, shown), media_type="application/x-ndjson")

    return router
