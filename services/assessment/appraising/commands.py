"""What appraisers, the council and the office may ask."""

from dataclasses import dataclass

from assessment.opening.terms import Terms
from parindex.contracts.assessment import Figure


@dataclass(frozen=True, slots=True)
class Appraiser:
    """Who appraises: the agencies of the terms that they may speak for, the nodes of all their rights, their id."""

    agencies: frozenset[str]
    nodes: frozenset[str]
    id: str = ""


@dataclass(frozen=True, slots=True)
class ProposedFinding:
    """One finding of a wish: upheld, or other figures, or points instead. `place` is where it lies in what was sent."""

    criterion: str
    upheld: bool = False
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    points: str = ""
    comment: str = ""
    confirmed: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class MakeFindings:
    """Uphold or correct some claims: all of these findings, or none."""

    terms: Terms
    findings: tuple[ProposedFinding, ...]
    by: Appraiser
    at: str


@dataclass(frozen=True, slots=True)
class CompleteAppraisal:
    """Finish a unit's appraisal."""

    terms: Terms
    by: Appraiser
    at: str


@dataclass(frozen=True, slots=True)
class ExtendAppraisal:
    """Give the appraisal of one unit time until an instant, for a reason (a commitment)."""

    terms: Terms
    until: str
    reason: str
    at: str


Appraising = MakeFindings | CompleteAppraisal | ExtendAppraisal


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a unit is: how many criteria are appraised, claimed, have a finding; for which closing it is complete."""

    unit: str
    name: str
    criteria: int
    claims: int
    submitted: bool
    findings: int
    completed_for: int


@dataclass(frozen=True, slots=True)
class CloseRound:
    """Close the round, its units standing so."""

    round: str
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class ReopenRound:
    """Open a closed round again for these units (none named: for all), for a reason (a commitment).

    `appraisal_until` is until when they are appraised again; "" stands for no deadline.
    """

    round: str
    units: tuple[str, ...]
    reason: str
    at: str
    appraisal_until: str = ""


Closing = CloseRound | ReopenRound
