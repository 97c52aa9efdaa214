"""Commands of a unit about its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.self_scoring.events import FileScanned, FileUploaded


@dataclass(frozen=True, slots=True)
class UploadFile:
    """Have a stored and inspected file. `name` is a commitment, `pages` 0 where they are not known.

    `scanner` found the file clean; "": it was not scanned. `agency` sends it for the part that it claims; "": the unit.
    """

    round: str
    unit: str
    sha256: str
    size: int
    media_type: str
    pages: int
    name: str
    scanner: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class ReuseFile:
    """Have a file that the unit has in another round, and what a scanner said of it there, if it was not erased.

    The days are the period that it proves now; one of them has to be stated.
    """

    round: str
    unit: str
    file: FileUploaded
    scan: FileScanned | None
    erased: bool
    effective_from: str
    effective_to: str


@dataclass(frozen=True, slots=True)
class RecordScan:
    """Record what a scanner says of a file that the unit has. `signature` is what it found, "" for nothing."""

    round: str
    unit: str
    sha256: str
    signature: str
    scanner: str


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Take a file off the list. `claimed` has the criteria whose claims name each digest, as of this decision.

    `agencies` are those for which an agency removes it that claims in place of the unit; empty: the unit removes it.
    """

    round: str
    unit: str
    sha256: str
    claimed: Mapping[str, Sequence[str]]
    agencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EraseFile:
    """Erase the bytes of a file, which the office asks for at this list. `reason` is a commitment."""

    round: str
    unit: str
    sha256: str
    reason: str


Proving = UploadFile | ReuseFile | RecordScan | RemoveFile
