"""A register that goes out as a workbook comes back without a change."""

from collections import Counter
from dataclasses import replace
from functools import reduce
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.registering.commands import RecordUnits
from assessment.registering.decisions import decide
from assessment.registering.queries import RegisterDifference, difference
from assessment.registering.reading import UnitList, read_units
from assessment.registering.state import UnitRegister, evolve
from assessment.registering.units import KIND_WORDS, READ, Predecessor, UnitKind, UnitLine
from assessment.registering.writing import lines_of, write_units
from parindex.files.workbooks import extract

OLD, MERGED, LATER = "2020-01-01", "2025-03-01", "2025-07-01"


def line(code: str, valid_from: str = OLD, **changes: Any) -> UnitLine:
    return replace(UnitLine(code, valid_from, f"Đơn vị {code}", UnitKind.DEPARTMENT, pointer=f"/{code}"), **changes)


def register_of(*lists: list[UnitLine]) -> UnitRegister:
    register = UnitRegister()
    for lines in lists:
        register = reduce(evolve, decide(RecordUnits("H16", lines), register), register)
    return register


def thirds() -> UnitRegister:
    """Three communes become one, a department is renamed, and another is split."""
    ends = {"valid_to": MERGED, "reference": "1/NQ", "end_reference": "1454/NQ-UBTVQH15"}
    old = [line(f"H16.0{at}", kind=UnitKind.COMMUNE, **ends) for at in (1, 2, 3)]
    former = tuple(Predecessor(each.code, "1/3") for each in old)
    renamed = [
        line("H16.10"),
        line("H16.10", MERGED, name="Sở Nội vụ (mới)", seat="Số 1"),
        line("H16.10", LATER, parent="H16.04"),
    ]
    split = [line(code, LATER, predecessors=(Predecessor("H16.04", "1"),)) for code in ("H16.20", "H16.21")]
    return register_of([*old, line("H16.04", MERGED, predecessors=former), *renamed], split)


def read(lines: list[UnitLine]) -> UnitList:
    return read_units(extract(write_units(lines), READ))


def said(found: UnitList) -> list[str]:
    return [f"{note.at.place}: {note.vi}" for note in (*found.errors, *found.warnings)]


def change_of(register: UnitRegister, lines: list[UnitLine]) -> RegisterDifference:
    return difference(register, RecordUnits("H16", lines))[1]


def test_a_register_with_every_kind_of_change_comes_back_without_a_change() -> None:
    found = read(lines_of(thirds()))
    assert said(found) == []
    assert change_of(thirds(), found.lines) == RegisterDifference(
        unchanged=9, new=[], changed=[], ended=[], left_out=[]
    )
    assert register_of(found.lines) == thirds()


def test_three_thirds_are_a_whole_and_stay_thirds() -> None:
    [merged] = [each for each in read(lines_of(thirds())).lines if each.code == "H16.04"]
    assert [one.weight for one in merged.predecessors] == ["1/3"] * 3


def test_a_weight_whose_decimal_is_long_comes_back_as_a_quotient() -> None:
    parts = (Predecessor("H16.01", "1/262144"), Predecessor("H16.02", "262143/262144"))
    register = register_of([line("H16.01"), line("H16.02"), line("H16.03", MERGED, predecessors=parts)])
    assert register.units["H16.03"].records[0].predecessors == parts
    assert register_of(read(lines_of(register)).lines) == register


def test_the_same_register_is_the_same_bytes() -> None:
    assert write_units(lines_of(thirds())) == write_units(lines_of(thirds()))


def test_every_kind_has_a_word() -> None:
    assert KIND_WORDS.keys() == set(UnitKind)


TEXT = st.sampled_from(
    ["Sở Nội vụ", "=1+1", "1.10", "@x", "a; b", "Số 1/QĐ", "100", "x" * 300, "Xã Đất Mũi", "01/02/2025"]
)
PERHAPS = st.one_of(st.just(""), TEXT)
OLD_CODES = ["H16.01", "H16.02", "H16.03", "H16.1-0", "H16.5"]
NEW_CODES = ["H16.10", "H16.2-1", "H16.7"]
WEIGHTS = st.sampled_from(
    [("1/3",) * 3, ("1/3", "2/3"), ("1",), ("0.4", "0.6"), ("1/7", "6/7"), ("0.123456789", "0.876543211"), ()]
)
Lists = list[list[UnitLine]]


@st.composite
def records_drawn(draw: st.DrawFn, code: str, day: str) -> UnitLine:
    return line(
        code, day, name=draw(TEXT), kind=draw(st.sampled_from(UnitKind)), seat=draw(PERHAPS), reference=draw(PERHAPS),
        parent=draw(st.sampled_from(["", "H16.01"])) if code != "H16.01" else "",
    )  # fmt: skip


@st.composite
def lists_drawn(draw: st.DrawFn) -> Lists:
    """Draw the lists of a right register: units, what becomes of them, and units that are formed from them.

    H16.01, to which others report, never ends.
    """
    old = ["H16.01", *draw(st.lists(st.sampled_from(OLD_CODES[1:]), min_size=2, unique=True))]
    first = [draw(records_drawn(code, OLD)) for code in old]
    later: list[UnitLine] = []
    for known in first:
        lines = [known]
        if draw(st.booleans()):
            lines.append(draw(records_drawn(known.code, "2021-06-01")))
        if known.code != "H16.01":
            ends, why = draw(st.sampled_from(["", MERGED, LATER])), draw(st.one_of(st.none(), PERHAPS))
            lines[-1] = replace(lines[-1], valid_to=ends, end_reference=why)
        later += lines
    new: list[UnitLine] = []
    for code in draw(st.lists(st.sampled_from(NEW_CODES), min_size=1, unique=True)):
        weights = draw(WEIGHTS)
        codes = draw(st.lists(st.sampled_from(old), min_size=len(weights), max_size=len(weights), unique=True))
        former = tuple(Predecessor(one, weight) for one, weight in zip(codes, weights, strict=True))
        new.append(replace(draw(records_drawn(code, MERGED)), predecessors=former))
    return [first, later, new]


def test_any_register_comes_back_without_a_change() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=60, deadline=None)
    @given(lists=lists_drawn())
    def comes_back(lists: Lists) -> None:
        register = register_of(*lists)
        found = read(lines_of(register))
        assert said(found) == []
        assert decide(RecordUnits("H16", found.lines), register) == []
        assert register_of(found.lines) == register
        weights = {one.weight for each in lists[2] for one in each.predecessors}
        seen.update({"formed from others": bool(weights), "thirds": "1/3" in weights})
        seen.update({"ended": any(unit.valid_to for unit in register.units.values())})
        seen.update({"changed": any(len(unit.records) > 1 for unit in register.units.values())})

    comes_back()
    assert min(seen[each] for each in ("formed from others", "thirds", "ended", "changed")) > 2, seen
