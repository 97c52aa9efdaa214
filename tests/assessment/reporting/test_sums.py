"""What the claims of a sheet come to, as pure rules: the total, the areas, and what a sum says that it lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from assessment.reporting.sums import area_said, total_said
from assessment.self_scoring.queries import SheetRow, ShownClaim
from parindex.contracts.criteria import AreaKind, Criterion, EnteredPoints, Level, NormalisedToBest, Rule, SurveyPoints

ENTERED, COMPARED, SURVEYED = EnteredPoints(), NormalisedToBest(), SurveyPoints(question="hai-long")
LATER = "tính sau theo đơn vị cao nhất trong khối)"


def leaf_of(code: str, maximum: str, rule: Rule) -> Criterion:
    return Criterion(code=code, name=code, level=Level.CRITERION, maximum=maximum, parent=code[0], rule=rule)


def area_of(code: str, kind: AreaKind = AreaKind.ORDINARY, cap: str = "") -> Criterion:
    return Criterion(code=code, name=code, level=Level.AREA, maximum="10", area_kind=kind, area_cap=cap)


def row_of(leaf: Criterion, figures: Mapping[str, str] | None, *, applicable: bool = True) -> SheetRow:
    by, at = "can-bo", "2026-07-01T12:00:00Z"
    claim = ShownClaim(dict(figures or {}), applicable, [], [], "", [], by, at, 1)
    shown = None if figures is None else claim
    return SheetRow(leaf.code, leaf.name, leaf.maximum, "", False, "H16", shown, None, [])


def totalled(*areas: tuple[Criterion, Sequence[tuple[Criterion, SheetRow]]]) -> tuple[str, list[str]]:
    """Return the total of a sheet, and what the heading of each area says."""
    leaves = {leaf.code: leaf for _, members in areas for leaf, _ in members}
    rows = [(area, [row for _, row in members]) for area, members in areas]
    return total_said(rows, leaves), [area_said(each, leaves) for each in rows]


def claimed(code: str, points: str, maximum: str = "6") -> tuple[Criterion, SheetRow]:
    leaf = leaf_of(code, maximum, ENTERED)
    return leaf, row_of(leaf, {"points": points})


def compared(code: str, maximum: str = "4", value: str = "85") -> tuple[Criterion, SheetRow]:
    leaf = leaf_of(code, maximum, COMPARED)
    return leaf, row_of(leaf, {"value": value})


def test_a_sum_without_compared_criteria_is_whole() -> None:
    assert totalled((area_of("1"), [claimed("1.1", "5.8")])) == ("5,8 / 6 điểm", ["5,8 / 6 điểm tự chấm"])


def test_a_compared_criterion_is_in_the_maximum_and_named_as_what_the_points_lack() -> None:
    lacking = f"chưa gồm điểm của tiêu chí 1.3 (tối đa 4 điểm, {LATER}"
    said = totalled((area_of("1"), [claimed("1.1", "5.8"), compared("1.3")]))
    assert said == (f"5,8 / 10 điểm, {lacking}", [f"5,8 / 10 điểm tự chấm, {lacking}"])


def test_a_compared_criterion_that_is_not_claimed_yet_is_named_too() -> None:
    leaf = leaf_of("1.3", "4", COMPARED)
    total, _ = totalled((area_of("1"), [claimed("1.1", "1"), (leaf, row_of(leaf, None))]))
    assert total == f"1 / 10 điểm, chưa gồm điểm của tiêu chí 1.3 (tối đa 4 điểm, {LATER}"


@pytest.mark.parametrize(
    ("count", "which"), [(2, "tiêu chí 1.1, 1.2"), (3, "tiêu chí 1.1, 1.2, 1.3"), (4, "4 tiêu chí")]
)
def test_several_compared_criteria_are_named_and_many_are_counted(count: int, which: str) -> None:
    total, _ = totalled((area_of("1"), [compared(f"1.{at}", "0.5") for at in range(1, count + 1)]))
    most = {2: "1", 3: "1,5", 4: "2"}[count]
    assert total == f"0 / {most} điểm, chưa gồm điểm của {which} (tối đa {most} điểm, {LATER}"


def test_bonus_and_penalty_points_are_beside_the_scale_and_at_most_their_caps() -> None:
    total, areas = totalled(
        (area_of("1"), [claimed("1.1", "5.8")]),
        (area_of("2", AreaKind.BONUS, "2"), [claimed("2.1", "1.5", "3"), claimed("2.2", "1", "3")]),
        (area_of("3", AreaKind.PENALTY), [claimed("3.1", "0.5", "20")]),
    )
    assert total == "5,8 / 6 điểm; điểm thưởng 2; điểm trừ 0,5"
    assert areas == ["5,8 / 6 điểm tự chấm", "2 / 2 điểm tự chấm", "0,5 / 10 điểm tự chấm"]


def test_a_bonus_area_says_what_it_lacks() -> None:
    total, _ = totalled(
        (area_of("1"), [claimed("1.1", "5.8")]), (area_of("2", AreaKind.BONUS, "2"), [compared("2.1", "1")])
    )
    assert total == f"5,8 / 6 điểm; điểm thưởng 0, chưa gồm điểm của tiêu chí 2.1 (tối đa 1 điểm, {LATER}"


def test_what_does_not_apply_and_what_a_survey_scores_is_in_no_sum() -> None:
    survey, refused, excluded = (
        leaf_of(code, "4", rule) for code, rule in (("1.2", SURVEYED), ("1.3", COMPARED), ("1.4", COMPARED))
    )
    rows = [
        (survey, row_of(survey, None)),
        (refused, row_of(refused, {}, applicable=False)),
        (excluded, replace(row_of(excluded, None), excluded=True)),
    ]
    assert totalled((area_of("1"), [claimed("1.1", "5.8"), *rows])) == ("5,8 / 6 điểm", ["5,8 / 6 điểm tự chấm"])
    assert totalled((area_of("1"), rows)) == ("", [""])
