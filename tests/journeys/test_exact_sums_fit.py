"""Every set that can be enacted can be computed: its exact sums fit into a contract and an entry, for any figures."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.enacting.checks import mistakes_in_set
from assessment.enacting.rules import ENVELOPE
from parindex.contracts.criteria import (
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    NormalisedToBest,
    Proportional,
    Rule,
    Share,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.contracts.formula import Counted, Figures, compared_value, index_of, normalised, points_of
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import MOST_GROUPS
from parindex.contracts.uncomputable import UncomputableError
from parindex.eventstore.entries import LARGEST
from parindex.numbers import LONGEST_DECLARED, NumberTooWideError, declared, from_wire, to_wire
from scoring.computing.events import IndexComputed

pytestmark = pytest.mark.slow

MAXIMUM = "0.99999999999999999"[:LONGEST_DECLARED]
WIDE = st.integers(10**17, 10**18 - 1).map(str) | st.integers(10**16, 10**17 - 1).map(lambda n: f"{n // 10}.{n % 10}")


def set_of(leaves: int, *, surveyed: int = 0) -> CriteriaSet:
    rules = [Proportional()] * leaves + [
        SurveyPoints(question="q", group="g", shares=[Share(option="1", share="1")])
    ] * surveyed
    rows = [
        Criterion(code=f"1.{number}", name="x", level=Level.CRITERION, maximum=MAXIMUM, rule=rule)
        for number, rule in enumerate(rules)
    ]
    rows = [msgspec.structs.replace(row, parent="1") for row in rows]
    total = to_wire(sum((Fraction(row.maximum) for row in rows), Fraction(0)))
    area = Criterion(code="1", name="x", level=Level.AREA, maximum=total)
    return CriteriaSet(code="s", title="x", reference="x", criteria=[area, *rows])


def set_with(rules: Sequence[Rule], code: str = "1.{}") -> CriteriaSet:
    """Return a set of leaves with these rules, each with the widest maximum."""
    rows = [
        Criterion(code=code.format(number), name="x", level=Level.CRITERION, maximum=MAXIMUM, parent="1", rule=rule)
        for number, rule in enumerate(rules)
    ]
    total = to_wire(sum((Fraction(row.maximum) for row in rows), Fraction(0)))
    area = Criterion(code="1", name="x", level=Level.AREA, maximum=total)
    return CriteriaSet(code="s", title="x", reference="x", criteria=[area, *rows])


def most_enacted(make: Callable[[int], CriteriaSet] | None = None) -> int:
    """Return the largest number of leaves that a set may have; they are proportional unless `make` builds others."""
    few, many = 0, 1_500
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if refused((make or set_of)(middle)) else (middle, many)
    return few


def refused(criteria_set: CriteriaSet) -> bool:
    return any(place.at == "/criteria" for place in mistakes_in_set(criteria_set))


def computed(criteria_set: CriteriaSet, planned: list[str]) -> IndexComputed:
    leaves = criteria_set.criteria[1:]
    lines, total = [], Fraction(0)
    for leaf, number in zip(leaves, planned, strict=True):
        assert leaf.rule is not None
        maximum = Fraction(leaf.maximum)
        points = points_of(leaf.rule, maximum, {"done": "1.0000000000000001", "planned": number})
        assert points is not None
        total += points
        text = to_wire(points)
        lines.append(
            ScoreLine(
                criterion=leaf.code,
                part="appraisal",
                maximum=leaf.maximum,
                points=text,
                claimed=text,
                causes=["assessment/1234567"],
            )
        )
    whole = sum((Fraction(leaf.maximum) for leaf in leaves), Fraction(0))
    index = index_of(total, whole)
    assert index is not None
    return IndexComputed(
        "r", "H16.01", "b", "s", tuple(lines), to_wire(total), to_wire(total), to_wire(total), to_wire(whole),
        to_wire(index), "assessment/1234567",
    )  # fmt: skip


def test_a_real_set_is_far_from_the_limit() -> None:
    assert most_enacted() > 99  # sub-criteria of the widest national set, and not all of them divide
    assert refused(set_of(most_enacted() + 1))
    assert not refused(set_of(60, surveyed=40))


@settings(max_examples=10)
@given(data=st.data())
def test_an_exact_sum_over_any_set_that_can_be_enacted_fits(data: st.DataObject) -> None:
    leaves = most_enacted()
    planned = data.draw(st.lists(WIDE, min_size=leaves, max_size=leaves, unique=True))
    fact = computed(set_of(leaves), planned)
    assert from_wire(fact.points) > 0
    assert len(msgspec.json.encode(fact)) < LARGEST - ENVELOPE


@pytest.mark.parametrize("planned", ["9" * 38, "1." + "3" * 17])
def test_a_denominator_of_no_use_is_no_declared_number(planned: str) -> None:
    with pytest.raises(NumberTooWideError):
        declared(planned)


PLAIN: dict[str, tuple[Rule, Figures]] = {
    "entered": (EnteredPoints(), {"points": "0.1234567890123456"}),
    "yes or no": (YesNo(), {"answer": "yes"}),
    "by time": (Timeliness(on_time=MAXIMUM, late="0.1234567890123456"), {"outcome": "late"}),
    "a faulty one": (EnteredPoints(), {"points": "2"}),
}
LONG_CODE = "1." + "x" * 57 + "{:04}"


@pytest.mark.parametrize("code", ["1.{}", LONG_CODE])
@pytest.mark.parametrize("kind", PLAIN)
def test_the_index_of_the_largest_set_of_wide_plain_leaves_fits(kind: str, code: str) -> None:
    rule, figures = PLAIN[kind]
    leaves = most_enacted(lambda number: set_with([rule] * number, code))
    assert leaves > 200
    index = indexed(set_with([rule] * leaves, code), [figures] * leaves)
    assert len(msgspec.json.encode(index)) < LARGEST - ENVELOPE


@settings(max_examples=10)
@given(st.data())
def test_the_index_of_the_largest_set_that_compares_blocks_fits(data: st.DataObject) -> None:
    leaves = most_enacted(lambda number: set_with([NormalisedToBest()] * number))
    assert leaves > 50
    described = set_with([NormalisedToBest()] * leaves)
    planned = data.draw(st.lists(WIDE, min_size=leaves, max_size=leaves, unique=True))
    index = indexed(described, [{"done": "1.0000000000000001", "planned": each} for each in planned])
    assert len(msgspec.json.encode(index)) < LARGEST - ENVELOPE
    assert from_wire(index.points) == sum(from_wire(line.points) for line in index.lines)


@settings(max_examples=10)
@given(st.data())
def test_the_index_of_the_largest_set_of_mixed_leaves_fits(data: st.DataObject) -> None:
    """The largest set with a drawn mixture of leaves of every kind fits."""
    pooled = SurveyPoints(question="q", shares=[Share(option="1", share="0.1234567890123456")])
    kinds: list[Rule] = [EnteredPoints(), YesNo(), Proportional(), NormalisedToBest(), pooled]
    mixture = data.draw(st.lists(st.sampled_from(kinds), min_size=4, max_size=12))
    leaves = most_enacted(lambda number: set_with([mixture[at % len(mixture)] for at in range(number)]))
    described = set_with([mixture[at % len(mixture)] for at in range(leaves)])
    index = indexed(described, [drawn(data, leaf.rule) for leaf in described.criteria[1:]])
    assert len(msgspec.json.encode(index)) < LARGEST - ENVELOPE
    assert from_wire(index.points) == sum(from_wire(line.points) for line in index.lines)


def drawn(data: st.DataObject, rule: Rule | None) -> Figures:
    match rule:
        case EnteredPoints():
            return {"points": "0." + data.draw(st.integers(10**14, 9 * 10**14).map(str))}
        case YesNo():
            return {"answer": "yes"}
        case _:
            return {"done": "1.0000000000000001", "planned": data.draw(WIDE)}


def indexed(described: CriteriaSet, figures: Sequence[Figures]) -> IndexComputed:
    """Compute the index of a unit as scoring does; each surveyed leaf has answers of the maximum number of groups."""
    lines = [line_for(leaf, each) for leaf, each in zip(described.criteria[1:], figures, strict=True)]
    whole = sum((Fraction(leaf.maximum) for leaf in described.criteria[1:]), Fraction(0))
    surveyed = sum((from_wire(line.points) for line in lines if line.part == "survey"), Fraction(0))
    appraised = sum((from_wire(line.points) for line in lines if line.part != "survey" and line.points), Fraction(0))
    index = index_of(appraised + surveyed, whole)
    assert index is not None
    return IndexComputed(
        "r", "H16.01", "b", "s", tuple(lines), to_wire(appraised), to_wire(surveyed), to_wire(appraised + surveyed),
        to_wire(whole), to_wire(index), "assessment/123456789",
    )  # fmt: skip


def line_for(leaf: Criterion, figures: Figures) -> ScoreLine:
    assert leaf.rule is not None
    if isinstance(leaf.rule, SurveyPoints):
        scores = [str(10**16 + number) for number in range(MOST_GROUPS)]
        tallies = [Counted({}, "0.9999999999999999", out_of) for out_of in [figures["planned"], *scores[1:]]]
        points = points_of(leaf.rule, Fraction(leaf.maximum), {}, tallies)
        causes = [f"survey/{number}" for number in range(123456789, 123456789 + 2 * MOST_GROUPS)]
        return ScoreLine(criterion=leaf.code, part="survey", maximum=leaf.maximum, points=wire(points), causes=causes)
    if isinstance(leaf.rule, NormalisedToBest):
        return compared_line(leaf, figures)
    claim: dict[str, Any] = {"part": "appraisal", "maximum": leaf.maximum, "causes": ["assessment/123456789"]}
    try:
        points = points_of(leaf.rule, Fraction(leaf.maximum), figures)
    except UncomputableError as error:
        return ScoreLine(criterion=leaf.code, claimed="0.1234567890123456", fault=error.fault, **claim)
    return ScoreLine(criterion=leaf.code, points=wire(points), claimed=wire(points), **claim)


def compared_line(leaf: Criterion, figures: Figures) -> ScoreLine:
    """Return the line of a unit beside a best one whose value is as long as its own."""
    value = compared_value(figures)
    best = compared_value({"done": "9.9999999999999999", "planned": str(10**17 - 1 - 2 * int(leaf.code[2:]))})
    least, best = sorted([value, best])
    points = normalised(least, best, Fraction(leaf.maximum))
    return ScoreLine(
        criterion=leaf.code, part="appraisal", maximum=leaf.maximum, points=wire(points),
        causes=["assessment/123456789"] * 2, value=to_wire(least), best=to_wire(best), best_unit="H16." + "9" * 20,
    )  # fmt: skip


def wire(points: Fraction | None) -> str:
    assert points is not None
    return to_wire(points)
