"""State of a unit's files in a round, folded from their events. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from assessment.self_scoring.events import FileErased, FileRemoved, FileScanned, FileUploaded

FileFact = FileUploaded | FileScanned | FileErased | FileRemoved


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """The files that a unit has uploaded and not removed, and what a scanner said of them last, by their digests.

    `erased` has the digests of all files whose bytes the office erased.
    """

    uploaded: Mapping[str, FileUploaded] = field(default_factory=dict)
    scanned: Mapping[str, FileScanned] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()


def evolve(files: UnitFiles, fact: FileFact) -> UnitFiles:
    """Return the files after a fact."""
    others = {digest: each for digest, each in files.uploaded.items() if digest != fact.sha256}
    unscanned = {digest: each for digest, each in files.scanned.items() if digest != fact.sha256}
    match fact:
        case FileUploaded():
            return UnitFiles({**others, fact.sha256: fact}, unscanned, files.erased)
        case FileScanned():
            return UnitFiles(files.uploaded, {**unscanned, fact.sha256: fact}, files.erased)
        case FileErased():
            return UnitFiles(files.uploaded, files.scanned, files.erased | {fact.sha256})
        case FileRemoved():
            return UnitFiles(others, unscanned, files.erased)
        case _:
            assert_never(fact)
