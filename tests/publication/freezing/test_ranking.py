"""Ranks, bands and means, on rows that were really published and on difficult ones."""

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from parindex.contracts.criteria import (
    AreaKind,
    Band,
    CriteriaSet,
    Criterion,
    Level,
    RankedFrom,
    RoundingPolicy,
    Ties,
)
from parindex.contracts.ranking import ExactScore, RankedBlock, RankedUnit, bands_of, ranked
from parindex.numbers import exact

Published = list[tuple[int, str, str, str, str]]


def unit(name: str, appraisal: str, survey: str = "0", maximum: str = "100") -> ExactScore:
    parts, whole = (exact(appraisal), exact(survey)), exact(maximum)
    return ExactScore(name.lower(), name, *parts, whole, sum(parts, Fraction(0)) / whole * 100)


def criteria_set(**policies: object) -> CriteriaSet:
    return CriteriaSet(code="s", title="", reference="", criteria=[], **policies)  # type: ignore[arg-type]


def ranks(table: RankedBlock) -> list[tuple[int, str]]:
    return [(row.rank, row.name) for row in table.rows]


def test_the_districts_of_binh_duong_2017_come_out_as_published(districts: Published) -> None:
    units = [unit(name, appraisal, survey) for _, name, appraisal, survey, _ in reversed(districts)]
    table = ranked("district", units, criteria_set())
    assert [(row.rank, row.name, row.index) for row in table.rows] == [
        (rank, name, index) for rank, name, _, _, index in districts
    ]
    assert table.mean == "78.39"


def test_the_departments_of_vinh_phuc_2019_come_out_as_published(departments: Published) -> None:
    units = [unit(name, appraisal, survey) for _, name, appraisal, survey, _ in sorted(departments, key=lambda r: r[1])]
    table = ranked("department", units, criteria_set())
    assert [(row.rank, row.name, row.appraisal, row.survey, row.index) for row in table.rows] == departments


def test_equal_units_share_a_rank_and_the_next_one_counts_them() -> None:
    table = ranked("b", [unit(n, p) for n, p in zip("DCBA", ("70", "80", "80", "90"), strict=True)], criteria_set())
    assert ranks(table) == [(1, "A"), (2, "B"), (2, "C"), (4, "D")]


def test_units_of_one_rank_stand_in_vietnamese_order() -> None:
    table = ranked("b", [unit(name, "80") for name in ("Đa", "Ân", "Ba", "An")], criteria_set())
    assert ranks(table) == [(1, "An"), (1, "Ân"), (1, "Ba"), (1, "Đa")]


def test_the_appraisal_part_may_part_equal_units() -> None:
    units = [unit("A", "50", "30"), unit("B", "60", "20"), unit("C", "50", "30")]
    assert ranks(ranked("b", units, criteria_set(ties=Ties.BY_APPRAISAL))) == [(1, "B"), (2, "A"), (2, "C")]
    assert ranks(ranked("b", units, criteria_set())) == [(1, "A"), (1, "B"), (1, "C")]


def test_keys_part_equal_units_one_after_the_other() -> None:
    areas = {"A": {"1": 9, "2": 1}, "B": {"1": 8}, "C": {"1": 9, "2": 2}, "D": {"1": 9, "2": 2}}
    parts = {"A": ("50", "30"), "B": ("60", "20"), "C": ("50", "30"), "D": ("50", "30")}
    units = [
        replace(unit(name, *parts[name]), areas={code: Fraction(points) for code, points in areas[name].items()})
        for name in parts
    ]

    def by(*keys: str) -> list[tuple[int, str]]:
        return ranks(ranked("b", units, criteria_set(ties=Ties.BY_KEYS, tie_keys=list(keys))))

    assert by("appraisal") == [(1, "B"), (2, "A"), (2, "C"), (2, "D")]
    assert by("survey", "2") == [(1, "C"), (1, "D"), (3, "A"), (4, "B")]
    assert by("1", "appraisal", "2") == [(1, "C"), (1, "D"), (3, "A"), (4, "B")]
    assert by("2", "1", "survey") == [(1, "C"), (1, "D"), (3, "A"), (4, "B")]


def test_units_printed_alike_are_parted_by_their_printed_appraisal_if_at_all() -> None:
    units = [unit("A", "60.001", "20"), unit("B", "60.004", "20"), unit("C", "50", "30")]
    printed = {"ranked_from": RankedFrom.ROUNDED}
    assert ranks(ranked("b", units, criteria_set(**printed))) == [(1, "A"), (1, "B"), (1, "C")]
    by_appraisal = criteria_set(ties=Ties.BY_APPRAISAL, **printed)
    assert ranks(ranked("b", units, by_appraisal)) == [(1, "A"), (1, "B"), (3, "C")]


def test_units_printed_alike_have_different_ranks_by_exact_numbers_alone() -> None:
    units = [unit("A", "80.001"), unit("B", "80.004")]
    assert ranks(ranked("b", units, criteria_set())) == [(1, "B"), (2, "A")]
    assert ranks(ranked("b", units, criteria_set(ranked_from=RankedFrom.ROUNDED))) == [(1, "A"), (1, "B")]


def without(name: str) -> ExactScore:
    return ExactScore(name.lower(), name, Fraction(0), Fraction(0), Fraction(0), None)


def test_a_unit_to_which_nothing_applies_has_no_rank_no_index_no_band_and_no_part_in_the_mean() -> None:
    policies = criteria_set(bands=[*BANDS, Band(name="III", at_least="0")], ranked_from=RankedFrom.ROUNDED)
    table = ranked("b", [without("Đ"), unit("A", "70"), without("C"), unit("B", "90")], policies)
    assert [(row.rank, row.name, row.index, row.band) for row in table.rows] == [
        (1, "B", "90.00", "I"), (2, "A", "70.00", "III"), (0, "C", "", ""), (0, "Đ", "", ""),
    ]  # fmt: skip
    assert table.mean == "80.00"
    assert [row.code for row in table.rows] == ["b", "a", "c", "đ"]
    assert table.rows[2] == RankedUnit(0, "c", "C", "", "", "", "", "")


def test_a_block_without_a_measured_unit_has_no_mean() -> None:
    assert ranked("b", [without("A")], criteria_set()).mean == ranked("b", [], criteria_set()).mean == ""


def test_a_third_is_never_rounded_before_ranking() -> None:
    third = ExactScore("a", "A", Fraction(1, 3), Fraction(0), Fraction(1), Fraction(100, 3))
    printed = unit("B", "33.33")
    assert ranks(ranked("b", [printed, third], criteria_set())) == [(1, "A"), (2, "B")]


BANDS = [Band(name="II", at_least="80"), Band(name="I", at_least="90")]


@pytest.mark.parametrize(("points", "band"), [("90", "I"), ("89.99", "II"), ("80", "II"), ("79.99", "")])
def test_a_bound_belongs_to_the_band_that_begins_there(points: str, band: str) -> None:
    assert ranked("b", [unit("A", points)], criteria_set(bands=BANDS)).rows[0].band == band


def test_bands_are_cut_by_the_same_numbers_as_ranks() -> None:
    almost = [unit("A", "89.996")]
    assert ranked("b", almost, criteria_set(bands=BANDS)).rows[0].band == "II"
    assert ranked("b", almost, criteria_set(bands=BANDS, ranked_from=RankedFrom.ROUNDED)).rows[0].band == "I"


def test_a_block_with_bands_of_its_own_uses_no_others() -> None:
    own = Band(name="I", at_least="80", block="district")  # Nam Định 2020: districts are class I from 80
    assert bands_of("district", [*BANDS, own]) == (own,)
    assert [band.name for band in bands_of("department", [*BANDS, own])] == ["I", "II"]
    assert ranked("district", [unit("A", "85")], criteria_set(bands=[*BANDS, own])).rows[0].band == "I"


def test_printed_parts_need_not_add_up_where_the_sum_is_rounded() -> None:
    one = [unit("A", "60.004", "20.004")]  # as in 9 of 17 rows of PAR INDEX 2023
    row = ranked("b", one, criteria_set()).rows[0]
    assert (row.appraisal, row.survey, row.index) == ("60.00", "20.00", "80.01")


def test_printed_parts_add_up_where_the_set_wants_that() -> None:
    one = [unit("A", "60.004", "20.004")]
    row = ranked("b", one, criteria_set(rounding=RoundingPolicy(total="sum_of_rounded"))).rows[0]
    assert (row.appraisal, row.survey, row.index) == ("60.00", "20.00", "80.00")


def test_the_index_is_a_share_of_the_maximum_that_applies() -> None:
    row = ranked("b", [unit("Ban Dân tộc", "68.32", maximum="84")], criteria_set()).rows[0]  # Thanh Hóa 2023
    assert (row.points, row.index) == ("68.32", "81.33")


@pytest.mark.parametrize(("total", "index"), [("rounded_sum", "81.34"), ("sum_of_rounded", "81.33")])
def test_the_share_is_taken_of_exact_points_unless_printed_parts_add_up(total: str, index: str) -> None:
    policy = criteria_set(rounding=RoundingPolicy(total=total))
    assert ranked("b", [unit("A", "68.324", maximum="84")], policy).rows[0].index == index


EXTRAS = [
    Criterion(code="1", name="Thang điểm", level=Level.AREA, maximum="100"),
    Criterion(code="2", name="Điểm thưởng", level=Level.AREA, maximum="5", area_kind=AreaKind.BONUS),
    Criterion(code="3", name="Điểm trừ", level=Level.AREA, maximum="5", area_kind=AreaKind.PENALTY),
]


def extra(appraisal: str, bonus: str, penalty: str, index: str) -> ExactScore:
    parts = exact(appraisal), Fraction(0), Fraction(100), exact(index)
    return ExactScore("u", "U", *parts, bonus=exact(bonus), penalty=exact(penalty))


@pytest.mark.parametrize(("total", "points"), [("rounded_sum", "80.01"), ("sum_of_rounded", "80.00")])
def test_points_are_printed_with_the_bonus_and_without_the_penalty(total: str, points: str) -> None:
    policy = structs.replace(criteria_set(rounding=RoundingPolicy(total=total)), criteria=EXTRAS)
    row = ranked("b", [extra("78.004", "3.003", "1.001", "80.006")], policy).rows[0]
    assert (row.appraisal, row.bonus, row.penalty, row.points, row.index) == ("78.00", "3.00", "1.00", points, points)


@pytest.mark.parametrize("total", ["rounded_sum", "sum_of_rounded"])
@pytest.mark.parametrize(("appraisal", "bonus", "penalty", "index"), [("98", "5", "0", "100"), ("2", "0", "5", "0")])
def test_printed_points_are_bounded_as_the_exact_ones(
    total: str, appraisal: str, bonus: str, penalty: str, index: str
) -> None:
    policy = structs.replace(criteria_set(rounding=RoundingPolicy(total=total)), criteria=EXTRAS)
    row = ranked("b", [extra(appraisal, bonus, penalty, index)], policy).rows[0]
    assert (row.points, row.index) == (f"{index}.00", f"{index}.00")


def test_the_mean_is_taken_of_exact_numbers() -> None:
    units = [unit(name, "80.004") for name in "AB"] + [unit("C", "80.01")]
    assert ranked("b", units, criteria_set()).mean == "80.01"  # 80.006; the mean of the printed numbers would be 80.00


def test_a_block_without_units_has_no_mean() -> None:
    assert ranked("b", [], criteria_set()) == RankedBlock("", ())


def test_no_order_of_arrival_changes_anything() -> None:
    units = [unit("A", "80", "1"), unit("B", "80", "1"), unit("C", "70"), unit("D", "79", "2"), unit("B ", "80", "1")]
    assert len({repr(ranked("b", order, criteria_set())) for order in permutations(units)}) == 1


points = st.fractions(min_value=0, max_value=50, max_denominator=300)
policies = st.builds(
    criteria_set,
    ties=st.sampled_from(Ties),
    tie_keys=st.lists(st.sampled_from(["appraisal", "survey", "1"]), min_size=1, unique=True),
    ranked_from=st.sampled_from(RankedFrom),
    rounding=st.builds(
        RoundingPolicy, decimals=st.integers(0, 3), total=st.sampled_from(["rounded_sum", "sum_of_rounded"])
    ),
)


@given(st.lists(st.tuples(points, points), min_size=1, max_size=8), policies, st.randoms())
def test_ranks_are_blind_to_order_and_never_contradict_the_index(
    parts: list[tuple[Fraction, Fraction]], policy: CriteriaSet, chance: object
) -> None:
    units = [
        ExactScore(f"u{i}", f"Đơn vị {i}", a, s, Fraction(100), a + s, areas={"1": Fraction(round(a))})
        for i, (a, s) in enumerate(parts)
    ]
    shuffled = units[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    table = ranked("b", units, policy)
    assert table == ranked("b", shuffled, policy)
    indices = [Fraction(row.index) for row in table.rows]
    if policy.rounding.total == "rounded_sum" or policy.ranked_from is RankedFrom.ROUNDED:
        assert indices == sorted(indices, reverse=True)  # else parts that are rounded first may print a higher index
    assert all(row.rank == 1 + sum(other.rank < row.rank for other in table.rows) for row in table.rows)
