"""An auditor's recount of assessment's log: submissions and completions against the events before them. Pure.

`parindex audit` shows it every event in order. The summaries that other services score by (SelfScoreSubmitted,
AppraisalCompleted, RoundClosed) have to follow from the claims and findings of their streams.
"""

from collections.abc import Collection, Sequence
from typing import Any

from assessment.enacting.events import CriteriaSetEnacted
from assessment.enacting.figures import is_surveyed, leaves_of
from assessment.opening.events import RoundClosed, RoundOpened, RoundReopened
from assessment.opening.stages import ValueStage
from assessment.opening.state import Round
from assessment.opening.state import evolve as evolve_round
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CriterionAssigned,
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
from assessment.self_scoring.state import FindingFact, Sheet, SheetState
from assessment.self_scoring.state import evolve as evolve_sheet
from parindex.contracts.assessment import Claim, Finding
from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.registry import Recorded

SHEET_EVENTS = (
    ClaimEntered, DifficultiesStated, SelfScoreSent, SelfScoreRecalled, SelfScoreApproved, SelfScoreReturned,
    SelfScoreSubmitted, SelfScoreWithdrawn, SelfScoringExtended, ClaimUpheld, ClaimCorrected, FirstAppraisalAnnounced,
    CutExplained, ExplanationSubmitted, ExplanationEnded, CriterionReferred, AppraisalExtended, AppraisalCompleted,
    PartReported, PartReturned,
)  # fmt: skip
STAGED = 3
"""The schema version since which a finding says its stage."""
CRITERION_EVENTS = (ClaimEntered, CutExplained, ClaimUpheld, ClaimCorrected, CriterionAssigned, CriterionReferred)
ROUND_EVENTS = (RoundOpened, RoundClosed, RoundReopened)


class AppraisalRecount:
    """Follows every sheet and every round; memory is bounded by the claims and findings that are in force."""

    def __init__(self) -> None:
        self._sheets: dict[tuple[str, str], Sheet] = {}
        self._rounds: dict[str, Round] = {}
        self._scored: dict[str, frozenset[str]] = {}
        self._found = Discrepancies()

    def see(self, recorded: Recorded) -> None:
        """Look at the next event of the log."""
        fact, at = recorded.fact, f"assessment/{recorded.position}"
        if isinstance(fact, CRITERION_EVENTS):
            self._check_criterion(fact, at)
        if isinstance(fact, CriteriaSetEnacted):
            leaves = leaves_of(fact.criteria_set)
            self._scored[fact.criteria_set.code] = frozenset(leaf.code for leaf in leaves if not is_surveyed(leaf))
        elif isinstance(fact, SHEET_EVENTS):
            self._see_sheet(recorded, at)
        elif isinstance(fact, ROUND_EVENTS):
            self._see_round(fact, at)

    def differences(self) -> Sequence[Discrepancy]:
        """Return the events that do not follow from those before them."""
        return self._found.all()

    def _see_sheet(self, recorded: Recorded, at: str) -> None:
        fact = recorded.fact
        sheet = self._sheets.get((fact.round, fact.unit), Sheet())
        self._check_stage(recorded, sheet, at)
        match fact:
            case SelfScoreSubmitted():
                self._compare("A1", at, list(fact.claims), [claim_of(each) for each in sheet.claims.values()])
            case AppraisalCompleted():
                self._compare("A2", at, list(fact.findings), findings_of(sheet))
        self._sheets[fact.round, fact.unit] = evolve_sheet(sheet, fact)

    def _compare(
        self, check: str, at: str, summary: Sequence[Claim | Finding], found: Sequence[Claim | Finding]
    ) -> None:
        before = {each.criterion: each for each in found}
        stated = {each.criterion: each for each in summary}
        for criterion in sorted(before.keys() | stated.keys()):
            self._found.unless(
                before.get(criterion) == stated.get(criterion), check, at,
                f"tiêu chí {criterion} ghi khác với bản ghi gốc của nó",
                f"criterion {criterion} differs from the events that it follows from",
            )  # fmt: skip

    def _check_stage(self, recorded: Recorded, sheet: Sheet, at: str) -> None:
        """Claims come before the submission, findings after it, and both before the completion (A3).

        Where the round requires it, the submission follows an approval of the entry before that one. A finding is of
        the stage at which the sheet is, and an explanation lies between the two appraisals. Where the round has a
        council, votes that carry decide the criteria before the council, of more than half of its members and no more
        than took part; and the completion comes after that.
        """
        fact = recorded.fact
        state = self._rounds.get(fact.round, Round())
        approval = state.opened is not None and state.opened.approval
        due = state.due.get(fact.unit, 0)
        done = bool(due) and sheet.completed_for >= due
        two = state.opened is not None and state.opened.two_appraisals
        council = state.opened is not None and state.opened.council
        items = sheet.open_items(due) if council else frozenset[str]()
        explaining = bool(sheet.cut) and sheet.explained is None and not done
        with_unit, sent = sheet.state in {SheetState.DRAFT, SheetState.RETURNED}, sheet.state is SheetState.SENT
        fits = {
            ClaimEntered: with_unit,
            DifficultiesStated: with_unit,
            PartReported: with_unit and getattr(fact, "claimant", "") not in sheet.reported,
            PartReturned: with_unit and getattr(fact, "claimant", "") in sheet.reported,
            SelfScoreSent: with_unit and approval,
            SelfScoreRecalled: sent,
            SelfScoreApproved: sent and getattr(fact, "version", 0) == recorded.entry.version - 1,
            SelfScoreReturned: sent or sheet.state is SheetState.APPROVED,
            SelfScoreSubmitted: sheet.state is (SheetState.APPROVED if approval else SheetState.DRAFT),
            SelfScoreWithdrawn: sheet.submitted and not sheet.findings,
            ClaimUpheld: sheet.submitted
            and not done
            and _fits_stage(fact, recorded.entry.v, sheet, due)
            and _fits_votes(fact, sheet, items, council=council),
            ClaimCorrected: sheet.submitted
            and not done
            and _fits_stage(fact, recorded.entry.v, sheet, due)
            and _fits_votes(fact, sheet, items, council=council),
            CriterionReferred: council and sheet.submitted and not done,
            FirstAppraisalAnnounced: two
            and sheet.submitted
            and not sheet.cut
            and not done
            and set(getattr(fact, "criteria", ())) == corrected_in(sheet),
            CutExplained: explaining and getattr(fact, "criterion", "") in sheet.cut,
            ExplanationSubmitted: explaining and set(getattr(fact, "criteria", ())) == explained_in(sheet),
            ExplanationEnded: explaining,
            AppraisalCompleted: sheet.submitted
            and not done
            and not explaining
            and not items
            and not (two and due == 1 and _skipped(sheet)),
        }
        self._found.unless(
            bool(due) and fits.get(type(fact), True), "A3", at,
            f"{type(fact).__name__} của {fact.unit} không đúng bước",
            f"{type(fact).__name__} of {fact.unit} comes at a stage that does not allow it",
        )  # fmt: skip

    def _check_criterion(self, fact: Any, at: str) -> None:
        """A claim, an explanation, a finding and an assignment name a criterion that the unit's set scores (A5).

        A set whose entry this auditor is not shown says nothing.
        """
        found = self._rounds.get(fact.round, Round()).block_and_unit(fact.unit)
        scored = self._scored.get(found[0].criteria_set) if found else frozenset[str]()
        self._found.unless(
            scored is None or fact.criterion in scored, "A5", at,
            f"bộ chỉ số của {fact.unit} không có tiêu chí {fact.criterion} để tự chấm",
            f"the set of {fact.unit} has no self-scored criterion {fact.criterion}",
        )  # fmt: skip

    def _see_round(self, fact: Any, at: str) -> None:
        state = self._rounds.get(fact.round, Round())
        if isinstance(fact, RoundClosed):
            self._check_closing(fact, state, at)
        elif isinstance(fact, RoundReopened):
            self._unless_closing(state.closed and fact.closing == state.closings, fact, at)
        else:
            self._unless_closing(state.opened is None, fact, at)
        self._rounds[fact.round] = evolve_round(state, fact)

    def _check_closing(self, fact: RoundClosed, state: Round, at: str) -> None:
        self._unless_closing(not state.closed and fact.closing == state.closings + 1, fact, at)
        for unit, due in state.due.items():
            completed = self._sheets.get((fact.round, unit), Sheet()).completed_for
            self._found.unless(
                completed >= due, "A4", at,
                f"đợt đóng khi {unit} chưa thẩm định xong",
                f"the round closed before the appraisal of {unit} was complete",
            )  # fmt: skip

    def _unless_closing(self, fits: bool, fact: Any, at: str) -> None:  # noqa: FBT001  # the question itself
        self._found.unless(
            fits, "A4", at,
            f"{type(fact).__name__} của đợt {fact.round} không đúng thứ tự",
            f"{type(fact).__name__} of the round {fact.round} is out of order",
        )  # fmt: skip


def claim_of(entered: ClaimEntered) -> Claim:
    """Return a claim as a submission holds it."""
    return Claim(criterion=entered.criterion, figures=list(entered.figures), applicable=entered.applicable)


def findings_of(sheet: Sheet) -> list[Finding]:
    """Return what counts for each criterion that has a finding and a claim."""
    return [sheet.finding(code) for code in sheet.findings if code in sheet.claims]


def corrected_in(sheet: Sheet) -> set[str]:
    """Return the criteria that the first appraisal corrected."""
    first = sheet.found.get(ValueStage.APPRAISAL_1, {})
    return {code for code, found in first.items() if isinstance(found, ClaimCorrected)}


def explained_in(sheet: Sheet) -> set[str]:
    """Return the criteria that the unit explains now."""
    return {code for code, explained in sheet.explanations.items() if explained.explanation}


def _skipped(sheet: Sheet) -> bool:
    """Return whether the corrections were never announced, or an explanation was not looked at again."""
    again = sheet.found.get(ValueStage.APPRAISAL_2, {})
    return bool(corrected_in(sheet)) and (not sheet.cut or bool(set(sheet.explained or ()) - again.keys()))


def _fits_votes(fact: Any, sheet: Sheet, items: Collection[str], *, council: bool) -> bool:
    """Return whether votes decide the criteria before the council, and nothing else does, in a round that has one."""
    if not isinstance(fact, FindingFact):
        return True
    before = sheet.decided.get(fact.criterion)
    if not fact.votes:
        return not council or (before is None and fact.stage is not ValueStage.COUNCIL)
    [votes], own = fact.votes, before.session if before else 0
    quorate = votes.taking_part * 2 > votes.members and votes.cast <= votes.taking_part <= votes.members
    carried = quorate and votes.carried and votes.replaces == own
    return council and carried and (bool(before) or fact.criterion in items)


def _fits_stage(fact: Any, schema: int, sheet: Sheet, due: int) -> bool:
    """Return whether a finding is of the stage at which the sheet is. An entry of an older schema does not say its."""
    if not isinstance(fact, FindingFact):
        return True
    if schema < STAGED:
        return fact.stage is ValueStage.APPRAISAL_1
    if due > 1:
        return fact.stage is ValueStage.CORRECTION
    fits = {
        ValueStage.APPRAISAL_1: not sheet.cut and not sheet.found.get(ValueStage.COUNCIL),
        ValueStage.APPRAISAL_2: fact.criterion in (sheet.explained or ()) and not sheet.found.get(ValueStage.COUNCIL),
        ValueStage.COUNCIL: not sheet.cut or sheet.explained is not None,
    }
    return fits.get(fact.stage, False)
