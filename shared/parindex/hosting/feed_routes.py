"""The two feeds over HTTP: a service's contracts for other services, and its log entries for auditors."""

import functools
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.bus.contract_feed import ahead, feed_page
from parindex.bus.message import MOST_IN_PAGE, Message, encode_message
from parindex.eventstore.audit_feed import audit_feed
from parindex.eventstore.log import Log
from parindex.eventstore.log_head import LogHead, head_after, log_head
from parindex.http.fields import Seconds, Whole
from parindex.http.openapi_shape import typed
from parindex.http.problems import problems

LONGEST_WAIT = 30.0
"""Seconds that a long poll may wait."""
MOST_ENTRIES = 10_000_000
"""Entries in one answer; it is streamed in pages."""
NDJSON = "application/x-ndjson"

Position = Annotated[Whole, Query(ge=0, lt=2**63, description="read on after this position")]
Applied = Annotated[Whole, Field(ge=0, lt=2**63)]


class LogOut(BaseModel):
    """Nơi sổ kết thúc. The head of the log: its newest entry."""

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


def _header(description: str) -> dict[str, object]:
    return {"description": description, "schema": {"type": "string"}}


HEADERS = {
    "Parindex-Log-Origin": _header("origin of the log's entries"),
    "Parindex-Log-Epoch": _header("epoch of the log"),
    "Parindex-Log-Head": _header("position of the newest entry"),
    "Parindex-Log-Hash": _header("SHA-256 of the newest entry's exact bytes, in hex"),
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
    _add_contracts(router, log)
    _add_entries(router, log)
    return router


def _add_contracts(router: APIRouter, log: Log) -> None:
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

        The contracts of one partition that this service publishes. An answer has fewer than `limit` if they are long.
        503 `entry-untranslated`: the next entry can't be translated. None is skipped, so the partition waits.
        """
        asker.checked = True  # the system's own processes read for every authority
        if wait:
            await log.watcher.wait_past(after, partition, wait)
        message, head = await feed_page(log, partition, after, limit)
        return Response(encode_message(message), media_type="application/json", headers=head.headers)

    applied = Query(min_length=log.partitions, max_length=log.partitions, description="one per partition, in order")

    @router.get("/v1/contracts/ahead")
    async def count_ahead(
        asker: Annotated[Asker, allow(Role.SERVICE)], after: Annotated[list[Applied], applied]
    ) -> list[int]:
        """Mỗi phân vùng còn bao nhiêu thông điệp sau một vị trí; không đếm quá xa.

        The number of contracts after a position, of each partition. Counts stop at 50,000 contracts of the partition
        and 50,000 broadcast contracts.
        """
        asker.checked = True
        return await ahead(log, after)


def _add_entries(router: APIRouter, log: Log) -> None:
    @router.get("/v1/log")
    async def read_log_head(asker: Annotated[Asker, allow(Role.AUDITOR, Role.SERVICE)]) -> LogOut:
        """Nơi sổ kết thúc: vị trí và mã băm của bản ghi mới nhất.

        The head of the log. With a stored answer, an auditor can check later that the log still has these entries.
        """
        asker.checked = True  # a hash reveals nothing of an entry's content
        return _out(await log_head(log))

    @router.get("/v1/feed", response_class=StreamingResponse, responses={200: LINES, **problems(409)})
    async def read_feed(
        asker: Annotated[Asker, allow(Role.AUDITOR, Role.SERVICE, reads="feed")],
        after: Position = 0,
        limit: Annotated[Whole, Query(ge=1, le=MOST_ENTRIES)] = 1_000,
    ) -> StreamingResponse:
        """Mọi bản ghi của sổ, nguyên văn từng byte, cho kiểm toán.

        Every entry, in its exact bytes: NDJSON, one per line. For an authority that the auditor does not audit, the
        line has the entry's SHA-256 instead. The headers name the head at that moment, which is the last line if
        `limit` allows. An `after` beyond the head is refused with 409 `beyond-log-head`: the log has shrunk.
        """
        asker.checked = True  # `audit_feed` checks each entry's authority
        shown = None if asker.principal.has(Role.SERVICE) else functools.cache(asker.may)
        head = await head_after(log, after)
        lines = audit_feed(log, after, limit, shown, head.position)
        return StreamingResponse(lines, media_type=NDJSON, headers=head.headers)


def _out(head: LogHead) -> LogOut:
    return LogOut(
        origin=head.origin, source=head.source, epoch=head.epoch, head=head.position, hash=head.hash,
        recorded_at=head.recorded_at,
    )  # fmt: skip
