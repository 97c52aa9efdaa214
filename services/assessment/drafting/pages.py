"""HTTP endpoints of the office's pages of criteria sets: those in force, an upload, what a file says, enactment.

They call what the API calls. The file that a page shows is named by its digest, so the set that the office enacts is
the one that the page showed.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import structs

from assessment.drafting.api import Drafts
from assessment.drafting.differences import DifferenceInWords, RowInWords
from assessment.drafting.forms import ENACTMENT, FILE
from assessment.drafting.queries import (
    ListedSet,
    authority_called,
    counted,
    difference_from,
    digest_of_draft,
    rounds_by_set,
    sets_of,
    shown_set,
)
from assessment.drafting.refusals import DraftGoneError
from assessment.enacting.queries import (
    criteria_set_of,
    criteria_sets_of,
    enacted_sets,
    in_force_since,
    is_same,
)
from assessment.opening.queries import listed_rounds
from parindex.auth import Asker, Role, covers
from parindex.auth.fastapi import allow_page, signed_in_page
from parindex.contracts.criteria import CriteriaSet, Level
from parindex.http.multipart import FILES_FORM, sent_file
from parindex.http.path_fields import AuthorityCode, Digest, SetId
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.refusal import Refused
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, fresh_key, see_other
from parindex.web.parts import Column, Link, SummaryRow
from parindex.web.rendering import Templates, Visitor
from parindex.web.worksheets import CellNote

TEMPLATES: Final = Templates("assessment.drafting")
OWN: Final = (Role.OFFICE, Role.COUNCIL)
"""Who may enact a set."""
LIST: Final = "/authorities/{authority}/criteria-sets"
READING: Final = "/authorities/{authority}/criteria-set-readings/{sha256}"
OF_LIST, OF_READING, OF_SET, OF_DIFFERENCE = "../../", "../../../", "../", "../../../"
"""The way from a page to the root of the service."""
SETS: Final = [
    Column("Bộ chỉ số"), Column("Mã"), Column("Văn bản"), Column("Nội dung"), Column("Tối đa", number=True),
    Column("Ban hành"), Column("Đợt dùng bộ này"),
]  # fmt: skip
ROWS: Final = [
    Column("Tiêu chí"), Column("Tối đa", number=True), Column("Cách tính"), Column("Thang điểm trong văn bản"),
    Column("Đơn vị kê khai"), Column("Căn cứ"),
]  # fmt: skip
BANDS: Final = [Column("Loại"), Column("Từ", number=True), Column("Khối")]
MOST_TRIED: Final = 5
"""Rounds that a page offers for a trial, the newest first."""
NOTES: Final = [Column("Trang tính"), Column("Dòng"), Column("Cột"), Column("Nội dung")]
ROW_ALONE: Final = [Column("Tiêu chí"), Column("Tối đa", number=True), Column("Cách tính")]
CHANGED: Final = [Column("Tiêu chí"), Column("Mục"), Column("Trước"), Column("Nay")]
SETTINGS: Final = [Column("Mục"), Column("Trước"), Column("Nay")]

Own = Annotated[Asker, allow_page(*OWN, at="authority")]
Reader = Annotated[Asker, signed_in_page]


def routes(drafts: Drafts) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = _of_sets(drafts)
    join_routes(router, _of_files(drafts))
    return router


def _of_sets(drafts: Drafts) -> APIRouter:
    """Build the routes of the sets in force."""
    router, context = APIRouter(include_in_schema=False), drafts.context

    @router.get("/criteria-sets")
    async def own_authorities(asker: Annotated[Asker, allow_page(*OWN)]) -> Response:
        nodes = sorted({right.node for right in asker.principal.rights if right.role in OWN})
        nodes = asker.visible(nodes, lambda node: node)
        if len(nodes) == 1:
            return see_other(f"authorities/{nodes[0]}/criteria-sets")
        return _page("authorities.html", "", asker, {"nodes": nodes})

    @router.get("/criteria-set-template", dependencies=[signed_in_page])
    async def template_from_page() -> Response:
        return await drafts.template()

    @router.get("/criteria-sets/{code}")
    async def set_page(code: SetId, asker: Reader, enacted: str = "") -> Response:
        found = await criteria_set_of(context.log, code)
        others = [each for each in await enacted_sets(context.engine) if each.code != code]
        others.sort(key=lambda each: each.authority != found.authority)  # the own ones first, the newest of them first
        opener = _opener(asker, found.authority)
        values = {
            "called": await authority_called(context, found.authority),
            "code": code,
            "since": vietnamese.day(await in_force_since(context.log, code)),
            "enacted": enacted == "yes",
            "list_address": _list_address(asker, found.authority, OF_SET),
            "years": f"{OF_SET}authorities/{opener}/years" if opener else "",
            "year_workbook": f"{OF_SET}authorities/{opener}/criteria-sets/{code}/year-workbook" if opener else "",
            "others": [Link(f"{each.title} ({each.code})", f"{code}/differences/{each.code}") for each in others],
            **await _trial_values(drafts, asker, found.criteria_set, code),
        }
        return _page("set.html", OF_SET, asker, values | set_values(found.criteria_set))

    @router.get("/criteria-sets/{code}/differences/{against}")
    async def difference_page(code: SetId, against: SetId, asker: Reader) -> Response:
        new = await criteria_set_of(context.log, code)
        found = await difference_from(context.log, against, new.criteria_set)
        trial = await _trial_values(drafts, asker, new.criteria_set, against)
        values = {"title": new.criteria_set.title, "code": code, "against": against, **trial}
        values["list_address"] = _list_address(asker, new.authority, OF_DIFFERENCE)
        return _page("difference.html", OF_DIFFERENCE, asker, values | difference_values(found))

    @router.get("/criteria-sets/{code}/workbook", dependencies=[signed_in_page])
    async def workbook_from_page(code: SetId) -> Response:
        return await drafts.written(code)

    return router


def _of_files(drafts: Drafts) -> APIRouter:
    """Build the routes of the list with its upload, and of the set in a file."""
    router = APIRouter(include_in_schema=False)

    @router.get(LIST)
    async def sets_page(authority: AuthorityCode, asker: Own) -> Response:
        return await _list_page(drafts, authority, asker)

    @router.post(LIST, **FILES_FORM)
    async def send_file(request: Request, authority: AuthorityCode, asker: Own) -> Response:
        try:
            digest, reading = await drafts.receive(sent_file(request, FILE))
        except Refused as refused:
            return await _list_page(drafts, authority, asker, refused)
        if reading.criteria_set:
            return see_other(f"criteria-set-readings/{digest}")
        values = {
            "authority": authority,
            "mistakes": note_lines(reading.errors),
            "warnings": note_lines(reading.warnings),
        }
        return _page("mistakes.html", OF_LIST, asker, values | {"notes": NOTES}, 422)

    @router.get(READING)
    async def reading_page(
        authority: AuthorityCode, sha256: Digest, asker: Own, against: SetId | None = None
    ) -> Response:
        return await _reading_page(drafts, authority, sha256, asker, against=against)

    @router.post(READING, **PAGE_FORM)
    async def enact_from_page(request: Request, authority: AuthorityCode, sha256: Digest, asker: Own) -> Response:
        sent = await ENACTMENT.read(request)
        try:
            code = await drafts.enact_found(authority, sha256, sent.text("digest"), sent.write, asker)
        except DraftGoneError:
            raise
        except Refused as refused:
            return await _reading_page(drafts, authority, sha256, asker, refused)
        return see_other(f"{OF_READING}criteria-sets/{code}?enacted=yes")

    return router


async def _list_page(drafts: Drafts, authority: str, asker: Asker, refused: Refused | None = None) -> Response:
    listed = await sets_of(drafts.context.engine, drafts.context.log, authority)
    values: dict[str, object] = {
        "called": await authority_called(drafts.context, authority),
        "opens_years": asker.principal.may(Role.OFFICE, authority),
        "columns": SETS,
        "sets": [*map(_listed, listed)],
        "field": FILE,
        "errors": {FILE: refused.vi} if refused else {},
    }
    return _page("sets.html", OF_LIST, asker, values, _status(refused))


async def _reading_page(
    drafts: Drafts, authority: str, file: str, asker: Asker, refused: Refused | None = None, against: str | None = None
) -> Response:
    body, reading = await drafts.found(file)
    criteria_set, log = body.to_record(), drafts.context.log
    taken = await criteria_sets_of(log, [criteria_set.code])
    same = criteria_set.code in taken and is_same(taken[criteria_set.code], authority, criteria_set)
    others = [
        each
        for each in await enacted_sets(drafts.context.engine)
        if covers(authority, each.authority) and not (same and each.code == criteria_set.code)
    ]
    against = against or next((each.code for each in others), None)
    found = await difference_from(log, against, criteria_set) if against else None
    values = {
        "called": await authority_called(drafts.context, authority),
        "file": file,
        "came_from": f"authorities/{authority}/criteria-set-readings/{file}",
        "code": criteria_set.code,
        "taken": bool(taken) and not same,
        "since": vietnamese.day(await in_force_since(log, criteria_set.code)) if same else "",
        "digest": digest_of_draft(criteria_set),
        "warnings": note_lines(reading.warnings),
        "notes": NOTES,
        "errors": {"": said_of(refused)} if refused else {},
        "against": against or "",
        "others": [Link(f"{each.title} ({each.code})", f"{file}?against={each.code}") for each in others],
        **difference_values(found),
        **await _trial_values(drafts, asker, criteria_set, against or ""),
    }
    return _page("reading.html", OF_READING, asker, values | set_values(criteria_set), _status(refused))


async def _trial_values(drafts: Drafts, asker: Asker, criteria_set: CriteriaSet, against: str) -> dict[str, object]:
    """Return what the form of a trial holds: the rounds that the asker may try a set on, and the set without texts.

    The rounds that use the set `against` come first: an amended set would change the points of their claims. Training
    rounds are left out: their figures are practice.
    """
    nodes = {right.node for right in asker.principal.rights if right.role in OWN}
    engine, log = drafts.context.engine, drafts.context.log
    rounds = [each for each in await listed_rounds(engine) if not each.training]
    listed = [each for each in rounds if any(covers(node, each.authority) for node in nodes)]
    using = {each.round for each in (await rounds_by_set(engine, log)).get(against, ())} if listed else set()
    listed.sort(key=lambda each: each.round not in using)
    rows = [structs.replace(row, rule_text="", reference="") for row in criteria_set.criteria]
    return {
        "rounds": listed[:MOST_TRIED],
        "using": [each.title for each in listed if each.round in using],
        "sent": msgspec.json.encode(structs.replace(criteria_set, criteria=rows)).decode(),
        "key": fresh_key(),
    }


def _list_address(asker: Asker, authority: str, root: str) -> str:
    """Return the address of the list with the sets of an authority, for those who have that list."""
    own = asker.principal.may(OWN, authority)
    return f"{root}authorities/{authority}/criteria-sets" if own else f"{root}criteria-sets"


def _opener(asker: Asker, authority: str) -> str:
    """Return the authority at which the asker opens rounds with a set of `authority`: it, or one below; "" for none."""
    if asker.principal.may(Role.OFFICE, authority):
        return authority
    nodes = sorted(right.node for right in asker.principal.rights if right.role is Role.OFFICE)
    return next((node for node in nodes if covers(authority, node)), "")


def said_of(refused: Refused) -> str:
    """Return a refusal in words, with those of its places."""
    return " ".join([refused.vi, *(place.vi for place in refused.places)])


def _status(refused: Refused | None) -> int:
    return STATUS[refused.kind][0] if refused else 200


def set_values(criteria_set: CriteriaSet) -> dict[str, object]:
    """Return what the macro of a set shows."""
    shown = shown_set(criteria_set)
    lines = {
        area.name: [(row.name, row.maximum, row.rule, row.text, row.figures, row.reference) for row in area.rows]
        for area in shown.areas
    }
    used = [at for at in range(len(ROWS)) if any(line[at] for area in lines.values() for line in area)]
    areas = [
        (area.name, area.points, area.reference, [[line[at] for at in used] for line in lines[area.name]])
        for area in shown.areas
    ]
    return {
        "title": criteria_set.title,
        "summary": shown.summary,
        "areas": areas,
        "rows": [ROWS[at] for at in used],  # no column is empty in every row
        "conventions": shown.conventions,
        "bands": shown.bands,
        "band_columns": BANDS,
    }


def difference_values(found: DifferenceInWords | None) -> dict[str, object]:
    """Return what the macro of a difference shows; nothing where there is no other set."""
    if found is None:
        return {"difference": None}
    fields = [(row, field) for row in found.changed for field in row.fields]
    shown = {
        "summary": [
            SummaryRow("Dòng mới", vietnamese.count(len(found.new))),
            SummaryRow("Dòng bị bỏ", vietnamese.count(len(found.gone))),
            SummaryRow("Dòng thay đổi", vietnamese.count(len(found.changed))),
            SummaryRow("Dòng không đổi", vietnamese.count(found.unchanged)),
            SummaryRow("Quy ước thay đổi", vietnamese.count(len(found.settings))),
        ],
        "new": [_alone(row) for row in found.new],
        "gone": [_alone(row) for row in found.gone],
        "changed": [(f"{row.code} {row.name}", field.label, field.old, field.new) for row, field in fields],
        "settings": [(each.label, each.old, each.new) for each in found.settings],
        "row_columns": ROW_ALONE,
        "changed_columns": CHANGED,
        "setting_columns": SETTINGS,
    }
    return {"difference": shown}


def _alone(row: RowInWords) -> tuple[str, str, str]:
    return f"{row.code} {row.name}", row.maximum, row.rule


def _listed(each: ListedSet) -> list[str | Link]:
    counts = ((Level.AREA, each.areas), (Level.CRITERION, each.criteria), (Level.COMPONENT, each.components))
    return [
        Link(each.title, f"{OF_LIST}criteria-sets/{each.code}"),
        each.code,
        each.reference,
        counted(counts),
        vietnamese.comma(each.maximum),
        vietnamese.day(each.enacted_at),
        "; ".join(one.title for one in each.rounds) or "Chưa có đợt nào",
    ]


def note_lines(notes: Sequence[CellNote]) -> list[tuple[str, str, str, str]]:
    """Return mistakes or warnings as lines of a table."""
    return [(note.sheet, str(note.row or ""), note.column, _about(note)) for note in notes]


def _about(note: CellNote) -> str:
    """Return what a note says, with the criterion of its line unless it names that."""
    named = not note.criterion or note.criterion in note.vi
    return note.vi if named else f"Dòng {note.criterion}: {note.vi}"


def _page(template: str, root: str, asker: Asker, values: Mapping[str, object], status: int = 200) -> Response:
    visitor = Visitor("", root + SIGN_OUT, asker.subject)
    own = asker.principal.has(OWN)
    return page(TEMPLATES.render(template, root, visitor, own=own, **values), status)
