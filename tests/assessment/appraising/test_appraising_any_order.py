"""An appraisal publishes the last finding of each responsible agency, once for each closing that it was due for."""

from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.assessment.sheets import sheets

from assessment.appraising.commands import CompleteAppraisal, ExtendAppraisal, MakeFindings
from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.opening.terms import Terms
from assessment.reporting.commands import SubmitSelfScore, WithdrawSelfScore
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import EnterClaims
from assessment.self_scoring.events import AppraisalCompleted, stream_of
from assessment.self_scoring.state import Sheet, SheetFact
from assessment.service import SERVICE
from parindex.contracts.assessment import Figure, Finding
from parindex.contracts.criteria import Criterion, EnteredPoints, Level, Rule, Steps, SurveyPoints, YesNo
from parindex.testing.memory_log import MemoryLog, Stream

UNIT = "H16.01"
DAYS = [f"2026-01-{day:02}T00:00:00.000000Z" for day in range(1, 29)]
DEADLINE = 10  # the number of the day until which the unit is appraised at first
RULES: dict[str, Rule] = {
    "points": EnteredPoints(),
    "yes": YesNo(),
    "steps": Steps(steps=[]),
    "asked": SurveyPoints(question="q"),
}
LEAVES = {
    code: Criterion(code=code, name=code, level=Level.CRITERION, maximum="2", rule=rule) for code, rule in RULES.items()
}
FIELDS = {"points": "H16", "yes": "H16", "steps": "H16.02"}
TERMS = Terms("r", UNIT, "H16", LEAVES, FIELDS, appraisal_until=DAYS[DEADLINE], four_eyes=True)
CLAIMED: dict[str, tuple[Figure, ...]] = {
    "points": (Figure(name="points", value="2"),),
    "yes": (Figure(name="answer", value="yes"),),
    "steps": (),  # claimed not to apply
}
OFFICE = ActingAppraiser(frozenset({"H16"}), frozenset({"H16"}), "office")
BOTH = ActingAppraiser(frozenset({"H16", "H16.02"}), frozenset({"H16", "H16.02"}), "both")
COLLEAGUE = replace(BOTH, id="colleague")
FIELD = ActingAppraiser(frozenset({"H16.02"}), frozenset({"H16.02"}), "field")
ITSELF = ActingAppraiser(
    frozenset({"H16", "H16.02"}), frozenset({"H16", "H16.02", f"{UNIT}.3"})
)  # sits in the unit, too
NOBODY = ActingAppraiser(frozenset(), frozenset({"H17"}))
PEOPLE = st.sampled_from([OFFICE, BOTH, COLLEAGUE, FIELD, ITSELF, NOBODY])

WAYS: dict[str, list[tuple[ProposedFinding, Finding]]] = {
    "points": [
        (ProposedFinding("points", points="1.50", comment="bớt"), Finding(criterion="points", points="1.5")),
        (
            ProposedFinding("points", figures=(Figure(name="points", value="0.0"),), comment="sai"),
            Finding(criterion="points", figures=[Figure(name="points", value="0")]),
        ),
    ],
    "yes": [
        (ProposedFinding("yes", applicable=False, comment="không"), Finding(criterion="yes", applicable=False)),
    ],
    "steps": [
        (
            ProposedFinding("steps", figures=(Figure(name="value", value="90.0"),), comment="có"),
            Finding(criterion="steps", figures=[Figure(name="value", value="90")]),
        ),
    ],
}
UPHELD = {
    code: Finding(criterion=code, figures=list(figures), applicable=bool(figures)) for code, figures in CLAIMED.items()
}
WRONG = [
    ProposedFinding("points"),
    ProposedFinding("points", upheld=True, points="1"),
    ProposedFinding("points", points="2.5", comment="hơn tối đa"),
    ProposedFinding("points", points="1"),  # says not why
    ProposedFinding("yes", figures=(Figure(name="answer", value="perhaps"),), comment="?"),
    ProposedFinding("asked", upheld=True),
    ProposedFinding("nothing", upheld=True),
]


@st.composite
def findings(draw: st.DrawFn) -> list[tuple[ProposedFinding, Finding]]:
    codes = draw(st.one_of(st.just(list(FIELDS)), st.lists(st.sampled_from(list(FIELDS)), unique=True)))
    made = []
    for code in codes:
        sent, found = draw(st.sampled_from(WAYS[code]))
        upheld = ProposedFinding(code, upheld=True), UPHELD[code]
        made.append(upheld if draw(st.booleans()) else (sent, msgspec.structs.replace(found, corrected=True)))
    return made


class Appraisals(RuleBasedStateMachine):
    """The model: today, until when, handed in or not, the newest finding of each criterion and who changed the result
    since it was last published, the closing due, and the published findings.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stream: Stream[Any, Sheet, SheetFact] = Stream(
            MemoryLog("assessment", SERVICE.types), stream_of("r", UNIT), sheets
        )
        self.submitted = False
        self.found: dict[str, Finding] = {}
        self.due = 1
        self.today, self.until = 0, DEADLINE
        self.deadline = DEADLINE  # of this closing, extensions aside; 99: none
        self.changed: dict[str, str] = {}
        self.completions: list[AppraisalCompleted] = []

    @property
    def open(self) -> bool:
        return self.submitted and len(self.completions) < self.due and self.today <= self.until

    @property
    def at(self) -> str:
        return DAYS[self.today]

    def execute(self, command: Any, *, may: bool) -> tuple[Any, ...]:
        return self.stream.expect(command, may=may)

    @initialize()
    def claim_all(self) -> None:
        claims = [DeclaredClaim(code, figures, bool(figures)) for code, figures in CLAIMED.items()]
        self.execute(EnterClaims(TERMS, tuple(claims), self.at), may=True)

    @rule()
    def submit(self) -> None:
        self.execute(SubmitSelfScore(TERMS, self.at), may=not self.submitted)
        self.submitted = True

    @rule()
    def withdraw(self) -> None:
        may = self.submitted and not self.found and not self.completions
        self.execute(WithdrawSelfScore(TERMS, self.at), may=may)
        self.submitted = self.submitted and not may

    @rule(made=findings(), by=PEOPLE)
    def find(self, made: list[tuple[ProposedFinding, Finding]], by: ActingAppraiser) -> None:
        responsible = all(FIELDS[proposed.criterion] in by.agencies for proposed, _ in made)
        may = self.open and responsible and by not in (ITSELF, NOBODY)
        self.execute(MakeFindings(self.terms, tuple(proposed for proposed, _ in made), by, self.at), may=may)
        if may:
            self.note({proposed.criterion: found for proposed, found in made}, by.id)

    @rule(finish=st.booleans())
    def submit_and_uphold_everything(self, *, finish: bool) -> None:
        self.submit()
        self.find([(ProposedFinding(code, upheld=True), UPHELD[code]) for code in FIELDS], BOTH)
        if finish:
            self.complete(COLLEAGUE)

    @rule(made=findings(), wrong=st.sampled_from(WRONG))
    def find_with_a_mistake(self, made: list[tuple[ProposedFinding, Finding]], wrong: ProposedFinding) -> None:
        self.execute(MakeFindings(self.terms, (*(proposed for proposed, _ in made), wrong), BOTH, self.at), may=False)

    @rule(by=PEOPLE)
    def complete(self, by: ActingAppraiser) -> None:
        whole = len(self.found) == len(FIELDS)
        may = self.open and whole and by not in (ITSELF, NOBODY) and by.id not in self.changed.values()
        facts = self.execute(CompleteAppraisal(self.terms, by, self.at), may=may)
        if may:
            self.changed = {}
            self.completions.append(AppraisalCompleted("r", UNIT, self.due, tuple(self.found[code] for code in FIELDS)))
            assert facts == (self.completions[-1],)

    def note(self, found: dict[str, Finding], by: str) -> None:
        before = {finding.criterion: finding for finding in self.completions[-1].findings} if self.completions else {}
        for code, finding in found.items():
            self.changed.pop(code, None)
            if finding.corrected or (code in before and before[code].corrected):
                self.changed[code] = by
        self.found |= found

    @rule()
    def a_day_passes(self) -> None:
        self.today = min(self.today + 1, len(DAYS) - 1)

    @rule(until=st.one_of(st.integers(0, len(DAYS) - 1), st.none()))
    def extend(self, until: int | None) -> None:
        latest = self.today if self.deadline > len(DAYS) else max(self.today, self.until)
        until = latest if until is None else until
        may = until > latest and len(self.completions) < self.due
        self.execute(ExtendAppraisal(self.terms, DAYS[until], "why", self.at), may=may)
        if may and self.deadline < len(DAYS):
            self.until = until

    @precondition(lambda self: len(self.completions) == self.due)
    @rule(deadline=st.one_of(st.just(99), st.integers(1, len(DAYS) - 1)))
    def the_round_is_reopened_for_the_unit(self, deadline: int) -> None:
        self.due += 1
        self.deadline = self.until = 99 if deadline <= self.today else deadline

    @property
    def terms(self) -> Terms:
        until = "" if self.deadline > len(DAYS) else DAYS[self.deadline]
        return replace(TERMS, due=self.due, appraisal_until=until)

    @invariant()
    def the_entries_tell_the_sheet_as_it_is(self) -> None:
        state = self.stream.state
        assert self.stream.replayed() == state
        assert {code: state.finding(code) for code in state.findings} == self.found
        assert (state.submitted, state.completed_for) == (self.submitted, len(self.completions))
        assert state.changed == self.changed

    @invariant()
    def completions_stay_and_each_closing_has_one(self) -> None:
        assert [fact for fact in self.stream.facts if isinstance(fact, AppraisalCompleted)] == self.completions
        assert [fact.closing for fact in self.completions] == list(range(1, len(self.completions) + 1))


def test_what_an_appraisal_tells_is_what_was_found_last() -> None:
    run_state_machine_as_test(Appraisals, settings=settings(max_examples=80, stateful_step_count=25))
