"""State of a unit's files in a round, folded from their events. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from assessment.self_scoring.events import FileErased, FileRemoved, FileScanned, FileUploaded

FileFact = FileUploaded | FileScanned | FileErased | FileRemoved


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """The files that a unit has uploaded and not removed, and what a scanner said of them last, by their digests.

    The first upload of a file stays, with its name: who sends the same bytes after it becomes a sender, and no more.
    `erased` has the digests of all files whose bytes the office erased. `senders` are those who sent each file: "" for
    the unit, and agencies that claim in its place.
    """

    uploaded: Mapping[str, FileUploaded] = field(default_factory=dict)
    scanned: Mapping[str, FileScanned] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    senders: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def has(self, digest: str, agency: str) -> bool:
        """Return whether this sender has sent a file, which was not removed since."""
        return agency in self.senders.get(digest, ())


def evolve(files: UnitFiles, fact: FileFact) -> UnitFiles:
    """Return the files after a fact."""
    others = {digest: each for digest, each in files.uploaded.items() if digest != fact.sha256}
    unscanned = {digest: each for digest, each in files.scanned.items() if digest != fact.sha256}
    match fact:
        case FileUploaded():
            senders = files.senders.get(fact.sha256, frozenset()) | {fact.agency}
            uploaded = {**files.uploaded, fact.sha256: files.uploaded.get(fact.sha256, fact)}
            return replace(files, uploaded=uploaded, senders={**files.senders, fact.sha256: senders})
        case FileScanned():
            return replace(files, scanned={**unscanned, fact.sha256: fact})
        case FileErased():
            return replace(files, erased=files.erased | {fact.sha256})
        case FileRemoved():
            left = {digest: each for digest, each in files.senders.items() if digest != fact.sha256}
            return replace(files, uploaded=others, scanned=unscanned, senders=left)
        case _:
            assert_never(fact)
