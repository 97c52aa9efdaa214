"""HTTP endpoints of the workbook of a year: the template, the year after a round, and a reading.

A year is two commands, of enacting and of opening, and the process may die between them. So a command is left out where
the very same set, or round, is there already: an office that confirms the same file again completes the year.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from assessment.drafting.bodies import reading_of
from assessment.enacting.bodies import CriteriaSetIn, EnactmentIn
from assessment.enacting.queries import criteria_set_of
from assessment.opening.bodies import RoundIn
from assessment.opening.checks import mistakes_in_round
from assessment.planning.bodies import YearReading
from assessment.planning.layout import READ, ROUND, WRITTEN
from assessment.planning.queries import (
    Existing,
    digest_of_year,
    existing_under,
    rounds_under,
    with_planned_dates,
    year_of,
)
from assessment.planning.reading import ReadYear, read_year
from assessment.planning.refusals import YearFileKindError, YearGoneError, YearInvalidError, YearReadAnewError
from assessment.planning.writing import example, without_units, write_year
from assessment.planning.years import Year, body_of, next_year, year_with
from assessment.registering.queries import NamedUnit, register_or_none, warnings_about
from assessment.registering.state import UnitRegister
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, signed_in
from parindex.contracts.taken import IdOfAnotherError
from parindex.eventstore.appending import Appended
from parindex.files.inspecting import Inspector
from parindex.files.kept import read_kept
from parindex.files.kinds import XLSX
from parindex.files.refusals import FileNotAsNamedError
from parindex.files.workbooks import Extractor
from parindex.http.fields import Node
from parindex.http.file_transfer import A_WORKBOOK, LARGEST_WORKBOOK, workbook_response
from parindex.http.malformed import places_in_body
from parindex.http.path_fields import AuthorityCode, RoundId, SetId
from parindex.http.problems import problems
from parindex.http.route_table import STREAMED
from parindex.http.write_endpoints import WriteRequest
from parindex.instant import instant
from parindex.refusal import Place
from parindex.service import ServiceContext
from parindex.values.owned_ids import is_of_another
from parindex.web.worksheets import At, in_order, noted

Enact = Callable[[ServiceContext, EnactmentIn, WriteRequest, Asker], Awaitable[Appended]]
OpenRound = Callable[[ServiceContext, RoundIn, WriteRequest, Asker], Awaitable[Appended]]
"""Put a set in force, and open a round, as their steps do; the service passes them in."""
NO_DEADLINE: Final = ("Để trống nên không có hạn.", "It is empty, so there is no deadline.")
UNUSED: Final = (
    "Không khối nào dùng bộ chỉ số trong bảng tính này; bộ vẫn được ban hành.",
    "No block uses the set of this workbook; it is enacted all the same.",
)
CHANGED_SET: Final = (
    "Bộ chỉ số “{code}” đã ban hành, với nội dung khác, và không sửa được: hãy đổi mã, hoặc để bộ đó nguyên vẹn.",
    "“{code}” is a set in force with another content. Give this one another code, or leave that set as it is.",
)
OTHER_ROUND: Final = ("Đợt “{code}” đã mở, với nội dung khác.", "The round “{code}” is open, with another content.")


@dataclass(frozen=True, eq=False)
class YearPlan:
    """A workbook that was read: its year, the bodies of the two commands, and the set and the round under its codes.

    A workbook with mistakes of cells, or of forms, has no `year`, `bodies` and `existing`.
    """

    planned: ReadYear
    year: Year | None = None
    bodies: tuple[CriteriaSetIn, RoundIn] | None = None
    existing: Existing | None = None

    def reading(self) -> YearReading:
        """Return the answer of the API."""
        notes = self.planned.drafted
        existing, right = self.existing or Existing({}), not notes.errors
        return YearReading(
            criteria_set=self.bodies[0] if self.bodies and right else None,
            round=body_of(self.year, self.bodies[1].authority) if self.bodies and self.year and right else None,
            set_in_force=existing.set_in_force,
            opened=existing.opened,
            errors=[noted(note) for note in in_order(notes.errors, WRITTEN)],
            warnings=[noted(note) for note in in_order(notes.warnings, WRITTEN)],
        )


@dataclass(frozen=True, eq=False)
class Years:
    """Years in workbooks: written, read, kept until they are confirmed, and carried out as they were shown."""

    context: ServiceContext
    enact: Enact
    open_round: OpenRound
    inspector: Inspector
    extractor: Extractor

    async def template(self) -> Response:
        """Answer with the template, for the present year."""
        year = example(self.context.now().year)
        return workbook_response(await asyncio.to_thread(write_year, year), "nam-danh-gia-mau.xlsx")

    async def after(self, round_id: str, asker: Asker) -> Response:
        """Answer with the workbook of the year after a round. Raises RoundUnknownError, ForbiddenError."""
        authority, year = await year_of(self.context.log, round_id)
        asker.require(authority)
        moved = await with_planned_dates(self.context.log, authority, next_year(year))
        return workbook_response(await asyncio.to_thread(write_year, moved), f"nam-{moved.round}.xlsx")

    async def beginning(self, authority: str, code: str) -> Response:
        """Answer with the workbook of a year with a set in force. Raises CriteriaSetUnknownError.

        It is the year after the authority's newest round; without a round it has no units.
        """
        log, present = self.context.log, self.context.now().year
        enacted = await criteria_set_of(log, code)
        listed = await rounds_under(self.context.engine, authority)
        own = next((each.round for each in listed if each.authority == authority), "")
        begun = next_year((await year_of(log, own))[1]) if own else without_units(example(present))
        year = await with_planned_dates(log, authority, year_with(begun, enacted.criteria_set))
        return workbook_response(await asyncio.to_thread(write_year, year), f"nam-{code}.xlsx")

    async def read(self, authority: str, chunks: AsyncIterator[bytes]) -> YearPlan:
        """Return what a file says, and keep nothing of it. Raises the refusals of files."""
        async with self.context.file_store.receive(chunks, LARGEST_WORKBOOK) as draft:
            return await self._read(authority, draft.path)

    async def receive(self, authority: str, chunks: AsyncIterator[bytes]) -> tuple[str, YearPlan]:
        """Return the digest of a file and what it says; keep one that is right, as a file of a set is kept."""
        async with self.context.file_store.receive(chunks, LARGEST_WORKBOOK) as draft:
            plan = await self._read(authority, draft.path)
            if not plan.planned.drafted.errors:
                await draft.keep()
            return draft.digest, plan

    async def found(self, authority: str, digest: str) -> YearPlan:
        """Return the year in a file that was kept; it may have mistakes by now. Raises YearGoneError.

        Any file that is no year is refused as if it were not there, as `read_kept` says why.
        """
        read = partial(self._read, authority)
        plan = await read_kept(self.context.file_store, digest, LARGEST_WORKBOOK, read, YearGoneError)
        if plan.existing is None:
            raise YearGoneError
        return plan

    async def carry_out(self, authority: str, file: str, shown: str, write: WriteRequest, asker: Asker) -> Year:
        """Enact the set and open the round of a file that was kept, if it is the year that was shown, by its digest.

        A set or a round that is there already stays as it is. Raises YearGoneError, YearReadAnewError,
        YearInvalidError, and the refusals of both commands.
        """
        plan = await self.found(authority, file)
        if plan.year is None or plan.bodies is None or plan.existing is None:
            raise YearGoneError
        if digest_of_year(authority, plan.year) != shown:
            raise YearReadAnewError
        if errors := plan.planned.drafted.errors:
            raise YearInvalidError([Place(note.at.place, note.vi, note.en) for note in errors])
        criteria_set, opening = plan.bodies
        if not plan.existing.set_in_force:
            body = EnactmentIn(authority=authority, criteria_set=criteria_set)
            await self.enact(self.context, body, _part_of(write, "set"), asker)
        if not plan.existing.opened:
            await self.open_round(self.context, opening, _part_of(write, "round"), asker)
        return plan.year

    async def _read(self, authority: str, path: Path) -> YearPlan:
        try:
            await self.inspector.inspect(path, f"workbook{XLSX.endings[0]}")
        except FileNotAsNamedError as error:
            raise YearFileKindError(error.looks) from None
        workbook = await self.extractor.cells_of(path, READ)
        planned = await asyncio.to_thread(read_year, workbook)
        criteria_set = reading_of(planned.drafted).criteria_set
        opening = _opening_of(planned, authority)
        if criteria_set is None or opening is None or planned.year is None:
            return YearPlan(planned)
        year = replace(planned.year, criteria_set=criteria_set.to_record())
        existing = await existing_under(self.context.log, authority, year, opening)
        _check(planned, authority, year, existing)
        _compare_with_register(planned, year, (await register_or_none(self.context.log, authority))[0])
        if not existing.opened:
            command = opening.command(existing.sets, instant(await self.context.moment()))
            for place in mistakes_in_round(command):
                planned.drafted.error(planned.at(place.at), "", place.vi, place.en)
        return YearPlan(planned, year, (criteria_set, opening), existing)


def routes(years: Years) -> APIRouter:
    """Build the routes of this step. The service shares the two readers of files with its other steps."""
    router = APIRouter()

    @router.get("/v1/year-template", response_class=Response, dependencies=[signed_in], responses={200: A_WORKBOOK})
    async def download_year_template() -> Response:
        """Mẫu Excel của một năm: bộ chỉ số, khối, đơn vị, thời hạn, cơ quan thẩm định. A template of a whole year."""
        return await years.template()

    @router.get("/v1/rounds/{round}/next-year", response_class=Response, responses={200: A_WORKBOOK, **problems(404)})
    async def download_next_year(round: RoundId, asker: Annotated[Asker, allow(Role.OFFICE)]) -> Response:
        """Năm sau của một đợt thành tệp Excel: năm và thời hạn là của năm sau. The year after a round as a workbook."""
        return await years.after(round, asker)

    @router.get(
        "/v1/authorities/{authority}/criteria-sets/{code}/year-workbook", response_class=Response,
        dependencies=[allow(Role.OFFICE, at="authority")], responses={200: A_WORKBOOK, **problems(404)},
    )  # fmt: skip
    async def download_year_with_set(authority: AuthorityCode, code: SetId) -> Response:
        """Bảng tính của một năm với một bộ đã ban hành, để mở đợt. The workbook of a year with a set in force."""
        return await years.beginning(authority, code)

    @router.post("/v1/year-readings", openapi_extra=STREAMED, responses=problems(413, 415, 422, 429, 503))
    async def read_year_workbook(
        authority: Node, request: Request, asker: Annotated[Asker, allow(Role.OFFICE)]
    ) -> YearReading:
        """Đọc bảng tính của một năm, chỉ ra mọi lỗi; chưa ghi gì. Cả nội dung yêu cầu là tệp.

        Read the workbook of a year, and name each mistake with its cell. Nothing is written. The body is the file.
        """
        asker.require(authority)
        return (await years.read(authority, request.stream())).reading()

    return router


def _opening_of(planned: ReadYear, authority: str) -> RoundIn | None:
    """Return the body that opens the round; what it would refuse is a mistake at its cell."""
    if planned.year is None:
        return None
    values = body_of(planned.year, authority)
    try:
        return RoundIn.model_validate(values)
    except ValidationError as error:
        for place in places_in_body(error, values):
            planned.drafted.error(planned.at(place.at), "", place.vi, place.en)
    return None


def _check(planned: ReadYear, authority: str, year: Year, existing: Existing) -> None:
    """Note codes that are taken, and warn of entries that are allowed and seldom meant."""
    notes, code = planned.drafted, year.criteria_set.code
    for holder, id_, there, at, said in (
        (existing.set_taken, code, existing.set_in_force, notes.at("/code"), CHANGED_SET),
        (existing.round_taken, year.round, existing.opened, planned.at("/round"), OTHER_ROUND),
    ):
        if holder == authority:
            notes.error(at, "", *(words.format(code=id_) for words in said))
        elif not there and (holder or is_of_another(id_, authority)):
            taken = IdOfAnotherError(id_, authority, "", holder)
            notes.error(at, "", taken.vi, taken.en)
    if all(block.criteria_set != code for block in year.blocks):
        notes.warn(At(ROUND), "", *UNUSED)
    for until, pointer in (
        (year.deadlines.self_scoring_until, "self_scoring"),
        (year.deadlines.appraisal_until, "appraisal"),
    ):
        if not until:
            notes.warn(planned.at(f"/deadlines/{pointer}"), "", *NO_DEADLINE)


def _compare_with_register(planned: ReadYear, year: Year, register: UnitRegister) -> None:
    """Warn of the units that the register does not have on the last day of the year, or under another name."""
    for at, block in enumerate(year.blocks):
        units = [NamedUnit(unit.code, unit.name) for unit in block.units]
        places = {unit.code: f"/blocks/{at}/units/{number}" for number, unit in enumerate(units)}
        for warning in warnings_about(register, units, f"{year.year:04}-12-31"):
            column = "name" if warning.code == "unit-other-name" else "code"
            planned.drafted.warn(planned.at(f"{places[warning.unit]}/{column}"), "", warning.vi, warning.en)


def _part_of(write: WriteRequest, part: str) -> WriteRequest:
    """Return one of the two writes of a request, with a key of its own: a key belongs to one stream."""
    key = write.idempotency_key
    return replace(write, idempotency_key=f"{key}-{part}" if key else None, if_match=None)
