"""The HTTP API of tallies: results of outside surveys come in, and accounts with a right read the tallies."""

from typing import Annotated, Final

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from parindex.auth import Asker, ForbiddenError, Role
from parindex.auth.fastapi import allow
from parindex.http.path_fields import RoundId
from parindex.http.problems import problems
from parindex.http.write_endpoints import WRITE, IncomingWrite, receipt
from parindex.service import ServiceContext
from survey.admitting.events import tallying_stream
from survey.admitting.queries import survey_named, tallies_of_units
from survey.admitting.state import Survey, UnitTally
from survey.tallying.bodies import CountOut, ReasonOut, StandingOut, TalliesOut, TallyIn, TallyOut
from survey.tallying.bringing_in import bring_in

MOST_ROWS: Final = 5_000
"""Rows brought in at once."""

Surveying = Annotated[Asker, allow(Role.OFFICE, Role.SURVEYOR)]
LOOKERS = (Role.OFFICE, Role.SURVEYOR, Role.AUDITOR, Role.COUNCIL, Role.APPRAISER, Role.UNIT, Role.LEADER)
Reading = Annotated[Asker, allow(*LOOKERS, reads="tallies")]


def routes(context: ServiceContext) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/rounds/{round}/tallies", **WRITE)
    async def bring_in_tallies(
        round: RoundId,
        rows: Annotated[list[TallyIn], Body(min_length=1, max_length=MOST_ROWS)],
        write: IncomingWrite,
        asker: Surveying,
    ) -> JSONResponse:
        """Nạp kết quả điều tra bên ngoài: nhận tất cả các dòng, hoặc không dòng nào.

        Bring in the results of an outside survey, all rows or none; they replace earlier ones from outside.
        """
        authority = (await survey_named(context.log, round)).authority
        asker.require(authority)
        metadata = write.metadata(asker, authority, context.now())
        done = await bring_in(context, round, [each.row() for each in rows], metadata)
        return receipt(done, tallying_stream(round))

    @router.get("/v1/rounds/{round}/tallies", responses=problems(404))
    async def current_tallies(round: RoundId, asker: Reading) -> TalliesOut:
        """Kết quả khảo sát đến lúc này; đơn vị chỉ thấy của mình. The tallies at present; a unit sees its own."""
        survey = await survey_named(context.log, round)
        units = _seen(survey, asker)
        by_unit = await tallies_of_units(context.log, round, units)
        lines = [_line(unit, line) for unit in units for line in by_unit[unit].lines]
        return TalliesOut(**_standing(round, survey).model_dump(), tallies=lines)

    @router.get("/v1/rounds/{round}/tallying", responses=problems(404))
    async def tallying_standing(round: RoundId, asker: Reading) -> StandingOut:
        """Khảo sát đã biết đợt chưa, đã đóng đến đâu. Whether survey knows the round, and how far its closing is."""
        survey = await survey_named(context.log, round)
        _seen(survey, asker)
        return _standing(round, survey)

    return router


def _seen(survey: Survey, asker: Asker) -> list[str]:
    units = asker.visible(survey.units(), lambda unit: unit)
    if not units:
        raise ForbiddenError
    return units


def _standing(round_id: str, survey: Survey) -> StandingOut:
    return StandingOut(
        round=round_id,
        stage=survey.stage,
        opened=survey.opened,
        rating_closed=survey.closing > 0,
        tally_closed=survey.closed,
        closing=survey.closing,
        covers=survey.covers,
        pressed_from=survey.pressed_from,
        pressed_until=survey.pressed_until,
    )


def _line(unit: str, line: UnitTally) -> TallyOut:
    return TallyOut(
        unit=unit,
        question=line.question,
        group=line.group,
        origin=line.origin,
        counts=[CountOut(option=option, count=count) for option, count in sorted(line.counts.items())],
        score=line.score,
        out_of=line.out_of,
        late=line.late,
        unfit=line.unfit,
        set_aside=[ReasonOut(reason=reason, count=count) for reason, count in line.aside.items()],
        covers=line.covers,
    )
