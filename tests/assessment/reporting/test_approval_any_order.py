"""In any order of commands a sheet is in a state with a name, and a leader approves all that an approval round gets."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.assessment.sheets import sheets

from assessment.appraising.commands import MakeFindings
from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.opening.deadlines import Deadlines
from assessment.opening.events import RoundOpened
from assessment.opening.events import stream_of as round_stream
from assessment.opening.terms import Terms
from assessment.recounting import AppraisalRecount
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
    ClaimEntered,
    SelfScoreApproved,
    SelfScoreSent,
    SelfScoreSubmitted,
    stream_of,
)
from assessment.self_scoring.state import SheetState
from assessment.service import SERVICE
from parindex.contracts.assessment import Block, Claim, Figure, RoundUnit
from parindex.contracts.criteria import Criterion, EnteredPoints, Level
from parindex.eventstore.appending import Append, Decided
from parindex.testing.memory_log import METADATA, MemoryLog, Stream

pytestmark = pytest.mark.slow

UNIT = "H16.01"
LEAVES = {
    code: Criterion(code=code, name=code, level=Level.CRITERION, maximum="2", rule=EnteredPoints())
    for code in ("1", "2")
}
DAYS = [f"2026-01-{day:02}T00:00:00.000000Z" for day in range(1, 15)]
DEADLINE = 5
OFFICE = ActingAppraiser(frozenset({"H16"}), frozenset({"H16"}))
OF_UNIT = {SheetState.DRAFT, SheetState.RETURNED}
TEXTS = st.sampled_from(["", "difficulties:1", "difficulties:2"])


def opened(*, approval: bool) -> RoundOpened:
    block = Block(code="so", name="Sở", criteria_set="bo", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
    return RoundOpened("H16", "r", 2026, "Đợt", "", (block,), (), DAYS[DEADLINE], approval=approval)


def write(log: MemoryLog, stream: str, *facts: Any) -> None:
    log.append(Append(stream, METADATA, lambda _: Decided(facts)))


def entered(code: str, points: str) -> ClaimEntered:
    return ClaimEntered("r", UNIT, code, (Figure(name="points", value=points),))


def found_by_audit(log: MemoryLog) -> list[tuple[str, str]]:
    """The checks that fail, each with the entry where it does."""
    recount = AppraisalRecount()
    for recorded in log.recorded():
        recount.see(recorded)
    return [(each.check, each.at) for each in recount.differences()]


class Approvals(RuleBasedStateMachine):
    """The model: today, the deadline, the stage, the claims and difficulties, and what the leader saw and approved."""

    @initialize(approval=st.booleans())
    def open(self, *, approval: bool) -> None:
        self.approval = approval
        self.log = MemoryLog("assessment", SERVICE.types)
        write(self.log, round_stream("r"), opened(approval=approval))
        self.stream: Stream[Any, Any, Any] = Stream(self.log, stream_of("r", UNIT), sheets)
        self.terms = Terms(
            "r",
            UNIT,
            "H16",
            LEAVES,
            dict.fromkeys(LEAVES, "H16"),
            Deadlines(self_scoring_until=DAYS[DEADLINE]),
            approval=approval,
        )
        self.today, self.until, self.state, self.found = 0, DEADLINE, SheetState.DRAFT, False
        self.claims: Mapping[str, str] = {}
        self.difficulties = ""
        self.seen: tuple[int, Mapping[str, str], str] = (0, {}, "")
        self.approved: tuple[Mapping[str, str], str] | None = None

    @property
    def at(self) -> str:
        return DAYS[self.today]

    @property
    def in_time(self) -> bool:
        return self.today <= self.until

    def move(self, command: Any, to: SheetState, *, may: bool) -> Sequence[Any]:
        may = may and self.in_time
        facts = self.stream.expect(command, may=may)
        self.state = to if may else self.state
        return facts

    @rule()
    def a_day_passes(self) -> None:
        self.today = min(self.today + 1, len(DAYS) - 1)

    @rule(code=st.sampled_from(["1", "2"]), points=st.sampled_from(["0", "1", "2"]))
    def claim(self, code: str, points: str) -> None:
        may = self.in_time and self.state in OF_UNIT
        declared = DeclaredClaim(code, (Figure(name="points", value=points),))
        self.stream.expect(EnterClaims(self.terms, (declared,), self.at), may=may)
        self.claims = {**self.claims, code: points} if may else self.claims

    @rule(text=TEXTS)
    def state_difficulties(self, text: str) -> None:
        may = self.in_time and self.state in OF_UNIT
        self.stream.expect(StateDifficulties(self.terms, text, self.at), may=may)
        self.difficulties = text if may else self.difficulties

    @rule()
    def claim_all_and_send(self) -> None:
        for code in LEAVES:
            self.claim(code, "1")
        self.send()

    @rule()
    def send(self) -> None:
        may = self.approval and self.state in OF_UNIT and len(self.claims) == len(LEAVES)
        self.move(SendToLeader(self.terms, self.at), SheetState.SENT, may=may)

    @rule()
    def recall(self) -> None:
        self.move(RecallFromLeader(self.terms, self.at), SheetState.DRAFT, may=self.state is SheetState.SENT)

    @rule()
    def the_leader_looks(self) -> None:
        self.seen = (len(self.stream.facts), self.claims, self.difficulties)

    @rule()
    def approve_what_was_seen(self) -> None:
        version, claims, difficulties = self.seen
        if version != len(self.stream.facts):
            return  # `execute` compares the versions before it decides, and refuses with StreamMovedError
        command = ApproveSelfScore(self.terms, version, self.at)
        if self.move(command, SheetState.APPROVED, may=self.state is SheetState.SENT):
            self.approved = (claims, difficulties)

    @rule()
    def look_and_approve(self) -> None:
        self.the_leader_looks()
        self.approve_what_was_seen()

    @rule()
    def give_back(self) -> None:
        may = self.state in {SheetState.SENT, SheetState.APPROVED}
        self.move(ReturnSelfScore(self.terms, "note:1", self.at), SheetState.RETURNED, may=may)

    @rule()
    def submit(self) -> None:
        ready = self.state is SheetState.APPROVED if self.approval else self.state in OF_UNIT
        may = ready and len(self.claims) == len(LEAVES)
        for fact in self.move(SubmitSelfScore(self.terms, self.at), SheetState.SUBMITTED, may=may):
            claims, difficulties = (
                self.approved if self.approval and self.approved else (self.claims, self.difficulties)
            )
            figures = [[Figure(name="points", value=claims[code])] for code in LEAVES]
            expected = (Claim(criterion=code, figures=each) for code, each in zip(LEAVES, figures, strict=True))
            assert fact == SelfScoreSubmitted("r", UNIT, tuple(expected))
            assert self.stream.state.difficulties == difficulties

    @rule()
    def withdraw(self) -> None:
        may = self.state is SheetState.SUBMITTED and not self.found
        self.move(WithdrawSelfScore(self.terms, self.at), SheetState.DRAFT, may=may)

    @rule(days=st.integers(0, 3))
    def extend(self, days: int) -> None:
        until = min(self.today + days, len(DAYS) - 1)
        may = not self.found and until > max(self.today, self.until)
        self.stream.expect(ExtendSelfScoring(self.terms, DAYS[until], "reason:1", self.at), may=may)
        self.until = until if may else self.until

    @rule(code=st.sampled_from(["1", "2"]))
    def find(self, code: str) -> None:
        command = MakeFindings(self.terms, (ProposedFinding(code, upheld=True),), OFFICE, self.at)
        may = self.state is SheetState.SUBMITTED
        self.stream.expect(command, may=may)
        self.found = self.found or may

    @invariant()
    def the_sheet_is_as_the_model_says(self) -> None:
        state = self.stream.state
        assert self.stream.replayed() == state
        assert (state.state, state.difficulties) == (self.state, self.difficulties)
        assert {code: claim.figures[0].value for code, claim in state.claims.items()} == self.claims

    def teardown(self) -> None:
        assert found_by_audit(self.log) == []


def test_no_order_of_commands_submits_what_the_leader_did_not_approve() -> None:
    run_state_machine_as_test(Approvals, settings=settings(max_examples=100, stateful_step_count=40))


SENT, CLAIMED = SelfScoreSent("r", UNIT), (entered("1", "1"), entered("2", "1"))
CLAIMS = tuple(Claim(criterion=fact.criterion, figures=list(fact.figures)) for fact in CLAIMED)
SUBMITTED = SelfScoreSubmitted("r", UNIT, CLAIMS)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ((*CLAIMED, SENT, SelfScoreApproved("r", UNIT, 3), SUBMITTED), []),
        ((*CLAIMED, SUBMITTED), ["assessment/4"]),
        ((*CLAIMED, SENT, SUBMITTED), ["assessment/5"]),
        ((*CLAIMED, SENT, SelfScoreApproved("r", UNIT, 2), SUBMITTED), ["assessment/5"]),
        ((*CLAIMED, SENT, CLAIMED[0], SelfScoreApproved("r", UNIT, 4), SUBMITTED), ["assessment/5"]),
        ((*CLAIMED, SelfScoreApproved("r", UNIT, 2), SUBMITTED), ["assessment/4"]),
    ],
)
def test_an_audit_names_the_entry_that_is_beside_the_approval(facts: tuple[Any, ...], found: list[str]) -> None:
    log = MemoryLog("assessment", SERVICE.types)
    write(log, round_stream("r"), opened(approval=True))
    write(log, stream_of("r", UNIT), *facts)
    assert found_by_audit(log) == [("A3", at) for at in found]
