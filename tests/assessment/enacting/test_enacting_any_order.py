"""A set in force stays as it is under all later commands, and can be read back from its entries."""

import hashlib
from collections.abc import Callable
from fractions import Fraction

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assessment.enacting.commands import EnactCriteriaSet
from assessment.enacting.decisions import EnactingFact, enacting
from assessment.enacting.events import CriteriaSetEnacted, RuleTextsRecorded, stream_of
from assessment.enacting.queries import with_texts
from assessment.enacting.state import InForce
from assessment.service import SERVICE
from parindex.canonical import canonical
from parindex.contracts.criteria import (
    Band,
    Choice,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    NotApplicable,
    Option,
    Proportional,
    RankedFrom,
    RoundingPolicy,
    Rule,
    Share,
    Step,
    Steps,
    SurveyPoints,
    Ties,
    Timeliness,
    YesNo,
)
from parindex.numbers import to_wire
from parindex.refusal import Refused
from parindex.testing.memory_log import MemoryLog, Stream

pytestmark = pytest.mark.slow

CODES = ["bo-2025", "bo-2026"]
WORDING = st.sampled_from(["", "Kịp thời: 1; muộn: 0,5.", "Thang điểm. " * 1_800])
MAXIMA = st.integers(1, 60).map(lambda twentieths: Fraction(twentieths, 20))


@st.composite
def written(draw: st.DrawFn, value: Fraction) -> str:
    """A number as people write it: with more zeros than it needs."""
    text = to_wire(value)
    return text + ("0" if "." in text else ".0") * draw(st.integers(0, 1))


@st.composite
def rules(draw: st.DrawFn, maximum: Fraction) -> Rule:
    part = [draw(written(maximum * share)) for share in (1, Fraction(1, 2), 0)]
    ladder = [Step(bound="90", closed=draw(st.booleans()), points=part[0]), Step(bound="7.50", closed=True, points="0")]
    options = [Option(code="tot", name="Tốt", points=part[0]), Option(code="kem", name="", points=part[2])]
    kinds: list[Rule] = [
        EnteredPoints(),
        YesNo(),
        Timeliness(on_time=part[0], late=part[1], never=part[2]),
        Steps(steps=ladder, otherwise=part[2]),
        Choice(options=options),
        Proportional(floor="0.80", ceiling="1.0"),
        SurveyPoints(question="q", group="dan", shares=[Share(option="1", share="0.250")]),
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def good_sets(draw: st.DrawFn) -> CriteriaSet:
    rows: list[Criterion] = []
    for area in map(str, range(1, draw(st.integers(1, 2)) + 1)):
        maxima = [draw(MAXIMA) for _ in range(draw(st.integers(1, 3)))]
        rows.append(
            Criterion(code=area, name="Lĩnh vực", level=Level.AREA, maximum=draw(written(sum(maxima, Fraction(0)))))
        )
        rows += [
            Criterion(
                code=f"{area}.{at}", name="Tiêu chí", level=Level.CRITERION, maximum=draw(written(maximum)),
                parent=area, rule=draw(rules(maximum)), rule_text=draw(WORDING),
            )
            for at, maximum in enumerate(maxima, 1)
        ]  # fmt: skip
    ties = draw(st.sampled_from(Ties))
    return CriteriaSet(
        code=draw(st.sampled_from(CODES)), title="Bộ chỉ số", reference="1/QĐ", criteria=rows,
        rounding=RoundingPolicy(decimals=draw(st.integers(0, 6))), bands=[Band(name="A", at_least="90.0")],
        ties=ties, tie_keys=["1", "survey"] if ties is Ties.BY_KEYS else [],
        ranked_from=draw(st.sampled_from(RankedFrom)), not_applicable=draw(st.sampled_from(NotApplicable)),
    )  # fmt: skip


def last(criteria_set: CriteriaSet, **changes: object) -> CriteriaSet:
    *rows, row = criteria_set.criteria
    return msgspec.structs.replace(criteria_set, criteria=[*rows, msgspec.structs.replace(row, **changes)])


SPOILERS: list[Callable[[CriteriaSet], CriteriaSet]] = [
    lambda good: msgspec.structs.replace(good, criteria=[]),
    lambda good: msgspec.structs.replace(good, criteria=[*good.criteria, good.criteria[-1]]),
    lambda good: msgspec.structs.replace(good, rounding=RoundingPolicy(decimals=7)),
    lambda good: msgspec.structs.replace(good, bands=[Band(name="A", at_least="-1")]),
    lambda good: last(good, maximum="1e3"),
    lambda good: last(good, maximum="99"),
    lambda good: last(good, parent="9"),
    lambda good: last(good, rule=None),
    lambda good: last(good, rule=Timeliness(on_time="0.5", late="1")),
    lambda good: last(good, rule=Steps(steps=[])),
    lambda good: last(good, rule=Proportional(floor="1", ceiling="0.5")),
    lambda good: last(good, rule=SurveyPoints(question="q", shares=[Share(option="1", share="2")])),
]


class Enactments(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.memory_log = MemoryLog("assessment", SERVICE.types)
        self.streams: dict[str, Stream[EnactCriteriaSet, InForce, EnactingFact]] = {
            code: Stream(self.memory_log, stream_of(code), enacting) for code in CODES
        }
        self.sent: dict[str, CriteriaSet] = {}
        self.first: dict[str, tuple[bytes, ...]] = {}

    @rule(criteria_set=good_sets())
    def enact(self, criteria_set: CriteriaSet) -> None:
        taken = criteria_set.code in self.sent
        assert self.execute(criteria_set) == ("criteria-set-enacted-before" if taken else "enacted")
        if not taken:
            self.sent[criteria_set.code] = criteria_set
            self.first[criteria_set.code] = self.bytes_of(criteria_set.code)

    @rule(criteria_set=good_sets(), spoil=st.sampled_from(SPOILERS))
    def enact_with_a_mistake(self, criteria_set: CriteriaSet, spoil: Callable[[CriteriaSet], CriteriaSet]) -> None:
        taken = criteria_set.code in self.sent
        assert self.execute(spoil(criteria_set)) == ("criteria-set-enacted-before" if taken else "criteria-set-invalid")

    def execute(self, criteria_set: CriteriaSet) -> str:
        before = self.memory_log.position
        try:
            self.streams[criteria_set.code].execute(EnactCriteriaSet("H09", criteria_set))
        except Refused as refused:
            assert self.memory_log.position == before
            return refused.code
        return "enacted"

    def bytes_of(self, code: str) -> tuple[bytes, ...]:
        return tuple(raw for raw in self.memory_log.entries() if f'"stream":"set-{code}"'.encode() in raw)

    @invariant()
    def a_set_in_force_stays_as_it_is(self) -> None:
        assert {code: self.bytes_of(code) for code in self.sent} == self.first

    @invariant()
    def its_entries_tell_what_was_sent(self) -> None:
        for code, stream in self.streams.items():
            assert stream.replayed() == stream.state == InForce("H09" if code in self.sent else "")
            if code in self.sent:
                enacted, *pages = stream.facts
                assert isinstance(enacted, CriteriaSetEnacted)
                texts = [text for page in pages if isinstance(page, RuleTextsRecorded) for text in page.texts]
                assert builtins_of(with_texts(enacted.criteria_set, texts)) == builtins_of(self.sent[code])
                assert enacted.digest == hashlib.sha256(canonical(enacted.criteria_set)).hexdigest()


def builtins_of(criteria_set: CriteriaSet) -> object:
    """What a set says, each number as a number."""

    def valued(value: object) -> object:
        if isinstance(value, dict):
            return {key: valued(item) for key, item in value.items()}
        if isinstance(value, list):
            return [valued(item) for item in value]
        return _number(value) if isinstance(value, str) else value

    return valued(msgspec.to_builtins(criteria_set))


def _number(text: str) -> Fraction | str:
    try:
        return Fraction(text)
    except ValueError:
        return text


def test_whatever_is_enacted_stays_in_force_as_it_was_sent() -> None:
    run_state_machine_as_test(Enactments, settings=settings(max_examples=30, stateful_step_count=8))
