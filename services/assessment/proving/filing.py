"""Uploads and removals of a unit's files, executed for the API and for the pages alike."""

from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass, replace

import structlog

from assessment.opening.terms import Terms
from assessment.proving.commands import RemoveFile, ReuseFile, UploadFile
from assessment.proving.decisions import proving
from assessment.proving.queries import criteria_by_digest, present_claims
from assessment.proving.refusals import FileUnknownError
from assessment.proving.state import UnitFiles
from assessment.self_scoring.events import files_of, stream_of
from assessment.self_scoring.queries import uploaded_files
from parindex.auth import Asker
from parindex.eventstore.appending import Append, Appended, Decided, Metadata, StreamHead, StreamMovedError
from parindex.eventstore.command_handling import attempted_or_repeated, execute, load
from parindex.eventstore.sealing import Seals
from parindex.files.inspecting import Inspector
from parindex.files.refusals import FileInfectedError, NoFileStoreError
from parindex.files.scanning import Scan
from parindex.files.store import FileStore, ReceivedFile
from parindex.http.write_endpoints import WriteRequest
from parindex.service import ServiceContext

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that is being sent: its name, tidied, and its bytes as they come.

    `write` makes the write request of the file's digest, which is known at the end.
    """

    name: str
    chunks: AsyncIterable[bytes]
    write: Callable[[str], WriteRequest]


@dataclass(frozen=True, slots=True)
class ReusedFile:
    """A file that the unit has in another round, and the period that it proves in this one."""

    round: str
    sha256: str
    effective_from: str
    effective_to: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Takes and removes the files of units."""

    context: ServiceContext
    inspector: Inspector

    async def take(self, terms: Terms, file: IncomingFile, asker: Asker) -> tuple[str, Appended | None]:
        """Receive, inspect, keep and record a file; return its digest, and None where the unit had it already.

        Raises the refusals of `parindex.files`, FilesTooManyError, and what the chunks raise; then nothing is kept.
        """
        context = self.context
        async with store_of(context).receive(file.chunks, context.largest_file) as draft:
            write = file.write(draft.digest)
            before = await uploaded_files(context.log, terms)
            command, seals = UploadFile(terms.round, terms.unit, draft.digest, draft.size, "", 0, ""), Seals()
            if draft.digest not in before:
                command = await self._inspected(command, draft, file.name, seals)
            proving.decide(command, UnitFiles({digest: each.fact for digest, each in before.items()}))
            await draft.keep()
            metadata = write.metadata(asker, terms.authority, context.now(), seals.all)
            return draft.digest, await self._append(terms, command, metadata)

    async def reuse(self, terms: Terms, file: ReusedFile, metadata: Metadata) -> Appended:
        """Have a file of the unit's in another round again; it is not sent again.

        Raises FileUnknownError, FileInfectedError, PeriodNeededError, PeriodReversedError and FilesTooManyError.
        """
        there = (await load(self.context.log, files_of(file.round, terms.unit), proving)).state
        if file.sha256 not in there.uploaded:
            raise FileUnknownError(file.sha256)
        known = there.uploaded[file.sha256], there.scanned.get(file.sha256)
        command = ReuseFile(terms.round, terms.unit, *known, file.effective_from, file.effective_to)
        return await execute(self.context.log, files_of(terms.round, terms.unit), proving, command, metadata)

    async def remove(self, terms: Terms, digest: str, metadata: Metadata, seen: int | None) -> Appended:
        """Append the removal, unless a claim names the file; the sheet may not move in between.

        Raises FileUnknownError, FileClaimedError, and StreamMovedError where the files are not at the version `seen`.
        """
        log, stream, sheet = self.context.log, files_of(terms.round, terms.unit), stream_of(terms.round, terms.unit)
        if metadata.idempotency and (before := await log.answered(metadata.idempotency, stream)):
            return before

        async def attempt() -> Appended:
            loaded = await load(log, stream, proving)
            if seen is not None and loaded.version != seen:
                raise StreamMovedError(stream, seen, loaded.version)
            claims, version = await present_claims(log, terms)
            command = RemoveFile(terms.round, terms.unit, digest, criteria_by_digest(claims))
            facts = proving.decide(command, loaded.state)

            def unmoved(head: StreamHead, sheet_head: StreamHead) -> Decided:
                if (head.version, sheet_head.version) != (loaded.version, version):
                    raise StreamMovedError(stream, loaded.version, head.version)
                return Decided(facts)

            return await log.append(Append(stream, metadata, unmoved, 1, reads=(sheet,)))

        return await attempted_or_repeated(log, stream, metadata, attempt, waits=seen is None)

    async def _inspected(self, command: UploadFile, draft: ReceivedFile, name: str, seals: Seals) -> UploadFile:
        """Return the command with what the file is, scanned where there is a scanner; the file is not kept yet."""
        found = await self.inspector.inspect(draft.path, name)
        scan = await self.context.scanner.scan(draft.path) if self.context.scanner else Scan("", "")
        if scan.signature:
            logger.warning("file_infected", unit=command.unit, signature=scan.signature, scanner=scan.scanner)
            raise FileInfectedError(scan.signature)
        sealed = seals.commit(name, "file-name")
        return replace(command, media_type=found.media_type, pages=found.pages, name=sealed, scanner=scan.scanner)

    async def _append(self, terms: Terms, command: UploadFile, metadata: Metadata) -> Appended | None:
        """Append the upload; None where the unit has a file of these bytes already: nothing is written then."""
        log, stream = self.context.log, files_of(terms.round, terms.unit)

        async def attempt() -> Appended | None:
            loaded = await load(log, stream, proving)
            if not proving.decide(command, loaded.state):
                return None
            return await execute(log, stream, proving, command, metadata, loaded.version)

        return await log.queue.take(stream, attempt)


def store_of(context: ServiceContext) -> FileStore:
    """Return the store of files; raise NoFileStoreError."""
    if context.files is None:
        raise NoFileStoreError
    return context.files
