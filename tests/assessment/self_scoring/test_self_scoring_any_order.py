"""A sheet holds the last claims that the unit made in time and before the appraisal, and nothing else."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.assessment.sheets import sheets

from assessment.appraising.commands import MakeFindings
from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.opening.deadlines import Deadlines
from assessment.opening.terms import Terms
from assessment.reporting.commands import SubmitSelfScore, WithdrawSelfScore
from assessment.self_scoring.claims import DeclaredClaim, Evidence
from assessment.self_scoring.commands import (
    EnterClaims,
    ExtendSelfScoring,
)
from assessment.self_scoring.events import ClaimEntered, SelfScoreSubmitted, stream_of
from assessment.self_scoring.state import Sheet, SheetFact
from assessment.service import SERVICE
from parindex.contracts.assessment import Claim, Figure
from parindex.contracts.criteria import (
    Choice,
    Criterion,
    EnteredPoints,
    Level,
    Option,
    Proportional,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.testing.memory_log import MemoryLog, Stream

pytestmark = pytest.mark.slow

RULES: dict[str, Rule] = {
    "points": EnteredPoints(),
    "yes": YesNo(),
    "time": Timeliness(on_time="2", late="1"),
    "steps": Steps(steps=[Step(bound="90", closed=True, points="2")]),
    "choice": Choice(options=[Option(code="tot", name="Tốt", points="2")]),
    "share": Proportional(),
    "asked": SurveyPoints(question="q"),
}
RIGHT: dict[str, list[tuple[dict[str, str], dict[str, str]]]] = {  # as it is sent, and as it has to be recorded
    "points": [({"points": "1.50"}, {"points": "1.5"}), ({"points": "2"}, {"points": "2"})],
    "yes": [({"answer": "yes"}, {"answer": "yes"}), ({"answer": "no"}, {"answer": "no"})],
    "time": [({"outcome": "late"}, {"outcome": "late"})],
    "steps": [({"value": "90.0"}, {"value": "90"}), ({"planned": "3", "done": "2.0"}, {"done": "2", "planned": "3"})],
    "choice": [({"level": "tot"}, {"level": "tot"})],
    "share": [({"done": "0.0", "planned": "7"}, {"done": "0", "planned": "7"})],
}
WRONG: dict[str, list[dict[str, str]]] = {
    "points": [{}, {"points": "2.01"}, {"points": "-1"}, {"points": "1e0"}, {"point": "1"}],
    "yes": [{"answer": "maybe"}, {"answer": "yes", "points": "1"}],
    "time": [{"outcome": "kịp thời"}, {"answer": "yes"}],
    "steps": [{"value": "90", "done": "1"}, {"done": "1"}, {"done": "1", "planned": "0"}],
    "choice": [{"level": "kém"}, {}],
    "share": [{"done": "-1", "planned": "1"}, {"done": "1", "planned": "0"}, {"done": "một", "planned": "1"}],
    "asked": [{}, {"points": "1"}],
    "nothing": [{"points": "1"}],
}
SCORED = tuple(RIGHT)
PROVEN = ("points", "share")  # these need evidence or an explanation
PAPER = Evidence(number="1/KH", issued_on="2025-12-30")
DAYS = [f"2026-01-{day:02}T00:00:00.000000Z" for day in range(1, 29)]
DEADLINE = DAYS[10]
OFFICE = ActingAppraiser(frozenset({"H16"}), frozenset({"H16"}))


def leaf(code: str) -> Criterion:
    return Criterion(
        code=code, name=code, level=Level.CRITERION, maximum="2", rule=RULES[code], evidence_required=code in PROVEN
    )


LEAVES = {code: leaf(code) for code in RULES}


@st.composite
def right_claims(draw: st.DrawFn, code: str, *, proven: bool = False) -> tuple[DeclaredClaim, ClaimEntered]:
    sent, recorded = draw(st.sampled_from(RIGHT[code]))
    applicable, paper = (
        draw(st.sampled_from([True, True, False])),
        draw(st.sampled_from([(PAPER,)] if proven else [(), (PAPER,)])),
    )
    why = draw(st.sampled_from(["", "", "a commitment"]))
    sent, recorded = (sent, recorded) if applicable else ({}, {})
    claim = DeclaredClaim(code, figures(sent), applicable, paper, why, pointer="/0")
    return claim, ClaimEntered("r", "H16.01", code, figures(recorded), applicable, paper, why)


def figures(named: dict[str, str]) -> tuple[Figure, ...]:
    return tuple(Figure(name=name, value=value) for name, value in named.items())


def batches() -> st.SearchStrategy[list[tuple[DeclaredClaim, ClaimEntered]]]:
    some = st.lists(st.sampled_from(SCORED), unique=True, min_size=1)
    return st.one_of(some, st.just(list(SCORED))).flatmap(lambda codes: st.tuples(*map(right_claims, codes)).map(list))


@st.composite
def wrong_claims(draw: st.DrawFn) -> DeclaredClaim:
    code = draw(st.sampled_from(sorted(WRONG)))
    return DeclaredClaim(code, figures(draw(st.sampled_from(WRONG[code]))), pointer="/9")


class Sheets(RuleBasedStateMachine):
    """The model: today, the last claims, whether it is handed in, until when it may be, whether it is found."""

    def __init__(self) -> None:
        super().__init__()
        self.stream: Stream[Any, Sheet, SheetFact] = Stream(
            MemoryLog("assessment", SERVICE.types), stream_of("r", "H16.01"), sheets
        )
        self.today, self.until = 0, 10
        self.claims: dict[str, ClaimEntered] = {}
        self.submitted = self.found = False
        self.terms = Terms(
            "r", "H16.01", "H16", LEAVES, dict.fromkeys(SCORED, "H16"), Deadlines(self_scoring_until=DEADLINE)
        )

    @property
    def in_time(self) -> bool:
        return self.today <= self.until

    @property
    def at(self) -> str:
        return DAYS[self.today]

    def execute(self, command: Any, *, may: bool) -> tuple[Any, ...]:
        return self.stream.expect(command, may=may)

    @rule()
    def a_day_passes(self) -> None:
        self.today = min(self.today + 1, len(DAYS) - 1)

    @rule(batch=batches())
    def claim(self, batch: list[tuple[DeclaredClaim, ClaimEntered]]) -> None:
        may = self.in_time and not self.submitted
        facts = self.execute(EnterClaims(self.terms, tuple(sent for sent, _ in batch), self.at), may=may)
        if may:
            new = {entered.criterion: entered for _, entered in batch}
            changed = [entered for code, entered in new.items() if self.claims.get(code) != entered]
            assert list(facts) == changed  # an equal claim is no new event
            self.claims |= new

    @rule(batch=batches(), wrong=wrong_claims(), first=st.booleans())
    def claim_with_a_mistake(
        self, batch: list[tuple[DeclaredClaim, ClaimEntered]], wrong: DeclaredClaim, *, first: bool
    ) -> None:
        right = tuple(sent for sent, _ in batch)
        claims = (wrong, *right) if first else (*right, wrong)
        self.execute(EnterClaims(self.terms, claims, self.at), may=False)

    @rule(confirmed=st.sampled_from([(), ("thousands-mark",), ("done-over-planned",)]))
    def claim_what_looks_like_a_slip(self, confirmed: tuple[str, ...]) -> None:
        declared = figures({"done": "8", "planned": "7"})
        entered = ClaimEntered("r", "H16.01", "share", declared, confirmed=("done-over-planned",))
        same = self.claims.get("share", entered)
        known = same.figures == declared and "share" in self.claims
        may = self.in_time and not self.submitted and (known or "done-over-planned" in confirmed)
        claim = DeclaredClaim("share", declared, confirmed=confirmed)
        facts = self.execute(EnterClaims(self.terms, (claim,), self.at), may=may)
        if may:
            assert facts == (() if known else (entered,))
            self.claims["share"] = entered

    @rule(batch=batches())
    def claim_twice(self, batch: list[tuple[DeclaredClaim, ClaimEntered]]) -> None:
        claims = tuple(sent for sent, _ in batch)
        self.execute(EnterClaims(self.terms, (*claims, claims[0]), self.at), may=False)

    @rule(batch=st.tuples(*(right_claims(code, proven=True) for code in SCORED)).map(list))
    def claim_everything_and_submit(self, batch: list[tuple[DeclaredClaim, ClaimEntered]]) -> None:
        self.claim(batch)
        self.submit()

    @rule()
    def submit(self) -> None:
        whole = all(code in self.claims for code in SCORED)
        proven = all(self.claims[code].evidence or self.claims[code].explanation for code in PROVEN) if whole else False
        may = self.in_time and not self.submitted and proven
        facts = self.execute(SubmitSelfScore(self.terms, self.at), may=may)
        if may:
            claims = [self.claims[code] for code in SCORED]
            expected = tuple(
                Claim(criterion=one.criterion, figures=list(one.figures), applicable=one.applicable) for one in claims
            )
            assert facts == (SelfScoreSubmitted("r", "H16.01", expected),)
            self.submitted = True

    @rule()
    def withdraw(self) -> None:
        may = self.in_time and self.submitted and not self.found
        self.execute(WithdrawSelfScore(self.terms, self.at), may=may)
        self.submitted = self.submitted and not may

    @precondition(lambda self: self.today > 7)
    @rule(until=st.one_of(st.integers(0, len(DAYS) - 1), st.none()))
    def extend(self, until: int | None) -> None:
        until = max(self.today, self.until) if until is None else until
        may = not self.found and until > max(self.today, self.until)
        self.execute(ExtendSelfScoring(self.terms, DAYS[until], "why", self.at), may=may)
        self.until = until if may else self.until

    @precondition(lambda self: self.submitted)
    @rule(code=st.sampled_from(SCORED))
    def find(self, code: str) -> None:
        self.execute(MakeFindings(self.terms, (ProposedFinding(code, upheld=True),), OFFICE, self.at), may=True)
        self.found = True

    @precondition(lambda self: not self.submitted)
    @rule(code=st.sampled_from(SCORED))
    def find_before_anything_is_handed_in(self, code: str) -> None:
        self.execute(MakeFindings(self.terms, (ProposedFinding(code, upheld=True),), OFFICE, self.at), may=False)

    @invariant()
    def the_entries_tell_the_sheet_as_it_is(self) -> None:
        state = self.stream.state
        assert self.stream.replayed() == state
        assert (dict(state.claims), state.submitted, bool(state.findings)) == (self.claims, self.submitted, self.found)

    @invariant()
    def a_finding_locks_the_self_score(self) -> None:
        kinds = [type(fact).__name__ for fact in self.stream.facts]
        if "ClaimUpheld" in kinds:
            behind = kinds[kinds.index("ClaimUpheld") :]
            assert set(behind) == {"ClaimUpheld"}


def test_a_sheet_holds_what_was_claimed_in_time_and_nothing_else() -> None:
    run_state_machine_as_test(Sheets, settings=settings(max_examples=50, stateful_step_count=30))
