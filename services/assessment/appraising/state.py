"""What appraising decides on beside a sheet and a round: the appraiser, the findings, how far each unit is. Pure."""

from dataclasses import dataclass, replace

from assessment.self_scoring.events import ClaimCorrected, ClaimEntered
from parindex.contracts.assessment import Figure
from parindex.eventstore.registry import Recorded


@dataclass(frozen=True, slots=True)
class ActingAppraiser:
    """Who appraises: the agencies of the terms that they may speak for, the nodes of all their rights, their id."""

    agencies: frozenset[str]
    nodes: frozenset[str]
    id: str = ""


@dataclass(frozen=True, slots=True)
class ProposedFinding:
    """One finding of a command: upheld, kept as the stage before found it, other figures, or points instead.

    `pointer` is its place in the body.
    """

    criterion: str
    upheld: bool = False
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    points: str = ""
    comment: str = ""
    confirmed: tuple[str, ...] = ()
    pointer: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class UnitCompletion:
    """How far a unit is: how many criteria are appraised, claimed, have a finding; for which closing it is complete."""

    unit: str
    name: str
    criteria: int
    claims: int
    submitted: bool
    findings: int
    completed_for: int


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """How far a unit is: criteria claimed, when submitted ("" for not), criteria appraised, whether completed."""

    claims: int
    submitted_at: str
    findings: int
    completed: bool


@dataclass(frozen=True, slots=True)
class CriterionProgress:
    """How far a criterion of a unit is: the positions of its newest claim and finding (0: none), and what that says."""

    claimed: int = 0
    found: int = 0
    corrected: bool = False

    @property
    def newest(self) -> int:
        """The position of the newer of the two."""
        return max(self.claimed, self.found)

    def after(self, recorded: Recorded) -> "CriterionProgress":
        """Return how far the criterion is after a claim or a finding."""
        if isinstance(recorded.fact, ClaimEntered):
            return replace(self, claimed=recorded.position)
        return replace(self, found=recorded.position, corrected=isinstance(recorded.fact, ClaimCorrected))
