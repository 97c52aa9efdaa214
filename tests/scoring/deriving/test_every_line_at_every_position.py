"""A round with every kind of rule: at every position of the log, each derivation agrees with the index of then."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from tests.scoring.conftest import Bench
from tests.scoring.contracts_of_a_round import enacted, opened
from tests.scoring.criteria_sets import MORE_RULES, RULES, set_of_every_kind

from parindex.contracts.assessment import AppraisalCompleted, Claim, Figure, Finding, SelfScoreSubmitted
from parindex.contracts.base import Contract
from parindex.contracts.criteria import NotApplicable
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import OptionCount, TallyUpdated
from parindex.eventstore.moments import Until
from parindex.numbers import from_wire
from parindex.testing.arithmetic import points_in
from scoring.computing.events import IndexComputed
from scoring.deriving.queries import derivation_of

UNITS = ["H09.01", "H09.02"]
LEAVES = [*RULES, *MORE_RULES]
FIRST: dict[str, dict[str, str]] = {
    "1.1": {"points": "1.5"},
    "1.2": {"answer": "yes"},
    "1.3": {"outcome": "late"},
    "1.4": {"done": "17", "planned": "20"},
    "2.1": {"level": "good"},
    "2.2": {"done": "4", "planned": "7"},
    "3.1": {"q1": "on_time", "q2": "late"},
    "3.2": {"count": "3"},
    "3.3": {"a": "yes", "b": "yes"},
    "3.4": {"a": "1", "b": "1"},
    "3.5": {"a": "1", "b": "3"},
    "3.6": {"a": "0"},
    "3.7": {"value": "0.7", "as_of": "2026-01-01"},
    "3.8": {"done": "2", "planned": "3"},
}
SECOND = FIRST | {
    "1.2": {"answer": "no"},
    "1.3": {"outcome": "never"},
    "1.4": {"value": "69.9"},
    "2.2": {"done": "0", "planned": "0"},
    "3.4": {"a": "9", "b": "0"},
    "3.6": {"a": "4"},
    "3.8": {"value": "3"},
}
SURVEYED = {"2.3", "2.4", "2.5"}


def figures(of: Mapping[str, str]) -> list[Figure]:
    return [Figure(name=name, value=value) for name, value in of.items()]


def claimed(unit: str, of: Mapping[str, dict[str, str]], *without: str) -> SelfScoreSubmitted:
    claims = [
        Claim(criterion=code, figures=[] if code in without else figures(each), applicable=code not in without)
        for code, each in of.items()
    ]
    return SelfScoreSubmitted(round="r", unit=unit, claims=claims)


def found(unit: str, of: Mapping[str, dict[str, str]], *without: str, **points: str) -> AppraisalCompleted:
    findings = [
        Finding(criterion=code, figures=[] if code in without else figures(each), applicable=code not in without)
        for code, each in of.items()
        if code not in points
    ]
    given = [Finding(criterion=code, points=each, corrected=True) for code, each in points.items()]
    return AppraisalCompleted(round="r", unit=unit, findings=[*findings, *given])


def tally(unit: str, question: str = "q1", group: str = "", **counts: int) -> TallyUpdated:
    options = [OptionCount(option=option[1:], count=count) for option, count in counts.items()]
    return TallyUpdated(round="r", unit=unit, question=question, group=group, counts=options, covers=9)


def outside(unit: str, score: str) -> TallyUpdated:
    return TallyUpdated(round="r", unit=unit, question="q2", origin="outside", score=score, out_of="5")


async def a_round(bench: Bench, not_applicable: NotApplicable) -> None:
    """Receive a round in which lines move for every reason, some before the round is known."""
    criteria_set = set_of_every_kind(not_applicable)
    story: list[tuple[str, Contract]] = [
        ("survey", tally(UNITS[0], o1=1, o5=2)),
        ("assessment", claimed(UNITS[0], FIRST)),
        ("assessment", enacted(criteria_set)),
        ("assessment", opened(units=UNITS)),
        ("assessment", claimed(UNITS[1], SECOND, "1.1")),
        ("assessment", found(UNITS[0], FIRST)),
        ("survey", tally(UNITS[0], group="firm", o1=3)),
        ("survey", outside(UNITS[0], "3.3")),
        ("assessment", found(UNITS[1], SECOND, "3.2", **{"1.1": "0.7", "3.8": "2"})),
        ("survey", tally(UNITS[0], o1=4, o5=3)),
        ("assessment", found(UNITS[1], SECOND, "2.4", "1.2")),
        ("assessment", found(UNITS[0], SECOND)),
        ("survey", outside(UNITS[0], "4.1")),
    ]
    for source, contract in story:
        await bench.receive(source, contract)
    await bench.projector.catch_up()


@pytest.mark.parametrize("not_applicable", list(NotApplicable))
async def test_each_derivation_gives_the_points_in_force_and_its_arithmetic_gives_them_again(
    bench: Bench, not_applicable: NotApplicable
) -> None:
    await a_round(bench, not_applicable)
    in_force: dict[str, dict[str, ScoreLine]] = {unit: {} for unit in UNITS}
    computed, worked = 0, set[str]()
    for recorded in await bench.context.log.read_after(0):
        if isinstance(recorded.fact, IndexComputed):
            in_force[recorded.fact.unit] = {line.criterion: line for line in recorded.fact.lines}
        for unit in UNITS:
            for code in LEAVES:
                derived = await derivation_of(bench.context, "r", unit, code, Until(position=recorded.position))
                line = in_force[unit].get(code, ScoreLine(criterion=code, part="", maximum=""))
                assert (derived.points, derived.applicable_maximum, derived.claimed, derived.fault) == (
                    line.points, line.maximum, line.claimed, line.fault,
                )  # fmt: skip
                assert bool(derived.arithmetic) is bool(line.points)
                if derived.arithmetic:
                    assert points_in(derived.arithmetic) == from_wire(line.points)
                    worked.add(code)
                computed += 1
    assert computed > 800
    assert worked == set(LEAVES)


async def test_each_change_says_the_points_before_and_after_it(bench: Bench) -> None:
    await a_round(bench, NotApplicable.RESCALE)
    for unit in UNITS:
        for code in LEAVES:
            derived = await derivation_of(bench.context, "r", unit, code, Until())
            before = ""
            for change in derived.changes:
                then = await derivation_of(bench.context, "r", unit, code, Until(position=change.entry.position))
                earlier = await derivation_of(bench.context, "r", unit, code, Until(position=change.entry.position - 1))
                assert (change.before, change.after) == (earlier.points, then.points)
                assert change.before == before
                before = change.after
            assert before == derived.points


async def test_the_entries_of_a_derivation_are_in_the_log_and_name_what_was_received(bench: Bench) -> None:
    await a_round(bench, NotApplicable.RESCALE)
    entries = {each.position: each for each in await bench.context.log.read_after(0)}
    derived = await derivation_of(bench.context, "r", UNITS[0], "2.4", Until())
    assert [(each.type, each.source) for each in derived.entries] == [
        ("TallyReceived", "survey/2"), ("IndexComputed", ""),
    ]  # fmt: skip
    assert [each.sha256 for each in derived.entries] == [entries[each.position].sha256 for each in derived.entries]
    block = await derivation_of(bench.context, "r", UNITS[0], "3.8", Until())
    assert [each.source for each in block.entries if each.source] == ["assessment/1", "assessment/8"]
    assert "block" in block.changes[-1].movers
    assert Fraction(block.best) == 3
