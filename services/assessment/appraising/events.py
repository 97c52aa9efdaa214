"""What may have happened in appraisal: to a unit's sheet, and to the round as a whole.

Comments and reasons are people's words: the facts hold commitments ("" for none), the vault holds the text.
"""

from dataclasses import dataclass
from typing import ClassVar

from parindex.contracts.assessment import Figure, Finding
from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class ClaimUpheld:
    """An appraiser found a claim right as it stands. `by` is the id of the entry's actor ("" before version 2)."""

    SCHEMA: ClassVar[int] = 2
    round: str
    unit: str
    criterion: str
    comment: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class ClaimCorrected:
    """An appraiser set other figures, or (points not "") points instead of figures.

    `by` is the id of the entry's actor ("" before version 2). `confirmed` has the codes of the warnings that
    the appraiser confirmed.
    """

    SCHEMA: ClassVar[int] = 2
    round: str
    unit: str
    criterion: str
    comment: str
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    points: str = ""
    by: str = ""
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppraisalExtended:
    """The office gave the appraisal of a unit more time, for the closing of this number.

    `until` is an instant, `reason` a commitment.
    """

    round: str
    unit: str
    closing: int
    until: str
    reason: str


@dataclass(frozen=True, slots=True)
class AppraisalCompleted:
    """The council finished a unit's appraisal for the closing of this number; these findings replace earlier ones."""

    round: str
    unit: str
    closing: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RoundClosed:
    """Every unit's appraisal is complete."""

    round: str
    closing: int


@dataclass(frozen=True, slots=True)
class RoundReopened:
    """Closing number `closing` no longer holds: the appraisal of these units is to be completed again.

    `appraisal_until` is the deadline of that new appraisal, an instant; "" stands for none. The round's own deadline
    no longer counts for these units.
    """

    SCHEMA: ClassVar[int] = 2
    round: str
    closing: int
    units: tuple[str, ...]
    reason: str
    appraisal_until: str = ""


UPCASTERS = {("ClaimUpheld", 1): by_defaults, ("ClaimCorrected", 1): by_defaults, ("RoundReopened", 1): by_defaults}
