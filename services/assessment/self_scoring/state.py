"""State of a unit's sheet, folded from its events: claims, submission, findings, completion. Pure; four steps use it.

All of this is one stream, `sheet-<round>/<unit>`: so a withdrawal and a finding can't both be accepted.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from assessment.opening.stages import AFTER_EXPLANATION, DATED, FOUND_AT, CouncilVotes, ValueStage
from assessment.opening.terms import Terms
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CriterionReferred,
    CutExplained,
    DifficultiesStated,
    ExplanationEnded,
    ExplanationSubmitted,
    FirstAppraisalAnnounced,
    PartReported,
    PartReturned,
    SelfScoreApproved,
    SelfScoreRecalled,
    SelfScoreReturned,
    SelfScoreSent,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
    SelfScoringExtended,
)
from parindex.contracts.assessment import Figure, Finding

FindingFact = ClaimUpheld | ClaimCorrected
ReportFact = ClaimEntered | DifficultiesStated | SelfScoringExtended | PartReported | PartReturned
MovingFact = (
    SelfScoreSent | SelfScoreRecalled | SelfScoreApproved | SelfScoreReturned | SelfScoreSubmitted | SelfScoreWithdrawn
)
ExplainingFact = FirstAppraisalAnnounced | CutExplained | ExplanationSubmitted | ExplanationEnded
SheetFact = (
    ReportFact | MovingFact | FindingFact | ExplainingFact | CriterionReferred | AppraisalExtended | AppraisalCompleted
)


class SheetState(StrEnum):
    """Where a self-score is, and so who may do something with it. At which stage its values come is a `ValueStage`."""

    DRAFT = "draft"  # the unit claims
    SENT = "sent"  # its leader has it
    APPROVED = "approved"  # the unit may submit it
    RETURNED = "returned"  # the unit claims again; the leader's note says why
    SUBMITTED = "submitted"  # appraisers have it


STATE_AFTER: Mapping[type[MovingFact], SheetState] = {
    SelfScoreSent: SheetState.SENT,
    SelfScoreRecalled: SheetState.DRAFT,
    SelfScoreApproved: SheetState.APPROVED,
    SelfScoreReturned: SheetState.RETURNED,
    SelfScoreSubmitted: SheetState.SUBMITTED,
    SelfScoreWithdrawn: SheetState.DRAFT,
}
"""The state after each event that moves a self-score."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """How far a unit is. `completed_for` is the number of the closing that its appraisal was last completed for.

    `found` has the findings of each stage, none of which another stage changes. `cut` has the criteria that the unit
    may explain once the first appraisal is announced, `explained` those that its submitted explanation is about (None:
    it submitted none, and the office did not end the time for it). `changed` has the criteria whose result an appraiser
    changed since the last completion, and who did: by a correction, by upholding figures that the unit states anew, or
    by upholding a claim that a completed appraisal had corrected (`corrected`). `referred` has the criteria that were
    put before the council since the last completion, with the reasons, and `decided` those that it decided by votes.
    `reported` are the agencies that have reported the part that they claim in place of the unit.
    """

    claims: Mapping[str, ClaimEntered] = field(default_factory=dict)
    difficulties: str = ""
    state: SheetState = SheetState.DRAFT
    extended_until: str = ""
    found: Mapping[ValueStage, Mapping[str, FindingFact]] = field(default_factory=dict)
    cut: tuple[str, ...] = ()
    explanations: Mapping[str, CutExplained] = field(default_factory=dict)
    explained: Collection[str] | None = None
    completed_for: int = 0
    appraisal_extended: tuple[int, str] = (0, "")
    stages_extended: Mapping[ValueStage, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)
    corrected: frozenset[str] = frozenset()
    referred: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[str, CouncilVotes] = field(default_factory=dict)
    reported: frozenset[str] = frozenset()

    @property
    def submitted(self) -> bool:
        """Whether appraisers have the self-score."""
        return self.state is SheetState.SUBMITTED

    @property
    def findings(self) -> Mapping[str, FindingFact]:
        """The findings that count: of each criterion the one of the last stage."""
        return self._last_of(FOUND_AT)

    def findings_before(self, stage: ValueStage) -> Mapping[str, FindingFact]:
        """Return the findings that counted before a stage; after a reopening, those that count now."""
        earlier = FOUND_AT if stage is ValueStage.CORRECTION else FOUND_AT[: FOUND_AT.index(stage)]
        return self._last_of(earlier)

    def _last_of(self, stages: Iterable[ValueStage]) -> Mapping[str, FindingFact]:
        return {code: fact for stage in stages for code, fact in self.found.get(stage, {}).items()}

    def open_items(self, due: int) -> frozenset[str]:
        """Return what the council has to decide before the appraisal is complete for the closing of this number.

        These are the explained criteria whose second finding does not accept what the unit says, and those that were
        put before the council.
        """
        again = self.found.get(ValueStage.APPRAISAL_2, {}) if due == 1 else {}
        unsettled = {code for code, found in again.items() if isinstance(found, ClaimCorrected)}
        return frozenset((unsettled | self.referred.keys()) - self.decided.keys())

    def restated(self, criterion: str, stage: ValueStage) -> CutExplained | None:
        """Return the explanation with which the unit stated the criterion anew, as this stage knows it; or None."""
        explained = self.explanations.get(criterion)
        known = stage in AFTER_EXPLANATION and criterion in (self.explained or ())
        return explained if explained is not None and known and explained.restated else None

    def finding(self, criterion: str) -> Finding:
        """Return what counts for a criterion that has a finding."""
        return self.value_of(self.findings[criterion])

    def value_of(self, found: FindingFact) -> Finding:
        """Return the value that a finding of any stage gives its criterion."""
        criterion = found.criterion
        if isinstance(found, ClaimUpheld):
            restated = self.restated(criterion, found.stage)
            said = restated or self.claims[criterion]
            return Finding(
                criterion=criterion,
                figures=list(said.figures),
                applicable=said.applicable,
                corrected=restated is not None,
            )
        return Finding(
            criterion=criterion,
            figures=list(found.figures),
            applicable=found.applicable,
            points=found.points,
            corrected=True,
        )


def evolve(sheet: Sheet, fact: SheetFact) -> Sheet:  # noqa: C901, PLR0911  # one answer for each kind of fact
    """Return the sheet after a fact."""
    match fact:
        case ClaimEntered():
            return replace(sheet, claims={**sheet.claims, fact.criterion: fact})
        case DifficultiesStated() | PartReported() | PartReturned():
            return _reported(sheet, fact)
        case (
            SelfScoreSent()
            | SelfScoreRecalled()
            | SelfScoreApproved()
            | SelfScoreReturned()
            | SelfScoreSubmitted()
            | SelfScoreWithdrawn()
        ):
            return replace(sheet, state=STATE_AFTER[type(fact)])
        case SelfScoringExtended():
            return replace(sheet, extended_until=fact.until)
        case ClaimUpheld() | ClaimCorrected():
            of_stage = {**sheet.found.get(fact.stage, {}), fact.criterion: fact}
            decided = {**sheet.decided, **dict(zip([fact.criterion], fact.votes, strict=False))}
            found = {**sheet.found, fact.stage: of_stage}
            return replace(sheet, found=found, changed=_changed_by(sheet, fact), decided=decided)
        case CriterionReferred():
            return replace(sheet, referred={**sheet.referred, fact.criterion: fact.reason})
        case FirstAppraisalAnnounced() | CutExplained() | ExplanationSubmitted() | ExplanationEnded():
            return _explained(sheet, fact)
        case AppraisalExtended() if fact.stage is not ValueStage.APPRAISAL_2:
            return replace(sheet, stages_extended={**sheet.stages_extended, fact.stage: fact.until})
        case AppraisalExtended():
            return replace(sheet, appraisal_extended=(fact.closing, fact.until))
        case AppraisalCompleted():
            corrected = frozenset(code for code, found in sheet.findings.items() if _corrects(sheet, found))
            sheet = replace(sheet, completed_for=fact.closing, changed={}, corrected=corrected)
            return replace(sheet, referred={}, decided={})
        case _:
            assert_never(fact)


def said_by(fact: ClaimEntered | CutExplained | FindingFact, sheet: Sheet) -> tuple[tuple[Figure, ...], bool, str]:
    """Return the figures, the applicability and the points as set that an event of a sheet gives its criterion."""
    match fact:
        case ClaimEntered() | CutExplained():
            return fact.figures, fact.applicable, ""
        case ClaimUpheld() | ClaimCorrected():
            value = sheet.value_of(fact)
            return tuple(value.figures), value.applicable, value.points


def stage_of(terms: Terms, sheet: Sheet) -> ValueStage:
    """Return the stage at which the sheet is: whose values come next."""
    if not sheet.submitted:
        return ValueStage.SELF
    if terms.due > 1:
        return ValueStage.CORRECTION
    if sheet.found.get(ValueStage.COUNCIL):
        return ValueStage.COUNCIL
    if sheet.explained is not None:
        return ValueStage.APPRAISAL_2
    return ValueStage.EXPLANATION if sheet.cut else ValueStage.APPRAISAL_1


def deadline_of(terms: Terms, sheet: Sheet) -> str:
    """Return until when the unit may self-score; "" is for ever. An extension only ever lengthens."""
    until = terms.deadlines.self_scoring_until
    return max(until, sheet.extended_until) if until else ""


def appraisal_deadline(terms: Terms, sheet: Sheet) -> str:
    """Return until when the unit is appraised; "" is for ever. An extension counts for its own closing alone."""
    closing, until = sheet.appraisal_extended
    stated = terms.deadlines.appraisal_until
    return max(stated, until) if stated and closing == terms.due else stated


def stated_deadline(terms: Terms, stage: ValueStage) -> str:
    """Return the date that the round gives a stage of the unit itself, without extensions; "" for none."""
    dates = {
        ValueStage.SELF: terms.deadlines.self_scoring_until,
        ValueStage.APPRAISAL_1: terms.deadlines.first_appraisal_until,
        ValueStage.EXPLANATION: terms.deadlines.explanation_until,
        ValueStage.APPRAISAL_2: terms.deadlines.appraisal_until,
    }
    return dates.get(stage, "")


def stage_deadline(terms: Terms, sheet: Sheet, stage: ValueStage) -> str:
    """Return until when the unit is at a stage; "" is for ever. A stage without a date has that of the appraisal."""
    if stage is ValueStage.SELF:
        return deadline_of(terms, sheet)
    if stage is not ValueStage.APPRAISAL_2 and (stated := stated_deadline(terms, stage)):
        return max(stated, sheet.stages_extended.get(stage, ""))
    return appraisal_deadline(terms, sheet)


def dated_stages(terms: Terms) -> tuple[ValueStage, ...]:
    """Return the stages of a unit that may have a deadline; the one appraisal of a round is written as the second."""
    return DATED if terms.two_appraisals else (ValueStage.SELF, ValueStage.APPRAISAL_2)


def next_deadline(terms: Terms, sheet: Sheet, stage: ValueStage) -> str:
    """Return the first deadline of the stages after a stage; "" where they have none."""
    later = list(DATED[DATED.index(stage) + 1 :])
    return min(filter(None, (stage_deadline(terms, sheet, each) for each in later)), default="")


def _reported(sheet: Sheet, fact: DifficultiesStated | PartReported | PartReturned) -> Sheet:
    match fact:
        case DifficultiesStated():
            return replace(sheet, difficulties=fact.text)
        case PartReported():
            return replace(sheet, reported=sheet.reported | {fact.claimant})
        case PartReturned():
            return replace(sheet, reported=sheet.reported - {fact.claimant})
        case _:
            assert_never(fact)


def _explained(sheet: Sheet, fact: ExplainingFact) -> Sheet:
    match fact:
        case FirstAppraisalAnnounced():
            return replace(sheet, cut=fact.criteria)
        case CutExplained():
            return replace(sheet, explanations={**sheet.explanations, fact.criterion: fact})
        case ExplanationSubmitted():
            return replace(sheet, explained=frozenset(fact.criteria))
        case ExplanationEnded():
            return replace(sheet, explained=frozenset())
        case _:
            assert_never(fact)


def _changed_by(sheet: Sheet, fact: FindingFact) -> Mapping[str, str]:
    others = {code: by for code, by in sheet.changed.items() if code != fact.criterion}
    if _corrects(sheet, fact) or fact.criterion in sheet.corrected:
        return {**others, fact.criterion: fact.by}
    return others


def _corrects(sheet: Sheet, fact: FindingFact) -> bool:
    """Return whether a finding gives the criterion another value than its claim."""
    return isinstance(fact, ClaimCorrected) or sheet.restated(fact.criterion, fact.stage) is not None
