"""HTTP endpoints of the pages of a unit's files: the list with its upload, one file page by page, its removal.

They execute the commands that the API executes. Links are relative, so the pages work under any address of a gateway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from assessment.opening.queries import names_in_rounds, terms_of
from assessment.opening.terms import Terms
from assessment.proving import attaching
from assessment.proving.api import check_opened, content_of
from assessment.proving.attaching import SaveClaim
from assessment.proving.display import (
    ENDINGS,
    Outcome,
    SendingResult,
    earlier_options,
    file_row,
    list_rows,
    shown_size,
    summary_of,
)
from assessment.proving.filing import Filing
from assessment.proving.forms import ERASE, REMOVE, REUSE, erasure_in, reused, take_sent
from assessment.proving.queries import FileState, earlier_files, file_in, files_in, with_uses_elsewhere
from assessment.self_scoring.forms import LABELS
from assessment.self_scoring.reading import READERS, readable_part
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.files.inspecting import Inspector
from parindex.files.page_pictures import PICTURE, PagePictures
from parindex.files.refusals import PageNotDrawnError
from parindex.http.fields import Whole
from parindex.http.file_transfer import IfRange, Range
from parindex.http.multipart import FILES_FORM
from parindex.http.path_fields import Digest, RoundId, UnitCode
from parindex.http.problems import STATUS
from parindex.http.routes import join_routes
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.web.answering import READ_ONLY, page, tagged
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, SentForm, fresh_key, see_other
from parindex.web.parts import Column
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.proving")
FILES: Final = "/rounds/{round}/units/{unit}/files"
EARLIER: Final = "/rounds/{round}/units/{unit}/earlier-files"
FILE: Final = FILES + "/{sha256}"
OF_FILES, OF_FILE, OF_REMOVAL = "../../../../", "../../../../../", "../../../../../../"
"""The way from a page to the root of the service."""
DONE: Final = {
    "removed": "Đã bỏ tệp.",
    "erased": "Đã xóa nội dung tệp, và ghi lý do vào sổ.",
    "reused": "Đã lấy tệp; bây giờ có thể đính kèm vào tiêu chí.",
}
LISTS: Final = (Column("Danh sách minh chứng"), Column("Dùng ở tiêu chí"))
IN_THIS_BROWSER: Final = "private, max-age=3600, immutable"
"""For pictures of pages: their address holds the digest of the bytes. A sign-out clears the browser's cache."""

OwnUnit = Annotated[Asker, allow_page(Role.UNIT, at="unit")]
Office = Annotated[Asker, allow_page(Role.OFFICE, reads="evidence")]
Reader = Annotated[Asker, allow_page(*READERS, reads="evidence")]
PageNumber = Annotated[Whole, Path(ge=1, le=10_000, description="Số trang của tệp, từ 1. The page of the file.")]
ShownPage = Annotated[Whole, Query(ge=1, le=10_000, description="Trang đang xem. The page that is shown.")]


@dataclass(frozen=True, slots=True)
class UnitFilesPage:
    """What the pages of a unit's files need of its round. `own`: the reader acts for the unit."""

    terms: Terms
    title: str
    unit: str
    own: bool
    asker: Asker


def routes(context: ServiceContext, save_claim: SaveClaim) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router, filing, pictures = APIRouter(include_in_schema=False), Filing(context, Inspector()), PagePictures()

    @router.get(FILES)
    async def files_page(round: RoundId, unit: UnitCode, asker: Reader, done: str = "") -> Response:
        opened = await _opened(context, round, unit, asker)
        return await _files_page(context, opened, [], DONE.get(done, ""))

    @router.post(FILES, **FILES_FORM)
    async def send_files(request: Request, round: RoundId, unit: UnitCode, asker: OwnUnit) -> Response:
        opened = await _opened(context, round, unit, asker)
        results = await take_sent(filing, request, opened.terms, asker)
        return await _files_page(context, opened, results)

    @router.get(EARLIER)
    async def earlier_page(round: RoundId, unit: UnitCode, asker: OwnUnit) -> Response:
        return await _earlier_page(context, await _opened(context, round, unit, asker))

    @router.post(EARLIER, **PAGE_FORM)
    async def reuse_earlier_file(request: Request, round: RoundId, unit: UnitCode, asker: OwnUnit) -> Response:
        sent, opened = await REUSE.read(request), await _opened(context, round, unit, asker)
        try:
            metadata = sent.write.metadata(asker, opened.terms.authority, await context.moment())
            await filing.reuse(opened.terms, reused(sent), metadata)
        except Refused as refused:
            return await _earlier_page(context, opened, sent, refused)
        return see_other("files?done=reused")

    @router.get(FILE)
    async def file_page(
        round: RoundId, unit: UnitCode, sha256: Digest, asker: Reader, page: ShownPage = 1, done: str = ""
    ) -> Response:
        opened = await _opened(context, round, unit, asker)
        files = [await file_in(context.log, opened.terms, sha256)]
        [found] = await with_uses_elsewhere(context.engine, context.log, opened.terms, files, asker)
        row = file_row(found)
        shown = min(page, row.pages)
        return _page(
            "file.html",
            OF_FILE,
            opened,
            file=row,
            summary=summary_of(row),
            shown=shown,
            done=DONE.get(done, ""),
            erasable=_erases(opened) and found.state is not FileState.ERASED,
            before=f"{sha256}?page={shown - 1}" if shown > 1 else "",
            after=f"{sha256}?page={shown + 1}" if shown < row.pages else "",
        )

    @router.get(FILE + "/removal")
    async def removal_page(round: RoundId, unit: UnitCode, sha256: Digest, asker: OwnUnit) -> Response:
        return await _removal_page(context, await _opened(context, round, unit, asker), sha256)

    @router.post(FILE + "/removal", **PAGE_FORM)
    async def remove_sent_file(
        request: Request, round: RoundId, unit: UnitCode, sha256: Digest, asker: OwnUnit
    ) -> Response:
        sent, terms = await REMOVE.read(request), await terms_of(context.log, round, unit)
        try:
            metadata = sent.write.metadata(asker, terms.authority, await context.moment())
            await filing.remove(terms, sha256, metadata, None)
        except Refused as refused:
            return await _removal_page(context, await _opened(context, round, unit, asker), sha256, refused)
        return see_other("../../files?done=removed")

    join_routes(router, _erasure_routes(context, filing))
    join_routes(router, _content_routes(context, pictures))
    join_routes(router, attaching.routes(context, filing, save_claim))
    return router


def _erasure_routes(context: ServiceContext, filing: Filing) -> APIRouter:
    """Build the routes at which the office erases the bytes of a file."""
    router = APIRouter(include_in_schema=False)

    @router.get(FILE + "/erasure")
    async def erasure_page(round: RoundId, unit: UnitCode, sha256: Digest, asker: Office) -> Response:
        return await _erasure_page(context, filing, await _opened(context, round, unit, asker), sha256)

    @router.post(FILE + "/erasure", **PAGE_FORM)
    async def erase_from_page(
        request: Request, round: RoundId, unit: UnitCode, sha256: Digest, asker: Office
    ) -> Response:
        opened = await _opened(context, round, unit, asker)
        asker.require(opened.terms.authority)  # before the form is read
        sent = await ERASE.read(request)
        try:
            await filing.erase(opened.terms, sha256, erasure_in(sent), sent.write, asker)
        except Refused as refused:
            return await _erasure_page(context, filing, opened, sha256, sent, refused)
        return see_other(f"../{sha256}?done=erased")

    return router


def _content_routes(context: ServiceContext, pictures: PagePictures) -> APIRouter:
    """Build the routes by which a browser gets a file, and a picture of each page."""
    router = APIRouter(include_in_schema=False)

    @router.get(FILE + "/content", response_class=Response)
    async def file_content(
        round: RoundId,
        unit: UnitCode,
        sha256: Digest,
        asker: Reader,
        range_: Range = None,
        if_range: IfRange = None,
    ) -> Response:
        found = await file_in(context.log, (await readable_part(context.log, asker, round, unit)).terms, sha256)
        return await content_of(context, found, range_, if_range)

    @router.get(FILE + "/pages/{page}", response_class=Response)
    async def page_picture(
        request: Request, round: RoundId, unit: UnitCode, sha256: Digest, page: PageNumber, asker: Reader
    ) -> Response:
        found = await file_in(context.log, (await readable_part(context.log, asker, round, unit)).terms, sha256)
        if page > found.pages:
            raise PageNotDrawnError(page)
        check_opened(found)
        drawn = await pictures.picture(context.file_store, sha256, found.media_type, page)
        return tagged(request, drawn, PICTURE, {**READ_ONLY, "Cache-Control": IN_THIS_BROWSER})

    return router


async def _opened(context: ServiceContext, round_id: str, unit: str, asker: Asker) -> UnitFilesPage:
    """Return what a reader may see; raise ForbiddenError, RoundUnknownError, UnitUnknownError."""
    found = await readable_part(context.log, asker, round_id, unit)
    return UnitFilesPage(found.terms, found.title, found.name, asker.principal.may(Role.UNIT, unit), asker)


async def _files_page(
    context: ServiceContext, opened: UnitFilesPage, results: Sequence[SendingResult], done: str = ""
) -> Response:
    refused = bool(results) and all(each.outcome is Outcome.REFUSED for each in results)
    files = await files_in(context.log, opened.terms)
    files = await with_uses_elsewhere(context.engine, context.log, opened.terms, files, opened.asker)
    return _page(
        "files.html",
        OF_FILES,
        opened,
        422 if refused else 200,
        files=[file_row(each) for each in files],
        results=results,
        done=done,
        address="files",
        endings=ENDINGS,
        largest=shown_size(context.largest_file),
    )


async def _earlier_page(
    context: ServiceContext, opened: UnitFilesPage, sent: SentForm | None = None, refused: Refused | None = None
) -> Response:
    return _page(
        "earlier.html",
        OF_FILES,
        opened,
        STATUS[refused.kind][0] if refused else 200,
        files=earlier_options(await earlier_files(context.engine, context.log, opened.terms)),
        key=fresh_key(),
        labels=LABELS,
        texts={name: sent.text(name) for name in sent.fields} if sent else {},
        errors=REUSE.errors(refused) if refused else {},
    )


async def _removal_page(
    context: ServiceContext, opened: UnitFilesPage, digest: str, refused: Refused | None = None
) -> Response:
    row = file_row(await file_in(context.log, opened.terms, digest))
    status = STATUS[refused.kind][0] if refused else 200
    errors = {"": refused.vi} if refused else {}
    return _page("removal.html", OF_REMOVAL, opened, status, file=row, key=fresh_key(), errors=errors)


async def _erasure_page(
    context: ServiceContext,
    filing: Filing,
    opened: UnitFilesPage,
    digest: str,
    sent: SentForm | None = None,
    refused: Refused | None = None,
) -> Response:
    """Show what an erasure takes away and what stays, in which lists; raises ForbiddenError, FileUnknownError."""
    opened.asker.require(opened.terms.authority)
    files = [await file_in(context.log, opened.terms, digest)]
    [found] = await with_uses_elsewhere(context.engine, context.log, opened.terms, files, opened.asker)
    here, lists = (opened.terms.round, opened.terms.unit), await filing.lists_with(digest)
    covered = opened.asker.visible(lists, lambda place: place[1])
    names = await names_in_rounds(context.log, [round_id for round_id, _ in covered] + [opened.terms.round])
    return _page(
        "erasure.html",
        OF_REMOVAL,
        opened,
        STATUS[refused.kind][0] if refused else 200,
        file=file_row(found),
        erased=found.state is FileState.ERASED,
        columns=LISTS,
        rows=list_rows(covered, names, found, here),
        lists=len(lists),
        hidden_lists=len(lists) - len(covered),
        reason=sent.text("reason") if sent else "",
        key=fresh_key(),
        errors=ERASE.errors(refused) if refused else {},
    )


def _erases(opened: UnitFilesPage) -> bool:
    return opened.asker.principal.may(Role.OFFICE, opened.terms.authority)


def _page(template: str, root: str, opened: UnitFilesPage, status: int = 200, **values: object) -> Response:
    visitor = Visitor(opened.unit, root + SIGN_OUT, opened.asker.subject, opened.terms.note)
    return page(TEMPLATES.render(template, root, visitor, opened=opened, **values), status)
