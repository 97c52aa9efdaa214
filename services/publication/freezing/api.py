"""HTTP in: the office seals a settled round, and sees beforehand what is in the way."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from parindex.auth import Asker, Role, allow
from parindex.contracts.unknown import EditionUnknownError, RoundUnknownError
from parindex.eventstore.appending import Appended, Metadata
from parindex.eventstore.command_handling import execute, load
from parindex.eventstore.vault import seal
from parindex.http.body import Body, example
from parindex.http.fields import EditionNumber, Note, RoundId
from parindex.http.openapi_shape import typed
from parindex.http.problems import ProblemPlace, problems
from parindex.http.write_endpoints import WRITE, AtDoor, receipt
from parindex.service import ServiceContext
from publication.freezing.commands import FreezeResult
from publication.freezing.decisions import Result, freezing, next_of
from publication.freezing.events import stream_of
from publication.freezing.queries import heard_of
from publication.freezing.readiness import Materials, draft_of, newest_settlement, obstacles
from publication.freezing.shelf import keep, take
from publication.freezing.snapshot import Header, Snapshot

READERS = (Role.OFFICE, Role.COUNCIL, Role.PUBLISHER, Role.AUDITOR)


class FreezeIn(Body):
    """Niêm phong kết quả. Seal the result of a settled round as its next edition."""

    model_config = example(reason="Đính chính điểm tiêu chí 1.1 của một đơn vị.")

    reason: Note = Field(
        default="",
        description="Lý do đính chính, sẽ được công khai; bắt buộc từ ấn bản 2. Why the edition before is corrected.",
    )


class ObstacleOut(BaseModel):
    """Something that has to be mended before the round can be sealed."""

    code: str
    vi: str
    en: str
    places: list[ProblemPlace]


class FrozenOut(BaseModel):
    """A sealed edition, public or not."""

    edition: int
    settling: int
    checksum: str
    supersedes: str


class FreezingOut(BaseModel):
    """How far the sealing of a round is. `settling` 0: none was heard of."""

    round: str
    settling: int
    ready: bool
    obstacles: list[ObstacleOut]
    editions: list[FrozenOut]


def routes(context: ServiceContext) -> APIRouter:
    """Write and read routes of the sealing."""
    router = APIRouter()

    @router.post("/v1/rounds/{round}/editions", **WRITE)
    async def freeze_result(
        round: RoundId,
        door: AtDoor,
        asker: Annotated[Asker, allow(Role.OFFICE)],
        body: FreezeIn | None = None,
    ) -> Response:
        """Niêm phong đợt đã chốt thành ấn bản tiếp theo; chưa công bố gì.

        Seal the settled round as its next edition; nothing is public before it is announced.
        """
        materials = await _asked(context, asker, round)
        sealed = [seal(body.reason, "comment")] if body and body.reason else []
        metadata = door.metadata(asker, materials.opened.authority, context.now(), sealed)
        return receipt(await _freeze(context, materials, metadata, door.if_match), stream_of(round))

    @router.get("/v1/rounds/{round}/freezing", responses=problems(401, 403, 404))
    async def freezing_state(round: RoundId, asker: Annotated[Asker, allow(*READERS, reads="freezing")]) -> FreezingOut:
        """Còn vướng gì, đã niêm phong những gì. What is in the way of sealing the round, and what is sealed of it."""
        materials = await _asked(context, asker, round)
        return _state(materials, (await load(context.log, stream_of(round), freezing)).state)

    @router.get("/v1/rounds/{round}/freezing/{edition}", responses=_SNAPSHOT)
    async def frozen_snapshot(
        round: RoundId,
        edition: EditionNumber,
        asker: Annotated[Asker, allow(*READERS, reads="snapshot")],
    ) -> Response:
        """Bản chụp nguyên văn, xem lần cuối trước khi công bố. The exact bytes of a sealed edition, for a last look."""
        await _asked(context, asker, round)
        editions = (await load(context.log, stream_of(round), freezing)).state.editions
        if not 1 <= edition <= len(editions):
            raise EditionUnknownError
        return Response(await take(context.log, editions[edition - 1].checksum), media_type="application/json")

    return router


_SNAPSHOT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": typed(Snapshot)}}, "description": "The snapshot, byte for byte"},
    **problems(401, 403, 404),
}


async def _asked(context: ServiceContext, asker: Asker, round_id: str) -> Materials:
    """Return what was heard of the round, to somebody who has a right at its authority."""
    materials = await heard_of(context.engine, round_id, context.log.partitions)
    if materials is None:
        raise RoundUnknownError(round_id)
    asker.require(materials.opened.authority)
    return materials


async def _freeze(context: ServiceContext, materials: Materials, metadata: Metadata, expected: int | None) -> Appended:
    """Keep the bytes, then append the fact that names them; a retry is answered though things have moved on."""
    if metadata.idempotency and (
        before := await context.log.answered(metadata.idempotency, stream_of(materials.opened.round))
    ):
        return before
    stream, reason = stream_of(materials.opened.round), metadata.sealed[0].commitment if metadata.sealed else ""
    result = (await load(context.log, stream, freezing)).state
    edition, supersedes = next_of(result)
    draft = draft_of(materials, Header(edition=edition, sealed_at=metadata.at, supersedes=supersedes, reason=reason))
    command = FreezeResult(materials.opened, draft.settlement, draft.checksum, edition, supersedes, reason)
    freezing.decide(command, result)  # what is refused leaves no bytes behind
    await keep(context.log, draft.checksum, draft.snapshot)
    return await execute(context.log, stream, freezing, command, metadata, expected)


def _state(materials: Materials, result: Result) -> FreezingOut:
    settlement, found = newest_settlement(materials), list(obstacles(materials))
    return FreezingOut(
        round=materials.opened.round,
        settling=settlement.settling if settlement else 0,
        ready=not found,
        obstacles=[
            ObstacleOut(
                code=each.code,
                vi=each.vi,
                en=each.en,
                places=[ProblemPlace(at=place.at, vi=place.vi, en=place.en) for place in each.places],
            )
            for each in found
        ],
        editions=[
            FrozenOut(edition=one.edition, settling=one.settling, checksum=one.checksum, supersedes=one.supersedes)
            for one in result.editions
        ],
    )
