"""HTTP endpoints of the pages of a workbook: download and upload, what it would change, and its application."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.filling_in.api import Workbooks, fillable_unit
from assessment.filling_in.forms import APPLICATION, FILE, application_in
from assessment.filling_in.queries import Difference
from assessment.opening.queries import UnitInRound
from parindex.auth import Role
from parindex.auth.access import Asker
from parindex.auth.fastapi import allow_page
from parindex.eventstore.appending import StreamMovedError
from parindex.http.file_transfer import workbook_response
from parindex.http.multipart import FILES_FORM, sent_file
from parindex.http.path_fields import Digest, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.refusal import ConfirmationNeededError, Refused
from parindex.web import vietnamese
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, fresh_key, see_other
from parindex.web.parts import SummaryRow
from parindex.web.rendering import Templates, Visitor
from parindex.web.worksheets import Note

TEMPLATES: Final = Templates("assessment.filling_in")
SHEET: Final = "/rounds/{round}/units/{unit}/workbook"
UPLOADED: Final = SHEET + "/{sha256}"
OF_SHEET, OF_UPLOADED = "../../../../", "../../../../../"
"""The way from a page to the root of the service."""

Claimant = Annotated[Asker, allow_page(Role.UNIT)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `fillable_unit` checks it."""


def routes(workbooks: Workbooks) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router, log = APIRouter(include_in_schema=False), workbooks.context.log

    @router.get(SHEET)
    async def workbook_page(round: RoundId, unit: UnitCode, asker: Claimant, applied: str = "") -> Response:
        return _upload_page(await fillable_unit(log, asker, round, unit), asker, applied=applied)

    @router.get(SHEET + "/download")
    async def download_page(round: RoundId, unit: UnitCode, asker: Claimant) -> Response:
        return workbook_response(*await workbooks.written(await fillable_unit(log, asker, round, unit)))

    @router.post(SHEET, **FILES_FORM)
    async def send_workbook(request: Request, round: RoundId, unit: UnitCode, asker: Claimant) -> Response:
        of = await fillable_unit(log, asker, round, unit)
        try:
            digest, _ = await workbooks.receive(of, sent_file(request, FILE))
        except Refused as refused:
            return _upload_page(of, asker, refused)
        return see_other(f"workbook/{digest}")

    @router.get(UPLOADED)
    async def difference_page(round: RoundId, unit: UnitCode, sha256: Digest, asker: Claimant) -> Response:
        of = await fillable_unit(log, asker, round, unit)
        return await _difference_page(workbooks, of, asker, sha256)

    @router.post(UPLOADED, **PAGE_FORM)
    async def apply_from_page(
        request: Request, round: RoundId, unit: UnitCode, sha256: Digest, asker: Claimant
    ) -> Response:
        of = await fillable_unit(log, asker, round, unit)
        form = await APPLICATION.read(request)
        try:
            confirmed = application_in(form).confirmed
            done = await workbooks.apply(of, sha256, confirmed, form.write, asker)
        except Refused as refused:
            return await _difference_page(workbooks, of, asker, sha256, refused)
        return see_other(f"../workbook?applied={len(done.facts)}")

    return router


def _upload_page(of: UnitInRound, asker: Asker, refused: Refused | None = None, applied: str = "") -> Response:
    count = int(applied) if applied.isdecimal() and len(applied) < 5 else 0  # noqa: PLR2004  # digits
    return _page(
        "workbook.html",
        OF_SHEET,
        of,
        asker,
        refused,
        unit_code=of.terms.unit,
        title=of.title,
        field=FILE,
        applied=f"Đã áp dụng {count} tiêu chí từ tệp." if count else "",
        errors={FILE: refused.vi} if refused else {},
    )


async def _difference_page(
    workbooks: Workbooks, of: UnitInRound, asker: Asker, digest: str, refused: Refused | None = None
) -> Response:
    found = await workbooks.compare(of, digest)
    return _page(
        "difference.html",
        OF_UPLOADED,
        of,
        asker,
        refused,
        unit_code=of.terms.unit,
        title=of.title,
        digest=digest,
        summary=_summary(found),
        changes=found.changes,
        mistakes=_rows(found.errors),
        warnings=_rows([note for note in found.warnings if not note.code]),
        slips=[note for note in found.warnings if note.code],
        obstacle=found.obstacle,
        key=fresh_key(),
        version=found.version,
        errors={"": _said(refused)} if refused else {},
    )


def _said(refused: Refused) -> str:
    if isinstance(refused, StreamMovedError):
        return (
            "Người khác vừa lưu phiếu nên chưa áp dụng gì. Trang này đã so sánh lại với bản mới; hãy xem rồi áp dụng."
        )
    if isinstance(refused, ConfirmationNeededError):
        return (
            "Chưa áp dụng gì: có số liệu trông như nhầm. Hãy xác nhận từng chỗ ở cuối trang, hoặc sửa tệp rồi tải lại."
        )
    return refused.vi


def _summary(of: Difference) -> list[SummaryRow]:
    rows = [
        SummaryRow("Tiêu chí thay đổi", vietnamese.count(len(of.changes))),
        SummaryRow("Tiêu chí không đổi", vietnamese.count(of.unchanged)),
        SummaryRow("Lỗi", vietnamese.count(len(of.errors))),
        SummaryRow("Cảnh báo", vietnamese.count(len(of.warnings))),
    ]
    if of.kept:
        rows.insert(2, SummaryRow("Giữ bản người khác đã sửa", vietnamese.count(of.kept)))
    return rows


def _rows(notes: Sequence[Note]) -> list[tuple[str, str]]:
    return [(_where(note), note.vi) for note in notes]


def _where(note: Note) -> str:
    row = f"dòng {note.at.row}" if note.at.row else ""
    cell = f"ô {note.at.column}{note.at.row}" if note.at.column else row
    return ", ".join(filter(None, (note.at.sheet, cell, note.criterion and f"tiêu chí {note.criterion}")))


def _page(
    template: str, root: str, of: UnitInRound, asker: Asker, refused: Refused | None, **values: object
) -> Response:
    status = STATUS[refused.kind][0] if refused else 200
    visitor = Visitor(of.name, root + SIGN_OUT, asker.subject, of.terms.note)
    return page(TEMPLATES.render(template, root, visitor, unit=of.name, **values), status)
