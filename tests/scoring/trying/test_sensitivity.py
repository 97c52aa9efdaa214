"""How ranks depend on weights: known cases, a repetition by other means, and who may ask."""

import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.conftest import Bench
from tests.scoring.over_http import EVERYBODY, get

from parindex.contracts.scoring import ScoreLine
from parindex.numbers import to_wire
from scoring.computing.events import IndexComputed
from scoring.trying.refusals import TrialTooLargeError
from scoring.trying.sensitivity import CriterionEffect, Draws, RankRange, sensitivity_of

PATH = "/v1/rounds/r/rank-sensitivity"
Rows = Sequence[tuple[str, str]]  # points and maximum


def score(rows: Rows, bonus: str = "", penalty: str = "") -> IndexComputed:
    lines = tuple(
        ScoreLine(criterion=f"c{at}", part="appraisal", points=points, maximum=maximum)
        for at, (points, maximum) in enumerate(rows)
    )
    return IndexComputed("r", "u", "b", "s", lines, "0", "0", "0", "0", "0", "", bonus, penalty)


def test_a_unit_that_leads_in_every_criterion_leads_by_any_weights() -> None:
    scores = {"a": score([("2", "2"), ("3", "3")]), "b": score([("1", "2"), ("2", "3")])}
    found = sensitivity_of(scores, Draws(900, 200, "x"))
    assert found.units == (RankRange("a", 1, 1, 1, 1), RankRange("b", 2, 2, 2, 2))
    assert found.criteria == (CriterionEffect("c0", 0, 0), CriterionEffect("c1", 0, 0))


def test_units_that_lead_in_one_criterion_each_change_places_with_its_weight() -> None:
    scores = {"a": score([("5", "5"), ("2", "5")]), "b": score([("2", "5"), ("4.9", "5")])}  # a: 7, b: 6.9 of 10
    found = sensitivity_of(scores, Draws(200, 400, "x"))
    assert [(each.unit, each.rank, each.low, each.high) for each in found.units] == [("a", 1, 1, 2), ("b", 2, 1, 2)]
    assert set(found.criteria) == {CriterionEffect("c0", 2, 0), CriterionEffect("c1", 0, 2)}


def test_equal_units_share_a_rank_by_any_weights() -> None:
    scores = {unit: score([("1/3", "1"), ("1", "2")]) for unit in "ab"}
    assert [(each.rank, each.high) for each in sensitivity_of(scores, Draws(500, 50, "")).units] == [(1, 1), (1, 1)]


def test_bonus_points_stay_whatever_the_weights_are_and_a_unit_without_a_maximum_has_no_rank() -> None:
    scores = {"a": score([("1", "2")], bonus="1"), "b": score([("2", "2")], penalty="0.5"), "c": score([("0", "0")])}
    found = sensitivity_of(scores, Draws(1, 5, "x"))
    assert [(each.unit, each.rank) for each in found.units] == [("a", 1), ("b", 2)]  # 2 of 2 and 1.5 of 2


def test_too_many_products_are_refused() -> None:
    scores = {f"u{unit}": score([("1", "1")] * 500) for unit in range(100)}
    with pytest.raises(TrialTooLargeError):
        sensitivity_of(scores, Draws(100, 1_000, "x"))


@given(
    st.lists(st.lists(st.integers(0, 100), min_size=3, max_size=3), min_size=2, max_size=5),
    st.integers(1, 900),
    st.text(min_size=1, max_size=5),
)
def test_a_stranger_repeats_the_draws_with_fractions(table: list[list[int]], spread: int, seed: str) -> None:
    scores = {f"u{at}": score([(to_wire(Fraction(each, 100)), "1") for each in row]) for at, row in enumerate(table)}
    found = sensitivity_of(scores, Draws(spread, 21, seed))
    ranks = [_repeated(scores, spread, f"{seed}/{draw}") for draw in range(21)]
    for unit in found.units:
        drawn = sorted(each[unit.unit] for each in ranks)
        assert (unit.low, unit.median, unit.high) == (drawn[1], drawn[10], drawn[19])


def _repeated(scores: Mapping[str, IndexComputed], spread: int, seed: str) -> Mapping[str, int]:
    drawn = hashlib.shake_256(seed.encode()).digest(12)
    factors = [
        1000 - spread + int.from_bytes(drawn[at : at + 4], "big") % (2 * spread + 1) for at in (0, 4, 8)
    ]  # fmt: skip
    shares = {
        unit: sum(factor * Fraction(line.points) for factor, line in zip(factors, each.lines, strict=True))
        for unit, each in scores.items()
    }
    return {unit: 1 + sum(other > share for other in shares.values()) for unit, share in shares.items()}


async def test_the_office_reads_it_for_a_block_and_the_same_seed_gives_the_same_answer(
    http: AsyncClient, bench: Bench
) -> None:
    first = await get(http, bench, PATH, "office@H09", spread=300, draws=50, seed="mot")
    again = await get(http, bench, PATH, "office@H09", spread=300, draws=50, seed="mot")
    assert first.status_code == 200
    assert first.json() == again.json()
    assert {unit["name"] for unit in first.json()["units"]} == {"Đơn vị H09.01", "Đơn vị H09.02"}
    unknown = await get(http, bench, PATH, "office@H09", block="khac")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-block")
    assert (await get(http, bench, PATH, "office@H09", spread=901)).status_code == 422


async def test_office_and_council_of_the_authority_may_ask(http: AsyncClient, bench: Bench) -> None:
    may = [right for right in EVERYBODY if (await get(http, bench, PATH, right, draws=1)).status_code == 200]
    assert may == ["office@H09", "council@H09"]
