from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import ScoreLine
from scoring.computing.score_lines import AreaSum, area_sums, explained_lines

LINES = [
    ScoreLine(criterion="1.1", part="appraisal", maximum="2", points="1.5", claimed="2", causes=["assessment/17"]),
    ScoreLine(criterion="1.2", part="appraisal", maximum="1"),
    ScoreLine(criterion="2.2", part="appraisal", maximum="0", points="0", causes=["assessment/17"]),
    ScoreLine(criterion="2.3", part="survey", maximum="7", points="14/3", causes=["survey/5", "survey/6"]),
    ScoreLine(criterion="9.9", part="appraisal", maximum="0", causes=["assessment/17"], fault="criterion-unknown"),
]


def test_areas_add_up_what_applies_and_what_counts(criteria_set: CriteriaSet) -> None:
    assert area_sums(criteria_set, LINES) == [
        AreaSum("1", "Chỉ đạo, điều hành", "1.5", "3", "0.5"),
        AreaSum("2", "Tác động", "14/3", "7", "2/3"),
    ]


def test_a_line_says_what_was_lost_as_soon_as_it_is_final(criteria_set: CriteriaSet) -> None:
    lines = {line.criterion: line for line in explained_lines(criteria_set, LINES)}
    assert (lines["1.1"].lost, lines["1.1"].share, lines["1.1"].claimed) == ("0.5", "0.75", "2")
    assert (lines["1.2"].lost, lines["1.2"].share) == ("", "")
    assert (lines["2.2"].lost, lines["2.2"].share) == ("0", "")
    assert (lines["2.3"].lost, lines["2.3"].area, lines["2.3"].name) == ("7/3", "2", "Tiêu chí 2.3")
    assert lines["9.9"].fault == "criterion-unknown"
