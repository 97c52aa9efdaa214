"""The rules of units' files, pure: the same bytes are one file, and a file that a claim names stays.

The bytes are erased for all lists that ever had them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, assert_never

from assessment.proving.commands import EraseFile, Proving, RecordScan, RemoveFile, ReuseFile, UploadFile
from assessment.proving.refusals import (
    FileClaimedError,
    FileElsewhereTooError,
    FileErasedError,
    FileOfOthersTooError,
    FilesTooManyError,
    FileUnknownError,
    PeriodNeededError,
    PeriodReversedError,
)
from assessment.proving.state import FileFact, UnitFiles, evolve
from assessment.self_scoring.events import FileErased, FileRemoved, FileScanned, FileUploaded
from parindex.eventstore.decider import Decider
from parindex.files.refusals import FileInfectedError
from parindex.values.days import ends_before_it_begins

MOST_FILES: Final = 1_000
"""Files of one unit in one round."""


def decide(command: Proving, files: UnitFiles) -> Sequence[FileFact]:
    """Return the events of a command; raise its refusals."""
    match command:
        case UploadFile():
            return _upload(command, files)
        case ReuseFile():
            return _reuse(command, files)
        case RecordScan():
            return _record(command, files)
        case RemoveFile():
            return _remove(command, files)
        case _:
            assert_never(command)


def _upload(command: UploadFile, files: UnitFiles) -> Sequence[FileUploaded | FileScanned]:
    if command.sha256 in files.erased:
        raise FileErasedError(command.sha256)
    if files.has(command.sha256, command.agency):
        return []
    if command.sha256 not in files.uploaded and len(files.uploaded) >= MOST_FILES:
        raise FilesTooManyError(MOST_FILES)
    uploaded = FileUploaded(
        command.round,
        command.unit,
        command.sha256,
        command.size,
        command.media_type,
        command.pages,
        command.name,
        agency=command.agency,
    )
    if not command.scanner:
        return [uploaded]
    return [uploaded, FileScanned(command.round, command.unit, command.sha256, "", command.scanner)]


def _reuse(command: ReuseFile, files: UnitFiles) -> Sequence[FileUploaded | FileScanned]:
    file, scan = command.file, command.scan
    if scan and scan.signature:
        raise FileInfectedError(scan.signature)
    if file.sha256 in files.erased or command.erased:
        raise FileErasedError(file.sha256)
    _check_period(command)
    if file.sha256 in files.uploaded:
        return []
    if len(files.uploaded) >= MOST_FILES:
        raise FilesTooManyError(MOST_FILES)
    here = replace(
        file,
        agency="",
        round=command.round,
        reused_from=file.round,
        effective_from=command.effective_from,
        effective_to=command.effective_to,
    )
    return [here, replace(scan, round=command.round)] if scan else [here]


def _check_period(command: ReuseFile) -> None:
    since, until = command.effective_from, command.effective_to
    if not since and not until:
        raise PeriodNeededError
    if ends_before_it_begins(since, until):
        raise PeriodReversedError


def _record(command: RecordScan, files: UnitFiles) -> Sequence[FileScanned]:
    if command.sha256 not in files.uploaded:  # it was removed meanwhile
        return []
    fact = FileScanned(command.round, command.unit, command.sha256, command.signature, command.scanner)
    return [] if files.scanned.get(command.sha256) == fact else [fact]


def _remove(command: RemoveFile, files: UnitFiles) -> Sequence[FileRemoved]:
    senders = files.senders.get(command.sha256, frozenset())
    if not senders or (command.agencies and not senders & command.agencies):
        raise FileUnknownError(command.sha256)
    if command.agencies and senders - command.agencies:
        raise FileOfOthersTooError
    if criteria := command.claimed.get(command.sha256):
        raise FileClaimedError(criteria)
    return [FileRemoved(command.round, command.unit, command.sha256)]


def check_confirmed(lists: int, confirmed: int) -> None:
    """Refuse an erasure that reaches more lists, or fewer, than the office knows."""
    if lists != confirmed:
        raise FileElsewhereTooError(lists)


def erasures(
    command: EraseFile, lists: Mapping[tuple[str, str], UnitFiles]
) -> Mapping[tuple[str, str], Sequence[FileErased]]:
    """Return the event for the list that the command names, first, and for each other one that does not have it yet.

    `lists` has all that ever had these bytes, by round and unit: the bytes are one file, so they go for all of them.
    """
    at = (command.round, command.unit)
    left = [place for place, files in lists.items() if command.sha256 not in files.erased]
    if not left:
        raise FileErasedError(command.sha256)
    return {
        place: (FileErased(*place, command.sha256, len(lists), command.reason),)
        for place in (at, *(other for other in left if other != at))
    }


proving = Decider(UnitFiles(), decide, evolve)
