"""HTTP endpoints of a unit's files: upload (streamed), list, download, removal."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from assessment.opening.queries import terms_of
from assessment.opening.terms import Terms
from assessment.proving.bodies import FileReceipt, UnitFilesOut
from assessment.proving.commands import RemoveFile, UploadFile
from assessment.proving.decisions import proving
from assessment.proving.queries import criteria_by_digest, file_in, files_in, present_claims
from assessment.proving.state import UnitFiles
from assessment.self_scoring.events import files_of, stream_of
from assessment.self_scoring.queries import uploaded_files
from assessment.self_scoring.reading import READERS, readable_terms
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Append, Appended, Decided, Metadata, StreamHead, StreamMovedError
from parindex.eventstore.command_handling import execute, load
from parindex.eventstore.sealing import Seals
from parindex.files.inspecting import Inspector
from parindex.files.refusals import NoFileStoreError, StoredFileMissingError
from parindex.files.store import FileStore, ReceivedFile
from parindex.http.fields import Formed
from parindex.http.file_transfer import DOWNLOADED, ContentDisposition, IfRange, Range, attachment, download, name_in
from parindex.http.path_fields import RoundId, UnitCode
from parindex.http.problems import problems
from parindex.http.route_table import STREAMED
from parindex.http.write_endpoints import (
    WRITE,
    IdempotencyKey,
    IncomingWrite,
    etag,
    receipt,
    write_of,
)
from parindex.service import ServiceContext
from parindex.values.identifiers import SHA256

FILES = "/v1/rounds/{round}/units/{unit}/files"
FILE = FILES + "/{sha256}"

Digest = Annotated[str, Formed(SHA256), Path(description="SHA-256 của tệp, hệ 16. The file's SHA-256, in hex.")]
OwnUnit = Annotated[Asker, allow(Role.UNIT, at="unit")]
Reader = Annotated[Asker, allow(*READERS, reads="evidence")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router, inspector = APIRouter(), Inspector()

    @router.post(
        FILES, status_code=201, response_model=FileReceipt, openapi_extra=STREAMED,
        responses=problems(404, 408, 409, 413, 415, 422, 429, 503),
    )  # fmt: skip
    async def upload_file(
        round: RoundId,
        unit: UnitCode,
        request: Request,
        asker: OwnUnit,
        content_disposition: ContentDisposition = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Tải lên một tệp minh chứng: toàn bộ nội dung yêu cầu là tệp, tên tệp ở `Content-Disposition`.

        Upload one file: the whole body is the file, and its name is in `Content-Disposition` (RFC 8187). The type is
        found by the content. The same bytes are the same file, so an upload may be repeated without a key.
        """
        terms, name, store = await terms_of(context.log, round, unit), name_in(content_disposition), _store(context)
        async with store.receive(_chunks(request), context.largest_file) as draft:
            write = write_of(request, idempotency_key, None, draft.digest.encode())
            before = await uploaded_files(context.log, terms)
            command, seals = UploadFile(round, unit, draft.digest, draft.size, "", 0, ""), Seals()
            if draft.digest not in before:
                command = await _inspected(inspector, command, draft, name, seals)
            proving.decide(command, UnitFiles({digest: each.fact for digest, each in before.items()}))
            await draft.keep()
            metadata = write.metadata(asker, terms.authority, context.now(), seals.all)
            done = await _uploaded(context, terms, command, metadata)
        return await _file_receipt(context, terms, command.sha256, done)

    @router.get(FILES, responses=problems(404))
    async def list_files(round: RoundId, unit: UnitCode, asker: Reader) -> UnitFilesOut:
        """Các tệp của đơn vị, và mỗi tệp đang chứng minh tiêu chí nào."""
        return UnitFilesOut(files=await files_in(context.log, await readable_terms(context.log, asker, round, unit)))

    @router.get(FILE + "/content", response_class=Response, responses=DOWNLOADED | problems(404))
    async def download_file(
        round: RoundId, unit: UnitCode, sha256: Digest, asker: Reader, range_: Range = None, if_range: IfRange = None
    ) -> Response:
        """Tải về một tệp, toàn bộ hoặc một đoạn (`Range`); trình duyệt lưu tệp, không mở tại chỗ."""
        found = await file_in(context.log, await readable_terms(context.log, asker, round, unit), sha256)
        store = _store(context)
        if await store.size_of(sha256) != found.size:
            raise StoredFileMissingError(sha256)
        headers = {"Content-Type": found.media_type, "Content-Disposition": attachment(found.name)}
        return download(store, sha256, found.size, headers, range_, if_range)

    @router.post(FILE + "/removal", **WRITE)
    async def remove_file(
        round: RoundId, unit: UnitCode, sha256: Digest, write: IncomingWrite, asker: OwnUnit
    ) -> Response:
        """Bỏ một tệp khỏi danh sách, khi không tiêu chí nào đang dùng."""
        terms, stream = await terms_of(context.log, round, unit), files_of(round, unit)
        metadata = write.metadata(asker, terms.authority, context.now())
        return receipt(await _removed(context, terms, sha256, metadata, write.if_match), stream)

    return router


def _store(context: ServiceContext) -> FileStore:
    if context.files is None:
        raise NoFileStoreError
    return context.files


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


async def _inspected(
    inspector: Inspector, command: UploadFile, draft: ReceivedFile, name: str, seals: Seals
) -> UploadFile:
    """Return the command with what the file is; the file is not kept yet."""
    found = await inspector.inspect(draft.path, name)
    sealed = seals.commit(name, "file-name")
    return UploadFile(command.round, command.unit, draft.digest, draft.size, found.media_type, found.pages, sealed)


async def _uploaded(context: ServiceContext, terms: Terms, command: UploadFile, metadata: Metadata) -> Appended | None:
    """Append the upload; None where the unit has a file of these bytes already: nothing is written then."""
    stream = files_of(terms.round, terms.unit)

    async def attempt() -> Appended | None:
        loaded = await load(context.log, stream, proving)
        if not proving.decide(command, loaded.state):
            return None
        return await execute(context.log, stream, proving, command, metadata, loaded.version)

    return await context.log.queue.take(stream, attempt)


async def _file_receipt(context: ServiceContext, terms: Terms, digest: str, done: Appended | None) -> Response:
    found, stream = await file_in(context.log, terms, digest), files_of(terms.round, terms.unit)
    version = (await load(context.log, stream, proving)).version
    body = FileReceipt(
        stream=stream,
        version=version,
        position=found.position,
        first_position=found.position + (done is None),
        last_position=found.position,
        facts=[type(fact).__name__ for fact in done.facts] if done else [],
        repeated=done is None or done.repeated,
        file=found,
    )
    return JSONResponse(body.model_dump(), 201, {"ETag": etag(version)})


async def _removed(
    context: ServiceContext, terms: Terms, digest: str, metadata: Metadata, seen: int | None
) -> Appended:
    """Append the removal, unless a claim names the file; the sheet may not move in between."""
    stream, sheet = files_of(terms.round, terms.unit), stream_of(terms.round, terms.unit)
    if metadata.idempotency and (before := await context.log.answered(metadata.idempotency, stream)):
        return before

    async def attempt() -> Appended:
        loaded = await load(context.log, stream, proving)
        if seen is not None and loaded.version != seen:
            raise StreamMovedError(stream, seen, loaded.version)
        claims, version = await present_claims(context.log, terms)
        command = RemoveFile(terms.round, terms.unit, digest, criteria_by_digest(claims))
        facts = proving.decide(command, loaded.state)

        def unmoved(head: StreamHead, sheet_head: StreamHead) -> Decided:
            if (head.version, sheet_head.version) != (loaded.version, version):
                raise StreamMovedError(stream, loaded.version, head.version)
            return Decided(facts)

        return await context.log.append(Append(stream, metadata, unmoved, 1, reads=(sheet,)))

    return await (attempt() if seen is not None else context.log.queue.take(stream, attempt))
