"""The register of units answers for every day, keeps the history of merged and split units, and refuses nonsense whole.

The example is the reorganisation of 2025: Tỉnh Cà Mau's departments merged on 1 March, its districts ended on 1 July.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.registering.checks import DEEPEST
from assessment.registering.commands import RecordUnits
from assessment.registering.decisions import registering
from assessment.registering.events import UnitEnded, UnitRecorded
from assessment.registering.queries import NamedUnit, difference, warnings_about
from assessment.registering.refusals import UnitsInvalidError
from assessment.registering.state import RegisteredUnit, UnitRegister
from assessment.registering.units import Predecessor, UnitKind, UnitLine
from parindex.testing.rules import Rules

FIRST, MERGED, TWO_LEVELS = "2020-01-01", "2025-03-01", "2025-07-01"


def line(code: str, valid_from: str = FIRST, **changes: Any) -> UnitLine:
    kind = UnitKind.DEPARTMENT if code.count(".") == 1 else UnitKind.COMMUNE
    return replace(UnitLine(code, valid_from, f"Đơn vị {code}", kind, pointer=f"/{code}"), **changes)


def recorded(*lines: UnitLine) -> Rules[RecordUnits, UnitRegister, UnitRecorded | UnitEnded]:
    return Rules(registering).after(RecordUnits("H16", lines))


def refused(
    *lines: UnitLine, after: Rules[RecordUnits, UnitRegister, UnitRecorded | UnitEnded] | None = None
) -> list[str]:
    with pytest.raises(UnitsInvalidError) as caught:
        (after or Rules(registering)).when(RecordUnits("H16", lines))
    return [place.at for place in caught.value.places]


OLD = (
    line("H16.03", name="Sở Kế hoạch và Đầu tư"),
    line("H16.04", name="Sở Tài chính"),
    line("H16.20", kind=UnitKind.DISTRICT, name="Huyện Năm Căn"),
    line("H16.20.01", parent="H16.20", name="Xã Hàm Rồng"),
)
NEW = (
    line(
        "H16.05", MERGED, name="Sở Tài chính (mới)",
        predecessors=(Predecessor("H16.03", "0.40"), Predecessor("H16.04", "0.6")),
    ),
    line("H16.03", name="Sở Kế hoạch và Đầu tư", valid_to=MERGED),
    line("H16.04", name="Sở Tài chính", valid_to=MERGED),
    line("H16.20", kind=UnitKind.DISTRICT, name="Huyện Năm Căn", valid_to=TWO_LEVELS),
    line("H16.20.01", TWO_LEVELS, name="Xã Năm Căn"),
)  # fmt: skip


def test_an_event_has_all_that_a_line_says() -> None:
    full = line(
        "H16.05", name="Sở Y tế", parent="", seat="Số 1, đường Lê Lợi", reference="12/QĐ", valid_to=MERGED
    )  # fmt: skip
    child = line("H16.05.01", parent="H16.05", valid_to=MERGED, reference="13/QĐ")
    department, commune = UnitKind.DEPARTMENT, UnitKind.COMMUNE
    assert Rules(registering).when(RecordUnits("H16", [full, child])) == (
        UnitRecorded("H16", "H16.05", FIRST, "Sở Y tế", department, "", "Số 1, đường Lê Lợi", "12/QĐ"),
        UnitRecorded("H16", "H16.05.01", FIRST, "Đơn vị H16.05.01", commune, "H16.05", "", "13/QĐ"),
        UnitEnded("H16", "H16.05", MERGED, "12/QĐ"),
        UnitEnded("H16", "H16.05.01", MERGED, "13/QĐ"),
    )
    assert Rules(registering).when(RecordUnits("H16", [replace(full, valid_to="")])) == (
        UnitRecorded("H16", "H16.05", FIRST, "Sở Y tế", department, "", "Số 1, đường Lê Lợi", "12/QĐ"),
    )


def test_an_end_is_moved_or_taken_back_and_no_unit_outlives_the_one_that_it_reports_to() -> None:
    full, child = (
        line("H16.05", reference="12/QĐ", valid_to=MERGED),
        line("H16.05.01", parent="H16.05", valid_to=MERGED),
    )
    moved = [replace(full, valid_to="", reference="14/QĐ"), replace(child, valid_to=TWO_LEVELS)]
    with pytest.raises(UnitsInvalidError):
        recorded(full, child).when(RecordUnits("H16", [replace(child, valid_to=TWO_LEVELS)]))
    assert recorded(full, child).when(RecordUnits("H16", moved)) == (
        UnitRecorded("H16", "H16.05", FIRST, full.name, full.kind, reference="14/QĐ"),
        UnitEnded("H16", "H16.05", "", "14/QĐ"),
        UnitEnded("H16", "H16.05.01", TWO_LEVELS),
    )


def test_a_day_has_the_units_that_there_were() -> None:
    register = recorded(*OLD).after(RecordUnits("H16", NEW)).state
    assert list(register.on("2019-12-31")) == []
    assert list(register.on("2025-02-28")) == ["H16.03", "H16.04", "H16.20", "H16.20.01"]
    assert list(register.on(MERGED)) == ["H16.05", "H16.20", "H16.20.01"]
    assert list(register.on(TWO_LEVELS)) == ["H16.05", "H16.20.01"]


def test_who_reports_to_whom_has_one_answer_a_day() -> None:
    register = recorded(*OLD).after(RecordUnits("H16", NEW)).state
    assert list(register.superiors("H16.20.01", "2025-06-30")) == ["H16.20"]
    assert list(register.superiors("H16.20.01", TWO_LEVELS)) == []
    assert list(register.superiors("H16.20.01", "2019-01-01")) == []


def test_a_merged_unit_keeps_its_history() -> None:
    register = recorded(*OLD).after(RecordUnits("H16", NEW)).state
    assert register.units["H16.05"].records[0].predecessors == (
        Predecessor("H16.03", "0.4"),
        Predecessor("H16.04", "0.6"),
    )
    assert register.successors("H16.03") == [("H16.05", "0.4")]
    assert [record.name for record in register.units["H16.20.01"].records] == ["Xã Hàm Rồng", "Xã Năm Căn"]


def test_a_unit_is_split_into_several() -> None:
    split = [line(code, MERGED, predecessors=(Predecessor("H16.03", "1"),)) for code in ("H16.06", "H16.07")]
    register = recorded(*OLD, *split).state
    assert register.successors("H16.03") == [("H16.06", "1"), ("H16.07", "1")]


def test_what_the_register_says_already_is_no_event() -> None:
    rules = recorded(*OLD).after(RecordUnits("H16", NEW))
    assert rules.when(RecordUnits("H16", NEW)) == ()


def test_a_line_of_the_same_day_corrects_and_a_list_without_an_end_takes_it_back() -> None:
    rules = recorded(*OLD).after(RecordUnits("H16", NEW))
    corrected = rules.after(RecordUnits("H16", [line("H16.04", name="Sở Tài chính tỉnh")]))
    assert corrected.state.units["H16.04"].records[0].name == "Sở Tài chính tỉnh"
    assert len(corrected.state.units["H16.04"].records) == 1
    assert corrected.state.units["H16.04"].valid_to == ""


def test_a_unit_that_was_recorded_by_mistake_is_there_on_no_day() -> None:
    register = recorded(*OLD).after(RecordUnits("H16", [line("H16.04", valid_to=FIRST)])).state
    assert register.on(FIRST).keys() == {"H16.03", "H16.20", "H16.20.01"}


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ([line("H16")], ["/H16/code"]),
        ([line("H17.01")], ["/H17.01/code"]),
        ([line("H16.01"), line("H16.01")], ["/H16.01/code"]),
        ([line("H16.01", valid_to="2019-12-31")], ["/H16.01/valid_to"]),
        ([line("H16.01", valid_to=MERGED), line("H16.01", "2021-01-01", valid_to=TWO_LEVELS)], ["/H16.01/valid_to"]),
        ([line("H16.01", parent="H16.09")], ["/H16.01/parent"]),
        ([line("H16.01", parent="H16.01")], ["/H16.01/parent"]),
        ([line("H16.01", parent="H16.02"), line("H16.02", parent="H16.01")], ["/H16.01/parent", "/H16.02/parent"]),
        ([line("H16.01", parent="H16.02"), line("H16.02", "2021-01-01")], ["/H16.01/parent"]),
        ([line("H16.01", parent="H16.02"), line("H16.02", valid_to=MERGED)], ["/H16.01/parent"]),
        (
            [line("H16.01", predecessors=(Predecessor("H16.02", "0.5"),)), line("H16.02", "2019-01-01")],
            ["/H16.01/predecessors"],
        ),
        (
            [line("H16.01", predecessors=(Predecessor("H16.02", "x"),)), line("H16.02", "2019-01-01")],
            ["/H16.01/predecessors/0/weight"],
        ),
        ([line("H16.01", predecessors=(Predecessor("H16.02", "1"),))], ["/H16.01/predecessors/0/code"]),
        ([line("H16.01", predecessors=(Predecessor("H16.01", "1"),))], ["/H16.01/predecessors/0/code"]),
        (
            [line("H16.01"), line("H16.02"), line("H16.01", MERGED, predecessors=(Predecessor("H16.02", "1"),))],
            ["/H16.01/predecessors"],
        ),
    ],
)
def test_nonsense_is_refused_whole_at_its_place(lines: list[UnitLine], places: list[str]) -> None:
    assert refused(*lines) == places


def test_an_end_leaves_no_unit_without_its_parent_and_no_change_behind_it() -> None:
    assert refused(line("H16.20", kind=UnitKind.DISTRICT, valid_to=MERGED), after=recorded(*OLD)) == [
        "/H16.20/valid_to"
    ]
    ended, later = line("H16.01", valid_to=MERGED), line("H16.01", TWO_LEVELS, name="Mới")
    assert refused(ended, later) == ["/H16.01/valid_to", "/H16.01/valid_from"]
    renamed = recorded(line("H16.01"), line("H16.01", TWO_LEVELS, name="Mới"))
    assert refused(line("H16.01", valid_to=MERGED), after=renamed) == ["/H16.01/valid_to"]


def test_predecessors_are_those_of_the_day_before_the_first_day_also_after_later_lists() -> None:
    merged = recorded(*OLD).after(RecordUnits("H16", NEW))
    earlier = line("H16.05", FIRST, name="Sở Tài chính (mới)")
    assert refused(earlier, after=merged) == ["/H16.05/predecessors"]
    assert refused(line("H16.03", valid_to="2024-01-01"), after=merged) == ["/H16.03/valid_to"]
    assert refused(line("H16.03", valid_to=FIRST), after=merged) == ["/H16.03/valid_to"]
    ended = recorded(line("H16.01", valid_to="2021-01-01"))
    late = line("H16.02", MERGED, predecessors=(Predecessor("H16.01", "1"),))
    assert refused(late, after=ended) == ["/H16.02/predecessors/0/code"]


def test_a_chain_of_parents_has_an_end() -> None:
    deep = [line(f"H16.{at:02}", parent=f"H16.{at - 1:02}" if at else "") for at in range(DEEPEST + 1)]
    assert refused(*deep) == [f"/H16.{DEEPEST:02}/parent"]


def test_units_below_one_that_moves_name_all_that_are_above_them() -> None:
    low = [line(f"H16.{at:02}", parent=f"H16.{at - 1:02}" if at else "") for at in range(8)]
    high = [line(f"H16.{at}", parent=f"H16.{at - 1}" if at > 30 else "") for at in range(30, 35)]
    register = recorded(*low, *high, line("H16.00", MERGED, parent="H16.34")).state
    assert len(list(register.superiors("H16.07", FIRST))) == 7
    assert len(list(register.superiors("H16.07", MERGED))) == 12


DAYS = st.sampled_from([FIRST, "2021-06-01", MERGED, TWO_LEVELS, "2026-01-01"])
CODES = st.sampled_from(["H16.01", "H16.02", "H16.03"])
LINES = st.builds(
    lambda code, day, parent, end: line(code, day, parent=parent, valid_to=end),
    CODES, DAYS, st.one_of(st.just(""), CODES), st.one_of(st.just(""), DAYS),
)  # fmt: skip


@given(st.lists(st.lists(LINES, min_size=1, max_size=4), max_size=6), DAYS)
def test_no_order_of_lists_leaves_a_unit_without_the_unit_that_it_reports_to(
    lists: list[list[UnitLine]], day: str
) -> None:
    rules = Rules(registering)
    for lines in lists:
        try:
            rules = rules.after(RecordUnits("H16", lines))
        except UnitsInvalidError:
            continue
        assert rules.when(RecordUnits("H16", lines)) == ()
    register = rules.state
    there = register.on(day)
    for code, record in there.items():
        assert record.parent == "" or record.parent in there
        assert code not in list(register.superiors(code, day))
    for unit in register.units.values():
        begins = [record.valid_from for record in unit.records]
        assert begins == sorted(set(begins))


class CountedUnits(Mapping[str, RegisteredUnit]):
    """The units of a register; they count how often one is looked up."""

    def __init__(self, units: Mapping[str, RegisteredUnit]) -> None:
        self._units, self.looked_up = units, 0

    def __getitem__(self, code: str) -> RegisteredUnit:
        self.looked_up += 1
        return self._units[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._units)

    def __len__(self) -> int:
        return len(self._units)


def test_the_successors_of_all_units_are_found_in_one_walk_through_the_register() -> None:
    many = range(100, 250)
    old = [line(f"H16.{at}", valid_to=MERGED) for at in many]
    new = [line(f"H16.{at}0", MERGED, predecessors=(Predecessor(f"H16.{at}", "1"),)) for at in many]
    units = CountedUnits(recorded(*old, *new).state.units)
    named = [NamedUnit(each.code, each.name) for each in old]
    found = warnings_about(UnitRegister(units), named, TWO_LEVELS)
    assert [(one.unit, one.successors) for one in found] == [(each.code, [f"{each.code}0"]) for each in old]
    assert units.looked_up < 5 * len(units)


def test_what_a_list_changes_is_found_in_one_walk_through_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    equal, compared = UnitRecorded.__eq__, []

    def counted(one: UnitRecorded, other: object) -> bool:
        compared.append(one)
        return equal(one, other)

    monkeypatch.setattr(UnitRecorded, "__eq__", counted)
    lines = [line(f"H16.{at}", valid_to=MERGED) for at in range(100, 250)]
    _, found = difference(UnitRegister(), RecordUnits("H16", lines))
    assert (len(found.new), len(found.ended), len(compared) < 5 * len(lines)) == (150, 150, True)


def test_a_register_is_the_same_event_by_event_and_in_one_go() -> None:
    facts = recorded(*OLD).after(RecordUnits("H16", NEW)).history
    assert registering.fold(facts) == reduce(registering.evolve, facts, registering.initial)
