"""HTTP endpoints of a unit's files: upload (streamed), list, download, removal."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from assessment.opening.queries import terms_of
from assessment.opening.terms import Terms
from assessment.proving.bodies import EarlierFilesOut, FileErasureIn, FileReceipt, ReuseIn, UnitFilesOut
from assessment.proving.decisions import proving
from assessment.proving.filing import FileErasure, Filing, IncomingFile, ReusedFile
from assessment.proving.queries import FileState, ShownFile, earlier_files, file_in, files_in, with_uses_elsewhere
from assessment.proving.refusals import FileErasedError
from assessment.self_scoring.events import files_of
from assessment.self_scoring.reading import (
    READERS,
    claimable_terms,
    claims_for,
    readable_part,
    readable_terms,
    seen_by,
)
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Appended
from parindex.eventstore.command_handling import load
from parindex.files.inspecting import Inspector
from parindex.files.refusals import FileInfectedError, StoredFileMissingError
from parindex.http.file_transfer import DOWNLOADED, ContentDisposition, IfRange, Range, attachment, download, name_in
from parindex.http.path_fields import Digest, RoundId, UnitCode
from parindex.http.problems import problems
from parindex.http.route_table import STREAMED
from parindex.http.write_endpoints import (
    WRITE,
    IdempotencyKey,
    IncomingWrite,
    WriteRequest,
    etag,
    receipt,
    write_of,
)
from parindex.service import ServiceContext

FILES = "/v1/rounds/{round}/units/{unit}/files"
EARLIER = "/v1/rounds/{round}/units/{unit}/earlier-files"
FILE = FILES + "/{sha256}"

OwnUnit = Annotated[Asker, allow(Role.UNIT, at="unit")]
Claimant = Annotated[Asker, allow(Role.UNIT)]
"""Who acts for the unit, or for an agency that claims some of its criteria; `claimable_terms` checks it."""
Office = Annotated[Asker, allow(Role.OFFICE)]
Reader = Annotated[Asker, allow(*READERS, reads="evidence")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router, filing = APIRouter(), Filing(context, Inspector())

    @router.post(
        FILES, status_code=201, response_model=FileReceipt, openapi_extra=STREAMED,
        responses=problems(404, 408, 409, 413, 415, 422, 429, 503),
    )  # fmt: skip
    async def upload_file(
        round: RoundId,
        unit: UnitCode,
        request: Request,
        asker: Claimant,
        content_disposition: ContentDisposition = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Tải lên một tệp minh chứng: toàn bộ nội dung yêu cầu là tệp, tên tệp ở `Content-Disposition`.

        Upload one file: the whole body is the file, and its name is in `Content-Disposition` (RFC 8187). The type is
        found by the content. The same bytes are the same file, so an upload may be repeated without a key. An agency
        that claims in place of the unit sends files for its part.
        """
        terms = await claimable_terms(context.log, asker, round, unit)

        def write(digest: str) -> WriteRequest:
            return write_of(request, idempotency_key, None, digest.encode())

        file = IncomingFile(name_in(content_disposition), request.stream(), write)
        digest, done = await filing.take(terms, file, asker)
        return await _file_receipt(context, seen_by(asker, terms), digest, done)

    @router.get(FILES, responses=problems(404))
    async def list_files(round: RoundId, unit: UnitCode, asker: Reader) -> UnitFilesOut:
        """Các tệp của đơn vị; mỗi tệp chứng minh tiêu chí nào, và còn dùng ở đâu mà người đọc được xem.

        Cơ quan tự chấm thay đơn vị: các tệp của phần mình. An agency that claims in place of the unit: those of its
        part.
        """
        terms = (await readable_part(context.log, asker, round, unit)).terms
        files = await files_in(context.log, terms)
        return UnitFilesOut(files=await with_uses_elsewhere(context.engine, context.log, terms, files, asker))

    @router.get(EARLIER, responses=problems(404))
    async def list_earlier_files(round: RoundId, unit: UnitCode, asker: Reader) -> EarlierFilesOut:
        """Các tệp của đơn vị ở đợt khác, có thể dùng lại trong đợt này mà không tải lên lần nữa."""
        terms = await readable_terms(context.log, asker, round, unit)
        return EarlierFilesOut(files=await earlier_files(context.engine, context.log, terms))

    @router.post(FILE + "/reuse", **WRITE)
    async def reuse_file(
        round: RoundId, unit: UnitCode, sha256: Digest, body: ReuseIn, write: IncomingWrite, asker: OwnUnit
    ) -> Response:
        """Dùng lại một tệp của đợt khác; nêu lại thời gian mà tệp chứng minh."""
        terms, stream = await terms_of(context.log, round, unit), files_of(round, unit)
        metadata = write.metadata(asker, terms.authority, await context.moment())
        file = ReusedFile(body.from_round, sha256, *body.days())
        return receipt(await filing.reuse(terms, file, metadata), stream)

    @router.get(FILE + "/content", response_class=Response, responses=DOWNLOADED | problems(404))
    async def download_file(
        round: RoundId,
        unit: UnitCode,
        sha256: Digest,
        asker: Reader,
        range_: Range = None,
        if_range: IfRange = None,
    ) -> Response:
        """Tải về một tệp, toàn bộ hoặc một đoạn (`Range`); trình duyệt lưu tệp, không mở tại chỗ."""
        found = await file_in(context.log, (await readable_part(context.log, asker, round, unit)).terms, sha256)
        return await content_of(context, found, range_, if_range)

    @router.post(FILE + "/removal", **WRITE)
    async def remove_file(
        round: RoundId, unit: UnitCode, sha256: Digest, write: IncomingWrite, asker: Claimant
    ) -> Response:
        """Bỏ một tệp khỏi danh sách, khi không tiêu chí nào đang dùng."""
        terms, stream = await claimable_terms(context.log, asker, round, unit), files_of(round, unit)
        metadata, agencies = write.metadata(asker, terms.authority, await context.moment()), claims_for(asker, terms)
        of_part = frozenset[str]() if terms.unit in agencies else agencies
        return receipt(await filing.remove(terms, sha256, metadata, write.if_match, of_part), stream)

    _add_erasure(router, context, filing)
    return router


def _add_erasure(router: APIRouter, context: ServiceContext, filing: Filing) -> None:
    @router.post(FILE + "/erasure", **WRITE)
    async def erase_file(
        round: RoundId, unit: UnitCode, sha256: Digest, body: FileErasureIn, write: IncomingWrite, asker: Office
    ) -> Response:
        """Xóa nội dung một tệp (dữ liệu cá nhân), có lý do; sổ ghi việc xóa ở mọi danh sách có tệp này."""
        terms = await terms_of(context.log, round, unit)
        done = await filing.erase(terms, sha256, FileErasure(body.reason, body.lists), write, asker)
        return receipt(done, files_of(round, unit))


async def content_of(context: ServiceContext, found: ShownFile, wanted: str | None, only_if: str | None) -> Response:
    """Answer with a file's bytes, or the range of them that is wanted; a browser saves them and never shows them.

    Raises FileErasedError, FileInfectedError, NoFileStoreError and StoredFileMissingError.
    """
    check_opened(found)
    store = context.file_store
    if await store.size_of(found.sha256) != found.size:
        raise StoredFileMissingError(found.sha256)
    headers = {"Content-Type": found.media_type, "Content-Disposition": attachment(found.name)}
    return download(store, found.sha256, found.size, headers, wanted, only_if)


def check_opened(found: ShownFile) -> None:
    """Raise FileErasedError, and FileInfectedError where a scanner rejected the file after it was stored."""
    if found.state is FileState.ERASED:
        raise FileErasedError(found.sha256)
    if found.signature:
        raise FileInfectedError(found.signature)


async def _file_receipt(context: ServiceContext, terms: Terms, digest: str, done: Appended | None) -> Response:
    stream = files_of(terms.round, terms.unit)
    found = await file_in(context.log, terms, digest, done.last if done else None)
    version = done.version if done else (await load(context.log, stream, proving)).version
    at = done.first if done else found.position
    body = FileReceipt(
        stream=stream,
        version=version,
        position=at,
        first_position=at + (done is None),
        last_position=at,
        facts=[type(fact).__name__ for fact in done.facts] if done else [],
        repeated=done is None or done.repeated,
        file=found,
    )
    return JSONResponse(body.model_dump(), 201, {"ETag": etag(version)})
