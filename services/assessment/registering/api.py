"""HTTP endpoints of the register: the office records units, everyone signed in reads which there are on a day."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from assessment.registering.bodies import (
    PredecessorOut,
    RegisteredUnitOut,
    UnitHistoryOut,
    UnitLineIn,
    UnitsOnDayOut,
)
from assessment.registering.commands import RecordUnits
from assessment.registering.decisions import registering
from assessment.registering.events import stream_of
from assessment.registering.queries import register_of
from assessment.registering.refusals import RegisteredUnitUnknownError
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, signed_in
from parindex.eventstore.command_handling import execute
from parindex.http.fields import Day
from parindex.http.path_fields import AuthorityCode, UnitCode
from parindex.http.problems import problems
from parindex.http.write_endpoints import EDITABLE, WRITE, IncomingWrite, etag, receipt
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.values.days import day_in_vietnam, day_text

UNITS = "/v1/authorities/{authority}/units"

OnDay = Annotated[Day | None, Query(description="Ngày cần hỏi; không nêu thì là hôm nay. The day; today without it.")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()

    def asked(day: Day | None) -> str:
        return day_text(day) if day else day_in_vietnam(instant(context.now()))

    @router.get(UNITS, dependencies=[signed_in], responses=EDITABLE)
    async def list_units(authority: AuthorityCode, response: Response, on: OnDay = None) -> UnitsOnDayOut:
        """Các đơn vị của một cơ quan trong một ngày. The units of an authority on a day."""
        register, version = await register_of(context.log, authority)
        response.headers["ETag"] = etag(version)
        units = [RegisteredUnitOut.of(record) for record in register.on(asked(on)).values()]
        return UnitsOnDayOut(authority=authority, on=asked(on), units=units)

    @router.get(UNITS + "/{unit}", dependencies=[signed_in], responses=problems(404))
    async def read_unit(authority: AuthorityCode, unit: UnitCode, on: OnDay = None) -> UnitHistoryOut:
        """Lịch sử của một đơn vị: đổi tên, sáp nhập, chia tách, và cấp trên trong ngày cần hỏi. A unit's history."""
        register, _ = await register_of(context.log, authority)
        if (found := register.units.get(unit)) is None:
            raise RegisteredUnitUnknownError(authority, unit)
        return UnitHistoryOut(
            authority=authority,
            code=unit,
            records=[RegisteredUnitOut.of(record) for record in found.records],
            valid_to=found.valid_to,
            end_reference=found.end_reference,
            predecessors=[PredecessorOut(code=one.code, weight=one.weight) for one in found.records[0].predecessors],
            successors=register.successors(unit),
            on=asked(on),
            reports_to=list(register.superiors(unit, asked(on))),
        )

    @router.put(UNITS, **WRITE)
    async def record_units(
        authority: AuthorityCode, body: Annotated[list[UnitLineIn], Body(max_length=5_000)],
        write: IncomingWrite, asker: Annotated[Asker, allow(Role.OFFICE, at="authority")],
    ) -> Response:  # fmt: skip
        """Ghi các đơn vị vào danh mục: ghi tất cả, hoặc chỉ ra các lỗi và không ghi gì.

        Record units in the register: new ones, changes from a day on, mergers and splits, ends. Units that the list
        does not name stay as they are; a unit that it names without an end has none.
        """
        command = RecordUnits(authority, [line.to_record(f"/{index}") for index, line in enumerate(body)])
        metadata, stream = write.metadata(asker, authority, context.now()), stream_of(authority)
        return receipt(await execute(context.log, stream, registering, command, metadata, write.if_match), stream)

    return router
