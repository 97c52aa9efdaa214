"""HTTP endpoints of the pages of a register: its tree on a day, a unit's history, and a file before it is recorded.

They call the queries and the command that the API calls. A file that a page shows is named by its digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from assessment.registering.api import ComparedUnits, Registers
from assessment.registering.forms import FILE, RECORDING
from assessment.registering.layout import KIND_WORDS
from assessment.registering.queries import (
    RegisterDifference,
    UnitFieldDifference,
    in_words,
    register_of,
    register_or_none,
)
from assessment.registering.refusals import RegisteredUnitUnknownError, UnitListGoneError
from assessment.registering.state import RegisteredUnit, UnitRegister
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page, signed_in_page
from parindex.http.multipart import FILES_FORM, sent_file
from parindex.http.path_fields import AuthorityCode, Digest, UnitCode
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.instant import instant
from parindex.refusal import Refused
from parindex.values.days import day_in_vietnam
from parindex.values.vietnamese_order import searched
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, fresh_key, see_other
from parindex.web.parts import Column, Link, SummaryRow
from parindex.web.rendering import Templates, Visitor
from parindex.web.worksheets import Note

TEMPLATES: Final = Templates("assessment.registering")
REGISTER: Final = "/authorities/{authority}/units"
READING: Final = "/authorities/{authority}/unit-list-readings/{sha256}"
OF_REGISTER, OF_UNIT, OF_READING = "../../", "../../../", "../../../"
"""The way from a page to the root of the service."""
LONGEST_SEARCH: Final = 100
NOTES: Final = [Column("Trang tính"), Column("Dòng"), Column("Cột"), Column("Nội dung")]
FOUND: Final = [Column("Đơn vị"), Column("Mã"), Column("Loại"), Column("Trực thuộc")]
RECORDS: Final = [
    Column("Từ ngày"), Column("Tên"), Column("Loại"), Column("Trực thuộc"), Column("Trụ sở"), Column("Căn cứ"),
]  # fmt: skip
KIN: Final = [Column("Đơn vị"), Column("Tên"), Column("Tỷ trọng", number=True)]
NEW: Final = [Column("Đơn vị"), Column("Loại"), Column("Trực thuộc"), Column("Từ ngày")]
CHANGED: Final = [Column("Đơn vị"), Column("Thay đổi"), Column("Mục"), Column("Trước"), Column("Nay")]
ENDED: Final = [Column("Đơn vị"), Column("Không còn từ ngày"), Column("Căn cứ")]

AS_BEFORE: Final = UnitFieldDifference("", "Thêm dòng, nội dung như trước", "", "")

Office = Annotated[Asker, allow_page(Role.OFFICE, at="authority")]
Reader = Annotated[Asker, signed_in_page]
Asked = Annotated[str, Query(max_length=LONGEST_SEARCH)]


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A unit in the tree of a day, with the units that report to it."""

    text: str
    address: str
    kind: str
    children: Sequence["TreeNode"]


def routes(registers: Registers) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = _of_register(registers)
    join_routes(router, _of_files(registers))
    return router


def _of_register(registers: Registers) -> APIRouter:
    """Build the routes of the register as it is."""
    router, context = APIRouter(include_in_schema=False), registers.context

    @router.get("/units")
    async def own_registers(asker: Annotated[Asker, allow_page(Role.OFFICE)]) -> Response:
        nodes = sorted({right.node for right in asker.principal.rights if right.role is Role.OFFICE})
        nodes = asker.visible(nodes, lambda node: node)
        if len(nodes) == 1:
            return see_other(f"authorities/{nodes[0]}/units")
        return _page("authorities.html", "", asker, {"nodes": nodes})

    @router.get(REGISTER)
    async def register_page(
        authority: AuthorityCode, asker: Reader, on: Asked = "", q: Asked = "", recorded: Asked = ""
    ) -> Response:
        return await _register_page(registers, authority, asker, on=on, q=q, recorded=recorded == "yes")

    @router.get("/authorities/{authority}/unit-workbook")
    async def workbook_from_page(authority: AuthorityCode, asker: Reader) -> Response:
        return await registers.written(authority, asker)

    @router.get(REGISTER + "/{unit}")
    async def unit_page(authority: AuthorityCode, unit: UnitCode, asker: Reader) -> Response:
        register, _ = await register_of(context.log, authority)
        if (found := register.units.get(unit)) is None:
            raise RegisteredUnitUnknownError(authority, unit)
        today = day_in_vietnam(instant(context.now()))
        return _page("unit.html", OF_UNIT, asker, _unit_values(authority, register, unit, found, today))

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
    there = register.on(chosen)
    values: dict[str, object] = {
        "authority": authority,
        "office": asker.principal.may(Role.OFFICE, authority),
        "recorded": recorded,
        "on": on if "on" in errors else vietnamese.calendar_day(chosen),
        "on_in_words": vietnamese.calendar_day(chosen),
        "q": q,
        "count": vietnamese.count(len(there)),
        "empty": not register.units,
        "tree": _tree(register, chosen),
        "columns": FOUND,
        "found": _found(register, chosen, q),
        "field": FILE,
        "errors": errors,
    }
    return _page("register.html", OF_REGISTER, asker, values, _status(refused) if refused or not errors else 422)


def _tree(register: UnitRegister, on: str) -> list[TreeNode]:
    """Return the units of a day as a tree, by code."""
    there = register.on(on)
    below: dict[str, list[str]] = {}
    for code, record in there.items():
        below.setdefault(record.parent if record.parent in there else "", []).append(code)

    def nodes(parent: str) -> list[TreeNode]:
        return [
            TreeNode(there[code].name, f"units/{code}", f"{code}, {KIND_WORDS[there[code].kind]}", nodes(code))
            for code in below.get(parent, [])
        ]

    return nodes("")


def _found(register: UnitRegister, on: str, q: str) -> list[list[str | Link]]:
    """Return the units of a day whose code or name has the asked text, with or without marks."""
    asked, there = searched(q), register.on(on)
    return [
        [
            Link(record.name, f"units/{code}"),
            code,
            KIND_WORDS[record.kind],
            there[record.parent].name if record.parent in there else "–",
        ]
        for code, record in there.items()
        if asked and (asked in searched(record.name) or asked in searched(code))
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
    return _page("mistakes.html", root, asker, values, 422)


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
        **_difference_values(compared.changes),
    }
    return _page("reading.html", OF_READING, asker, values, _status(refused))


def _difference_values(changes: RegisterDifference) -> dict[str, object]:
    return {
        "summary": [
            SummaryRow("Đơn vị mới", vietnamese.count(len(changes.new))),
            SummaryRow("Đơn vị thay đổi", vietnamese.count(len({one.code for one in changes.changed}))),
            SummaryRow("Đơn vị không còn", vietnamese.count(len(changes.ended))),
            SummaryRow("Dòng không thay đổi gì", vietnamese.count(changes.unchanged)),
        ],
        "any": bool(changes.new or changes.changed or changes.ended),
        "new_columns": NEW,
        "new": [
            (f"{one.code} {one.name}", KIND_WORDS[one.kind], one.parent or "–", in_words("valid_from", one.valid_from))
            for one in changes.new
        ],
        "changed_columns": CHANGED,
        "changed": [
            (
                f"{one.code} {one.name}",
                f"{'Sửa dòng từ ngày' if one.correction else 'Từ ngày'} {vietnamese.calendar_day(one.since)}",
                field.label, field.old or "–", field.new or "–",
            )
            for one in changes.changed
            for field in one.fields or [AS_BEFORE]
        ],
        "ended_columns": ENDED,
        "ended": [
            (f"{one.code} {one.name}", in_words("valid_to", one.valid_to), one.reference or "–")
            for one in changes.ended
        ],
        "left_out": changes.left_out,
    }  # fmt: skip


def _status(refused: Refused | None) -> int:
    return STATUS[refused.kind][0] if refused else 200


def _lines(notes: Sequence[Note]) -> list[tuple[str, str, str, str]]:
    return [(note.at.sheet, str(note.at.row or ""), note.at.column, note.vi) for note in notes]


def _page(template: str, root: str, asker: Asker, values: Mapping[str, object], status: int = 200) -> Response:
    visitor = Visitor("", root + SIGN_OUT, asker.subject)
    return page(TEMPLATES.render(template, root, visitor, **values), status)
