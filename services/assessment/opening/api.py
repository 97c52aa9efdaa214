"""The office's door: open a round, see how far it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response

from assessment.appraising.queries import Progress, progress_of
from assessment.enacting.queries import CriteriaSetUnknownError, criteria_set_of
from assessment.opening.bodies import AppraiserIn, BlockOut, RoundIn, RoundOut, UnitOut
from assessment.opening.commands import OpenRound
from assessment.opening.decisions import opening
from assessment.opening.events import stream_of
from assessment.opening.queries import FoundRound, ListedRound, listed_rounds, round_of
from parindex.auth import Asker, ForbiddenError, Role, allow, covers, signed_in
from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet
from parindex.eventstore.executing import execute
from parindex.eventstore.log import Log
from parindex.http.doors import EDITABLE, WRITE, AtDoor, etag, receipt
from parindex.http.fields import RoundId
from parindex.instant import instant
from parindex.service import World

Onlooker = Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL, Role.APPRAISER, Role.UNIT, Role.SURVEYOR, Role.AUDITOR)]


def routes(world: World) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    @router.post("/v1/rounds", **WRITE)
    async def open_round(body: RoundIn, door: AtDoor, asker: Annotated[Asker, allow(Role.OFFICE)]) -> Response:
        """Mở một đợt: khối, đơn vị, bộ chỉ số, thời hạn, cơ quan thẩm định từng tiêu chí."""
        asker.require(body.authority)
        now, stream = world.now(), stream_of(body.round)
        command = command_of(body, await _sets_for(world.log, body), instant(now))
        act = door.act(asker, body.authority, now)
        return receipt(await execute(world.log, stream, opening, command, act, door.if_match), stream)

    @router.get("/v1/rounds")
    async def list_rounds(asker: Annotated[Asker, signed_in]) -> list[ListedRound]:
        """Các đợt của những cơ quan mà người hỏi có quyền ở đó, trên đó hoặc dưới đó; mới nhất trước."""
        nodes = [right.node for right in asker.principal.rights]
        return [listed for listed in await listed_rounds(world.engine) if _concerns(listed.authority, nodes)]

    @router.get("/v1/rounds/{round}", responses=EDITABLE)
    async def read_round(round: RoundId, asker: Onlooker, response: Response) -> RoundOut:
        """Một đợt và tiến độ của các đơn vị mà người hỏi được xem."""
        found = await round_of(world.log, round)
        _check_belongs(asker, found.opened.authority)
        response.headers["ETag"] = etag(found.version)
        return _shown(found, await progress_of(world.engine, round), asker)

    return router


async def _sets_for(log: Log, body: RoundIn) -> Mapping[str, CriteriaSet]:
    sets = {}
    for code in {block.criteria_set for block in body.blocks}:
        try:
            enacted = await criteria_set_of(log, code)
        except CriteriaSetUnknownError:
            continue  # the rules name every block that asks for it
        if covers(enacted.authority, body.authority):
            sets[code] = enacted.criteria_set
    return sets


def command_of(body: RoundIn, sets: Mapping[str, CriteriaSet], at: str) -> OpenRound:
    """Return the command that a body asks for; `sets` are those that exist and that the authority may use."""
    window = body.press_window
    return OpenRound(
        authority=body.authority,
        round=body.round,
        year=body.year,
        title=body.title,
        reference=body.reference,
        blocks=tuple(block.told() for block in body.blocks),
        appraisers=tuple(entry.told() for entry in body.appraisers),
        self_scoring_until=_instant(body.deadlines.self_scoring),
        appraisal_until=_instant(body.deadlines.appraisal),
        sets=sets,
        at=at,
        pressed_from=_instant(window.since) if window else "",
        pressed_until=_instant(window.until) if window else "",
        four_eyes=body.four_eyes,
    )


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else instant(moment)


def _concerns(authority: str, nodes: Sequence[str]) -> bool:
    """Tell whether somebody with rights at these nodes takes part in the rounds of an authority."""
    return any(covers(node, authority) or covers(authority, node) for node in nodes)


def _check_belongs(asker: Asker, authority: str) -> None:
    """Whoever has a role in the authority, at whatever unit of it, may know that the round is there."""
    below = [right for right in asker.principal.rights if right.role in asker.rule.roles]
    if not asker.may(authority) and not any(covers(authority, right.node) for right in below):
        raise ForbiddenError


def _shown(found: FoundRound, progress: Mapping[str, Progress], asker: Asker) -> RoundOut:
    opened, state = found.opened, found.state
    return RoundOut(
        authority=opened.authority,
        round=opened.round,
        year=opened.year,
        title=opened.title,
        reference=opened.reference,
        self_scoring_until=opened.self_scoring_until,
        appraisal_until=opened.appraisal_until,
        pressed_from=opened.pressed_from,
        pressed_until=opened.pressed_until,
        closed=state.closed,
        closing=state.closing,
        blocks=[_block(block, progress, asker, _appraises(asker, found)) for block in opened.blocks],
        appraisers=[
            AppraiserIn(criterion=entry.criterion, appraiser=entry.appraiser, block=entry.block)
            for entry in opened.appraisers
        ],
        four_eyes=opened.four_eyes,
    )


def _appraises(asker: Asker, found: FoundRound) -> bool:
    return any(asker.principal.may(Role.APPRAISER, entry.appraiser) for entry in found.opened.appraisers)


def _block(block: Block, progress: Mapping[str, Progress], asker: Asker, sees_all: bool) -> BlockOut:  # noqa: FBT001  # private
    visible = block.units if sees_all else asker.visible(block.units, lambda unit: unit.code)
    units = [_unit(unit.code, unit.name, progress.get(unit.code)) for unit in visible]
    return BlockOut(code=block.code, name=block.name, criteria_set=block.criteria_set, units=units)


def _unit(code: str, name: str, progress: Progress | None) -> UnitOut:
    if progress is None:
        return UnitOut(code=code, name=name)
    return UnitOut(
        code=code,
        name=name,
        claims=progress.claims,
        submitted_at=progress.submitted_at,
        findings=progress.findings,
        completed=progress.completed,
    )
