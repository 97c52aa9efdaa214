"""HTTP endpoints: the publisher announces an edition; programs read public results."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, public
from parindex.contracts.unknown import RoundUnknownError
from parindex.eventstore.command_handling import execute
from parindex.http.fields import Whole
from parindex.http.openapi_shape import typed
from parindex.http.path_fields import EditionNumber, RoundId
from parindex.http.problems import problems
from parindex.http.write_endpoints import WRITE, IncomingWrite, receipt
from parindex.service import ServiceContext
from publication.announcing import answers
from publication.announcing.answers import Renderings
from publication.announcing.bodies import (
    AnnouncedOut,
    EditionsOut,
    ResultOut,
    ResultsOut,
    edition_of,
    result_csv,
    result_json,
)
from publication.announcing.commands import AnnounceResult
from publication.announcing.decisions import announcing
from publication.announcing.queries import announced_rounds, public_bytes, public_editions, reasons_of
from publication.freezing.events import stream_of
from publication.freezing.queries import FrozenEdition, editions_of
from publication.freezing.refusals import SnapshotDamagedError
from publication.freezing.snapshot import Snapshot, read_snapshot

Wanted = Annotated[
    Whole | None,
    Query(ge=1, le=10_000, description="Ấn bản muốn xem; mặc định là ấn bản mới nhất. The newest where absent."),
]


class CsvResponse(Response):
    """A table for spreadsheets."""

    media_type = "text/csv"


_CSV: dict[int | str, dict[str, Any]] = {
    **answers.TAGGED,
    200: {
        **answers.TAGGED[200],
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "UTF-8 with a byte order mark",
    },
    **problems(404),
}
_BYTES: dict[int | str, dict[str, Any]] = {
    **answers.TAGGED,
    200: {
        **answers.TAGGED[200],
        "content": {"application/json": {"schema": typed(Snapshot)}},
        "description": "The exact bytes whose SHA-256 is the checksum",
    },
    **problems(404),
}
_JSON: dict[int | str, dict[str, Any]] = {**answers.TAGGED, **problems(404)}


def routes(context: ServiceContext) -> APIRouter:
    """Write and read routes of the announcement."""
    router, renderings = APIRouter(), Renderings()
    open_to_all: dict[str, Any] = {"dependencies": [public], "openapi_extra": answers.ASKED}

    @router.post("/v1/rounds/{round}/editions/{edition}/announcement", **WRITE)
    async def announce_result(
        round: RoundId,
        edition: EditionNumber,
        write: IncomingWrite,
        asker: Annotated[Asker, allow(Role.PUBLISHER, Role.OFFICE)],
    ) -> Response:
        """Công bố một ấn bản đã niêm phong; không rút lại được. Make a frozen edition public; it stays so.

        Người niêm phong không tự công bố. The account that froze the edition may not announce it.
        """
        known = await editions_of(context.log, round)
        if not known or not asker.may(known[0].authority):
            raise RoundUnknownError(round)  # whether there is a result before it is public concerns its authority alone
        stream, metadata = stream_of(round), write.metadata(asker, known[0].authority, context.now())
        frozen_by = known[edition - 1].frozen_by if edition <= len(known) else ""
        command = AnnounceResult(round, edition, by=metadata.actor, frozen_by=frozen_by)
        return receipt(await execute(context.log, stream, announcing, command, metadata, write.if_match), stream)

    @router.get("/v1/results", response_model=ResultsOut, responses=answers.TAGGED, **open_to_all)
    async def announced_results(request: Request) -> Response:
        """Các đợt đã công bố kết quả. List the rounds that have a public result."""
        found = [
            AnnouncedOut.model_validate(one, from_attributes=True)
            for one in await announced_rounds(context.log, context.engine)
        ]
        return _json(request, ResultsOut(results=found))

    @router.get("/v1/rounds/{round}/editions", response_model=EditionsOut, responses=_JSON, **open_to_all)
    async def round_editions(round: RoundId, request: Request) -> Response:
        """Các ấn bản đã công bố, cũ nhất trước. List the public editions of a round, oldest first."""
        found = await public_editions(context.log, round)
        reasons = await reasons_of(context.log, found)
        shown = [
            edition_of(
                one, reasons.get(one.number, ""), found[-1], await _files(context, renderings, round, one.number)
            )
            for one in found
        ]
        return _json(request, EditionsOut(round=round, editions=shown))

    @router.get("/v1/rounds/{round}/editions/{edition}/snapshot", responses=_BYTES, **open_to_all)
    async def edition_snapshot(round: RoundId, edition: EditionNumber, request: Request) -> Response:
        """Bản chụp nguyên văn của một ấn bản đã công bố.

        Return its exact bytes; the ETag is their SHA-256 in hex, the edition's checksum.
        """
        found, raw = await public_bytes(context.log, round, edition)
        name = f"{round}-{found.number}.json"
        return answers.data(request, raw, "application/json", fixed=True, filename=name)

    @router.get("/v1/rounds/{round}/result", response_model=ResultOut, responses=_JSON, **open_to_all)
    async def round_result(round: RoundId, request: Request, edition: Wanted = None) -> Response:
        """Kết quả đã công bố. Return a public result."""
        found, raw = await public_bytes(context.log, round, edition)
        body = _result(renderings, found, raw, result_json)
        return answers.data(request, body, "application/json", fixed=edition is not None)

    @router.get("/v1/rounds/{round}/result.csv", response_class=CsvResponse, responses=_CSV, **open_to_all)
    async def round_result_csv(round: RoundId, request: Request, edition: Wanted = None) -> Response:
        """Kết quả đã công bố, dạng bảng tính. Return a public result as a table for spreadsheets."""
        found, raw = await public_bytes(context.log, round, edition)
        name, body = f"{round}-{found.number}.csv", _result(renderings, found, raw, result_csv)
        return answers.data(request, body, "text/csv; charset=utf-8", fixed=edition is not None, filename=name)

    return router


Write = Callable[[Snapshot, int, str], bytes]


def _result(renderings: Renderings, of: FrozenEdition, raw: bytes, write: Write) -> bytes:
    """Write a result whose snapshot was checked."""
    key = write.__name__, of.number, of.checksum
    return renderings.of(key, lambda: write(read_snapshot(raw), of.number, of.checksum))


async def _files(context: ServiceContext, renderings: Renderings, round_id: str, number: int) -> tuple[str, str] | None:
    """Return the checksums of an edition's result as JSON and as CSV; None where its snapshot is damaged."""
    try:
        found, raw = await public_bytes(context.log, round_id, number)
    except SnapshotDamagedError:
        return None
    as_json, as_csv = (_result(renderings, found, raw, write) for write in (result_json, result_csv))
    return hashlib.sha256(as_json).hexdigest(), hashlib.sha256(as_csv).hexdigest()


def _json(request: Request, body: BaseModel, *, fixed: bool = False) -> Response:
    return answers.data(request, body.model_dump_json().encode(), "application/json", fixed=fixed)
