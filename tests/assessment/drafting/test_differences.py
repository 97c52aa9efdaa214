"""What differs between two sets: nothing where they are equal; each row is in one group; the new set comes back."""

from collections import Counter
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.assessment.conftest import ca_mau_set
from tests.assessment.drafting.test_round_trip import sets

from assessment.drafting.differences import SetDifference, difference, rebuilt
from assessment.enacting.mistakes import with_plain_numbers
from parindex.contracts.criteria import (
    NUMBERS,
    Band,
    CriteriaSet,
    Criterion,
    Level,
    Proportional,
    RoundingPolicy,
    Ties,
    YesNo,
)


def changed_by(old: CriteriaSet, new: CriteriaSet) -> dict[str, tuple[str, ...]]:
    return {each.new.code: each.facets for each in difference(old, new).changed}


def with_row(criteria_set: CriteriaSet, code: str, **changes: object) -> CriteriaSet:
    rows = [replace(row, **changes) if row.code == code else row for row in criteria_set.criteria]
    return replace(criteria_set, criteria=rows)


@st.composite
def altered(draw: st.DrawFn) -> tuple[CriteriaSet, CriteriaSet]:
    """Two sets with rows in common: some rows of the old one are dropped, altered, renumbered or put elsewhere."""
    old = draw(sets())
    rows = list(old.criteria)
    for at in draw(st.lists(st.integers(0, len(rows) - 1), max_size=4)):
        row = rows[at]
        rows[at] = draw(
            st.sampled_from(
                [
                    replace(row, name=f"{row.name} khác"),
                    replace(row, rule=YesNo()) if row.rule else row,
                    replace(row, rule_text="Văn bản mới"),
                    replace(row, evidence_required=not row.evidence_required),
                    replace(row, maximum="17.5"),
                ]
            )
        )
    codes = {row.code: f"m{row.code}" for row in draw(st.lists(st.sampled_from(rows), max_size=3))}
    rows = [replace(row, code=codes.get(row.code, row.code), parent=codes.get(row.parent, row.parent)) for row in rows]
    gone = {row.code for row in draw(st.lists(st.sampled_from(rows), max_size=2)) if row.level is not Level.AREA}
    rows = [row for row in rows if not gone & {row.code, row.parent}]
    if draw(st.booleans()):
        rows.reverse()
    bands, ties = draw(st.sampled_from([[], [Band(name="A", at_least="80")]])), draw(st.sampled_from(Ties))
    return old, replace(old, code="moi", criteria=rows, bands=bands, ties=ties)


@given(sets())
@settings(max_examples=60)
def test_a_set_does_not_differ_from_itself(of: CriteriaSet) -> None:
    found = difference(of, replace(of, code="khac"))
    assert (bool(found), found.changed, found.settings) == (False, (), ())
    assert found.unchanged == len(of.criteria)


@given(altered())
@settings(max_examples=200)
def test_the_old_set_and_the_difference_make_the_new_set(pair: tuple[CriteriaSet, CriteriaSet]) -> None:
    old, new = (with_plain_numbers(each) for each in pair)
    assert rebuilt(old, new.code, difference(old, new)) == new


@given(altered())
@settings(max_examples=200)
def test_each_row_of_both_sets_is_in_one_group(pair: tuple[CriteriaSet, CriteriaSet]) -> None:
    old, new = pair
    found = difference(old, new)
    same = found.unchanged
    said_new = Counter([row.code for row in found.new] + [each.new.code for each in found.changed])
    said_old = Counter([row.code for row in found.gone] + [each.old.code for each in found.changed])
    assert max([*said_new.values(), *said_old.values(), 1]) == 1
    assert said_new.keys() <= {row.code for row in new.criteria}
    assert said_old.keys() <= {row.code for row in old.criteria}
    assert (len(said_new) + same, len(said_old) + same) == (len(new.criteria), len(old.criteria))


@given(altered())
@settings(max_examples=100)
def test_what_is_new_one_way_is_gone_the_other_way(pair: tuple[CriteriaSet, CriteriaSet]) -> None:
    there, back = difference(*pair), difference(*reversed(pair))
    assert [row.code for row in there.new] == [row.code for row in back.gone]
    assert renumbered(there) == {old: new for new, old in renumbered(back).items()}


def other(name: str, value: Any) -> Any:
    """Return another value of a field."""
    if isinstance(value, Enum):
        return next(member for member in type(value) if member is not value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return "77" if name in NUMBERS else f"{value} khác"
    if isinstance(value, list):
        return value[1:] or ["1"]
    return Proportional() if name == "rule" else RoundingPolicy(decimals=3)


@pytest.mark.parametrize("name", [name for name in Criterion.__struct_fields__ if name != "code"])
def test_every_field_of_a_row_is_looked_at(name: str) -> None:
    old = ca_mau_set()
    row = next(row for row in old.criteria if row.code == "1.1.2")
    assert changed_by(old, with_row(old, row.code, **{name: other(name, getattr(row, name))})).keys() == {row.code}


@pytest.mark.parametrize("name", [name for name in CriteriaSet.__struct_fields__ if name not in {"code", "criteria"}])
def test_every_setting_of_a_set_is_looked_at(name: str) -> None:
    old = ca_mau_set()
    new = replace(old, **{name: other(name, getattr(old, name))})
    assert [each.name for each in difference(old, new).settings] == [name]


def test_each_kind_of_change_is_in_its_group() -> None:
    old = ca_mau_set()
    assert changed_by(old, with_row(old, "1.1.2", name="Tên mới")) == {"1.1.2": ("renamed",)}
    assert changed_by(old, with_row(old, "1.1.2", rule=Proportional())) == {"1.1.2": ("rule",)}
    assert changed_by(old, with_row(old, "1.1.2", maximum="2")) == {"1.1.2": ("maximum",)}
    assert changed_by(old, with_row(old, "1.1.2", maximum="1.0")) == {}
    assert changed_by(old, with_row(old, "1.1.2", parent="1.2")) == {"1.1.2": ("moved",)}
    assert changed_by(old, with_row(old, "1.1.2", rule_text="x", maximum="3")) == {"1.1.2": ("maximum", "other")}
    settings_of = difference(old, replace(old, ties=Ties.BY_APPRAISAL, bands=[Band(name="A", at_least="1")])).settings
    assert [each.name for each in settings_of] == ["ties", "bands"]


def test_a_row_that_went_elsewhere_in_the_order_is_moved_and_those_it_passed_are_not() -> None:
    old = ca_mau_set()
    rows = [row for row in old.criteria if row.code != "1.1.1"]
    at = [row.code for row in rows].index("1.1.4") + 1
    first = next(row for row in old.criteria if row.code == "1.1.1")
    assert changed_by(old, replace(old, criteria=[*rows[:at], first, *rows[at:]])) == {"1.1.1": ("moved",)}


def renumbered(found: SetDifference) -> dict[str, str]:
    return {each.old.code: each.new.code for each in found.changed if each.renumbered}


def test_an_area_that_got_another_number_is_renumbered_with_its_rows_and_nothing_is_new_or_gone() -> None:
    old = ca_mau_set()
    rows = [
        replace(row, code=f"3{row.code[1:]}", parent=row.parent and f"3{row.parent[1:]}")
        if row.code.startswith("1")
        else row
        for row in old.criteria
    ]
    found = difference(old, replace(old, criteria=rows))
    assert (found.new, found.gone, found.unchanged) == ((), (), 2)
    assert renumbered(found) == {row.code: f"3{row.code[1:]}" for row in old.criteria if row.code.startswith("1")}
    assert {each.facets for each in found.changed} == {()}


def test_rows_of_the_same_name_and_maximum_are_told_apart_by_what_is_above_them_or_not_guessed() -> None:
    old = ca_mau_set()
    twins = [replace(row, name="Như nhau") if row.code in {"1.1.2", "1.1.3"} else row for row in old.criteria]
    old = replace(old, criteria=twins)
    codes = {"1.1.2": "1.1.8", "1.1.3": "1.1.9"}
    found = difference(old, replace(old, criteria=[replace(row, code=codes.get(row.code, row.code)) for row in twins]))
    assert [row.code for row in found.gone] == ["1.1.2", "1.1.3"]
    assert [row.code for row in found.new] == ["1.1.8", "1.1.9"]
    apart = [replace(row, name="Như nhau") if row.code in {"1.1.2", "1.2.1"} else row for row in ca_mau_set().criteria]
    codes = {"1.1.2": "1.1.8", "1.2.1": "1.2.9"}
    moved = replace(old, criteria=[replace(row, code=codes.get(row.code, row.code)) for row in apart])
    assert renumbered(difference(replace(old, criteria=apart), moved)) == codes
