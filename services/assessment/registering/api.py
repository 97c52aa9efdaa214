"""HTTP endpoints of the register: the office records units, everyone signed in reads which there are on a day."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, Request, Response

from assessment.registering.bodies import (
    PredecessorOut,
    RegisteredUnitOut,
    SuccessorOut,
    UnitComparisonIn,
    UnitComparisonOut,
    UnitHistoryOut,
    UnitLineIn,
    UnitLineOut,
    UnitListReading,
    UnitsOnDayOut,
)
from assessment.registering.commands import RecordUnits
from assessment.registering.decisions import registering
from assessment.registering.events import stream_of
from assessment.registering.queries import (
    NamedUnit,
    RegisterDifference,
    difference,
    register_of,
    register_or_none,
    unit_in,
    warnings_about,
)
from assessment.registering.reading import UnitList, read_units
from assessment.registering.refusals import (
    RegisterUnknownError,
    UnitListGoneError,
    UnitListReadAnewError,
    UnitsInvalidError,
)
from assessment.registering.state import RegisterFact, UnitRegister
from assessment.registering.units import MOST_LINES, READ, UnitLine
from assessment.registering.writing import lines_of, write_units
from parindex.auth import Asker, Role, covers
from parindex.auth.fastapi import allow, signed_in
from parindex.canonical import canonical
from parindex.eventstore.command_handling import execute
from parindex.files.inspecting import Inspector
from parindex.files.kept import read_kept
from parindex.files.workbooks import Extractor
from parindex.http.fields import Day
from parindex.http.file_transfer import A_WORKBOOK, LARGEST_WORKBOOK, workbook_response
from parindex.http.multipart import SentFile
from parindex.http.path_fields import AuthorityCode, UnitCode
from parindex.http.problems import problems
from parindex.http.route_table import STREAMED
from parindex.http.write_endpoints import EDITABLE, WRITE, IncomingWrite, WriteRequest, etag, receipt
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.values.days import day_in_vietnam, day_text
from parindex.web.worksheets import noted

UNITS: Final = "/v1/authorities/{authority}/units"
WORKBOOK: Final = "/v1/authorities/{authority}/unit-workbook"
READINGS: Final = "/v1/authorities/{authority}/unit-list-readings"

OnDay = Annotated[Day | None, Query(description="Ngày cần hỏi; không nêu thì là hôm nay. The day; today without it.")]


@dataclass(frozen=True, slots=True)
class ComparedUnits:
    """A list of units in a file beside the register of this version: its changes and their digest, if it is right."""

    found: UnitList
    version: int
    changes: RegisterDifference | None = None
    digest: str = ""


@dataclass(frozen=True, eq=False)
class Registers:
    """Registers in workbooks: written, read, kept until they are recorded, and recorded as they were shown."""

    context: ServiceContext
    inspector: Inspector
    extractor: Extractor

    async def written(self, authority: str, asker: Asker) -> Response:
        """Answer with the workbook of a register as it is; an empty one is the template, for those of the authority.

        Raises RegisterUnknownError.
        """
        register, version = await register_or_none(self.context.log, authority)
        nodes = [right.node for right in asker.principal.rights]
        if not version and not any(covers(node, authority) or covers(authority, node) for node in nodes):
            raise RegisterUnknownError(authority)
        content = await asyncio.to_thread(lambda: write_units(lines_of(register)))
        return workbook_response(content, f"danh-muc-don-vi-{authority}.xlsx")

    async def read(self, authority: str, chunks: AsyncIterator[bytes]) -> ComparedUnits:
        """Return what a file says and would change, and keep nothing of it. Raises the refusals of files."""
        async with self.context.file_store.receive(chunks, LARGEST_WORKBOOK) as draft:
            return await self._compared(authority, draft.path)

    async def receive(self, authority: str, sent: SentFile) -> tuple[str, ComparedUnits]:
        """Return the digest of a file and what it says; keep one that is right until its list is recorded.

        It is kept in the store of files; no event names it, so the collector of orphans removes it after an hour.
        """
        async with self.context.file_store.receive(sent, LARGEST_WORKBOOK) as draft:
            compared = await self._compared(authority, draft.path, sent.name)
            if not compared.found.errors:
                await draft.keep()
            return draft.digest, compared

    async def found(self, authority: str, digest: str) -> ComparedUnits:
        """Return the list in a file that was kept, beside the register as it is now. Raises UnitListGoneError.

        Any file that is no list of units is refused as if it were not there, as `read_kept` says why.
        """
        read = partial(self._compared, authority)
        compared = await read_kept(self.context.file_store, digest, LARGEST_WORKBOOK, read, UnitListGoneError)
        if not compared.found.lines:
            raise UnitListGoneError
        return compared

    async def record_found(self, authority: str, file: str, shown: str, write: WriteRequest, asker: Asker) -> None:
        """Record the list in a file that was kept, if its changes are those that were shown, by their digest.

        Raises UnitListGoneError, UnitListReadAnewError, and StreamMovedError if the register has changed meanwhile.
        """
        compared = await self.found(authority, file)
        if compared.version == write.if_match and compared.digest != shown:
            raise UnitListReadAnewError
        await self._record(RecordUnits(authority, compared.found.lines), write, asker)

    async def record_shown(
        self, authority: str, lines: Sequence[UnitLine], shown: str, write: WriteRequest, asker: Asker
    ) -> None:
        """Record lines that a person typed, if their changes are those that were shown, by their digest.

        Raises UnitsInvalidError, UnitListReadAnewError, and StreamMovedError if the register has changed meanwhile.
        """
        register, version = await register_or_none(self.context.log, authority)
        if version == write.if_match and (await self.changes_by(authority, register, lines))[1] != shown:
            raise UnitListReadAnewError
        await self._record(RecordUnits(authority, lines), write, asker)

    async def changes_by(
        self, authority: str, register: UnitRegister, lines: Sequence[UnitLine]
    ) -> tuple[RegisterDifference, str]:
        """Return what lines would change, and the digest of that. Raises UnitsInvalidError."""
        facts, changes = await asyncio.to_thread(difference, register, RecordUnits(authority, lines))
        return changes, _digest_of(facts)

    async def _record(self, command: RecordUnits, write: WriteRequest, asker: Asker) -> None:
        metadata, stream = (
            write.metadata(asker, command.authority, await self.context.moment()),
            stream_of(command.authority),
        )
        await execute(self.context.log, stream, registering, command, metadata, write.if_match)

    async def _compared(self, authority: str, path: Path, name: str = "") -> ComparedUnits:
        """Return what a workbook says and would change. Raises the refusals of files."""
        await self.inspector.inspect_workbook(path, name)
        found = await asyncio.to_thread(read_units, await self.extractor.cells_of(path, READ))
        register, version = await register_or_none(self.context.log, authority)
        if found.errors:
            return ComparedUnits(found, version)
        try:
            changes, digest = await self.changes_by(authority, register, found.lines)
        except UnitsInvalidError as error:
            found.refuse(error.places)
            return ComparedUnits(found, version)
        return ComparedUnits(found, version, changes, digest)


def _digest_of(facts: Sequence[RegisterFact]) -> str:
    return hashlib.sha256(canonical(facts)).hexdigest()


def routes(registers: Registers) -> APIRouter:
    """Build the routes of this step. The service shares the two readers of files with its other steps."""
    router, context = APIRouter(), registers.context

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
        found = unit_in(register, authority, unit)
        return UnitHistoryOut(
            authority=authority,
            code=unit,
            records=[RegisteredUnitOut.of(record) for record in found.records],
            valid_to=found.valid_to,
            end_reference=found.end_reference,
            predecessors=[PredecessorOut(code=one.code, weight=one.weight) for one in found.records[0].predecessors],
            successors=[SuccessorOut(code=code, weight=weight) for code, weight in register.successors(unit)],
            on=asked(on),
            reports_to=list(register.superiors(unit, asked(on))),
        )

    @router.put(UNITS, **WRITE)
    async def record_units(
        authority: AuthorityCode, body: Annotated[list[UnitLineIn], Body(max_length=MOST_LINES)],
        write: IncomingWrite, asker: Annotated[Asker, allow(Role.OFFICE, at="authority")],
    ) -> Response:  # fmt: skip
        """Ghi các đơn vị vào danh mục: ghi tất cả, hoặc chỉ ra các lỗi và không ghi gì.

        Record units in the register: new ones, changes from a day on, mergers and splits, ends. Units that the list
        does not name stay as they are; a unit that it names without an end has none.
        """
        command = RecordUnits(authority, [line.to_record(f"/{index}") for index, line in enumerate(body)])
        metadata, stream = write.metadata(asker, authority, await context.moment()), stream_of(authority)
        return receipt(await execute(context.log, stream, registering, command, metadata, write.if_match), stream)

    @router.post(UNITS + "/comparison", dependencies=[signed_in], responses=problems(422))
    async def compare_units(authority: AuthorityCode, body: UnitComparisonIn) -> UnitComparisonOut:
        """Đối chiếu các đơn vị của một đợt với danh mục trong một ngày: mã lạ, đã hết hiệu lực, khác tên; không ghi gì.

        Compare the units of a round with the register on a day. An empty register says nothing.
        """
        register, _ = await register_or_none(context.log, authority)
        units, on = [NamedUnit(unit.code, unit.name) for unit in body.units], day_text(body.on)
        return UnitComparisonOut(on=on, warnings=warnings_about(register, units, on))

    @router.get(WORKBOOK, response_class=Response, responses={200: A_WORKBOOK, **problems(404)})
    async def download_units(authority: AuthorityCode, asker: Annotated[Asker, signed_in]) -> Response:
        """Danh mục đơn vị hiện có thành tệp Excel, để sửa rồi tải lên lại. The register as a workbook; the template."""
        return await registers.written(authority, asker)

    @router.post(
        READINGS, openapi_extra=STREAMED, dependencies=[allow(Role.OFFICE, at="authority")],
        responses=problems(413, 415, 422, 429, 503),
    )  # fmt: skip
    async def read_units_in_file(authority: AuthorityCode, request: Request) -> UnitListReading:
        """Đọc tệp Excel của danh mục, chỉ ra mọi lỗi hoặc những gì sẽ thay đổi; chưa ghi gì. Cả nội dung là tệp.

        Read a workbook of the register: each mistake with its cell, or what would change. The body is the file.
        """
        compared = await registers.read(authority, request.stream())
        right = not compared.found.errors
        return UnitListReading(
            version=compared.version,
            lines=[UnitLineOut.of(line) for line in compared.found.lines] if right else None,
            difference=compared.changes,
            errors=[noted(note) for note in compared.found.errors],
            warnings=[noted(note) for note in compared.found.warnings],
        )

    return router
