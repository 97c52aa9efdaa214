"""What may have happened in computing. Numbers are exact wire text; a set or a round is known once, for ever."""

from dataclasses import dataclass
from typing import Any, ClassVar

from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import ScoreLine, SourcePosition


@dataclass(frozen=True, slots=True)
class SetPrepared:
    """A criteria set is known here: what scores and names need of it, without its legal texts."""

    criteria_set: CriteriaSet
    digest: str


@dataclass(frozen=True, slots=True)
class SetNeeded:
    """A round is scored by a set, which may not be known yet."""

    criteria_set: str
    round: str


@dataclass(frozen=True, slots=True)
class RoundPrepared:
    """A round is known here: who is in it, scored by which set."""

    round: str
    year: int
    authority: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class IndexComputed:
    """A unit's index as it stands. `claimed_from` is the log entry of the claims, such as assessment/12, or empty."""

    round: str
    unit: str
    block: str
    criteria_set: str
    lines: tuple[ScoreLine, ...]
    appraisal: str
    survey: str
    points: str
    maximum: str
    index: str
    claimed_from: str


@dataclass(frozen=True, slots=True)
class ClosingSeen:
    """All that a source told before this closing, in this partition, was handled. `position` is in the source's log.

    `entry_sha256` is the SHA-256, hex, of the entry at that position; empty where the source did not say it, and in
    facts of version 1.
    """

    SCHEMA: ClassVar[int] = 2
    round: str
    source: str
    partition: int
    closing: int
    epoch: int
    position: int
    entry_sha256: str


@dataclass(frozen=True, slots=True)
class ReopeningSeen:
    """A source told in this partition that a closing no longer holds."""

    round: str
    source: str
    partition: int
    closing: int


@dataclass(frozen=True, slots=True)
class RoundSettled:
    """Everything said before the closings is in the scores, and nothing is missing."""

    round: str
    settling: int
    vector: tuple[SourcePosition, ...]
    digest: str
    formula: str


def _without_hash(closing_seen: dict[str, Any]) -> dict[str, Any]:
    return closing_seen | {"entry_sha256": ""}


UPCASTERS = {("ClosingSeen", 1): _without_hash}
