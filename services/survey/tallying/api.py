"""The doors of tallies: results of outside surveys come in, the cut-off is set, and everybody with a right looks."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from parindex.auth import Asker, ForbiddenError, Role, allow
from parindex.eventstore.appending import Append
from parindex.http.doors import WRITE, Door, door, receipt
from parindex.http.problems import problems
from parindex.service import World
from survey.tallying.bringing_in import bring_in
from survey.tallying.commands import CloseRating
from survey.tallying.decisions import tallying_at_head
from survey.tallying.events import tallying_stream
from survey.tallying.outside import Row
from survey.tallying.queries import books_of, survey_named
from survey.tallying.survey import Line, Survey

MOST_ROWS: Final = 5_000
"""Rows brought in at once."""
CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
GROUP: Final = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,62})?$"

RoundId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Written = Annotated[Door, Depends(door)]
Surveying = Annotated[Asker, allow(Role.OFFICE, Role.SURVEYOR)]
Looking = Annotated[Asker, allow(Role.OFFICE, Role.SURVEYOR, Role.AUDITOR, Role.COUNCIL, Role.APPRAISER, Role.UNIT)]


class CountIn(BaseModel):
    """Số người chọn một phương án. How many chose an option."""

    model_config = ConfigDict(extra="forbid")

    option: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    count: int = Field(ge=0, le=2**53 - 1, strict=True)


class TallyIn(BaseModel):
    """Kết quả một câu hỏi của một đơn vị. Give `score` and `out_of` (decimals as text), or `counts`."""

    model_config = ConfigDict(extra="forbid")

    unit: str = Field(pattern=CODE)
    question: str = Field(pattern=CODE)
    group: str = Field("", pattern=GROUP)
    score: str | None = Field(None, examples=["28.75"])
    out_of: str | None = Field(None, examples=["35"])
    counts: list[CountIn] | None = Field(None, min_length=1, max_length=100)

    def row(self) -> Row:
        counts = None if self.counts is None else tuple((each.option, each.count) for each in self.counts)
        return Row(self.unit, self.question, self.group, self.score, self.out_of, counts)


class CountOut(BaseModel):
    option: str
    count: int


class TallyOut(BaseModel):
    """Một kết quả. `late` and `unfit` are presses that are in no tally: after the cut-off, or of no known option."""

    unit: str
    question: str
    group: str
    origin: str = Field(description="kiosk, outside, or empty where nothing was counted")
    counts: list[CountOut]
    score: str
    out_of: str
    late: int
    unfit: int
    covers: int = Field(description="position of this service's log up to which kiosk presses were counted here")


class StandingOut(BaseModel):
    """Tình trạng khảo sát của đợt. The stage is opened, closing (the last presses are being counted), or closed."""

    round: str
    stage: str
    opened: bool
    rating_closed: bool
    tally_closed: bool
    closing: int
    covers: int = Field(description="of a closed tally: every press up to this position of the log is counted")


class TalliesOut(StandingOut):
    """Kết quả khảo sát đến lúc này. The tallies that the asker may see."""

    tallies: list[TallyOut]


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/rounds/{round}/tallies", **WRITE)
    async def bring_in_tallies(
        round: RoundId,  # noqa: A002  # as in the path, and everywhere else
        rows: Annotated[list[TallyIn], Body(min_length=1, max_length=MOST_ROWS)],
        door: Written,
        asker: Surveying,
    ) -> JSONResponse:
        """Bring in the results of an outside survey, all rows or none; they replace earlier ones from outside."""
        authority = (await survey_named(world.log, round)).authority
        asker.require(authority)
        act = door.act(asker, authority, world.now())
        done = await bring_in(world, round, [each.row() for each in rows], act)
        return receipt(done, tallying_stream(round))

    @router.post("/v1/rounds/{round}/tally-closing", **WRITE)
    async def close_rating(round: RoundId, door: Written, asker: Surveying) -> JSONResponse:  # noqa: A002
        """Set the cut-off: what is on record now is counted, what comes later is late. Closing again changes nothing.

        The tally is closed when the last presses are counted, a moment later; see `/tallying`.
        """
        authority = (await survey_named(world.log, round)).authority
        asker.require(authority)
        act = door.act(asker, authority, world.now())
        closing = Append(tallying_stream(round), act, tallying_at_head(CloseRating(round)))
        return receipt(await world.log.append(closing), tallying_stream(round))

    @router.get("/v1/rounds/{round}/tallies", responses=problems(404))
    async def current_tallies(round: RoundId, asker: Looking) -> TalliesOut:  # noqa: A002
        """The tallies as they stand; a unit sees its own."""
        survey = await survey_named(world.log, round)
        units = _seen(survey, asker)
        books = await books_of(world.log, round, units)
        lines = [_line(unit, line) for unit in units for line in books[unit].lines]
        return TalliesOut(**_standing(round, survey).model_dump(), tallies=lines)

    @router.get("/v1/rounds/{round}/tallying", responses=problems(404))
    async def tallying_standing(round: RoundId, asker: Looking) -> StandingOut:  # noqa: A002
        """Whether survey knows the round yet, and how far its closing is."""
        survey = await survey_named(world.log, round)
        _seen(survey, asker)
        return _standing(round, survey)

    return router


def _seen(survey: Survey, asker: Asker) -> list[str]:
    units = asker.visible(survey.units(), lambda unit: unit)
    if not units:
        raise ForbiddenError
    return units


def _standing(name: str, survey: Survey) -> StandingOut:
    return StandingOut(
        round=name,
        stage=survey.stage,
        opened=survey.opened,
        rating_closed=survey.closing > 0,
        tally_closed=survey.closed,
        closing=survey.closing,
        covers=survey.covers,
    )


def _line(unit: str, line: Line) -> TallyOut:
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
        covers=line.covers,
    )
