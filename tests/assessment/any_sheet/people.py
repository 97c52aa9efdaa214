"""What people and the clock may do to a unit's sheet, and beside it, with a model of the results."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine
from tests.assessment.any_sheet.names import Cell, Name, Value, cells_said_by, moved, points_of, values_of
from tests.assessment.any_sheet.one_sheet import (
    ALL_CLAIMS,
    ALL_EXPLANATIONS,
    ALL_FINDINGS,
    APPRAISAL,
    BEGINNING,
    BOTH,
    CLAIMS,
    CODES,
    COLLEAGUE,
    DAYS,
    EXPLAINING,
    EXPLANATIONS,
    FIELDS,
    FINDINGS,
    FIRST_APPRAISAL,
    ITSELF,
    LINES,
    PEOPLE,
    SELF_SCORING,
    SET,
    STRANGER,
    UNIT,
    WRONG_CLAIMS,
    WRONG_EXPLANATIONS,
    WRONG_FINDINGS,
    WRONG_LINES,
    opened_round,
    plain,
)
from tests.assessment.sheets import sheets

from assessment.appraising.closing import round_closing
from assessment.appraising.commands import (
    AnnounceFirstAppraisal,
    CloseRound,
    CompleteAppraisal,
    EndExplanation,
    ExtendAppraisal,
    MakeFindings,
    ReopenRound,
)
from assessment.appraising.state import ActingAppraiser, ProposedFinding, UnitCompletion
from assessment.assigning.checks import criteria_under
from assessment.assigning.commands import AssignCriteria
from assessment.assigning.decisions import assigning
from assessment.assigning.state import AssignmentLine
from assessment.explaining.commands import ExplainCuts, SubmitExplanation
from assessment.opening.decisions import opening
from assessment.opening.events import stream_of as round_stream
from assessment.opening.stages import FOUND_AT, ValueStage
from assessment.opening.terms import Terms, terms_for
from assessment.proving.commands import EraseFile, RecordScan, RemoveFile, ReuseFile, UploadFile
from assessment.proving.decisions import erasures, proving
from assessment.proving.queries import criteria_by_digest
from assessment.reporting.commands import (
    ApproveSelfScore,
    RecallFromLeader,
    ReturnSelfScore,
    SendToLeader,
    StateDifficulties,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import EnterClaims, ExtendSelfScoring
from assessment.self_scoring.events import (
    AppraisalCompleted,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CutExplained,
    FileScanned,
    FileUploaded,
    SelfScoreSubmitted,
    assignments_of,
    files_of,
    stream_of,
)
from assessment.self_scoring.state import FindingFact
from assessment.service import SERVICE
from parindex.contracts.assessment import Claim, Finding
from parindex.eventstore.decider import Decider
from parindex.refusal import Refused
from parindex.testing.memory_log import MemoryLog, Stream

SELF, FIRST, EXPLANATION, SECOND, COUNCIL, CORRECTION = ValueStage
OF_UNIT = {Name.DRAFT, Name.RETURNED}
APPRAISED = {Name.FIRST, Name.SECOND, Name.COUNCIL, Name.CORRECTING}  # the appraisers or the council have the sheet
AHEAD = {**dict.fromkeys((*OF_UNIT, Name.SENT, Name.APPROVED), SELF), Name.FIRST: FIRST, Name.EXPLAINING: EXPLANATION}
"""The stage of the sheet, for extensions of those that are still ahead of it."""
RECORDED: Decider[Any, Any, Any] = Decider(None, lambda facts, _: facts, lambda state, _: state)


class PeopleAct(RuleBasedStateMachine):
    """The model: the day, the deadlines, the name of the state, the event that gives each stage of each criterion its
    value, the cut and the explained criteria, changes of results, the completions, files and persons.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open(two=True, approval=True, four_eyes=True, dated=True)

    def open(self, *, two: bool, approval: bool, four_eyes: bool, dated: bool) -> None:
        self.two, self.approval, self.four_eyes = two, approval, four_eyes
        self.log = MemoryLog("assessment", SERVICE.types)
        self.round: Stream[Any, Any, Any] = Stream(self.log, round_stream("r"), opening)
        opened = opened_round(two_appraisals=two, approval=approval, four_eyes=four_eyes, dated=dated)
        self.round.execute(opened)
        self.sheet: Stream[Any, Any, Any] = Stream(self.log, stream_of("r", UNIT), sheets)
        self.files: Stream[Any, Any, Any] = Stream(self.log, files_of("r", UNIT), proving)
        self.assignments: Stream[Any, Any, Any] = Stream(self.log, assignments_of("r", UNIT), assigning)
        self.today, self.self_until, self.until = 0, SELF_SCORING, APPRAISAL
        self.begins = BEGINNING if dated else 0
        self.dates = {FIRST: FIRST_APPRAISAL, EXPLANATION: EXPLAINING} if dated else {}
        self.deadline: int | None = APPRAISAL  # of the appraisal of this closing, extensions aside; None: it has no end
        self.name, self.difficulties, self.closed, self.due = Name.DRAFT, "", False, 1
        self.said: dict[Cell, Any] = {}
        self.cut: tuple[str, ...] = ()
        self.explained: tuple[str, ...] = ()
        self.changed: dict[str, str] = {}
        self.completions: list[AppraisalCompleted] = []
        self.have: dict[str, str] = {}
        self.erased: set[str] = set()
        self.persons: dict[str, str] = {}

    # every command of this test goes through here

    def execute(self, stream: Stream[Any, Any, Any], command: Any, decider: Any = None, *, may: bool) -> Sequence[Any]:
        """Execute a command that may succeed, or not, and then once more: it does nothing then.

        No value but those that the events name may move; and points move by a claim or a finding alone.
        """
        note(f"day {self.today}, {self.name}: {type(command).__name__} {'is accepted' if may else 'is refused'}")
        values, points = values_of(self.sheet.state), points_of(self.sheet.state)
        facts = stream.expect(command, decider, may=may)
        said = cells_said_by(facts)
        assert moved(values, values_of(self.sheet.state)) <= said
        counting = {criterion for stage, criterion in said if stage is not EXPLANATION}
        assert moved(points, points_of(self.sheet.state)) <= counting
        if may:
            self.nothing_comes_of_a_duplicate(stream, command, decider)
        return facts

    def nothing_comes_of_a_duplicate(self, stream: Stream[Any, Any, Any], command: Any, decider: Any) -> None:
        position, state = self.log.position, stream.state
        with suppress(Refused):
            stream.execute(command, decider)
        assert stream.state == state
        assert self.log.position == position

    # what the model knows

    @property
    def at(self) -> str:
        return DAYS[self.today]

    @property
    def terms(self) -> Terms:
        state = self.round.state
        block, _ = state.block_and_unit(UNIT)
        return terms_for(state.opened, block, SET, UNIT, state.due[UNIT], state.appraisal_until[UNIT])

    @property
    def self_scores(self) -> bool:
        return self.name in OF_UNIT and self.begins <= self.today <= self.self_until

    @property
    def appraisal_in_time(self) -> bool:
        return self.deadline is None or self.today <= self.until

    def until_of(self, stage: ValueStage) -> int | None:
        """The day until which a stage lasts; None: it has no end. Without a date it lasts as the appraisal does."""
        if stage is SELF:
            return self.self_until
        return self.dates.get(stage, None if self.deadline is None else self.until)

    def in_time(self, stage: ValueStage) -> bool:
        until = self.until_of(stage)
        return until is None or self.today <= until

    def following(self, stage: ValueStage) -> int:
        """The day of the first deadline after a stage, or a day after all others."""
        later = [FIRST, EXPLANATION, SECOND][[SELF, FIRST, EXPLANATION, SECOND].index(stage) :]
        return min((until for one in later if (until := self.until_of(one)) is not None), default=len(DAYS))

    def may_appraise(self, by: ActingAppraiser) -> bool:
        return self.name in APPRAISED and self.appraisal_in_time and by not in (ITSELF, STRANGER)

    def found(self, stages: Sequence[ValueStage] = FOUND_AT) -> dict[str, FindingFact]:
        """The finding that counts for each criterion, as far as these stages know."""
        return {code: fact for stage in stages for (at, code), fact in self.said.items() if at is stage}

    @property
    def whole(self) -> bool:
        """Whether the last appraisal has found all that it has to."""
        again = all((SECOND, code) in self.said for code in self.explained)
        return len(self.found()) == len(CODES) and again and not (self.name is Name.FIRST and self.two and self.cuts())

    def cuts(self) -> tuple[str, ...]:
        return tuple(code for code in CODES if isinstance(self.said.get((FIRST, code)), ClaimCorrected))

    def value_of(self, fact: Any) -> Value:
        if isinstance(fact, ClaimUpheld):
            stated = self.said.get((EXPLANATION, fact.criterion))
            newer = fact.stage is not FIRST and fact.criterion in self.explained and stated and stated.restated
            fact = stated if newer else self.said[SELF, fact.criterion]
        return fact.figures, fact.applicable, getattr(fact, "points", "")

    def corrects(self, fact: FindingFact) -> bool:
        return self.value_of(fact) != self.value_of(self.said[SELF, fact.criterion]) or (
            isinstance(fact, ClaimCorrected) or self.value_comes_from_explanation(fact)
        )

    def value_comes_from_explanation(self, fact: FindingFact) -> bool:
        stated = self.said.get((EXPLANATION, fact.criterion))
        return bool(fact.stage is not FIRST and fact.criterion in self.explained and stated and stated.restated)

    def result(self) -> tuple[Finding, ...]:
        found = self.found()
        values = {code: self.value_of(found[code]) for code in CODES}
        return tuple(
            Finding(
                criterion=code,
                figures=list(values[code][0]),
                applicable=values[code][1],
                points=values[code][2],
                corrected=self.corrects(found[code]),
            )
            for code in CODES
        )

    def record(self, expected: Sequence[Any], facts: Sequence[Any], stage: ValueStage) -> None:
        """Note the events of a stage; saying the same again is no new event."""
        none = CutExplained("r", UNIT, "", "")
        cells = {(stage, fact.criterion): fact for fact in expected}
        known = {cell: self.said.get(cell) or replace(none, criterion=cell[1]) for cell in cells}
        assert list(facts) == [fact for cell, fact in cells.items() if known[cell] != fact]
        self.said |= cells

    # the unit and its leader

    def claim(self, claims: list[DeclaredClaim]) -> None:
        may = self.self_scores
        facts = self.execute(self.sheet, EnterClaims(self.terms, tuple(claims), self.at), may=may)
        if may:
            expected = [
                ClaimEntered(
                    "r", UNIT, one.criterion, plain(one.figures), one.applicable, one.evidence, one.explanation
                )
                for one in claims
            ]
            self.record(expected, facts, SELF)

    def state_difficulties(self, text: str) -> None:
        may = self.self_scores
        self.execute(self.sheet, StateDifficulties(self.terms, text, self.at), may=may)
        self.difficulties = text if may else self.difficulties

    def move(self, command: Any, to: Name, *, may: bool) -> Sequence[Any]:
        may = may and self.begins <= self.today <= self.self_until
        facts = self.execute(self.sheet, command, may=may)
        self.name = to if may else self.name
        return facts

    def claimed(self) -> bool:
        return all((SELF, code) in self.said for code in CODES)

    def send(self) -> None:
        may = self.approval and self.name in OF_UNIT and self.claimed()
        self.move(SendToLeader(self.terms, self.at), Name.SENT, may=may)

    def recall(self) -> None:
        self.move(RecallFromLeader(self.terms, self.at), Name.DRAFT, may=self.name is Name.SENT)

    def approve(self) -> None:
        seen = len(self.sheet.facts)
        self.move(ApproveSelfScore(self.terms, seen, self.at), Name.APPROVED, may=self.name is Name.SENT)

    def give_back(self) -> None:
        may = self.name in {Name.SENT, Name.APPROVED}
        self.move(ReturnSelfScore(self.terms, "note:1", self.at), Name.RETURNED, may=may)

    def submit(self) -> None:
        ready = self.name is Name.APPROVED if self.approval else self.name in OF_UNIT
        facts = self.move(SubmitSelfScore(self.terms, self.at), Name.FIRST, may=ready and self.claimed())
        if facts:
            claims = [self.said[SELF, code] for code in CODES]
            expected = [Claim(criterion=c.criterion, figures=list(c.figures), applicable=c.applicable) for c in claims]
            assert facts == (SelfScoreSubmitted("r", UNIT, tuple(expected)),)

    def withdraw(self) -> None:
        may = self.name is Name.FIRST and not self.found()
        self.move(WithdrawSelfScore(self.terms, self.at), Name.DRAFT, may=may)

    def explain(self, explanations: list[DeclaredClaim]) -> None:
        may = self.name is Name.EXPLAINING and self.in_time(EXPLANATION)
        may = may and all(one.criterion in self.cut for one in explanations)
        facts = self.execute(self.sheet, ExplainCuts(self.terms, tuple(explanations), self.at), may=may)
        if may:
            expected = [
                CutExplained(
                    "r", UNIT, one.criterion, one.explanation, plain(one.figures), one.applicable, one.evidence
                )
                for one in explanations
            ]
            self.record(expected, facts, EXPLANATION)

    def submit_explanation(self, *, leader: bool) -> None:
        may = self.name is Name.EXPLAINING and self.in_time(EXPLANATION) and (leader or not self.approval)
        self.execute(self.sheet, SubmitExplanation(self.terms, leader, self.at), may=may)
        if may:
            self.name, self.explained = Name.SECOND, self.explains()

    def explains(self) -> tuple[str, ...]:
        told = {code for (stage, code), one in self.said.items() if stage is EXPLANATION and one.explanation}
        return tuple(code for code in CODES if code in told)

    # appraisers, the council and the office

    def find(self, findings: list[ProposedFinding], by: ActingAppraiser, *, council: bool, stale: bool) -> None:
        """`stale`: the round was reopened after its terms were read."""
        stale = stale and self.due > 1
        terms = replace(self.terms, due=self.due - 1) if stale else self.terms
        stage = self.stage_of_findings(findings, council=council)
        responsible = all(FIELDS[one.criterion] in by.agencies for one in findings)
        before = self.found(FOUND_AT if stage is CORRECTION else FOUND_AT[: FOUND_AT.index(stage)] if stage else ())
        known = all(one.criterion in before for one in findings if one.kept)
        late = stage is FIRST and self.two and not self.in_time(FIRST)
        may = self.may_appraise(by) and responsible and stage is not None and known and not stale and not late
        facts = self.execute(self.sheet, MakeFindings(terms, tuple(findings), by, self.at, council), may=may)
        if may and stage is not None:
            expected = [self.finding_of(one, stage, before.get(one.criterion), by.id) for one in findings]
            self.record(expected, facts, stage)
            self.name = Name.COUNCIL if stage is COUNCIL else self.name
            self.note_changes(facts)

    def stage_of_findings(self, findings: Sequence[ProposedFinding], *, council: bool) -> ValueStage | None:
        """The stage at which the sheet takes these findings; None: at none."""
        again = all(one.criterion in self.explained for one in findings)
        decides = COUNCIL if council and self.whole else None
        stages = {
            Name.FIRST: decides if council else FIRST,
            Name.SECOND: decides if council else SECOND if again else None,
            Name.COUNCIL: decides,
            Name.CORRECTING: CORRECTION,
        }
        return stages.get(self.name)

    def finding_of(self, one: ProposedFinding, stage: ValueStage, before: FindingFact | None, by: str) -> FindingFact:
        if one.kept and before is not None:
            return replace(before, comment=one.comment, by=by, stage=stage)
        if one.upheld:
            return ClaimUpheld("r", UNIT, one.criterion, one.comment, by, stage)
        points = "1.5" if one.points == "1.50" else one.points
        return ClaimCorrected(
            "r", UNIT, one.criterion, one.comment, plain(one.figures), one.applicable, points, by, stage=stage
        )

    def note_changes(self, findings: Sequence[FindingFact]) -> None:
        """Note who changed a result since it was completed last."""
        before = {one.criterion for one in self.completions[-1].findings if one.corrected} if self.completions else ()
        for fact in findings:
            self.changed.pop(fact.criterion, None)
            if self.corrects(fact) or fact.criterion in before:
                self.changed[fact.criterion] = fact.by

    def announce(self, by: ActingAppraiser) -> None:
        whole = len(self.found()) == len(CODES)
        may = self.may_appraise(by) and self.name is Name.FIRST and self.two and whole and bool(self.cuts())
        self.execute(self.sheet, AnnounceFirstAppraisal(self.terms, by, self.at), may=may)
        if may:
            self.name, self.cut = Name.EXPLAINING, self.cuts()

    def end_explanation(self, by: ActingAppraiser) -> None:
        may = self.name is Name.EXPLAINING and self.appraisal_in_time and by not in (ITSELF, STRANGER)
        self.execute(self.sheet, EndExplanation(self.terms, by, "reason:1", self.at), may=may)
        self.name = Name.SECOND if may else self.name

    def complete(self, by: ActingAppraiser) -> None:
        own = self.four_eyes and by.id in self.changed.values()
        may = self.may_appraise(by) and self.whole and not own
        facts = self.execute(self.sheet, CompleteAppraisal(self.terms, by, self.at), may=may)
        if may:
            self.name, self.changed = Name.COMPLETED, {}
            self.completions.append(AppraisalCompleted("r", UNIT, self.due, self.result()))
            assert facts == (self.completions[-1],)

    def extend_self_scoring(self, until: int | None) -> None:
        latest = max(self.today, self.self_until)
        until = latest if until is None else until
        may = not self.found() and latest < until < self.following(SELF)
        command = ExtendSelfScoring(self.terms, DAYS[until], "reason:1", self.at)
        self.execute(self.sheet, command, may=may)
        self.self_until = until if may else self.self_until

    def extend_appraisal(self, until: int | None, stage: ValueStage) -> None:
        """`until` None: on the day after the present deadline, which is the shortest extension."""
        latest = max(self.today, self.until_of(stage) or 0)
        until = min(latest + 1, len(DAYS) - 1) if until is None else until
        has_date = self.deadline is not None if stage is SECOND else stage in self.dates
        ahead = stage is SECOND or (self.two and AHEAD.get(self.name, SECOND) in (SELF, FIRST, stage))
        may = has_date and ahead and latest < until < self.following(stage) and self.name is not Name.COMPLETED
        self.execute(self.sheet, ExtendAppraisal(self.terms, DAYS[until], "reason:1", self.at, stage), may=may)
        if may and stage is SECOND:
            self.until = until
        elif may:
            self.dates[stage] = until

    def close(self) -> None:
        may = not self.closed and self.name is Name.COMPLETED
        so_far = UnitCompletion(UNIT, UNIT, 3, 3, True, 3, self.sheet.state.completed_for)
        self.execute(self.round, CloseRound("r", (so_far,)), round_closing, may=may)
        self.closed = self.closed or may

    def reopen(self, deadline: int | None) -> None:
        may = self.closed and (deadline is None or deadline > self.today)
        until = "" if deadline is None else DAYS[deadline]
        self.execute(self.round, ReopenRound("r", (UNIT,), "reason:1", self.at, until), round_closing, may=may)
        if may:
            self.closed, self.due, self.name = False, self.due + 1, Name.CORRECTING
            self.deadline, self.until = deadline, deadline or 0

    # files and assignments, which move no sheet

    def upload(self, digest: str, scan: str | None) -> None:
        may = digest not in self.erased
        scanner = "" if scan is None else "scanner"
        command = UploadFile("r", UNIT, digest, 9, "application/pdf", 1, "file-name:1", scanner)
        self.execute(self.files, command, proving, may=may)
        if may:
            self.have.setdefault(digest, "clean" if scanner else "")

    def reuse(self, digest: str, scan: str | None) -> None:
        file = FileUploaded("r-2025", UNIT, digest, 9, "application/pdf", 1, "file-name:2")
        scanned = None if scan is None else FileScanned("r-2025", UNIT, digest, scan, "scanner")
        may = scan != "virus" and digest not in self.erased
        command = ReuseFile("r", UNIT, file, scanned, digest in self.erased, "2026-01-01", "")
        self.execute(self.files, command, proving, may=may)
        if may:
            self.have.setdefault(digest, "" if scan is None else "clean")

    def scan_later(self, digest: str, scan: str | None) -> None:
        self.execute(self.files, RecordScan("r", UNIT, digest, scan or "", "scanner"), proving, may=True)
        if digest in self.have:
            self.have[digest] = scan or "clean"

    def remove(self, digest: str) -> None:
        state = self.sheet.state
        claimed = criteria_by_digest((*state.claims.values(), *state.explanations.values()))
        told = [one for (stage, _), one in self.said.items() if stage in {SELF, EXPLANATION}]
        may = digest in self.have and not any(document.sha256 == digest for one in told for document in one.evidence)
        self.execute(self.files, RemoveFile("r", UNIT, digest, claimed), proving, may=may)
        if may:
            del self.have[digest]

    def erase(self, digest: str) -> None:
        if digest in self.have and digest not in self.erased:
            erased = erasures(EraseFile("r", UNIT, digest, "reason:1"), {("r", UNIT): self.files.state})
            self.files.execute(erased["r", UNIT], RECORDED)
            self.erased.add(digest)

    def assign(self, lines: list[AssignmentLine]) -> None:
        handed = [(code, line.to) for line in lines for code in (CODES if line.criterion == "1" else (line.criterion,))]
        may = len(dict(handed)) == len(set(handed))
        command = AssignCriteria(self.terms, lines, criteria_under(SET, self.terms), frozenset(PEOPLE))
        self.execute(self.assignments, command, assigning, may=may)
        if may:
            self.persons = {code: to for code, to in {**self.persons, **dict(handed)}.items() if to}

    # a mistake has a whole command refused, in every state

    def make_mistakes(self, chance: Random) -> None:
        claims = [*chance.choice(CLAIMS), chance.choice(WRONG_CLAIMS)]
        findings = [*chance.choice(FINDINGS), chance.choice(WRONG_FINDINGS)]
        explanations = [*chance.choice(EXPLANATIONS), chance.choice(WRONG_EXPLANATIONS)]
        lines = [*chance.choice(LINES), chance.choice(WRONG_LINES)]
        for council in (False, True):
            self.execute(self.sheet, MakeFindings(self.terms, tuple(findings), BOTH, self.at, council), may=False)
        self.execute(self.sheet, EnterClaims(self.terms, tuple(claims), self.at), may=False)
        self.execute(self.sheet, ExplainCuts(self.terms, tuple(explanations), self.at), may=False)
        command = AssignCriteria(self.terms, lines, criteria_under(SET, self.terms), frozenset(PEOPLE))
        self.execute(self.assignments, command, assigning, may=False)

    # the clock, and the procedure as it is meant

    def the_procedure_goes_on(self, chance: Random) -> None:
        """Do the next step as it is meant; sometimes explain, decide or correct once more before that."""
        again = chance.random() < 0.4
        if self.name in {*OF_UNIT, Name.SENT, Name.APPROVED}:
            self.report_on(chance.choice(ALL_CLAIMS))
        elif self.name is Name.EXPLAINING and (again or not self.explains()):
            self.explain([one for one in chance.choice(ALL_EXPLANATIONS) if one.criterion in self.cut])
        elif self.name is Name.EXPLAINING:
            self.submit_explanation(leader=self.approval)
        elif self.name is Name.COMPLETED:
            self.close()
            self.reopen(None)
        else:
            self.appraise_on(chance.choice(ALL_FINDINGS), again=again)

    def set_the_clock(self, day: int) -> None:
        self.today = day

    def come_too_late(self, chance: Random) -> None:
        """Do what the stage is for on the day after its deadline, by a clock that goes back then."""
        until, before = self.until_of(AHEAD.get(self.name, SECOND)), self.today
        if until is None:
            return
        self.today = min(until + 1, len(DAYS) - 1)
        if self.name in OF_UNIT:
            self.claim(chance.choice(ALL_CLAIMS))
        elif self.name is Name.EXPLAINING:
            self.explain([one for one in chance.choice(ALL_EXPLANATIONS) if one.criterion in self.cut])
        else:
            findings = [one for one in chance.choice(ALL_FINDINGS) if not one.kept]
            self.find(findings, BOTH, council=False, stale=False)
        self.today = before

    def report_on(self, claims: list[DeclaredClaim]) -> None:
        self.today = max(self.begins, min(self.today, self.self_until))
        if self.name is Name.SENT:
            self.approve()
            return
        if self.name is not Name.APPROVED:
            self.claim(claims)
        if self.approval and self.name is not Name.APPROVED:
            self.send()
        else:
            self.submit()

    def appraise_on(self, findings: list[ProposedFinding], *, again: bool) -> None:
        first = [replace(one, kept=False, upheld=True) if one.kept else one for one in findings]
        if self.name is Name.FIRST and len(self.found()) < len(CODES):
            self.appraise(first)
        elif self.name is Name.FIRST and not self.whole:
            self.announce(COLLEAGUE)
        elif not self.whole:
            self.appraise([one for one in findings if one.criterion in self.explained])
        else:
            if again:
                self.appraise(findings, council=True)
            self.complete(COLLEAGUE)

    def appraise(self, findings: list[ProposedFinding], *, council: bool = False) -> None:
        stage = FIRST if self.name is Name.FIRST else SECOND
        until = self.until_of(stage)
        self.today = self.today if until is None else min(self.today, until)
        self.find(findings, BOTH, council=council, stale=False)
