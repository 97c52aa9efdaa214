"""The two feeds over HTTP: contracts for other services, entries for auditors."""

import functools
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role, allow
from parindex.bus.contract_feed import ahead, feed_page
from parindex.bus.message import MOST_IN_PAGE, Message, encode_message
from parindex.eventstore.audit_feed import audit_feed
from parindex.eventstore.log import Log
from parindex.eventstore.log_head import LogHead, head_after, log_head
from parindex.http.fields import Seconds, Whole
from parindex.http.openapi_shape import typed
from parindex.http.problems import problems

LONGEST_WAIT = 30.0
"""Seconds that a question may be held."""
MOST_ENTRIES = 10_000_000
"""Entries in one answer; it is streamed in pages."""
NDJSON = "application/x-ndjson"

Position = Annotated[Whole, Query(ge=0, lt=2**63, description="read on after this position")]
Stand = Annotated[Whole, Field(ge=0, lt=2**63)]


class LogOut(BaseModel):
    """Nơi sổ kết thúc. Where the log ends now."""

    origin: str = Field(description="of its entries: the installation and the source")
    source: str
    epoch: int = Field(description="grows when the database was restored from an earlier copy")
    head: int = Field(description="position of the newest entry, and the number of entries")
    hash: str = Field(description="SHA-256 of the exact bytes of the newest entry, in hex; 64 zeros in an empty log")
    recorded_at: str = Field(description="when the newest entry was recorded")


class FeedLineOut(BaseModel):
    """Một dòng của sổ. One line: `entry`, or `sha256` where the reader may not see the entry. docs/formats/feed.md."""

    entry: dict[str, object] | None = Field(default=None, description="the exact bytes; docs/formats/entry.md")
    position: int
    recorded_at: str
    sha256: str | None = Field(default=None, description="of the entry's exact bytes, in hex")


def _said(name: str) -> dict[str, object]:
    return {"description": name, "schema": {"type": "string"}}


HEADERS = {
    "Parindex-Log-Origin": _said("origin of the log's entries"),
    "Parindex-Log-Epoch": _said("epoch of the log"),
    "Parindex-Log-Head": _said("position of the newest entry"),
    "Parindex-Log-Hash": _said("SHA-256 of the newest entry's exact bytes, in hex"),
}
LINES = {
    "description": "One line for each entry, up to the head that the headers name",
    "headers": HEADERS,
    "content": {NDJSON: {"schema": FeedLineOut.model_json_schema()}},
}
PAGE = {
    "description": "A message of the bus",
    "headers": HEADERS,
    "content": {"application/json": {"schema": typed(Message)}},
}


def feed_routes(log: Log) -> APIRouter:
    """Serve the feeds of a log."""
    router = APIRouter(tags=["feeds"])
    router.include_router(_contracts(log))
    router.include_router(_entries(log))
    return router


def _contracts(log: Log) -> APIRouter:
    router = APIRouter()
    partitions = Query(ge=0, lt=log.partitions)

    @router.get("/v1/contracts", responses={200: PAGE, **problems(503)})
    async def read_contracts(
        asker: Annotated[Asker, allow(Role.SERVICE)],
        partition: Annotated[Whole, partitions],
        after: Position = 0,
        limit: Annotated[Whole, Query(ge=1, le=MOST_IN_PAGE)] = MOST_IN_PAGE,
        wait: Annotated[Seconds, Query(ge=0, le=LONGEST_WAIT, description="seconds to wait for something new")] = 0.0,
    ) -> Response:
        """Thông điệp của dịch vụ này, từng phân vùng, cho các dịch vụ khác.

        What this service tells others, of one partition. An answer holds fewer than `limit` where they are long.
        503 `entry-untranslated`: the program cannot make the next contract; it leaves none out, so the partition waits.
        """
        asker.checked = True  # our own processes read for all authorities alike
        if wait:
            await log.watcher.wait_past(after, partition, wait)
        message, head = await feed_page(log, partition, after, limit)
        return Response(encode_message(message), media_type="application/json", headers=head.headers)

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

    @router.get("/v1/log")
    async def read_log_head(asker: Annotated[Asker, allow(Role.AUDITOR, Role.SERVICE)]) -> LogOut:
        """Nơi sổ kết thúc: vị trí và mã băm của bản ghi mới nhất.

        Where the log ends now. Whoever keeps this answer can tell later whether the log is still the same.
        """
        asker.checked = True  # a hash says nothing of what is in an entry
        return _out(await log_head(log))

    @router.get("/v1/feed", response_class=StreamingResponse, responses={200: LINES, **problems(409)})
    async def read_feed(
        asker: Annotated[Asker, allow(Role.AUDITOR, Role.SERVICE, reads="feed")],
        after: Position = 0,
        limit: Annotated[Whole, Query(ge=1, le=MOST_ENTRIES)] = 1_000,
    ) -> StreamingResponse:
        """Mọi bản ghi của sổ, nguyên văn từng byte, cho kiểm toán.

        Every entry, in its exact bytes: NDJSON, one a line. For an authority that an auditor does not audit, the line
        holds the entry's SHA-256 instead. The headers name the head at that moment, which is the last line where
        `limit` allows. An `after` beyond the head is refused with 409 `beyond-log-head`: the log has shrunk.
        """
        asker.checked = True  # each entry's authority is, on its way out
        shown = None if asker.principal.has(Role.SERVICE) else functools.cache(asker.may)
        head = await head_after(log, after)
        lines = audit_feed(log, after, limit, shown, head.position)
        return StreamingResponse(lines, media_type=NDJSON, headers=head.headers)

    return router


def _out(head: LogHead) -> LogOut:
    return LogOut(
        origin=head.origin, source=head.source, epoch=head.epoch, head=head.position, hash=head.hash,
        recorded_at=head.recorded_at,
    )  # fmt: skip
