"""The integration events of assessment: sets, rounds, self-scores, appraisals, closings."""

from typing import ClassVar

import msgspec

from parindex.contracts.base import Contract, Part
from parindex.contracts.criteria import CriteriaSet


class Figure(Part, frozen=True, kw_only=True):
    """One declared figure (số liệu kê khai) of a claim: its name in the rule, and its value as text."""

    name: str
    value: str


class CriteriaSetEnacted(Contract, frozen=True, kw_only=True):
    """The council enacted a criteria set. It is published in every partition."""

    TYPE: ClassVar[str] = "assessment.criteria-set-enacted.v1"
    authority: str
    criteria_set: CriteriaSet
    digest: str  # SHA-256, hex, of the canonical JSON of criteria_set


class RoundUnit(Part, frozen=True, kw_only=True):
    """A unit assessed in a round: its agency code and its name at that time.

    `not_applicable` has the codes of criteria and areas of the block's set that this unit is not assessed by.
    """

    code: str
    name: str
    not_applicable: list[str] = msgspec.field(default_factory=list)


class Block(Part, frozen=True, kw_only=True):
    """Units ranked together (khối), by one criteria set."""

    code: str
    name: str
    criteria_set: str
    units: list[RoundUnit]


class RoundOpened(Contract, frozen=True, kw_only=True):
    """The programme office opened a round (đợt). It is published in every partition.

    A press of a kiosk may count where its own time is from `pressed_from` on and before `pressed_until` (instants).
    Empty: from the beginning of `year` to the end of the next year, in Vietnamese time. A bound that is given alone
    lies within the other's default: a round whose window holds no instant is not opened.
    """

    TYPE: ClassVar[str] = "assessment.round-opened.v1"
    authority: str
    round: str
    year: int
    title: str
    blocks: list[Block]
    reference: str = ""
    pressed_from: str = ""
    pressed_until: str = ""
    four_eyes: bool = False  # what one person decides takes effect only when another has confirmed it
    training: bool = False  # units practise: the results are never published


def press_window_of(year: int, pressed_from: str, pressed_until: str) -> tuple[str, str]:
    """Return from when on and before when a press counts in a round: as stated, or the default of RoundOpened."""
    first, end = f"{year - 1}-12-31T17:00:00.000000Z", f"{year + 1}-12-31T17:00:00.000000Z"
    return pressed_from or first, pressed_until or end


class Claim(Part, frozen=True, kw_only=True):
    """What a unit declares for one criterion. `applicable` false: the criterion does not concern the unit."""

    criterion: str
    figures: list[Figure] = msgspec.field(default_factory=list)
    applicable: bool = True


class SelfScoreSubmitted(Contract, frozen=True, kw_only=True):
    """A unit submitted its self-score: every claim that it makes."""

    TYPE: ClassVar[str] = "assessment.self-score-submitted.v1"
    round: str
    unit: str
    claims: list[Claim]


class SelfScoreWithdrawn(Contract, frozen=True, kw_only=True):
    """A unit took its self-score back before it was appraised."""

    TYPE: ClassVar[str] = "assessment.self-score-withdrawn.v1"
    round: str
    unit: str


class Finding(Part, frozen=True, kw_only=True):
    """What counts for one criterion after appraisal: the figures, or points that the appraiser set instead of them."""

    criterion: str
    figures: list[Figure] = msgspec.field(default_factory=list)
    applicable: bool = True
    points: str = ""
    corrected: bool = False


class AppraisalCompleted(Contract, frozen=True, kw_only=True):
    """The appraisal of one unit is complete (again, after a reopening): the findings replace all earlier ones."""

    TYPE: ClassVar[str] = "assessment.appraisal-completed.v1"
    round: str
    unit: str
    findings: list[Finding]


class RoundClosed(Contract, frozen=True, kw_only=True):
    """Every unit of the round is appraised; nothing of it changes any more. Every partition has it: a watermark.

    `closing` counts the closings of the round, from 1; a reopened round closes again with the next number.
    """

    TYPE: ClassVar[str] = "assessment.round-closed.v1"
    round: str
    closing: int


class RoundReopened(Contract, frozen=True, kw_only=True):
    """A closed round was reopened for a correction, which becomes a new edition. It is published in every partition."""

    TYPE: ClassVar[str] = "assessment.round-reopened.v1"
    round: str
    closing: int  # the closing that no longer holds
