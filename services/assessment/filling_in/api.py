"""HTTP endpoints of the workbook of a unit's sheet: download, upload with what it would change, application."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from assessment.filling_in.bodies import ApplicationIn, WorkbookDifference
from assessment.filling_in.layout import READ
from assessment.filling_in.queries import Difference, Prepared, filling_of, prepared
from assessment.filling_in.refusals import (
    DiffVersionMissingError,
    WorkbookGoneError,
    WorkbookInvalidError,
    WorkbookNotOursError,
    WorkbookOfAnotherSheetError,
)
from assessment.filling_in.writing import write_workbook
from assessment.opening.queries import UnitInRound
from assessment.opening.terms import Terms, part_of
from assessment.self_scoring.bodies import ListedClaimIn
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.reading import READERS, claimable_terms, claims_for, readable_part
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Appended
from parindex.eventstore.log import Log
from parindex.files.inspecting import Inspector
from parindex.files.kinds import XLSX
from parindex.files.refusals import (
    CellTooFarError,
    FileDamagedError,
    FileNotAsNamedError,
    FileTooComplexError,
    StoredFileMissingError,
    WorkbookTooComplexError,
    WorksheetTwiceError,
)
from parindex.files.workbooks import Extractor
from parindex.http.file_transfer import A_WORKBOOK, LARGEST_WORKBOOK, workbook_response
from parindex.http.path_fields import Digest, RoundId, UnitCode
from parindex.http.problems import problems
from parindex.http.route_table import STREAMED
from parindex.http.write_endpoints import EDITABLE, WRITE, IncomingWrite, WriteRequest, etag, receipt
from parindex.instant import instant
from parindex.refusal import ConfirmationNeededError, Place, first_places
from parindex.service import ServiceContext
from parindex.web.worksheets import Note, noted

WORKBOOK: Final = "/v1/rounds/{round}/units/{unit}/self-score/workbook"
UPLOADED: Final = WORKBOOK + "/{sha256}"

NOT_OF_THIS_SHEET: Final = (
    FileDamagedError,
    FileTooComplexError,
    StoredFileMissingError,
    WorkbookNotOursError,
    WorkbookOfAnotherSheetError,
    WorkbookTooComplexError,
    CellTooFarError,
    WorksheetTwiceError,
)

Claimant = Annotated[Asker, allow(Role.UNIT)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `fillable_unit` checks it."""
Reader = Annotated[Asker, allow(*READERS, reads="self-score")]

EnterClaims = Callable[[ServiceContext, Terms, Sequence[ListedClaimIn], WriteRequest, Asker], Awaitable[Appended]]
"""Enters the claims of some criteria in one append, as the API of self-scoring does; the service passes it in."""


@dataclass(frozen=True, eq=False)
class Workbooks:
    """Workbooks of sheets: written, received, compared and applied."""

    context: ServiceContext
    enter_claims: EnterClaims
    inspector: Inspector
    extractor: Extractor

    async def written(self, of: UnitInRound) -> tuple[bytes, str]:
        """Return the workbook of a sheet, and the name of its file."""
        filling = await filling_of(self.context.log, of)
        content = await asyncio.to_thread(write_workbook, filling)
        return content, f"phieu-tu-cham-{of.terms.round}-{of.terms.unit}-{filling.version}.xlsx"

    async def receive(self, of: UnitInRound, chunks: AsyncIterator[bytes]) -> tuple[str, Difference]:
        """Keep a workbook until it is applied, and return its digest and what it would change.

        It is kept in the store of files; no event names it, so the collector of orphans removes it after an hour.
        Raises FileTooLargeError and the other refusals of files, and those of `prepared`.
        """
        async with self.context.file_store.receive(chunks, LARGEST_WORKBOOK) as draft:
            try:
                await self.inspector.inspect(draft.path, f"workbook{XLSX.endings[0]}")
            except FileNotAsNamedError:
                raise WorkbookNotOursError from None
            found = await self._prepared(of, draft.path)
            await draft.keep()
            return draft.digest, found.difference

    async def compare(self, of: UnitInRound, digest: str) -> Difference:
        """Return what a received workbook would change now; raise WorkbookGoneError."""
        return (await self._found(of, digest)).difference

    async def apply(
        self, of: UnitInRound, digest: str, confirmed: Mapping[str, Sequence[str]], write: WriteRequest, asker: Asker
    ) -> Appended:
        """Enter all claims that a received workbook changes in one append, or none.

        Raises DiffVersionMissingError, WorkbookGoneError, WorkbookInvalidError, ConfirmationNeededError, and what
        entering claims raises: StreamMovedError where the sheet has changed since the difference was shown.
        """
        if write.if_match is None:
            raise DiffVersionMissingError
        found = await self._found(of, digest)
        if found.difference.version == write.if_match:  # else a retry, or stale: both are recognised below
            _check_applicable(found.difference, confirmed)
        claims = [_confirmed(claim, confirmed.get(claim.criterion, ())) for claim in found.claims]
        return await self.enter_claims(self.context, of.terms, claims, write, asker)

    async def _found(self, of: UnitInRound, digest: str) -> Prepared:
        """Return a received workbook of this sheet, compared with the sheet.

        The store holds the files of all units. Any other file under this digest is refused as if it were not there:
        a person who has a document does not find out here whether others have sent it.
        """
        store = self.context.file_store
        size = await store.size_of(digest)
        if size is None or size > LARGEST_WORKBOOK:
            raise WorkbookGoneError
        try:
            async with store.at_hand(digest) as path:
                return await self._prepared(of, path)
        except NOT_OF_THIS_SHEET:
            raise WorkbookGoneError from None

    async def _prepared(self, of: UnitInRound, path: Path) -> Prepared:
        workbook = await self.extractor.cells_of(path, READ)
        return await prepared(self.context.log, of, workbook, instant(await self.context.moment()))


def routes(workbooks: Workbooks) -> APIRouter:
    """Build the routes of this step."""
    router, context = APIRouter(), workbooks.context

    @router.get(WORKBOOK, response_class=Response, responses={200: A_WORKBOOK, **problems(404)})
    async def download_workbook(round: RoundId, unit: UnitCode, asker: Reader) -> Response:
        """Tải phiếu tự chấm xuống thành tệp Excel để điền ngoại tuyến. Download the sheet as a workbook.

        Người tự chấm chỉ có những dòng mình được điền. Those who claim get the lines that they may fill in.
        """
        return workbook_response(*await workbooks.written(await shown_unit(context.log, asker, round, unit)))

    @router.post(
        WORKBOOK, response_model=WorkbookDifference, openapi_extra=STREAMED,
        responses={**EDITABLE, **problems(404, 409, 413, 415, 422, 429, 503)},
    )  # fmt: skip
    async def upload_workbook(round: RoundId, unit: UnitCode, request: Request, asker: Claimant) -> Response:
        """Tải tệp Excel đã điền lên và xem nó sẽ thay đổi gì; chưa ghi gì vào phiếu. Toàn bộ nội dung yêu cầu là tệp.

        Upload a filled-in workbook and see what it would change. Nothing of the sheet is written. The whole body is the
        file. It is kept for an hour at least, within which it can be applied by its `sha256`.
        """
        of = await fillable_unit(context.log, asker, round, unit)
        return _difference(*await workbooks.receive(of, request.stream()))

    @router.get(
        UPLOADED, response_model=WorkbookDifference,
        responses={**EDITABLE, **problems(404, 409, 422, 503)},
    )  # fmt: skip
    async def compare_workbook(round: RoundId, unit: UnitCode, sha256: Digest, asker: Claimant) -> Response:
        """Tệp đã tải lên sẽ thay đổi gì so với phiếu hiện nay."""
        of = await fillable_unit(context.log, asker, round, unit)
        return _difference(sha256, await workbooks.compare(of, sha256))

    @router.post(UPLOADED + "/application", **WRITE)
    async def apply_workbook(
        round: RoundId, unit: UnitCode, sha256: Digest, body: ApplicationIn, write: IncomingWrite, asker: Claimant
    ) -> Response:
        """Áp dụng tệp đã tải lên: ghi tất cả thay đổi, hoặc không ghi gì. Bắt buộc nêu `If-Match` của lần so sánh."""
        of = await fillable_unit(context.log, asker, round, unit)
        done = await workbooks.apply(of, sha256, body.confirmed, write, asker)
        return receipt(done, stream_of(round, unit))

    return router


async def shown_unit(log: Log, asker: Asker, round_id: str, unit: str) -> UnitInRound:
    """Return a unit with the criteria that the asker may fill in, or all of them for a reader who fills in none.

    Raises ForbiddenError, RoundUnknownError and UnitUnknownError.
    """
    of = await readable_part(log, asker, round_id, unit)
    return replace(of, terms=part_of(of.terms, agencies)) if (agencies := claims_for(asker, of.terms)) else of


async def fillable_unit(log: Log, asker: Asker, round_id: str, unit: str) -> UnitInRound:
    """Return a unit with the criteria that the asker claims, for the unit or in its place. Raises as `shown_unit`."""
    await claimable_terms(log, asker, round_id, unit)
    return await shown_unit(log, asker, round_id, unit)


def _difference(digest: str, of: Difference) -> Response:
    body = WorkbookDifference(
        sha256=digest,
        version=of.version,
        downloaded=of.downloaded,
        changes=of.changes,
        unchanged=of.unchanged,
        kept=of.kept,
        errors=[noted(note) for note in of.errors],
        warnings=[noted(note) for note in of.warnings],
        obstacle=of.obstacle,
    )
    return JSONResponse(body.model_dump(), headers={"ETag": etag(of.version)})


def _check_applicable(of: Difference, confirmed: Mapping[str, Sequence[str]]) -> None:
    if of.errors:
        raise WorkbookInvalidError(first_places(map(_place, of.errors)))
    open_ = [each for each in of.warnings if each.code and each.code not in confirmed.get(each.criterion, ())]
    if open_:
        raise ConfirmationNeededError(first_places(map(_place, open_)))


def _place(note: Note) -> Place:
    return Place(note.at.place, note.vi, note.en, note.code)


def _confirmed(claim: ListedClaimIn, codes: Sequence[str]) -> ListedClaimIn:
    return claim.model_copy(update={"confirmed": list(codes)})
