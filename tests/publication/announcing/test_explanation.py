"""Every point of a unit has its place in the tree, its loss, and a cause."""

from dataclasses import replace

from msgspec import structs

from parindex.contracts.criteria import AreaKind, Criterion, EnteredPoints, Level
from parindex.contracts.scoring import ScoreLine
from publication.announcing.explanation import LineView, explained, find_unit
from publication.freezing.drafts import draft_of
from publication.freezing.snapshot import Header, SnapshotUnit, read_snapshot
from publication.freezing.state import ReceivedRound

HEADER = Header(edition=1, sealed_at="2026-06-30T05:00:00.000000Z")


def bau_bang(received: ReceivedRound) -> SnapshotUnit:
    found = find_unit(read_snapshot(draft_of(received, HEADER).snapshot), "H09.district-03")
    assert found is not None
    return found[1]


def test_rows_stand_in_the_order_of_the_tree_with_sums_above_them(binh_duong: ReceivedRound) -> None:
    lines = explained(bau_bang(binh_duong), binh_duong.sets[0].criteria_set)
    assert [(one.code, one.depth, one.maximum, one.points, one.lost) for one in lines] == [
        ("1", 0, "65,00", "47,45", "17,55"),
        ("1.1", 1, "65,00", "47,45", "17,55"),
        ("2", 0, "35,00", "32,82", "2,18"),
        ("2.1", 1, "35,00", "32,82", "2,18"),
    ]


def test_a_scored_row_names_the_entries_that_it_comes_from(binh_duong: ReceivedRound) -> None:
    lines = {one.code: one for one in explained(bau_bang(binh_duong), binh_duong.sets[0].criteria_set)}
    assert (lines["1"].causes, lines["1.1"].causes, lines["2.1"].causes) == ([], ["assessment/23"], ["survey/3"])


def test_a_row_that_does_not_apply_and_a_row_without_an_answer_are_distinguished(binh_duong: ReceivedRound) -> None:
    unit = bau_bang(binh_duong)
    lines = [
        ScoreLine(criterion="1.1", part="appraisal", maximum="0", points="0"),
        ScoreLine(criterion="2.1", part="survey", maximum="35"),
    ]
    found = {one.code: one for one in explained(_with(unit, lines), binh_duong.sets[0].criteria_set)}
    assert (found["1.1"].applicable, found["2.1"].applicable) == (False, True)
    assert (found["2.1"].points, found["2.1"].counted, found["2.1"].lost) == ("0,00", False, "35,00")
    assert found["2"].lost == "35,00"  # what the criteria lost adds up to what the area lost


def test_a_value_that_is_compared_says_the_greatest_of_the_block_and_whose_it_is(binh_duong: ReceivedRound) -> None:
    unit = bau_bang(binh_duong)
    best = structs.replace(unit, code="H09.district-01", name="Thủ Dầu Một")
    compared = ScoreLine(
        criterion="1.1", part="appraisal", maximum="65", points="52", value="80", best="100", best_unit=best.code
    )
    found = explained(_with(unit, [compared]), binh_duong.sets[0].criteria_set, [unit, best])
    assert {one.code: one.compared for one in found if one.compared} == {
        "1.1": "Giá trị 80, cao nhất trong khối là 100: 80 ÷ 100 × 65 = 52 điểm; cao nhất: Thủ Dầu Một"
    }


def test_full_marks_lost_nothing(binh_duong: ReceivedRound) -> None:
    lines = [ScoreLine(criterion="1.1", part="appraisal", maximum="65", points="65")]
    found = explained(_with(bau_bang(binh_duong), lines), binh_duong.sets[0].criteria_set)
    assert [(one.points, one.lost, one.share) for one in found if one.code == "1.1"] == [("65,00", "", "100,00")]


def test_sums_reach_through_every_level(binh_duong: ReceivedRound) -> None:
    criteria_set = binh_duong.sets[0].criteria_set
    deeper = [
        Criterion(code="3", name="", level=Level.AREA, maximum="2"),
        Criterion(code="3.1", name="", level=Level.CRITERION, maximum="2", parent="3"),
        Criterion(code="3.1.1", name="", level=Level.COMPONENT, maximum="1", parent="3.1", rule=EnteredPoints()),
        Criterion(code="3.1.2", name="", level=Level.COMPONENT, maximum="1", parent="3.1", rule=EnteredPoints()),
    ]
    lines = [
        ScoreLine(criterion=code, part="appraisal", maximum="1", points=points)
        for code, points in (("3.1.1", "1/3"), ("3.1.2", "1/3"))
    ]
    found: list[LineView] = explained(
        _with(bau_bang(binh_duong), lines), structs.replace(criteria_set, criteria=deeper)
    )
    assert [(one.code, one.points) for one in found] == [
        ("3", "0,67"), ("3.1", "0,67"), ("3.1.1", "0,33"), ("3.1.2", "0,33"),
    ]  # fmt: skip


def test_a_bonus_area_shows_what_counts_of_it_and_loses_nothing(binh_duong: ReceivedRound) -> None:
    rows = [
        Criterion(code="3", name="Điểm cộng", level=Level.AREA, maximum="8", area_kind=AreaKind.BONUS, area_cap="5"),
        Criterion(code="3.1", name="", level=Level.CRITERION, maximum="8", parent="3", rule=EnteredPoints()),
    ]
    lines = [ScoreLine(criterion="3.1", part="bonus", maximum="8", points="6.5")]
    criteria_set = structs.replace(binh_duong.sets[0].criteria_set, criteria=rows)
    above, leaf = explained(_with(bau_bang(binh_duong), lines), criteria_set)
    assert (above.name, above.maximum, above.points) == ("Điểm cộng (điểm thưởng, không quá 5 điểm)", "5,00", "5,00")
    assert (leaf.part, leaf.maximum, leaf.points) == ("bonus", "8,00", "6,50")
    assert above.lost == leaf.lost == ""


def test_a_snapshot_names_what_the_round_does_not_ask_of_a_unit(binh_duong: ReceivedRound) -> None:
    block = binh_duong.opened.blocks[0]
    units = [
        structs.replace(unit, not_applicable=["2"] if unit.code == "H09.district-03" else []) for unit in block.units
    ]
    opened = structs.replace(binh_duong.opened, blocks=[structs.replace(block, units=units)])
    assert bau_bang(replace(binh_duong, opened=opened)).not_applicable == ["2"]
    assert bau_bang(binh_duong).not_applicable == []


def test_a_unit_of_another_round_is_not_found(binh_duong: ReceivedRound) -> None:
    assert find_unit(read_snapshot(draft_of(binh_duong, HEADER).snapshot), "H62.central-01") is None


def _with(unit: SnapshotUnit, lines: list[ScoreLine]) -> SnapshotUnit:
    return structs.replace(unit, lines=lines)
