"""Commands of a unit about its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UploadFile:
    """Have a stored and inspected file. `name` is a commitment, `pages` 0 where they are not known."""

    round: str
    unit: str
    sha256: str
    size: int
    media_type: str
    pages: int
    name: str


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Take a file off the list. `claimed` has the criteria whose claims name each digest, as of this decision."""

    round: str
    unit: str
    sha256: str
    claimed: Mapping[str, Sequence[str]]


Proving = UploadFile | RemoveFile
