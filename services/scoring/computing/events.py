"""The events of computing. Numbers are exact wire text; a set or a round is recorded once and never changes."""

from dataclasses import dataclass
from typing import ClassVar

from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import ScoreLine
from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class SetPrepared:
    """A criteria set is known here, without its legal texts: scores and names need nothing of them."""

    criteria_set: CriteriaSet
    digest: str


@dataclass(frozen=True, slots=True)
class SetNeeded:
    """A round is scored by a set, which may not be known yet."""

    criteria_set: str
    round: str


@dataclass(frozen=True, slots=True)
class RoundPrepared:
    """A round is known here: its blocks, their units and the set that scores each."""

    round: str
    year: int
    authority: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class IndexComputed:
    """A unit's index at present. `claimed_from` is the log entry of the claims, such as assessment/12, or empty.

    `bonus` and `penalty` are empty where the set has no areas of that sort.
    """

    SCHEMA: ClassVar[int] = 2

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
    bonus: str = ""
    penalty: str = ""


UPCASTERS = {("IndexComputed", 1): by_defaults}
