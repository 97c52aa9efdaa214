"""A trial with the set in force gives exactly the points in force; another set is computed by the same rules."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scoring.computing.test_order import claims, findings, tallies

from parindex.contracts.assessment import Block, Claim, Figure, Finding, RoundUnit
from parindex.contracts.criteria import (
    AreaKind,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    NotApplicable,
    PerCase,
    Proportional,
    Steps,
    YesNo,
)
from scoring.computing.commands import ComputeIndex
from scoring.computing.comparing import compute_block
from scoring.computing.prepared_sets import prepare
from scoring.computing.state import Assignment, Change, ClaimsChange, FindingsChange, TallyChange, UnitState
from scoring.trying.refusals import BlockUnknownError, TrialTooLargeError
from scoring.trying.state import Basis, TriedRound, TriedSet, UnitFigures
from scoring.trying.trial import Missing, TriedBlock, TriedUnit, Why, try_set
from scoring.trying.wording import coverage_of, difference_of, notes_on

SetWith = Callable[[NotApplicable], CriteriaSet]
Kind = TypeVar("Kind", ClaimsChange, FindingsChange)
UNITS = ("u1", "u2", "u3")


def with_extras(criteria_set: CriteriaSet, *, above_hundred: bool) -> CriteriaSet:
    """Add a bonus and a penalty area with caps."""
    rows = [
        Criterion(code="T", name="Thưởng", level=Level.AREA, maximum="6", area_kind=AreaKind.BONUS, area_cap="5"),
        Criterion(code="T.1", name="Sáng kiến", level=Level.CRITERION, parent="T", maximum="6", rule=PerCase(each="2")),
        Criterion(code="P", name="Trừ", level=Level.AREA, maximum="3", area_kind=AreaKind.PENALTY),
        Criterion(code="P.1", name="Vi phạm", level=Level.CRITERION, parent="P", maximum="3", rule=EnteredPoints()),
    ]
    return msgspec.structs.replace(
        criteria_set, criteria=[*criteria_set.criteria, *rows], index_above_hundred=above_hundred
    )


EXTRAS = st.fixed_dictionaries(
    {}, optional={"T.1": st.sampled_from(["0", "1", "3"]), "P.1": st.sampled_from(["0", "1.5", "3", "4"])}
)


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    """What one unit, its appraisers and the people say, in an order."""
    said: list[Change] = []
    for position in range(1, draw(st.integers(1, 5))):
        at = 1, position
        if draw(st.booleans()):
            said.append(ClaimsChange(at, draw(st.one_of(st.just(()), claims()))))
            continue
        extra = [
            Finding(criterion=code, figures=[Figure(name="count" if code == "T.1" else "points", value=value)])
            for code, value in draw(EXTRAS).items()
        ]
        said.append(FindingsChange(at, (*draw(findings()), *extra)))
    said += [TallyChange((1, at), tally) for at, tally in enumerate(draw(st.lists(tallies(), max_size=4)), 1)]
    return said


def arrived(
    criteria_set: CriteriaSet, said: Mapping[str, Sequence[Change]], left_out: Sequence[str] = ()
) -> TriedRound:
    """Let changes arrive one by one, as the consumer does, and return the round that is in force then."""
    prepared = prepare(criteria_set)
    assignment = Assignment("b", prepared, tuple(left_out))
    states = {unit: UnitState() for unit in said}
    states |= {
        unit: decided[1]
        for unit, decided in compute_block(
            {unit: ComputeIndex("r", unit, (), assignment) for unit in said}, states, prepared
        ).items()
    }
    for unit, each in said.items():
        for change in each:
            decided = compute_block({unit: ComputeIndex("r", unit, (change,), assignment)}, states, prepared)
            states |= {name: state for name, (_, state) in decided.items()}
    figures = {
        unit: UnitFigures(
            newest(ClaimsChange, each), newest(FindingsChange, each), states[unit].tallies, states[unit].score,
            (states[unit].claimed_at, states[unit].found_at),
        )
        for unit, each in said.items()
    }  # fmt: skip
    units = [RoundUnit(code=unit, name=f"Đơn vị {unit}", not_applicable=[*left_out]) for unit in said]
    block = Block(code="b", name="Khối", criteria_set=criteria_set.code, units=units)
    return TriedRound("r", [block], {criteria_set.code: criteria_set}, figures)


def newest(kind: type[Kind], said: Sequence[Change]) -> Kind | None:
    return next((change for change in reversed(said) if isinstance(change, kind)), None)


def tried(criteria_set: CriteriaSet, on: TriedRound, basis: Basis = Basis.FOUND) -> TriedBlock:
    (block,) = try_set(TriedSet(criteria_set, basis), on)
    return block


def unit_of(block: TriedBlock, code: str) -> TriedUnit:
    return next(unit for unit in block.units if unit.code == code)


@settings(max_examples=60)
@given(
    said=st.fixed_dictionaries({unit: changes() for unit in UNITS}),
    not_applicable=st.sampled_from(NotApplicable),
    above_hundred=st.booleans(),
    left_out=st.sampled_from([(), ("1.2",), ("3",)]),
)
def test_the_set_in_force_gives_exactly_the_points_in_force(
    every_kind: SetWith,
    said: Mapping[str, Sequence[Change]],
    not_applicable: NotApplicable,
    above_hundred: bool,
    left_out: Sequence[str],
) -> None:
    criteria_set = with_extras(every_kind(not_applicable), above_hundred=above_hundred)
    block = tried(criteria_set, arrived(criteria_set, said, left_out))
    assert (block.new, block.gone) == ((), ())
    for unit in block.units:
        assert unit.then == unit.now
        assert unit.ranked_then == unit.ranked_now
        assert difference_of(unit).strip("0.") == ""
        assert not unit.behind
        assert all(row.why == () for row in unit.rows)


@settings(max_examples=30)
@given(said=st.fixed_dictionaries({unit: st.one_of(st.just(()), claims()) for unit in UNITS}))
def test_claims_as_if_upheld_give_what_the_same_findings_give(
    every_kind: SetWith, said: Mapping[str, tuple[Claim, ...]]
) -> None:
    criteria_set = every_kind(NotApplicable.RESCALE)
    claimed = tried(criteria_set, arrived(criteria_set, {u: [ClaimsChange((1, 1), c)] for u, c in said.items()}),
                    Basis.CLAIMED)  # fmt: skip
    upheld: dict[str, list[Change]] = {
        unit: [ClaimsChange((1, 1), made), FindingsChange((1, 1), tuple(map(finding_of, made)))]
        for unit, made in said.items()
    }
    found = tried(criteria_set, arrived(criteria_set, upheld))
    upheld_by_unit = {unit.code: unit.then for unit in found.units}
    for unit in claimed.units:
        assert unit.then == (upheld_by_unit[unit.code] if said[unit.code] else None)
        assert unit.now == unit.then


def finding_of(claim: Claim) -> Finding:
    return Finding(criterion=claim.criterion, figures=claim.figures, applicable=claim.applicable)


def row(code: str, maximum: str, rule: object, name: str = "") -> Criterion:
    return Criterion(code=code, name=name or code, level=Level.CRITERION, maximum=maximum, parent="1", rule=rule)  # type: ignore[arg-type]


def a_set(code: str, *rows: Criterion) -> CriteriaSet:
    return CriteriaSet(
        code=code, title="", reference="",
        criteria=[Criterion(code="1", name="Một", level=Level.AREA, maximum="9"), *rows],
    )  # fmt: skip


NOW = a_set("now", row("1.1", "2", EnteredPoints()), row("1.2", "2", Proportional()), row("1.3", "1", YesNo()))
THEN = a_set(
    "then", row("1.1", "1", EnteredPoints()), row("1.2", "4", Steps(steps=[])), row("1.4", "3", YesNo(), "Mới")
)


def found(criterion: str, **figures: str) -> Finding:
    return Finding(criterion=criterion, figures=[Figure(name=name, value=value) for name, value in figures.items()])


@pytest.fixture
def this_year() -> TriedRound:
    first = (found("1.1", points="1.5"), found("1.2", done="9", planned="10"), found("1.3", answer="yes"))
    second = (found("1.1", points="0.5"), found("1.2", done="1", planned="10"), found("1.3", answer="no"))
    return arrived(NOW, {"u1": [FindingsChange((1, 1), first)], "u2": [FindingsChange((1, 2), second)]})


def test_each_row_says_why_it_differs(this_year: TriedRound) -> None:
    block = tried(THEN, this_year)
    why = {row.criterion: row.why for row in unit_of(block, "u1").rows}
    assert why == {
        "1.1": (Why.OTHER_MAXIMUM, Why.FIGURES_UNFIT),  # 1.5 points of 1 at most
        "1.2": (Why.OTHER_MAXIMUM, Why.OTHER_RULE),
        "1.3": (Why.GONE,),
        "1.4": (Why.NEW,),
    }
    assert unit_of(block, "u2").codes(Why.FIGURES_UNFIT) == []
    assert (block.new, block.gone) == (("1.4",), ("1.3",))


def test_ranks_and_the_difference_are_those_of_each_set(this_year: TriedRound) -> None:
    block = tried(THEN, this_year)
    assert [unit.code for unit in block.units] == ["u2", "u1"]
    now = {unit.code: unit.ranked_now.rank for unit in block.units if unit.ranked_now}
    assert now == {"u1": 1, "u2": 2}
    second = unit_of(block, "u2")
    assert second.now is not None
    assert (second.now.points, second.now.maximum) == ("0.7", "5")
    assert second.then is not None
    assert (second.then.points, second.then.maximum) == ("0.5", "8")
    assert difference_of(second) == "-7.75"  # 6.25 for 14


def test_the_same_code_under_another_name_is_pointed_out(this_year: TriedRound) -> None:
    renamed = a_set("renamed", row("1.1", "2", EnteredPoints(), "Việc khác"))
    assert unit_of(tried(renamed, this_year), "u1").codes(Why.OTHER_NAME) == ["1.1"]


def test_figures_that_are_read_again_after_a_restore_are_not_behind(this_year: TriedRound) -> None:
    old = this_year.figures["u1"]
    assert old.findings
    again = FindingsChange((2, old.findings.at[1]), old.findings.findings)
    figures = {**this_year.figures, "u1": with_findings(old, findings=again)}
    block = tried(NOW, TriedRound("r", this_year.blocks, this_year.sets, figures))
    assert [unit.code for unit in block.units if unit.behind] == []


def test_a_unit_whose_figures_arrived_after_its_index_is_behind(this_year: TriedRound) -> None:
    later = FindingsChange((1, 9), ())
    figures = {**this_year.figures, "u1": with_findings(this_year.figures["u1"], findings=later)}
    block = tried(NOW, TriedRound("r", this_year.blocks, this_year.sets, figures))
    assert [unit.code for unit in block.units if unit.behind] == ["u1"]


def with_findings(figures: UnitFigures, findings: FindingsChange | None) -> UnitFigures:
    return UnitFigures(figures.claims, findings, figures.tallies, figures.index, figures.computed_at)


def test_a_unit_without_an_index_has_no_rank_now_and_one_then(this_year: TriedRound) -> None:
    not_computed = UnitFigures(findings=this_year.figures["u1"].findings)
    block = tried(THEN, TriedRound("r", this_year.blocks, this_year.sets, {**this_year.figures, "u1": not_computed}))
    first = unit_of(block, "u1")
    assert (first.now, first.ranked_now, difference_of(first), first.missing) == (None, None, "", None)
    assert first.ranked_then is not None
    assert first.ranked_then.rank == 2
    assert "not-computed" in [note.code for note in notes_on(block)]


@pytest.fixture
def half_appraised() -> TriedRound:
    """Three units have claimed; of one the appraisal is completed."""
    claimed = ClaimsChange((1, 1), (Claim(criterion="1.3", figures=[Figure(name="answer", value="yes")]),))
    findings = FindingsChange((1, 2), (found("1.1", points="1.5"), found("1.2", done="2", planned="3")))
    return arrived(NOW, {"u1": [claimed], "u2": [claimed, findings], "u3": []})


def test_a_unit_whose_appraisal_is_not_completed_has_no_points_and_no_rank(half_appraised: TriedRound) -> None:
    block = tried(NOW, half_appraised)
    assert [unit.code for unit in block.units] == ["u2", "u1", "u3"]
    for code in ("u1", "u3"):
        unit = unit_of(block, code)
        assert unit.missing is Missing.NOT_APPRAISED
        assert (unit.now, unit.then, unit.ranked_now, unit.ranked_then) == (None, None, None, None)
        assert difference_of(unit) == ""
        assert all(row.now is None and row.then is None for row in unit.rows)
    second = unit_of(block, "u2")
    assert second.ranked_now is not None
    assert second.ranked_then is not None
    assert (second.missing, second.ranked_now.rank, second.ranked_then.rank) == (None, 1, 1)
    assert [note.code for note in notes_on(block)] == ["not-appraised"]


def test_a_unit_without_claims_is_left_out_where_claims_count(half_appraised: TriedRound) -> None:
    block = tried(NOW, half_appraised, Basis.CLAIMED)
    assert {unit.code: unit.missing for unit in block.units} == {"u1": None, "u2": None, "u3": Missing.NOT_CLAIMED}


@pytest.mark.parametrize(
    ("basis", "within", "without", "said"),
    [(Basis.FOUND, 1, 2, "2 đơn vị chưa hoàn thành"), (Basis.CLAIMED, 2, 1, "1 đơn vị chưa nộp")],
)
def test_the_sentence_at_the_top_counts_the_units(
    half_appraised: TriedRound, basis: Basis, within: int, without: int, said: str
) -> None:
    coverage = coverage_of([tried(NOW, half_appraised, basis)], basis)
    assert (coverage.within, coverage.without) == (within, without)
    assert said in coverage.said.vi


def test_a_completion_that_the_table_has_not_yet_counts_as_completed(this_year: TriedRound) -> None:
    late = with_findings(this_year.figures["u1"], findings=None)
    block = tried(NOW, TriedRound("r", this_year.blocks, this_year.sets, {**this_year.figures, "u1": late}))
    first = unit_of(block, "u1")
    assert (first.missing, first.behind, first.now is not None) == (None, True, True)


def test_a_difference_is_that_of_the_two_printed_indices() -> None:
    fractions = a_set("now", row("1.1", "3", EnteredPoints()))
    larger = a_set("then", row("1.1", "3.5", EnteredPoints()))
    on = arrived(fractions, {"u1": [FindingsChange((1, 1), (found("1.1", points="0.2"),))]})
    unit = unit_of(tried(larger, on), "u1")
    assert unit.ranked_now is not None
    assert unit.ranked_then is not None
    assert (unit.ranked_now.index, unit.ranked_then.index) == ("6.67", "5.71")  # 6.666…, 5.714…: -0.952…
    assert difference_of(unit) == "-0.96"


def test_a_block_that_is_not_there_and_too_many_lines_are_refused(this_year: TriedRound) -> None:
    with pytest.raises(BlockUnknownError):
        try_set(TriedSet(THEN, block="x"), this_year)
    huge = a_set("huge", *(row(f"1.{at}", "1", YesNo()) for at in range(100_001)))
    with pytest.raises(TrialTooLargeError) as refused:
        try_set(TriedSet(huge), this_year)
    assert refused.value.lines > 200_000
