"""Uploads, reuse, removals and erasures of a unit's files, executed for the API and for the pages alike."""

from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from assessment.opening.terms import Terms
from assessment.proving.commands import EraseFile, RemoveFile, ReuseFile, UploadFile
from assessment.proving.decisions import check_confirmed, erasures, proving
from assessment.proving.queries import criteria_by_digest, present_claims
from assessment.proving.refusals import FileUnknownError
from assessment.self_scoring.events import files_of, stream_of
from assessment.self_scoring.reading import claims_for
from parindex.auth import Asker
from parindex.eventstore.appending import Append, Appended, Decided, Metadata, StreamHead, StreamMovedError, if_still
from parindex.eventstore.command_handling import attempted_or_repeated, execute, load
from parindex.eventstore.sealing import Seals
from parindex.files.inspecting import Inspector
from parindex.files.refusals import FileInfectedError
from parindex.files.scanning import Scan
from parindex.files.store import ReceivedFile
from parindex.http.write_endpoints import WriteRequest
from parindex.service import ServiceContext

LISTS: Final = """
SELECT DISTINCT stream FROM events
WHERE type = 'FileUploaded' AND position(convert_to($1, 'UTF8') IN entry) > 0
ORDER BY stream
"""
FOREVER: Final = 2**40
"""An instant after all others: whenever the bytes were kept, they go."""

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
class FileErasure:
    """Why the bytes of a file are erased, and the number of lists that the office has confirmed."""

    reason: str
    lists: int


@dataclass(frozen=True, slots=True)
class Filing:
    """Takes and removes the files of units."""

    context: ServiceContext
    inspector: Inspector

    async def take(self, terms: Terms, file: IncomingFile, asker: Asker) -> tuple[str, Appended | None]:
        """Receive, inspect, keep and record a file; return its digest, and None where the unit had it already.

        Raises the refusals of `parindex.files`, FilesTooManyError, and what the chunks raise; then nothing is kept.
        A retry that comes after the removal of the file gets the first answer, and keeps nothing either.
        """
        context = self.context
        async with context.file_store.receive(file.chunks, context.largest_file) as draft:
            write, stream = file.write(draft.digest), files_of(terms.round, terms.unit)
            files = (await load(context.log, stream, proving)).state
            agency = sender_of(asker, terms)
            command = UploadFile(terms.round, terms.unit, draft.digest, draft.size, "", 0, "", agency=agency)
            seals = Seals()
            if not files.has(draft.digest, agency) and draft.digest not in files.erased:
                key = write.metadata(asker, terms.authority, await context.moment()).idempotency
                if key and (before := await context.log.answered(key, stream)):
                    return draft.digest, before
                command = await self._inspected(command, draft, file.name, seals)
            proving.decide(command, files)
            await draft.keep()
            metadata = write.metadata(asker, terms.authority, await context.moment(), seals.all)
            return draft.digest, await self._append(terms, command, metadata)

    async def reuse(self, terms: Terms, file: ReusedFile, metadata: Metadata) -> Appended:
        """Have a file of the unit's in another round again; it is not sent again.

        Raises FileUnknownError, FileInfectedError, PeriodNeededError, PeriodReversedError and FilesTooManyError.
        """
        there = (await load(self.context.log, files_of(file.round, terms.unit), proving)).state
        if file.sha256 not in there.uploaded:
            raise FileUnknownError(file.sha256)
        known = there.uploaded[file.sha256], there.scanned.get(file.sha256), file.sha256 in there.erased
        command = ReuseFile(terms.round, terms.unit, *known, file.effective_from, file.effective_to)
        return await execute(self.context.log, files_of(terms.round, terms.unit), proving, command, metadata)

    async def remove(
        self, terms: Terms, digest: str, metadata: Metadata, seen: int | None, agencies: frozenset[str] = frozenset()
    ) -> Appended:
        """Append the removal, unless a claim names the file; the sheet may not move in between.

        `agencies`: as in RemoveFile. Raises FileUnknownError, FileClaimedError, FileOfOthersTooError, and
        StreamMovedError where the files are not at the version `seen`.
        """
        log, stream, sheet = self.context.log, files_of(terms.round, terms.unit), stream_of(terms.round, terms.unit)
        if metadata.idempotency and (before := await log.answered(metadata.idempotency, stream)):
            return before

        async def attempt() -> Appended:
            loaded = await load(log, stream, proving)
            if seen is not None and loaded.version != seen:
                raise StreamMovedError(stream, seen, loaded.version)
            claims, version = await present_claims(log, terms)
            command = RemoveFile(terms.round, terms.unit, digest, criteria_by_digest(claims), agencies)
            facts = proving.decide(command, loaded.state)

            def unmoved(head: StreamHead, sheet_head: StreamHead) -> Decided:
                if (head.version, sheet_head.version) != (loaded.version, version):
                    raise StreamMovedError(stream, loaded.version, head.version)
                return Decided(facts)

            return await log.append(Append(stream, metadata, unmoved, 1, reads=(sheet,)))

        return await attempted_or_repeated(log, stream, metadata, attempt, waits=seen is None)

    async def lists_with(self, digest: str) -> list[tuple[str, str]]:
        """Return round and unit of each list of files that ever had these bytes, from the log."""
        rows = await self.context.log.pool.fetch(LISTS, f'"sha256":"{digest}"')
        return [(round_id, unit) for row in rows for round_id, _, unit in [row[0].partition("-")[2].partition("/")]]

    async def erase(
        self, terms: Terms, digest: str, erasure: FileErasure, write: WriteRequest, asker: Asker
    ) -> Appended:
        """Append the erasure to each list that had these bytes at once, that of the unit first; then remove the bytes.

        Raises ForbiddenError where the asker has no right at the authority or at one of these lists, FileUnknownError,
        FileElsewhereTooError where another number of lists was confirmed, and FileErasedError where all of them have
        the erasure. A retry with the same key removes bytes that a killed process left.
        """
        asker.require(terms.authority)
        lists, at = await self.lists_with(digest), (terms.round, terms.unit)
        if at not in lists:
            raise FileUnknownError(digest)
        for _, unit in lists:
            asker.require(unit)
        check_confirmed(len(lists), erasure.lists)
        seals, log, stream = Seals(), self.context.log, files_of(*at)
        command = EraseFile(*at, digest, seals.commit(erasure.reason, "reason"))
        metadata = write.metadata(asker, terms.authority, await self.context.moment(), seals.all)
        done = await log.answered(metadata.idempotency, stream) if metadata.idempotency else None
        if done is None:
            done = await attempted_or_repeated(
                log, stream, metadata, lambda: self._append_erasures(command, lists, metadata), waits=True
            )
        await self.context.file_store.remove(digest, FOREVER)
        return done

    async def _append_erasures(
        self, command: EraseFile, lists: Sequence[tuple[str, str]], metadata: Metadata
    ) -> Appended:
        """Append the erasures in one transaction. The key of the write, and the reason, belong to the first."""
        log = self.context.log
        loaded = {place: await load(log, files_of(*place), proving) for place in lists}
        found = erasures(command, {place: each.state for place, each in loaded.items()})
        others = replace(metadata, idempotency=None, sealed=())
        appends = [
            Append(
                files_of(*place),
                others if at else metadata,
                if_still(files_of(*place), loaded[place].version, facts),
            )
            for at, (place, facts) in enumerate(found.items())
        ]
        async with self.context.engine.begin() as connection:
            [done, *_] = await log.append_within(connection, appends)
        return done

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


def sender_of(asker: Asker, terms: Terms) -> str:
    """Return for whom the asker sends a file: "" for the unit, else an agency that claims a part in its place."""
    agencies = claims_for(asker, terms)
    return "" if terms.unit in agencies or not agencies else min(agencies)
