"""The stages at which a criterion gets a value, and the votes by which the council gives it one. Pure.

A value of one stage never overwrites that of another, so that a unit's own figures, each appraisal and the council's
decision stay side by side. What counts is the value of the last stage that has one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ValueStage(StrEnum):
    """A stage, in the order of the procedure. `CORRECTION`: the round was reopened for the unit."""

    SELF = "self"
    APPRAISAL_1 = "appraisal-1"
    EXPLANATION = "explanation"
    APPRAISAL_2 = "appraisal-2"
    COUNCIL = "council"
    CORRECTION = "correction"


FOUND_AT: Final = (ValueStage.APPRAISAL_1, ValueStage.APPRAISAL_2, ValueStage.COUNCIL, ValueStage.CORRECTION)
"""The stages of findings, in their order."""
AFTER_EXPLANATION: Final = frozenset({ValueStage.APPRAISAL_2, ValueStage.COUNCIL, ValueStage.CORRECTION})
"""The stages that know what the unit explained."""
DATED: Final = (ValueStage.SELF, ValueStage.APPRAISAL_1, ValueStage.EXPLANATION, ValueStage.APPRAISAL_2)
"""The stages that have a deadline, in their order."""


class Vote(StrEnum):
    """What a member of the council votes on a proposal."""

    IN_FAVOUR = "in-favour"
    AGAINST = "against"
    ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True)
class MemberVote:
    """The vote of one member, by the member's code."""

    member: str
    vote: Vote


@dataclass(frozen=True, slots=True)
class CouncilVotes:
    """The votes that carried a decision of the council, in the session of this number.

    `members` is the size of the council then, `taking_part` how many attended or gave a written opinion. `decided_by`
    is the member who presided and was in favour, where that decided between equal numbers; else "". `by_member` has
    each vote where votes were taken by name. `replaces` is the session whose decision on the
    criterion this one replaces; 0 stands for none.
    """

    session: int
    members: int
    taking_part: int
    in_favour: int
    against: int
    abstained: int
    decided_by: str = ""
    by_member: tuple[MemberVote, ...] = ()
    replaces: int = 0

    @property
    def cast(self) -> int:
        """How many members voted or abstained."""
        return self.in_favour + self.against + self.abstained

    @property
    def carried(self) -> bool:
        """Whether more members are in favour than against, or as many with the one who presided among them."""
        if self.in_favour == self.against:
            return bool(self.in_favour and self.decided_by)
        return self.in_favour > self.against
