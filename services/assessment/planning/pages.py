"""HTTP endpoints of the office's pages of years: an upload, what a workbook says, and its confirmation.

They call what the API calls. A page names its file by the digest, so the year that is opened is the one that was shown.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.drafting.pages import NOTES, difference_values, note_lines, said_of, set_values
from assessment.drafting.queries import authority_called, difference_from
from assessment.enacting.queries import enacted_sets
from assessment.opening.deadlines import FIELDS
from assessment.planning.api import YearPlan, Years
from assessment.planning.forms import CONFIRMATION, FILE
from assessment.planning.layout import ROUND_ITEMS
from assessment.planning.queries import digest_of_year, opened_under, rounds_under, set_before
from assessment.planning.refusals import YearGoneError
from assessment.planning.years import Year
from parindex.auth import Asker, Role, covers
from parindex.auth.fastapi import allow_page, signed_in_page
from parindex.contracts.assessment import Block
from parindex.http.multipart import FILES_FORM, sent_file
from parindex.http.path_fields import AuthorityCode, Digest, RoundId, SetId
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.refusal import Refused
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, fresh_key, see_other
from parindex.web.parts import Column, Link, SummaryRow
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.planning", macros_of=("assessment.drafting",))
LIST: Final = "/authorities/{authority}/years"
READING: Final = "/authorities/{authority}/year-readings/{sha256}"
OF_LIST, OF_READING = "../../", "../../../"
"""The way from a page to the root of the service."""
ROUNDS: Final = [Column("Đợt"), Column("Năm", number=True), Column("Đơn vị", number=True), Column("Mở năm sau")]
UNITS: Final = [Column("Mã"), Column("Đơn vị"), Column("Không áp dụng")]
APPRAISERS: Final = [Column("Tiêu chí, lĩnh vực"), Column("Cơ quan thẩm định"), Column("Khối")]

Own = Annotated[Asker, allow_page(Role.OFFICE, at="authority")]


def routes(years: Years) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = _of_workbooks(years)
    join_routes(router, _of_files(years))
    return router


def _of_workbooks(years: Years) -> APIRouter:
    """Build the routes of the workbooks to begin with."""
    router = APIRouter(include_in_schema=False)

    @router.get("/years")
    async def own_authorities(asker: Annotated[Asker, allow_page(Role.OFFICE)]) -> Response:
        nodes = sorted({right.node for right in asker.principal.rights if right.role is Role.OFFICE})
        nodes = asker.visible(nodes, lambda node: node)
        if len(nodes) == 1:
            return see_other(f"authorities/{nodes[0]}/years")
        return _page("authorities.html", "", asker, {"nodes": nodes})

    @router.get("/year-template", dependencies=[signed_in_page])
    async def template_from_page() -> Response:
        return await years.template()

    @router.get("/rounds/{round}/next-year")
    async def next_year_from_page(round: RoundId, asker: Annotated[Asker, allow_page(Role.OFFICE)]) -> Response:
        return await years.after(round, asker)

    @router.get(
        "/authorities/{authority}/criteria-sets/{code}/year-workbook",
        dependencies=[allow_page(Role.OFFICE, at="authority")],
    )
    async def year_with_set_from_page(authority: AuthorityCode, code: SetId) -> Response:
        return await years.beginning(authority, code)

    return router


def _of_files(years: Years) -> APIRouter:
    """Build the routes of the upload, and of the year in a file."""
    router = APIRouter(include_in_schema=False)

    @router.get(LIST)
    async def years_page(authority: AuthorityCode, asker: Own, opened: RoundId | None = None) -> Response:
        return await _list_page(years, authority, asker, opened=opened)

    @router.post(LIST, **FILES_FORM)
    async def send_file(request: Request, authority: AuthorityCode, asker: Own) -> Response:
        try:
            digest, plan = await years.receive(authority, sent_file(request, FILE))
        except Refused as refused:
            return await _list_page(years, authority, asker, refused)
        if plan.planned.drafted.errors:
            return _mistakes_page(plan, authority, asker, OF_LIST)
        return see_other(f"year-readings/{digest}")

    @router.get(READING)
    async def reading_page(
        authority: AuthorityCode, sha256: Digest, asker: Own, against: SetId | None = None
    ) -> Response:
        return await _reading_page(years, authority, sha256, asker, against=against)

    @router.post(READING, **PAGE_FORM)
    async def carry_out_from_page(request: Request, authority: AuthorityCode, sha256: Digest, asker: Own) -> Response:
        sent = await CONFIRMATION.read(request)
        try:
            year = await years.carry_out(authority, sha256, sent.text("digest"), sent.write, asker)
        except YearGoneError:
            raise
        except Refused as refused:
            return await _reading_page(years, authority, sha256, asker, refused)
        return see_other(f"{OF_READING}authorities/{authority}/years?opened={year.round}")

    return router


async def _list_page(
    years: Years, authority: str, asker: Asker, refused: Refused | None = None, opened: str | None = None
) -> Response:
    listed = await rounds_under(years.context.engine, authority)
    new = await opened_under(years.context.log, authority, opened) if opened else None
    lines = [_listed(each.title, each.round, each.year, each.units) for each in listed]
    if new and all(each.round != new.round for each in listed):  # the list is a read model, and behind the log
        lines.insert(0, _listed(new.title, new.round, new.year, sum(len(block.units) for block in new.blocks)))
    values: dict[str, object] = {
        "authority": authority,
        "called": await authority_called(years.context, authority),
        "columns": ROUNDS,
        "rounds": lines,
        "opened": f"“{new.title}” ({new.round})" if new else "",
        "opened_sets": [
            Link(f"bộ chỉ số {code}", f"{OF_LIST}criteria-sets/{code}")
            for code in dict.fromkeys(block.criteria_set for block in (new.blocks if new else ()))
        ],
        "field": FILE,
        "errors": {FILE: refused.vi} if refused else {},
    }
    return _page("years.html", OF_LIST, asker, values, _status(refused))


def _mistakes_page(plan: YearPlan, authority: str, asker: Asker, root: str) -> Response:
    notes = plan.reading()
    values = {
        "authority": authority,
        "back": f"{root}authorities/{authority}/years",
        "mistakes": note_lines(notes.errors),
        "warnings": note_lines(notes.warnings),
        "notes": NOTES,
    }
    return _page("mistakes.html", root, asker, values, 422)


async def _reading_page(
    years: Years, authority: str, file: str, asker: Asker, refused: Refused | None = None, against: str | None = None
) -> Response:
    plan = await years.found(authority, file)
    if plan.planned.drafted.errors:
        return _mistakes_page(plan, authority, asker, OF_READING)
    if plan.year is None or plan.existing is None:
        raise YearGoneError
    year, log, engine = plan.year, years.context.log, years.context.engine
    code = year.criteria_set.code
    against = against or await set_before(engine, log, authority, year)
    compared = against if against != code or not plan.existing.set_in_force else ""
    difference = await difference_from(log, compared, year.criteria_set) if compared else None
    others = [each for each in await enacted_sets(engine) if covers(authority, each.authority)]
    values = {
        "authority": authority,
        "called": await authority_called(years.context, authority),
        "file": file,
        "code": code,
        "round": year.round,
        "round_title": year.title,
        "digest": digest_of_year(authority, year),
        "key": fresh_key(),
        "in_force": plan.existing.set_in_force,
        "opened": plan.existing.opened,
        "warnings": note_lines(plan.reading().warnings),
        "notes": NOTES,
        "errors": {"": said_of(refused)} if refused else {},
        "against": compared,
        "others": [Link(f"{each.title} ({each.code})", f"{file}?against={each.code}") for each in others],
        **_round_values(year),
        **difference_values(difference),
        **set_values(year.criteria_set),
    }
    return _page("reading.html", OF_READING, asker, values, _status(refused))


def _round_values(year: Year) -> dict[str, object]:
    units = {unit.code: unit.name for block in year.blocks for unit in block.units}
    rows = {row.code: row.name for row in year.criteria_set.criteria}
    blocks = {block.code: block.name for block in year.blocks}
    given = [
        (_named(entry.criterion, rows), _named(entry.appraiser, units), _named(entry.block, blocks) or "Mọi khối")
        for entry in year.appraisers
    ]
    return {
        "round_summary": _round_summary(year),
        "blocks": [_block(block, year.criteria_set.code) for block in year.blocks],
        "unit_columns": UNITS,
        "appraisers": given,
        "appraiser_columns": APPRAISERS,
    }


def _round_summary(year: Year) -> list[SummaryRow]:
    count = sum(len(block.units) for block in year.blocks)
    values = {
        "round": year.round,
        "year": str(year.year),
        "title": year.title,
        "reference": year.reference or "Chưa ghi",
        **{field: _deadline(getattr(year.deadlines, name)) for field, name in FIELDS.items()},
        "pressed_from": _deadline(year.pressed_from, f"Đầu năm {year.year}"),
        "pressed_until": _deadline(year.pressed_until, f"00:00 ngày 01/01/{year.year + 2}"),
        "four_eyes": _yes(year.four_eyes),
        "approval": _yes(year.approval),
        "two_appraisals": _yes(year.two_appraisals),
        "self_scoring_from": _deadline(year.deadlines.self_scoring_from, "Khi mở đợt"),
        "training": _yes(year.training),
        "council": _yes(year.council),
    }
    return [
        *(SummaryRow(title, values[name]) for name, title in ROUND_ITEMS.items()),
        SummaryRow("Khối, đơn vị", f"{len(year.blocks)} khối, {vietnamese.count(count)} đơn vị"),
        SummaryRow("Thời hạn riêng", f"{len(year.own_deadlines)} dòng" if year.own_deadlines else "Không có"),
    ]


def _block(block: Block, own: str) -> tuple[str, str, Sequence[tuple[str, str, str]]]:
    which = "bộ chỉ số trong bảng tính" if block.criteria_set == own else f"bộ đã ban hành {block.criteria_set}"
    units = [(unit.code, unit.name, ", ".join(unit.not_applicable)) for unit in block.units]
    return f"{block.name} ({block.code})", which, units


def _deadline(at: str, otherwise: str = "Không có hạn") -> str:
    return vietnamese.deadline(at) if at else otherwise


def _yes(value: bool) -> str:  # noqa: FBT001  # private
    return "Có" if value else "Không"


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names[code]}" if code in names else code


def _listed(title: str, round_id: str, year: int, units: int) -> list[str | Link]:
    return [
        f"{title} ({round_id})",
        str(year),
        vietnamese.count(units),
        Link(f"Tải bảng tính năm {year + 1}", f"{OF_LIST}rounds/{round_id}/next-year"),
    ]


def _status(refused: Refused | None) -> int:
    return STATUS[refused.kind][0] if refused else 200


def _page(template: str, root: str, asker: Asker, values: Mapping[str, object], status: int = 200) -> Response:
    visitor = Visitor("", root + SIGN_OUT, asker.subject)
    return page(TEMPLATES.render(template, root, visitor, **values), status)
