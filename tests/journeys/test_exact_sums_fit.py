"""What can be enacted can be computed: an exact sum fits on the wire and in an entry, whatever the figures are."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.enacting.checking import mistakes_in
from assessment.enacting.weighing import ENVELOPE
from parindex.contracts.criteria import CriteriaSet, Criterion, Level, Proportional, Share, SurveyPoints
from parindex.contracts.scoring import ScoreLine
from parindex.eventstore.entries import LARGEST
from parindex.numbers import LONGEST_DECLARED, NumberTooWideError, declared, from_wire, to_wire
from scoring.computing.events import IndexComputed
from scoring.computing.formula import index_of, points_of

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


def most_enacted() -> int:
    """Find the most proportional criteria that a set may have."""
    few, many = 1, 700
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if refused(set_of(middle)) else (middle, many)
    return few


def refused(criteria_set: CriteriaSet) -> bool:
    return any(place.at == "/criteria" for place in mistakes_in(criteria_set))


def computed(criteria_set: CriteriaSet, planned: list[str]) -> IndexComputed:
    leaves = criteria_set.criteria[1:]
    lines, total = [], Fraction(0)
    for leaf, number in zip(leaves, planned, strict=True):
        assert leaf.rule is not None
        maximum = Fraction(leaf.maximum)
        points = points_of(leaf.rule, maximum, {"done": "1.0000000000000001", "planned": number})
        assert points is not None
        total += points
        told = to_wire(points)
        lines.append(
            ScoreLine(
                criterion=leaf.code,
                part="appraisal",
                maximum=leaf.maximum,
                points=told,
                claimed=told,
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


@settings(max_examples=10, deadline=None)
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
