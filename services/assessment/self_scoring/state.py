"""State of a unit's sheet, folded from its events: claims, submission, findings, completion. Pure; three steps use it.

All of this is one stream, `sheet-<round>/<unit>`: so a withdrawal and a finding can't both be accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from assessment.opening.terms import Terms
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    DifficultiesStated,
    SelfScoreApproved,
    SelfScoreRecalled,
    SelfScoreReturned,
    SelfScoreSent,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
    SelfScoringExtended,
)
from parindex.contracts.assessment import Finding

FindingFact = ClaimUpheld | ClaimCorrected
ReportFact = ClaimEntered | DifficultiesStated | SelfScoringExtended
MovingFact = (
    SelfScoreSent | SelfScoreRecalled | SelfScoreApproved | SelfScoreReturned | SelfScoreSubmitted | SelfScoreWithdrawn
)
SheetFact = ReportFact | MovingFact | FindingFact | AppraisalExtended | AppraisalCompleted


class Stage(StrEnum):
    """Where a self-score is, and so who may do something with it."""

    DRAFT = "draft"  # the unit claims
    SENT = "sent"  # its leader has it
    APPROVED = "approved"  # the unit may submit it
    RETURNED = "returned"  # the unit claims again; the leader's note says why
    SUBMITTED = "submitted"  # appraisers have it


STAGE_AFTER: Mapping[type[MovingFact], Stage] = {
    SelfScoreSent: Stage.SENT,
    SelfScoreRecalled: Stage.DRAFT,
    SelfScoreApproved: Stage.APPROVED,
    SelfScoreReturned: Stage.RETURNED,
    SelfScoreSubmitted: Stage.SUBMITTED,
    SelfScoreWithdrawn: Stage.DRAFT,
}
"""The stage after each event that moves a self-score."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """How far a unit is. `completed_for` is the number of the closing that its appraisal was last completed for.

    `changed` has the criteria whose result an appraiser changed since then, and who did: by a correction, or by
    upholding a claim that a completed appraisal had corrected (`corrected`).
    """

    claims: Mapping[str, ClaimEntered] = field(default_factory=dict)
    difficulties: str = ""
    stage: Stage = Stage.DRAFT
    extended_until: str = ""
    findings: Mapping[str, FindingFact] = field(default_factory=dict)
    completed_for: int = 0
    appraisal_extended: tuple[int, str] = (0, "")
    changed: Mapping[str, str] = field(default_factory=dict)
    corrected: frozenset[str] = frozenset()

    @property
    def submitted(self) -> bool:
        """Whether appraisers have the self-score."""
        return self.stage is Stage.SUBMITTED

    def finding(self, criterion: str) -> Finding:
        """Return what counts for a criterion that has a finding."""
        found, claim = self.findings[criterion], self.claims[criterion]
        if isinstance(found, ClaimUpheld):
            return Finding(criterion=criterion, figures=list(claim.figures), applicable=claim.applicable)
        return Finding(
            criterion=criterion,
            figures=list(found.figures),
            applicable=found.applicable,
            points=found.points,
            corrected=True,
        )


def evolve(sheet: Sheet, fact: SheetFact) -> Sheet:  # noqa: PLR0911  # one answer for each kind of fact
    """Return the sheet after a fact."""
    match fact:
        case ClaimEntered():
            return replace(sheet, claims={**sheet.claims, fact.criterion: fact})
        case DifficultiesStated():
            return replace(sheet, difficulties=fact.text)
        case (
            SelfScoreSent()
            | SelfScoreRecalled()
            | SelfScoreApproved()
            | SelfScoreReturned()
            | SelfScoreSubmitted()
            | SelfScoreWithdrawn()
        ):
            return replace(sheet, stage=STAGE_AFTER[type(fact)])
        case SelfScoringExtended():
            return replace(sheet, extended_until=fact.until)
        case ClaimUpheld() | ClaimCorrected():
            changed = _changed_by(sheet, fact)
            return replace(sheet, findings={**sheet.findings, fact.criterion: fact}, changed=changed)
        case AppraisalExtended():
            return replace(sheet, appraisal_extended=(fact.closing, fact.until))
        case AppraisalCompleted():
            corrected = frozenset(code for code, found in sheet.findings.items() if isinstance(found, ClaimCorrected))
            return replace(sheet, completed_for=fact.closing, changed={}, corrected=corrected)
        case _:
            assert_never(fact)


def deadline_of(terms: Terms, sheet: Sheet) -> str:
    """Return until when the unit may self-score; "" is for ever. An extension only ever lengthens."""
    return max(terms.self_scoring_until, sheet.extended_until) if terms.self_scoring_until else ""


def appraisal_deadline(terms: Terms, sheet: Sheet) -> str:
    """Return until when the unit is appraised; "" is for ever. An extension counts for its own closing alone."""
    closing, until = sheet.appraisal_extended
    if not terms.appraisal_until or closing != terms.due:
        return terms.appraisal_until
    return max(terms.appraisal_until, until)


def _changed_by(sheet: Sheet, fact: FindingFact) -> Mapping[str, str]:
    others = {code: by for code, by in sheet.changed.items() if code != fact.criterion}
    if isinstance(fact, ClaimCorrected) or fact.criterion in sheet.corrected:
        return {**others, fact.criterion: fact.by}
    return others
