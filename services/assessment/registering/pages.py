"""HTTP endpoints of the pages of a register: its tree on a day, a unit's history, and a file before it is recorded.

They call the queries and the command that the API calls. A file that a page shows is named by its digest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from assessment.registering.api import ComparedUnits, Registers
from assessment.registering.forms import (
    CHANGE,
    ENDING,
    FILE,
    FORMATION,
    KIND_CHOICES,
    RECORDING,
    change_in,
    difference_values,
    ending_in,
    errors_of,
    formation_in,
    texts_of_end,
    texts_of_new_unit,
    texts_of_record,
)
from assessment.registering.layout import KIND_WORDS
from assessment.registering.queries import RegisterDifference, register_of, register_or_none
from assessment.registering.refusals import RegisteredUnitUnknownError, UnitListGoneError
from assessment.registering.state import RegisteredUnit, UnitRegister
from assessment.registering.units import UnitLine
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
from parindex.web.forms import PAGE_FORM, FormShape, SentForm, fresh_key, see_other
from parindex.web.parts import Column, Link, SummaryRow
from parindex.web.rendering import Templates, Visitor
from parindex.web.worksheets import Note

TEMPLATES: Final = Templates("assessment.registering")
REGISTER: Final = "/authorities/{authority}/units"
READING: Final = "/authorities/{authority}/unit-list-readings/{sha256}"
NEW_UNIT: Final = "/authorities/{authority}/new-unit"
OF_REGISTER, OF_UNIT, OF_READING, OF_FORM = "../../", "../../../", "../../../", "../../../../"
"""The way from a page to the root of the service."""
LONGEST_SEARCH: Final = 100
NOTES: Final = [Column("Trang tính"), Column("Dòng"), Column("Cột"), Column("Nội dung")]
FOUND: Final = [Column("Đơn vị"), Column("Mã"), Column("Loại"), Column("Trực thuộc")]
RECORDS: Final = [
    Column("Từ ngày"), Column("Tên"), Column("Loại"), Column("Trực thuộc"), Column("Trụ sở"), Column("Căn cứ"),
]  # fmt: skip
KIN: Final = [Column("Đơn vị"), Column("Tên"), Column("Tỷ trọng", number=True)]
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


@dataclass(frozen=True, slots=True)
class UnitForm:
    """A form for one unit: its fields, how they are read as lines of the register, and its addresses.

    `unit` is the name of the unit that it is about; "" for a new one.
    """

    name: str
    authority: str
    shape: FormShape
    read: Callable[[SentForm, UnitRegister], Sequence[UnitLine]]
    root: str
    action: str
    back: str
    unit: str = ""


def routes(registers: Registers) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = _of_register(registers)
    join_routes(router, _of_files(registers))
    join_routes(router, _of_one_unit(registers))
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
    async def unit_page(authority: AuthorityCode, unit: UnitCode, asker: Reader, recorded: Asked = "") -> Response:
        register, _ = await register_of(context.log, authority)
        found, today = _unit_in(register, authority, unit), day_in_vietnam(instant(context.now()))
        values = _unit_values(authority, register, unit, found, today)
        office = asker.principal.may(Role.OFFICE, authority)
        return _page("unit.html", OF_UNIT, asker, {**values, "office": office, "recorded": recorded == "yes"})

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


def _of_one_unit(registers: Registers) -> APIRouter:
    """Build the routes of the forms for one unit: a change from a day on, an end, and a new unit."""
    router, context = APIRouter(include_in_schema=False), registers.context

    async def unit_of(authority: str, code: str) -> tuple[RegisteredUnit, int]:
        register, version = await register_of(context.log, authority)
        return _unit_in(register, authority, code), version

    @router.get(REGISTER + "/{unit}/change")
    async def change_page(
        authority: AuthorityCode, unit: UnitCode, asker: Office, since: Asked = "", undo: Asked = ""
    ) -> Response:
        found, version = await unit_of(authority, unit)
        texts = texts_of_record(found, since, undo=undo == "yes")
        return _form_page(_change_of(authority, found), asker, texts, version)

    @router.post(REGISTER + "/{unit}/change", **PAGE_FORM)
    async def change_from_page(request: Request, authority: AuthorityCode, unit: UnitCode, asker: Office) -> Response:
        found, _ = await unit_of(authority, unit)
        return await _answer_form(registers, request, _change_of(authority, found), asker)

    @router.get(REGISTER + "/{unit}/ending")
    async def ending_page(authority: AuthorityCode, unit: UnitCode, asker: Office) -> Response:
        found, version = await unit_of(authority, unit)
        return _form_page(_ending_of(authority, found), asker, texts_of_end(found), version)

    @router.post(REGISTER + "/{unit}/ending", **PAGE_FORM)
    async def end_from_page(request: Request, authority: AuthorityCode, unit: UnitCode, asker: Office) -> Response:
        found, _ = await unit_of(authority, unit)
        return await _answer_form(registers, request, _ending_of(authority, found), asker)

    @router.get(NEW_UNIT)
    async def new_unit_page(authority: AuthorityCode, asker: Office, former: Asked = "") -> Response:
        register, version = await register_or_none(context.log, authority)
        texts = texts_of_new_unit(register, former)
        return _form_page(_formation_of(authority), asker, texts, version)

    @router.post(NEW_UNIT, **PAGE_FORM)
    async def form_unit_from_page(request: Request, authority: AuthorityCode, asker: Office) -> Response:
        return await _answer_form(registers, request, _formation_of(authority), asker)

    return router


def _change_of(authority: str, found: RegisteredUnit) -> UnitForm:
    code, name = found.records[0].code, found.records[-1].name
    return UnitForm("change", authority, CHANGE, partial(change_in, code=code), OF_FORM, "change", f"../{code}", name)


def _ending_of(authority: str, found: RegisteredUnit) -> UnitForm:
    code, name = found.records[0].code, found.records[-1].name
    return UnitForm("ending", authority, ENDING, partial(ending_in, code=code), OF_FORM, "ending", f"../{code}", name)


def _formation_of(authority: str) -> UnitForm:
    return UnitForm("formation", authority, FORMATION, formation_in, OF_REGISTER, "new-unit", "units")


async def _answer_form(registers: Registers, request: Request, form: UnitForm, asker: Asker) -> Response:
    """Show what a form would change; record it where that was shown, by the digest of the changes."""
    sent = await form.shape.read(request)
    texts, authority, shown = {name: sent.text(name) for name in form.shape.fields}, form.authority, sent.text("shown")
    register, version = await register_or_none(registers.context.log, authority)
    try:
        lines = form.read(sent, register)
        if shown:
            await registers.record_shown(authority, lines, shown, sent.write, asker)
            return see_other(f"{form.back}?recorded=yes")
        changes, digest = await registers.changes_by(authority, register, lines)
    except Refused as refused:
        return _form_page(form, asker, texts, version, refused=refused)
    return _form_page(form, asker, texts, version, {**difference_values(changes), "digest": digest})


def _form_page(
    form: UnitForm, asker: Asker, texts: Mapping[str, str], version: int,
    preview: Mapping[str, object] | None = None, refused: Refused | None = None,
) -> Response:  # fmt: skip
    values = {
        "authority": form.authority,
        "form": form.name,
        "unit": form.unit,
        "action": form.action,
        "back": form.back,
        "texts": {**texts, "shown": ""},
        "kinds": KIND_CHOICES,
        "version": version,
        "key": fresh_key(),
        "confirm_key": fresh_key(),
        "preview": preview is not None,
        "errors": errors_of(form.shape, refused) if refused else {},
        **(preview or difference_values(RegisterDifference())),
    }
    return _page("unit_form.html", form.root, asker, values, _status(refused))


def _unit_in(register: UnitRegister, authority: str, code: str) -> RegisteredUnit:
    """Return a unit of a register; raise RegisteredUnitUnknownError."""
    if (found := register.units.get(code)) is None:
        raise RegisteredUnitUnknownError(authority, code)
    return found


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
        **difference_values(compared.changes),
    }
    return _page("reading.html", OF_READING, asker, values, _status(refused))


def _status(refused: Refused | None) -> int:
    return STATUS[refused.kind][0] if refused else 200


def _lines(notes: Sequence[Note]) -> list[tuple[str, str, str, str]]:
    return [(note.at.sheet, str(note.at.row or ""), note.at.column, note.vi) for note in notes]


def _page(template: str, root: str, asker: Asker, values: Mapping[str, object], status: int = 200) -> Response:
    visitor = Visitor("", root + SIGN_OUT, asker.subject)
    return page(TEMPLATES.render(template, root, visitor, **values), status)
