"""Rules of appraising: when a claim may be upheld or corrected, at which stage, and when it is complete. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from assessment.appraising.checks import (
    check_may_appraise,
    mistakes_in_findings,
    not_open_items,
    warnings_in_finding,
)
from assessment.appraising.commands import (
    AnnounceFirstAppraisal,
    Appraising,
    CompleteAppraisal,
    EndExplanation,
    ExtendAppraisal,
    MakeFindings,
)
from assessment.appraising.refusals import (
    AppraisalCompletedBeforeError,
    AppraisalIncompleteError,
    CouncilDecidesError,
    CouncilItemsNotOpenError,
    CouncilItemsOpenError,
    CouncilSessionNeededError,
    CriteriaNotExplainedError,
    ExplanationAwaitedError,
    ExplanationNotOfferedError,
    ExplanationNotOpenError,
    FindingsInvalidError,
    FirstAppraisalAnnouncedBeforeError,
    FirstAppraisalNotAnnouncedError,
    FirstAppraisalOverError,
    FourEyesError,
    NothingToExplainError,
    NotTheAppraiserError,
    StagePassedError,
)
from assessment.appraising.state import ProposedFinding
from assessment.enacting.figures import plain_figures
from assessment.enacting.slips import codes_of
from assessment.opening.responsibility import is_of
from assessment.opening.stages import DATED, ValueStage
from assessment.opening.terms import Terms
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimUpheld,
    ExplanationEnded,
    FirstAppraisalAnnounced,
)
from assessment.self_scoring.refusals import DeadlinesReversedError, ExtensionTooShortError, NothingToExtendError
from assessment.self_scoring.state import (
    FindingFact,
    Sheet,
    SheetFact,
    evolve,
    next_deadline,
    stage_deadline,
    stage_of,
    stated_deadline,
)
from parindex.eventstore.decider import Decider
from parindex.numbers import exact, to_wire
from parindex.refusal import ConfirmationNeededError, Place
from parindex.values.days import moment_said


def decide(command: Appraising, sheet: Sheet) -> Sequence[SheetFact]:
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    match command:
        case MakeFindings():
            check_may_appraise(command.terms, command.by, command.at, sheet)
            return _find(command, sheet)
        case CompleteAppraisal():
            check_may_appraise(command.terms, command.by, command.at, sheet)
            return _complete(command, sheet)
        case AnnounceFirstAppraisal():
            check_may_appraise(command.terms, command.by, command.at, sheet)
            return _announce(command, sheet)
        case EndExplanation():
            check_may_appraise(command.terms, command.by, command.at, sheet)
            return _end_explanation(command, sheet)
        case ExtendAppraisal():
            return _extend(command, sheet)
        case _:
            assert_never(command)


def _find(command: MakeFindings, sheet: Sheet) -> Sequence[FindingFact]:
    if places := mistakes_in_findings(command.terms, command.findings):
        raise FindingsInvalidError(places)
    _check_responsible(command)
    stage = _stage_of_findings(command, sheet)
    if stage is ValueStage.APPRAISAL_1 and _first_ended(command.terms, sheet, command.at):
        raise FirstAppraisalOverError(moment_said(stage_deadline(command.terms, sheet, stage)))
    _check_council(command, sheet)
    kept = sheet.findings_before(stage)
    _check_kept(command, kept)
    facts = [_found(command, finding, stage, kept.get(finding.criterion)) for finding in command.findings]
    _check_confirmed(command, facts, sheet.findings)
    known = sheet.found.get(stage, {})
    return [fact for fact in facts if known.get(fact.criterion) != fact]


def _check_council(command: MakeFindings, sheet: Sheet) -> None:
    """In a round with a council, only its sessions decide the criteria before it, and a decision stays."""
    if not command.terms.council:
        return
    if not command.council:
        if any(finding.criterion in sheet.decided for finding in command.findings):
            raise CouncilDecidesError
        return
    if any(finding.criterion not in command.votes for finding in command.findings):
        raise CouncilSessionNeededError
    pointers = {finding.criterion: finding.pointer for finding in command.findings}
    if places := not_open_items(command.terms, sheet, command.votes, pointers):
        raise CouncilItemsNotOpenError(places)


def _first_ended(terms: Terms, sheet: Sheet, at: str) -> bool:
    """Return whether the first appraisal of the unit has a date of its own that has passed."""
    until = stage_deadline(terms, sheet, ValueStage.APPRAISAL_1)
    return bool(terms.two_appraisals and until) and at > until


def _stage_of_findings(command: MakeFindings, sheet: Sheet) -> ValueStage:
    """Return the stage of a command's findings; refuse those that this stage does not make."""
    terms, stage = command.terms, stage_of(command.terms, sheet)
    if stage is ValueStage.EXPLANATION:
        raise ExplanationAwaitedError
    if command.council and stage is not ValueStage.CORRECTION:
        _check_appraised(terms, sheet)
        return ValueStage.COUNCIL
    if stage is ValueStage.COUNCIL:
        raise CouncilDecidesError
    if stage is ValueStage.APPRAISAL_2:
        _check_explained(command, sheet)
    return stage


def _announce(command: AnnounceFirstAppraisal, sheet: Sheet) -> Sequence[FirstAppraisalAnnounced]:
    terms = command.terms
    _check_offers_explanation(terms)
    if stage_of(terms, sheet) is not ValueStage.APPRAISAL_1:
        raise FirstAppraisalAnnouncedBeforeError
    _check_found(terms.appraisers, sheet)
    cut = _cut(terms, sheet)
    if not cut:
        raise NothingToExplainError
    return [FirstAppraisalAnnounced(terms.round, terms.unit, cut)]


def _end_explanation(command: EndExplanation, sheet: Sheet) -> Sequence[ExplanationEnded]:
    terms = command.terms
    _check_offers_explanation(terms)
    if stage_of(terms, sheet) is not ValueStage.EXPLANATION:
        raise ExplanationNotOpenError
    return [ExplanationEnded(terms.round, terms.unit, command.reason)]


def _complete(command: CompleteAppraisal, sheet: Sheet) -> Sequence[AppraisalCompleted]:
    terms = command.terms
    own = sorted(code for code, by in sheet.changed.items() if by == command.by.id)
    if terms.four_eyes and own:
        raise FourEyesError(terms.unit, own)
    _check_appraised(terms, sheet)
    items = sheet.open_items(terms.due) if terms.council else ()
    if items:
        raise CouncilItemsOpenError([code for code in terms.appraisers if code in items])
    findings = tuple(sheet.finding(code) for code in terms.appraisers)
    return [AppraisalCompleted(terms.round, terms.unit, terms.due, findings)]


def _extend(command: ExtendAppraisal, sheet: Sheet) -> Sequence[AppraisalExtended]:
    terms = command.terms
    if sheet.completed_for >= terms.due:
        raise AppraisalCompletedBeforeError
    stage = command.stage
    if stage is not ValueStage.APPRAISAL_2:
        _check_before_end(terms, sheet, stage)
    if not stated_deadline(terms, stage):
        raise NothingToExtendError
    latest = max(command.at, stage_deadline(terms, sheet, stage))
    if command.until <= latest:
        raise ExtensionTooShortError(moment_said(latest))
    following = next_deadline(terms, sheet, stage)
    if following and command.until >= following:
        raise DeadlinesReversedError(moment_said(following))
    return [AppraisalExtended(terms.round, terms.unit, terms.due, command.until, command.reason, stage)]


def _check_before_end(terms: Terms, sheet: Sheet, stage: ValueStage) -> None:
    """Refuse to extend a stage of two appraisals that the round does not have, or that the unit is past."""
    _check_offers_explanation(terms)
    now = stage_of(terms, sheet)
    if now not in DATED or DATED.index(now) > DATED.index(stage):
        raise StagePassedError


def _check_appraised(terms: Terms, sheet: Sheet) -> None:
    """Refuse a decision of the council and a completion as long as the last appraisal is not done."""
    stage = stage_of(terms, sheet)
    if stage is ValueStage.EXPLANATION:
        raise ExplanationAwaitedError
    _check_found(terms.appraisers, sheet)
    if stage is ValueStage.APPRAISAL_1 and terms.two_appraisals and _cut(terms, sheet):
        raise FirstAppraisalNotAnnouncedError
    if stage is ValueStage.APPRAISAL_2:
        again = sheet.found.get(stage, {})
        if missing := [code for code in terms.appraisers if code in (sheet.explained or ()) and code not in again]:
            raise AppraisalIncompleteError(missing)


def _check_found(criteria: Iterable[str], sheet: Sheet) -> None:
    found = sheet.findings
    if missing := [code for code in criteria if code not in found]:
        raise AppraisalIncompleteError(missing)


def _cut(terms: Terms, sheet: Sheet) -> tuple[str, ...]:
    """Return the criteria that the first appraisal corrected."""
    first = sheet.found.get(ValueStage.APPRAISAL_1, {})
    return tuple(code for code in terms.appraisers if isinstance(first.get(code), ClaimCorrected))


def _check_explained(command: MakeFindings, sheet: Sheet) -> None:
    places = [
        Place(
            f"{finding.pointer}/criterion",
            f"Đơn vị không giải trình tiêu chí {finding.criterion}.",
            f"The unit did not explain criterion {finding.criterion}.",
        )
        for finding in command.findings
        if finding.criterion not in (sheet.explained or ())
    ]
    if places:
        raise CriteriaNotExplainedError(places)


def _check_offers_explanation(terms: Terms) -> None:
    if not terms.two_appraisals:
        raise ExplanationNotOfferedError


def _check_kept(command: MakeFindings, before: Mapping[str, FindingFact]) -> None:
    places = [
        Place(
            f"{finding.pointer}/kept",
            f"Tiêu chí {finding.criterion} chưa có kết quả thẩm định để giữ.",
            f"Criterion {finding.criterion} has no finding yet that could be kept.",
        )
        for finding in command.findings
        if finding.kept and finding.criterion not in before
    ]
    if places:
        raise FindingsInvalidError(places)


def _check_responsible(command: MakeFindings) -> None:
    places = []
    for finding in command.findings:
        appraiser, claimant = command.terms.appraisers[finding.criterion], command.terms.claimant(finding.criterion)
        if any(is_of(claimant, node, command.terms.authority) for node in command.by.nodes):
            vi = f"Tiêu chí {finding.criterion} do {claimant} tự chấm, nên người của {claimant} không thẩm định."
            en = f"Criterion {finding.criterion} is claimed by {claimant}, so its people do not appraise it."
            places.append(Place(f"{finding.pointer}/criterion", vi, en))
        elif appraiser not in command.by.agencies:
            vi = f"Tiêu chí {finding.criterion} do {appraiser} thẩm định."
            en = f"Criterion {finding.criterion} is appraised by {appraiser}."
            places.append(Place(f"{finding.pointer}/criterion", vi, en))
    if places:
        raise NotTheAppraiserError(places)


def _check_confirmed(command: MakeFindings, facts: Sequence[FindingFact], before: Mapping[str, FindingFact]) -> None:
    """Refuse figures that look like a slip, unless this command or an equal finding before confirms them."""
    places: list[Place] = []
    for finding, fact in zip(command.findings, facts, strict=True):
        known = _confirmed_before(fact, before.get(fact.criterion))
        warnings = warnings_in_finding(command.terms.leaves[finding.criterion], finding)
        places += [warning for warning in warnings if warning.code not in {*finding.confirmed, *known}]
    if places:
        raise ConfirmationNeededError(places)


def _confirmed_before(fact: FindingFact, before: FindingFact | None) -> Sequence[str]:
    if not isinstance(fact, ClaimCorrected) or not isinstance(before, ClaimCorrected):
        return ()
    return before.confirmed if (before.figures, before.points) == (fact.figures, fact.points) else ()


def _found(
    command: MakeFindings, finding: ProposedFinding, stage: ValueStage, before: FindingFact | None
) -> FindingFact:
    terms, leaf = command.terms, command.terms.leaves[finding.criterion]
    votes = tuple(one for one in [command.votes.get(finding.criterion)] if one)
    if finding.kept and before is not None:
        return replace(before, comment=finding.comment, by=command.by.id, stage=stage, votes=votes)
    if finding.upheld:
        return ClaimUpheld(terms.round, terms.unit, finding.criterion, finding.comment, command.by.id, stage, votes)
    return ClaimCorrected(
        terms.round,
        terms.unit,
        finding.criterion,
        finding.comment,
        tuple(plain_figures(leaf, finding.figures)),
        finding.applicable,
        to_wire(exact(finding.points)) if finding.points else "",
        command.by.id,
        codes_of(warnings_in_finding(leaf, finding)),
        stage,
        votes,
    )


appraising = Decider(Sheet(), decide, evolve)
