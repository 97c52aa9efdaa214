# ruff: noqa: E501  # a row of the file is one line, so that it can be changed as a whole
"""What makes no sense in a round file with two appraisals is refused at its place, by assessment's own rules."""

import pytest

from parindex.testing.serving import NOON
from parindex_cli.rounds.checking import check
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.reading import RoundFileError, parse

FILE = """\
round: thu-2026
authority: H97
year: 2026
title: Đợt thử
two_appraisals: true
criteria_sets:
  - code: bo-thu
    title: Bộ thử
    reference: Quyết định 1
    criteria:
      - {code: "1", name: Chỉ đạo, level: area, maximum: 50}
      - {code: "1.1", name: Nhập điểm, level: criterion, parent: "1", maximum: 20, rule: {kind: entered_points}}
      - {code: "1.2", name: Tỷ lệ, level: criterion, parent: "1", maximum: 10, rule: {kind: proportional, floor: 0.8, ceiling: 1}}
      - {code: "1.3", name: Phiếu, level: criterion, parent: "1", maximum: 20, rule: {kind: survey_points, question: hoi}}
blocks:
  - {code: xa, name: Xã, criteria_set: bo-thu, units: [{code: H97.01, name: Tân Lập}]}
self_scores:
  - unit: H97.01
    claims:
      - {criterion: "1.1", figures: {points: 15}}
      - {criterion: "1.2", figures: {done: 95, planned: 100}}
appraisals:
  - unit: H97.01
    findings:
      - {criterion: "1.1", points: 10, comment: Thiếu}
    explanations:
      - {criterion: "1.1", explanation: Đã bổ sung, figures: {points: 14}, evidence: [{number: 9/BC, issued_on: "2026-06-01"}]}
    second_findings:
      - {criterion: "1.1", points: 12, comment: Bổ sung một phần}
    decisions:
      - {criterion: "1.1", kept: true, comment: Thống nhất}
"""
AT = "/appraisals/0"
CUT = '    findings:\n      - {criterion: "1.1", points: 10, comment: Thiếu}\n'
EXPLAINED = FILE[FILE.index("    explanations:") : FILE.index("    second_findings:")]
AGAIN = '    second_findings:\n      - {criterion: "1.1", points: 12, comment: Bổ sung một phần}\n'
SECOND, DECIDED = "points: 12, comment: Bổ sung một phần", "kept: true, comment: Thống nhất"
MISTAKES = [
    ("two_appraisals: true\n", "", f"{AT}/explanations"),
    ("two_appraisals: true\n", "two_appraisals: false\n", f"{AT}/explanations"),
    ("two_appraisals: true", "two_appraisals: hai", "/two_appraisals"),
    ("two_appraisals: true", "two_apraisals: true", "/two_apraisals"),
    (CUT, "", f"{AT}/explanations"),
    (CUT + EXPLAINED, "", f"{AT}/second_findings"),
    (EXPLAINED, "", f"{AT}/second_findings/0/criterion"),
    (
        '"1.1", explanation: Đã bổ sung, figures: {points: 14}',
        '"1.2", explanation: Đã bổ sung',
        f"{AT}/explanations/0/criterion",
    ),
    ('"1.1", explanation', '"1.3", explanation', f"{AT}/explanations/0/criterion"),
    ('"1.1", explanation', '"9", explanation', f"{AT}/explanations/0/criterion"),
    ("explanation: Đã bổ sung", 'explanation: ""', f"{AT}/explanations/0/explanation"),
    ("explanation: Đã bổ sung", 'explanation: " "', f"{AT}/explanations/0/explanation"),
    ("explanation: Đã bổ sung, ", "", f"{AT}/explanations/0/explanation"),
    ("figures: {points: 14}", "figures: {points: 21}", f"{AT}/explanations/0/figures/points"),
    ("figures: {points: 14}", "figures: {points: 14, điểm: 14}", f"{AT}/explanations/0/figures/điểm"),
    ("figures: {points: 14}", "figures: {points: 14}, applicable: false", f"{AT}/explanations/0/figures"),
    ('issued_on: "2026-06-01"', 'issued_on: "2030-06-01"', f"{AT}/explanations/0/evidence/0/issued_on"),
    (
        "    second_findings:\n",
        '      - {criterion: "1.1", explanation: Lại}\n    second_findings:\n',
        f"{AT}/explanations/1/criterion",
    ),
    ('"1.1", points: 12', '"1.2", points: 5', f"{AT}/second_findings/0/criterion"),
    ('"1.1", points: 12', '"1.3", points: 12', f"{AT}/second_findings/0/criterion"),
    ("points: 12, comment", "points: 25, comment", f"{AT}/second_findings/0/points"),
    ("points: 12, comment: Bổ sung một phần", "points: 12", f"{AT}/second_findings/0/comment"),
    (SECOND, "kept: true", f"{AT}/second_findings/0/comment"),
    (SECOND, f"upheld: true, {SECOND}", f"{AT}/second_findings/0"),
    (SECOND, "comment: Đã xem", f"{AT}/second_findings/0"),
    (
        "    decisions:\n",
        '      - {criterion: "1.1", upheld: true}\n    decisions:\n',
        f"{AT}/second_findings/1/criterion",
    ),
    (DECIDED, "points: -1, comment: Trừ", f"{AT}/decisions/0/points"),
    (DECIDED, "upheld: true, kept: true, comment: Trừ", f"{AT}/decisions/0"),
    ('"1.1", kept', '"1.4", kept', f"{AT}/decisions/0/criterion"),
]
"""A text of the right file, the text that replaces it, and the pointer of the one mistake that follows."""


def pointers(text: str) -> list[str]:
    with pytest.raises(RoundFileError) as refused:
        check(parse(text), NOON)
    assert all(place.vi and place.en for place in refused.value.places)
    return list(dict.fromkeys(place.at.split(" ", 1)[1] for place in refused.value.places))


def test_the_file_is_right() -> None:
    assert check(parse(FILE), NOON).appraisals[0].decisions[0].kept


@pytest.mark.parametrize(("right", "wrong", "where"), MISTAKES, ids=[f"{row[2]} {row[1][:40]}" for row in MISTAKES])
def test_a_mistake_is_named_at_its_place(right: str, wrong: str, where: str) -> None:
    assert FILE.count(right) == 1
    assert pointers(FILE.replace(right, wrong)) == [where]


@pytest.mark.parametrize(
    ("right", "wrong", "where"), [row for row in MISTAKES if "figures" in row[2] or "/points" in row[2]]
)
def test_a_mistake_is_named_beside_one_of_shape(right: str, wrong: str, where: str) -> None:
    assert pointers(FILE.replace("year: 2026", "year: nay").replace(right, wrong)) == ["/year", where]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (AGAIN, ""),
        (EXPLAINED + AGAIN, ""),
        (SECOND, "upheld: TRUE"),
        (SECOND, 'upheld: "true", comment: Đủ'),
        (DECIDED, "upheld: true"),
        ("figures: {points: 14}, ", ""),
        ("figures: {points: 14}", "applicable: false"),
        (f'    decisions:\n      - {{criterion: "1.1", {DECIDED}}}\n', ""),
    ],
)
def test_what_the_service_takes_is_right(right: str, wrong: str) -> None:
    assert FILE.count(right) == 1
    assert isinstance(check(parse(FILE.replace(right, wrong)), NOON), RoundFile)


def test_a_council_decides_after_one_appraisal_too() -> None:
    text = FILE.replace("two_appraisals: true\n", "").replace(EXPLAINED + AGAIN, "")
    assert isinstance(check(parse(text), NOON), RoundFile)


def test_with_four_eyes_nobody_completes_what_the_office_and_the_council_changed() -> None:
    text = FILE.replace("two_appraisals", "four_eyes: true\ntwo_appraisals").replace(
        "    explanations:", '      - {criterion: "1.2", points: 5, comment: Ít hơn}\n    explanations:'
    )
    assert pointers(text) == [AT]


MORE_THAN_PLANNED = (
    FILE[: FILE.index("appraisals:\n  - unit")]
    + """\
appraisals:
  - unit: H97.01
    findings: [{criterion: "1.2", figures: {done: 105, planned: 100}, comment: Đếm lại}]
    explanations: [{criterion: "1.2", figures: {done: 106, planned: 100}, explanation: Đếm đủ}]
    second_findings: [{criterion: "1.2", figures: {done: 107, planned: 100}, comment: Đếm nữa}]
    decisions: [{criterion: "1.2", figures: {done: 108, planned: 100}, comment: Thống nhất}]
"""
)


@pytest.mark.parametrize(
    ("part", "done"), [("findings", 105), ("explanations", 106), ("second_findings", 107), ("decisions", 108)]
)
def test_a_warning_of_each_stage_is_confirmed_at_its_entry(part: str, done: int) -> None:
    assert pointers(MORE_THAN_PLANNED) == [f"{AT}/findings/0/figures/done"]
    alone = confirmed(MORE_THAN_PLANNED, without=done)
    assert pointers(alone) == [f"{AT}/{part}/0/figures/done"]
    checked = check(parse(alone), NOON, confirm=True)
    assert getattr(checked.appraisals[0], part)[0].confirmed == ["done-over-planned"]


def confirmed(text: str, without: int) -> str:
    """Confirm the warnings of a text, except for that of one figure."""
    for done in range(105, 109):
        figures = f"figures: {{done: {done}, planned: 100}}"
        text = text.replace(figures, figures + ("" if done == without else ", confirmed: [done-over-planned]"))
    return text
