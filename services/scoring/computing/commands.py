"""The commands of computing."""

from dataclasses import dataclass

from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet
from scoring.computing.state import Assignment, Change


@dataclass(frozen=True, slots=True)
class ComputeIndex:
    """Compute a unit's index from what has changed. Without an assignment the changes wait in the unit's state."""

    round: str
    unit: str
    changes: tuple[Change, ...] = ()
    assignment: Assignment | None = None


@dataclass(frozen=True, slots=True)
class PrepareSet:
    """Record a criteria set, once."""

    criteria_set: CriteriaSet
    digest: str


@dataclass(frozen=True, slots=True)
class NeedSet:
    """Record that a round is scored by a set."""

    criteria_set: str
    round: str


@dataclass(frozen=True, slots=True)
class PrepareRound:
    """Record a round, once."""

    round: str
    year: int
    authority: str
    blocks: tuple[Block, ...]
    training: bool = False
