"""A unit's sheet as its facts tell it: claims, submission, findings, completion. Pure; two steps decide by it.

All of this is one stream, `sheet-<round>/<unit>`: so a withdrawal and a finding can't both win, whoever is faster.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from assessment.appraising.events import AppraisalCompleted, ClaimCorrected, ClaimUpheld
from assessment.self_scoring.events import ClaimEntered, SelfScoreSubmitted, SelfScoreWithdrawn, SelfScoringExtended
from parindex.contracts.assessment import Finding

FindingFact = ClaimUpheld | ClaimCorrected
ClaimFact = ClaimEntered | SelfScoreSubmitted | SelfScoreWithdrawn | SelfScoringExtended
SheetFact = ClaimFact | FindingFact | AppraisalCompleted


@dataclass(frozen=True, slots=True)
class Sheet:
    """How far a unit is. `completed_for` is the number of the closing that its appraisal was last completed for."""

    claims: Mapping[str, ClaimEntered] = field(default_factory=dict)
    submitted: bool = False
    extended_until: str = ""
    findings: Mapping[str, FindingFact] = field(default_factory=dict)
    completed_for: int = 0

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


def evolve(sheet: Sheet, fact: SheetFact) -> Sheet:
    """Return the sheet after a fact."""
    match fact:
        case ClaimEntered():
            return replace(sheet, claims={**sheet.claims, fact.criterion: fact})
        case SelfScoreSubmitted():
            return replace(sheet, submitted=True)
        case SelfScoreWithdrawn():
            return replace(sheet, submitted=False)
        case SelfScoringExtended():
            return replace(sheet, extended_until=fact.until)
        case ClaimUpheld() | ClaimCorrected():
            return replace(sheet, findings={**sheet.findings, fact.criterion: fact})
        case AppraisalCompleted():
            return replace(sheet, completed_for=fact.closing)
        case _:
            assert_never(fact)
