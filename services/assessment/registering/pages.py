"""HTTP endpoints of the pages of a register: its tree on a day, a unit's history, and a file before it is recorded.

They call the queries and the command that the API calls. A file that a page shows is named by its digest.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.registering import changing
from assessment.registering.api import ComparedUnits, Registers
from assessment.registering.changing import OF_REGISTER, REGISTER, Asked, Office, shown_page, status_of
from assessment.registering.forms import FILE, RECORDING, difference_values
from assessment.registering.queries import UnitRound, found_by, register_of, register_or_none, tree_of, unit_in
from assessment.registering.refusals import UnitListGoneError
from assessment.registering.state import RegisteredUnit, UnitRegister
from assessment.registering.units import KIND_WORDS
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page, signed_in_page
from parindex.http.multipart import FILES_FORM, sent_file
from parindex.http.path_fields import AuthorityCode, Digest, UnitCode
from parindex.http.routes import join_routes
from parindex.instant import instant
from parindex.refusal import Refused
from parindex.values.days import day_in_vietnam
from parindex.web import vietnamese
from parindex.web.forms import PAGE_FORM, fresh_key, see_other
from parindex.web.parts import Column, Link, SummaryRow
from parindex.web.worksheets import Note

READING: Final = "/authorities/{authority}/unit-list-readings/{sha256}"
OF_UNIT, OF_READING = "../../../", "../../../"
"""The way from a page to the root of the service."""
NOTES: Final = [Column("Trang tính"), Column("Dòng"), Column("Cột"), Column("Nội dung")]
FOUND: Final = [
    Column("Đơn vị"), Column("Mã"), Column("Loại"), Column("Trực thuộc"), Column("Từ ngày"),
    Column("Không còn từ ngày"),
]  # fmt: skip
RECORDS: Final = [
    Column("Từ ngày"), Column("Tên"), Column("Loại"), Column("Trực thuộc"), Column("Trụ sở"), Column("Căn cứ"),
]  # fmt: skip
KIN: Final = [Column("Đơn vị"), Column("Tên"), Column("Tỷ trọng", number=True)]
Reader = Annotated[Asker, signed_in_page]
READS_SHEETS: Final = (Role.UNIT, Role.LEADER, Role.APPRAISER, Role.COUNCIL, Role.OFFICE, Role.AUDITOR)
"""With one of these roles at a unit, or above it, a person reads the unit's sheet of a round."""

RoundsWith = Callable[[str, str], Awaitable[Sequence[UnitRound]]]
"""The rounds of an authority in which a unit takes part, the newest first; a later step knows them."""


def routes(registers: Registers, rounds_with: RoundsWith) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = _of_register(registers, rounds_with)
    join_routes(router, _of_files(registers))
    join_routes(router, changing.routes(registers))
    return router


def _of_register(registers: Registers, rounds_with: RoundsWith) -> APIRouter:
    """Build the routes of the register as it is."""
    router, context = APIRouter(include_in_schema=False), registers.context

    @router.get("/units")
    async def own_registers(asker: Annotated[Asker, allow_page(Role.OFFICE)]) -> Response:
        nodes = sorted({right.node for right in asker.principal.rights if right.role is Role.OFFICE})
        nodes = asker.visible(nodes, lambda node: node)
        if len(nodes) == 1:
            return see_other(f"authorities/{nodes[0]}/units")
        return shown_page("authorities.html", "", asker, {"nodes": nodes})

    @router.get(REGISTER)
    async def register_page(
        authority: AuthorityCode, asker: Reader, on: Asked = "", q: Asked = "", recorded: Asked = ""
    ) -> Response:
        return await _register_page(registers, authority, asker, on=on, q=q, recorded=recorded == "yes")

    @router.get("/authorities/{authority}/unit-workbook")
    async def workbook_from_page(authority: AuthorityCode, asker: Reader) -> Response:
        return await registers.written(authority, asker)

    @router.get(REGISTER + "/{unit}")
    async def unit_page(authority: AuthorityCode, unit: UnitCode, asker: Reader, recorded: Asked = "") -> Response:
        register, _ = await register_of(context.log, authority)
        found, today = unit_in(register, authority, unit), day_in_vietnam(instant(context.now()))
        values = _unit_values(authority, register, unit, found, today)
        rounds = await rounds_with(authority, unit) if asker.principal.may(READS_SHEETS, unit) else []
        of_asker = {
            "office": asker.principal.may(Role.OFFICE, authority),
            "recorded": recorded == "yes",
            "rounds": [_round_link(each, unit) for each in rounds],
        }
        return shown_page("unit.html", OF_UNIT, asker, {**values, **of_asker})

    return router


def _of_files(registers: Registers) -> APIRouter:
    """Build the routes of an upload, of what it would change, and of its recording."""
    router = APIRouter(include_in_schema=False)

    @router.post(REGISTER, **FILES_FORM)
    async def send_file(request: Request, authority: AuthorityCode, asker: Office) -> Response:
        try:
            digest, compared = await registers.receive(authority, sent_file(request, FILE))
        except Refused as refused:
            return await _register_page(registers, authority, asker, refused=refused)
        if not compared.found.errors:
            return see_other(f"unit-list-readings/{digest}")
        return _mistakes_page(authority, asker, compared, OF_REGISTER)

    @router.get(READING)
    async def reading_page(authority: AuthorityCode, sha256: Digest, asker: Office) -> Response:
        return await _reading_page(registers, authority, sha256, asker)

    @router.post(READING, **PAGE_FORM)
    async def record_from_page(request: Request, authority: AuthorityCode, sha256: Digest, asker: Office) -> Response:
        sent = await RECORDING.read(request)
        try:
            await registers.record_found(authority, sha256, sent.text("digest"), sent.write, asker)
        except UnitListGoneError:
            raise
        except Refused as refused:
            return await _reading_page(registers, authority, sha256, asker, refused)
        return see_other("../units?recorded=yes")

    return router


async def _register_page(
    registers: Registers, authority: str, asker: Asker, on: str = "", q: str = "", *,
    recorded: bool = False, refused: Refused | None = None,
) -> Response:  # fmt: skip
    register, _ = await register_or_none(registers.context.log, authority)
    errors = {FILE: refused.vi} if refused else {}
    chosen = day_in_vietnam(instant(registers.context.now()))
    try:
        chosen = vietnamese.read_day(on) if on.strip() else chosen
    except vietnamese.NotReadError as error:
        errors["on"] = error.fault.vi
    asked = q.strip()
    values: dict[str, object] = {
        "authority": authority,
        "office": asker.principal.may(Role.OFFICE, authority),
        "recorded": recorded,
        "on": on if "on" in errors else vietnamese.calendar_day(chosen),
        "on_in_words": vietnamese.calendar_day(chosen),
        "q": asked,
        "count": vietnamese.count(len(register.on(chosen))),
        "empty": not register.units,
        "tree": [] if asked else tree_of(register, chosen),
        "columns": FOUND,
        "found": _found(register, asked, chosen),
        "field": FILE,
        "errors": errors,
    }
    return shown_page("register.html", OF_REGISTER, asker, values, status_of(refused) if refused or not errors else 422)


def _found(register: UnitRegister, asked: str, on: str) -> list[list[str | Link]]:
    return [
        [
            Link(f"{one.name} (đã có tên: {one.matched})" if one.matched else one.name, f"units/{one.code}"),
            one.code,
            KIND_WORDS[one.kind],
            one.parent or "–",
            vietnamese.calendar_day(one.valid_from),
            vietnamese.calendar_day(one.valid_to) or "–",
        ]
        for one in found_by(register, asked, on)
    ]


def _unit_values(
    authority: str, register: UnitRegister, code: str, unit: RegisteredUnit, today: str
) -> dict[str, object]:
    last = unit.records[-1]
    ended = vietnamese.calendar_day(unit.valid_to)
    above = [_linked(register, each) for each in register.superiors(code, today)]
    return {
        "authority": authority,
        "code": code,
        "name": (unit.on(today) or last).name,
        "ended": ended,
        "summary": [
            SummaryRow("Mã đơn vị", code),
            SummaryRow("Có từ ngày", vietnamese.calendar_day(unit.valid_from)),
            SummaryRow("Không còn từ ngày", f"{ended} ({unit.end_reference})" if unit.end_reference else ended),
        ],
        "above": above,
        "below": [_linked(register, each) for each, one in register.on(today).items() if one.parent == code],
        "record_columns": RECORDS,
        "records": [
            [
                vietnamese.calendar_day(one.valid_from), one.name, KIND_WORDS[one.kind],
                _linked(register, one.parent) if one.parent else "–", one.seat or "–", one.reference or "–",
            ]
            for one in reversed(unit.records)
        ],
        "corrections": [
            (vietnamese.calendar_day(one.valid_from), f"{code}/change?since={one.valid_from}", number > 0)
            for number, one in reversed([*enumerate(unit.records)])
        ],
        "kin_columns": KIN,
        "predecessors": [
            [Link(one.code, one.code), _name(register, one.code), vietnamese.comma(one.weight)]
            for one in unit.records[0].predecessors
        ],
        "successors": [
            [Link(each, each), _name(register, each), vietnamese.comma(weight)]
            for each, weight in register.successors(code)
        ],
    }  # fmt: skip


def _round_link(found: UnitRound, unit: str) -> Link:
    state = "đã đóng" if found.closed else "đang mở"
    return Link(f"{found.title} ({found.round}, {state})", f"{OF_UNIT}rounds/{found.round}/units/{unit}")


def _linked(register: UnitRegister, code: str) -> Link:
    return Link(f"{_name(register, code)} ({code})", code)


def _name(register: UnitRegister, code: str) -> str:
    return register.units[code].records[-1].name if code in register.units else ""


def _mistakes_page(authority: str, asker: Asker, compared: ComparedUnits, root: str) -> Response:
    values = {
        "authority": authority,
        "back": f"{root}authorities/{authority}/units",
        "notes": NOTES,
        "mistakes": _lines(compared.found.errors),
        "warnings": _lines(compared.found.warnings),
    }
    return shown_page("mistakes.html", root, asker, values, 422)


async def _reading_page(
    registers: Registers, authority: str, file: str, asker: Asker, refused: Refused | None = None
) -> Response:
    compared = await registers.found(authority, file)
    if compared.changes is None:
        return _mistakes_page(authority, asker, compared, OF_READING)
    values = {
        "authority": authority,
        "file": file,
        "version": compared.version,
        "digest": compared.digest,
        "key": fresh_key(),
        "notes": NOTES,
        "warnings": _lines(compared.found.warnings),
        "errors": RECORDING.errors(refused) if refused else {},
        **difference_values(compared.changes),
    }
    return shown_page("reading.html", OF_READING, asker, values, status_of(refused))


def _lines(notes: Sequence[Note]) -> list[tuple[str, str, str, str]]:
    return [(note.at.sheet, str(note.at.row or ""), note.at.column, note.vi) for note in notes]
