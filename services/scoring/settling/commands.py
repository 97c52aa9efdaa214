"""The commands of settling."""

from dataclasses import dataclass

from parindex.contracts.scoring import IndexComputed
from scoring.computing.state import LogPosition


@dataclass(frozen=True, slots=True)
class SeeClosing:
    """Record a source's closing in one partition: the source has published all events about the round's units there.

    `entry_sha256` is the hash of the source's entry, as its message says it.
    """

    round: str
    source: str
    partition: int
    closing: int
    at: LogPosition
    entry_sha256: str = ""


@dataclass(frozen=True, slots=True)
class SeeReopening:
    """Record a source's reopening in one partition."""

    round: str
    source: str
    partition: int
    closing: int


@dataclass(frozen=True, slots=True)
class SettleRound:
    """Settle a round if nothing is missing. `scores` has the index of every unit; None where it is not computed yet."""

    round: str
    partitions: int
    parked: int
    survey: bool | None  # whether tallies score anything; None while a set of the round is unknown
    scores: tuple[tuple[str, IndexComputed | None], ...]


@dataclass(frozen=True, slots=True)
class ListRound:
    """Put a round on the list of the rounds that wait to be settled, or take it off."""

    round: str
    waits: bool
