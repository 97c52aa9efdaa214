"""Command of the office."""

from dataclasses import dataclass

from parindex.contracts.assessment import RoundOpened
from parindex.contracts.scoring import RoundSettled


@dataclass(frozen=True, slots=True)
class FreezeResult:
    """Freeze this settling of the round, whose snapshot has this checksum and says this number and predecessor.

    `reason` is the commitment to the text that says why the edition before has to be corrected; empty for the first.
    """

    opened: RoundOpened
    settlement: RoundSettled
    checksum: str
    edition: int
    supersedes: str = ""
    reason: str = ""
