"""What an appraisal tells is the last finding of whoever was responsible, once for each closing that it was due for."""

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

from assessment.appraising.commands import Appraiser, CompleteAppraisal, MakeFindings, ProposedFinding
from assessment.appraising.decisions import appraising
from assessment.appraising.events import AppraisalCompleted
from assessment.opening.terms import Terms
from assessment.self_scoring.commands import DeclaredClaim, EnterClaims, SubmitSelfScore, WithdrawSelfScore
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.events import stream_of
from assessment.self_scoring.sheet import Sheet, SheetFact
from assessment.service import SERVICE
from parindex.contracts.assessment import Figure, Finding
from parindex.contracts.criteria import Criterion, EnteredPoints, Level, Rule, Steps, SurveyPoints, YesNo
from parindex.testing.ledger import Ledger, Stream

UNIT, AT = "H16.01", "2026-01-05T00:00:00.000000Z"
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
TERMS = Terms("r", UNIT, "H16", LEAVES, FIELDS)
CLAIMED: dict[str, tuple[Figure, ...]] = {
    "points": (Figure(name="points", value="2"),),
    "yes": (Figure(name="answer", value="yes"),),
    "steps": (),  # claimed not to apply
}
OFFICE = Appraiser(frozenset({"H16"}), frozenset({"H16"}))
BOTH = Appraiser(frozenset({"H16", "H16.02"}), frozenset({"H16", "H16.02"}))
FIELD = Appraiser(frozenset({"H16.02"}), frozenset({"H16.02"}))
ITSELF = Appraiser(frozenset({"H16", "H16.02"}), frozenset({"H16", "H16.02", f"{UNIT}.3"}))  # sits in the unit, too
NOBODY = Appraiser(frozenset(), frozenset({"H17"}))
PEOPLE = st.sampled_from([OFFICE, BOTH, BOTH, FIELD, ITSELF, NOBODY])

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
    """The model: handed in or not, the newest finding of each criterion, the closing due, and what was told."""

    def __init__(self) -> None:
        super().__init__()
        self.stream: Stream[Any, Sheet, SheetFact] = Stream(
            Ledger("assessment", SERVICE.types), stream_of("r", UNIT), self_scoring
        )
        self.submitted = False
        self.found: dict[str, Finding] = {}
        self.due = 1
        self.told: list[AppraisalCompleted] = []

    @property
    def open(self) -> bool:
        return self.submitted and len(self.told) < self.due

    def wish(self, command: Any, *, may: bool) -> tuple[Any, ...]:
        appraised = isinstance(command, MakeFindings | CompleteAppraisal)
        return self.stream.expect(command, appraising if appraised else None, may=may)

    @initialize()
    def claim_all(self) -> None:
        claims = [DeclaredClaim(code, figures, bool(figures)) for code, figures in CLAIMED.items()]
        self.wish(EnterClaims(TERMS, tuple(claims), AT), may=True)

    @rule()
    def submit(self) -> None:
        self.wish(SubmitSelfScore(TERMS, AT), may=not self.submitted)
        self.submitted = True

    @rule()
    def withdraw(self) -> None:
        may = self.submitted and not self.found and not self.told
        self.wish(WithdrawSelfScore(TERMS, AT), may=may)
        self.submitted = self.submitted and not may

    @rule(made=findings(), by=PEOPLE)
    def find(self, made: list[tuple[ProposedFinding, Finding]], by: Appraiser) -> None:
        responsible = all(FIELDS[proposed.criterion] in by.agencies for proposed, _ in made)
        may = self.open and responsible and by not in (ITSELF, NOBODY)
        self.wish(MakeFindings(self.terms, tuple(proposed for proposed, _ in made), by), may=may)
        if may:
            self.found |= {proposed.criterion: found for proposed, found in made}

    @rule(finish=st.booleans())
    def submit_and_uphold_everything(self, *, finish: bool) -> None:
        self.submit()
        self.find([(ProposedFinding(code, upheld=True), UPHELD[code]) for code in FIELDS], BOTH)
        if finish:
            self.complete(BOTH)

    @rule(made=findings(), wrong=st.sampled_from(WRONG))
    def find_with_a_mistake(self, made: list[tuple[ProposedFinding, Finding]], wrong: ProposedFinding) -> None:
        self.wish(MakeFindings(self.terms, (*(proposed for proposed, _ in made), wrong), BOTH), may=False)

    @rule(by=PEOPLE)
    def complete(self, by: Appraiser) -> None:
        may = self.open and len(self.found) == len(FIELDS) and by not in (ITSELF, NOBODY)
        facts = self.wish(CompleteAppraisal(self.terms, by), may=may)
        if may:
            self.told.append(AppraisalCompleted("r", UNIT, self.due, tuple(self.found[code] for code in FIELDS)))
            assert facts == (self.told[-1],)

    @precondition(lambda self: len(self.told) == self.due)
    @rule()
    def the_round_is_reopened_for_the_unit(self) -> None:
        self.due += 1

    @property
    def terms(self) -> Terms:
        return replace(TERMS, due=self.due)

    @invariant()
    def the_entries_tell_the_sheet_as_it_is(self) -> None:
        state = self.stream.state
        assert self.stream.replayed() == state
        assert {code: state.finding(code) for code in state.findings} == self.found
        assert (state.submitted, state.completed_for) == (self.submitted, len(self.told))

    @invariant()
    def what_was_told_stays_and_is_told_once_for_each_closing(self) -> None:
        assert [fact for fact in self.stream.facts if isinstance(fact, AppraisalCompleted)] == self.told
        assert [fact.closing for fact in self.told] == list(range(1, len(self.told) + 1))


def test_what_an_appraisal_tells_is_what_was_found_last() -> None:
    run_state_machine_as_test(Appraisals, settings=settings(max_examples=80, stateful_step_count=25, deadline=None))
