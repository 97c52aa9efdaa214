"""HTTP endpoints: the office freezes a settled round, and reads its blockers beforehand."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.contracts.unknown import EditionUnknownError, RoundUnknownError
from parindex.eventstore.appending import Appended, Metadata
from parindex.eventstore.command_handling import execute, load
from parindex.eventstore.sealing import seal
from parindex.http.openapi_shape import typed
from parindex.http.path_fields import EditionNumber, RoundId
from parindex.http.problems import problems
from parindex.http.write_endpoints import WRITE, IncomingWrite, receipt
from parindex.service import ServiceContext
from publication.freezing.bodies import FreezeIn, FreezingOut, freezing_out
from publication.freezing.commands import FreezeResult
from publication.freezing.decisions import freezing
from publication.freezing.drafts import draft_of
from publication.freezing.events import stream_of
from publication.freezing.queries import received_round
from publication.freezing.snapshot import Header, Snapshot
from publication.freezing.snapshot_store import load_snapshot, store_snapshot
from publication.freezing.state import ReceivedRound, next_of

READERS = (Role.OFFICE, Role.COUNCIL, Role.PUBLISHER, Role.AUDITOR)


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.post("/v1/rounds/{round}/editions", **WRITE)
    async def freeze_result(
        round: RoundId,
        write: IncomingWrite,
        asker: Annotated[Asker, allow(Role.OFFICE)],
        body: FreezeIn | None = None,
    ) -> Response:
        """Niêm phong đợt đã chốt thành ấn bản tiếp theo; chưa công bố gì.

        Freeze the settled round as its next edition; nothing is public before it is announced.
        """
        received = await _asked(context, asker, round)
        sealed = [seal(body.reason, "comment")] if body and body.reason else []
        metadata = write.metadata(asker, received.opened.authority, context.now(), sealed)
        return receipt(await _freeze(context, received, metadata, write.if_match), stream_of(round))

    @router.get("/v1/rounds/{round}/freezing", responses=problems(401, 403, 404))
    async def freezing_state(round: RoundId, asker: Annotated[Asker, allow(*READERS, reads="freezing")]) -> FreezingOut:
        """Còn vướng gì, đã niêm phong những gì. The blockers of the freezing, and the frozen editions."""
        received = await _asked(context, asker, round)
        return freezing_out(received, (await load(context.log, stream_of(round), freezing)).state)

    @router.get("/v1/rounds/{round}/freezing/{edition}", responses=_SNAPSHOT)
    async def frozen_snapshot(
        round: RoundId,
        edition: EditionNumber,
        asker: Annotated[Asker, allow(*READERS, reads="snapshot")],
    ) -> Response:
        """Bản chụp nguyên văn, xem lần cuối trước khi công bố. The exact bytes of a frozen edition, for a last look."""
        await _asked(context, asker, round)
        editions = (await load(context.log, stream_of(round), freezing)).state.editions
        if not 1 <= edition <= len(editions):
            raise EditionUnknownError
        return Response(await load_snapshot(context.log, editions[edition - 1].checksum), media_type="application/json")

    return router


_SNAPSHOT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": typed(Snapshot)}}, "description": "The snapshot, byte for byte"},
    **problems(401, 403, 404),
}


async def _asked(context: ServiceContext, asker: Asker, round_id: str) -> ReceivedRound:
    """Return the received data of a round, for an asker with a right at its authority."""
    received = await received_round(context.engine, round_id, context.log.partitions)
    if received is None:
        raise RoundUnknownError(round_id)
    asker.require(received.opened.authority)
    return received


async def _freeze(
    context: ServiceContext, received: ReceivedRound, metadata: Metadata, expected: int | None
) -> Appended:
    """Store the bytes, then append the event that names them; a retry gets the answer of the first command."""
    if metadata.idempotency and (
        before := await context.log.answered(metadata.idempotency, stream_of(received.opened.round))
    ):
        return before
    stream, reason = stream_of(received.opened.round), metadata.sealed[0].commitment if metadata.sealed else ""
    result = (await load(context.log, stream, freezing)).state
    edition, supersedes = next_of(result)
    draft = draft_of(received, Header(edition=edition, sealed_at=metadata.at, supersedes=supersedes, reason=reason))
    command = FreezeResult(received.opened, draft.settlement, draft.checksum, edition, supersedes, reason)
    freezing.decide(command, result)  # a refused command leaves no bytes behind
    await store_snapshot(context.log, draft.checksum, draft.snapshot)
    return await execute(context.log, stream, freezing, command, metadata, expected)
