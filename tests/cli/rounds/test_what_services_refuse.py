"""The check reports what a service would refuse, at its line and column; its warnings can be confirmed."""

import json
from pathlib import Path

import pytest
from tests.journeys.all_kinds import ALL_KINDS
from typer.testing import CliRunner, Result

from parindex.cli import app
from parindex.contracts.criteria import CriteriaSet, Criterion, Level, Share, SurveyPoints
from parindex.testing.serving import NOON
from parindex_cli.rounds.checking import check, check_and_note
from parindex_cli.rounds.comparing import compare
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.reading import RoundFileError, parse
from parindex_cli.rounds.surveyed import button_notes

FILE = """\
round: thu-2026
authority: H97
year: 2026
title: Đợt thử
criteria_sets:
  - code: bo-thu
    title: Bộ thử
    reference: Quyết định 1
    criteria:
      - {code: "1", name: Chỉ đạo, level: area, maximum: 50}
      - {code: "1.1", name: Nhập điểm, level: criterion, parent: "1", maximum: 30, rule: {kind: entered_points}}
      - code: "1.2"
        name: Tỷ lệ
        level: criterion
        parent: "1"
        maximum: 20
        rule: {kind: steps, steps: [{bound: 90, closed: false, points: 20}, {bound: 70, closed: true, points: 10}]}
blocks:
  - {code: xa, name: Xã, criteria_set: bo-thu, units: [{code: H97.01, name: Tân Lập}, {code: H97.02, name: Hòa Bình}]}
self_scores:
  - unit: H97.01
    claims:
      - {criterion: "1.1", figures: {points: 25}}
      - {criterion: "1.2", figures: {done: 95, planned: 100}}
  - unit: H97.02
    claims:
      - {criterion: "1.1", figures: {points: 20}}
      - {criterion: "1.2", figures: {value: 75}}
appraisals:
  - {unit: H97.01}
  - {unit: H97.02}
"""
SECOND = """\
  - unit: H97.02
    claims:
      - {criterion: "1.1", figures: {points: 20}}
      - {criterion: "1.2", figures: {value: 75}}
"""
POINTS = "figures: {points: 25}"
DEADLINES = "blocks:", "deadlines: {self_scoring: %r, appraisal: %r}\nblocks:"


def places(text: str) -> list[str]:
    with pytest.raises(RoundFileError) as refused:
        check(parse(text), NOON)
    return [place.at for place in refused.value.places]


def changed(old: str, new: str) -> str:
    assert old in FILE
    return FILE.replace(old, new, 1)


def test_the_file_is_right() -> None:
    assert check(parse(FILE), NOON).round == "thu-2026"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("name: Hòa Bình", 'name: " "', "19:108 /blocks/0/units/1/name"),
        ("name: Hòa Bình", 'name: "\u200b"', "19:108 /blocks/0/units/1/name"),
        ("name: Hòa Bình", f"name: {'ấ' * 501}", "19:108 /blocks/0/units/1/name"),
        ("title: Đợt thử", 'title: ""', "4:8 /title"),
        ("title: Đợt thử", 'title: "a\\0b"', "4:8 /title"),
        ("title: Đợt thử", 'title: "a\u202eb"', "4:8 /title"),
        (POINTS, f"{POINTS}, evidence: [{{number: 1/KH, issued_on: 20260630}}]", "23:88 CLAIM/evidence/0/issued_on"),
        (POINTS, f"{POINTS}, evidence: [{{number: 1/KH, issued_on: 0001-01-01}}]", "23:88 CLAIM/evidence/0/issued_on"),
        (POINTS, f'{POINTS}, evidence: [{{number: "", title: KH}}]', "23:71 CLAIM/evidence/0/number"),
        (POINTS, f"{POINTS}, evidence: [{{number: {'1' * 101}}}]", "23:71 CLAIM/evidence/0/number"),
        (POINTS, f"{POINTS}, explanation: {'a' * 2_001}", "23:64 CLAIM/explanation"),
        (DEADLINES[0], DEADLINES[1] % ("2026-06-30T17:00:00Z", ""), "18:27 /deadlines/self_scoring"),
        (
            DEADLINES[0],
            DEADLINES[1] % ("2027-06-30T17:00:00Z", "2027-06-29T17:00:00Z"),
            "18:62 /deadlines/appraisal",
        ),
        ("blocks:", 'appraisers: [{criterion: "1.1", appraiser: H98.01}]\nblocks:', "18:44 /appraisers/0/appraiser"),
        ("  - {unit: H97.02}\n", "", "25:5 /self_scores/1"),
        (
            "  - {unit: H97.02}\n",
            '  - {unit: H97.02, findings: [{criterion: "1.1", points: 10, comment: " "}]}\n',
            "31:71 /appraisals/1/findings/0/comment",
        ),
        (
            SECOND,
            "",
            "27:5 /appraisals/1",
        ),
    ],
)
def test_a_refusal_is_foretold_at_its_place(old: str, new: str, where: str) -> None:
    assert places(changed(old, new)) == [where.replace("CLAIM", "/self_scores/0/claims/0")]


def test_a_mistake_in_the_opening_hides_none_behind_it() -> None:
    text = changed("title: Đợt thử", 'title: ""').replace("  - {unit: H97.02}\n", "")
    text = text.replace("blocks:", 'deadlines: {self_scoring: "2020-01-01T00:00:00Z"}\nblocks:')
    text = text.replace(POINTS, f"{POINTS}, explanation: {'a' * 2_001}")
    assert [at.split(" ")[1] for at in places(text)] == [
        "/title",
        "/deadlines/self_scoring",
        "/self_scores/0/claims/0/explanation",
        "/self_scores/1",
    ]


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_booleans_are_taken_as_spreadsheets_write_them(word: str) -> None:
    file = check(parse(changed("closed: true", f"closed: {word}")), NOON)
    rule = file.criteria_sets[0].criteria[2].rule
    assert rule is not None
    assert rule.steps[1].closed is (word.lower() == "true")  # type: ignore[union-attr]


@pytest.mark.parametrize("word", ["yes", "1", "đúng", "null"])
def test_another_word_for_a_boolean_is_told_the_two(word: str) -> None:
    with pytest.raises(RoundFileError) as refused:
        check(parse(changed("closed: true", f"closed: {word}")), NOON)
    assert [place.en for place in refused.value.places] == ["It has to be one of: true, false."]


SLIPS = [("figures: {value: 75}", "figures: {value: 8325}"), ("done: 95, planned: 100", "done: 650, planned: 1.000")]


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, ["round", *words])


@pytest.mark.parametrize(("old", "new"), SLIPS)
def test_what_looks_like_a_slip_is_asked_about_and_confirmed_by_a_flag(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    path.write_text(changed(old, new), "utf-8")
    said = run("check", str(path))
    assert (said.exit_code, "confirmed: [" in said.output) == (1, True)
    assert run("check", str(path), "--confirm-warnings").exit_code == 0


def test_what_looks_like_a_slip_is_confirmed_in_the_file() -> None:
    slip = changed(*SLIPS[0]).replace("{value: 8325}}", "{value: 8325}, confirmed: [percent-over-hundred]}")
    assert check(parse(slip), NOON).self_scores[1].claims[1].confirmed == ["percent-over-hundred"]


def test_a_name_in_another_unicode_form_is_the_same_name() -> None:
    assert check(parse(with_published("To\u0302\u0301t")), NOON).published
    for name in ("Ta\u0302n La\u0323\u0302p", "T\u00e2n\u00a0L\u1eadp", " Tân  Lập "):
        assert check(parse(with_published("Tốt", name)), NOON).published


def test_what_is_not_seen_in_a_name_is_named() -> None:
    with pytest.raises(RoundFileError) as refused:
        check(parse(with_published("Tốt", "Tân\u00a0Lâp")), NOON)
    assert [place.en for place in refused.value.places] == [
        "There is no unit “Tân\u00a0Lâp” (U+00A0). Did you mean “Tân Lập”?"
    ]


def test_a_letter_of_another_script_is_named() -> None:
    [told] = [
        place for place in refusal(changed("- {unit: H97.02}", "- {unit: H97.0\u041e}")).places if "hợp" not in place.vi
    ]
    assert "H97.0\u041e" in told.en


def refusal(text: str) -> RoundFileError:
    with pytest.raises(RoundFileError) as refused:
        check(parse(text), NOON)
    return refused.value


def with_published(band: str, name: str = "Tân Lập", code: str = "") -> str:
    row = {"rank": 1, "unit": name, "index": "90", "band": band} | ({"code": code} if code else {})
    return FILE + f"published: [{{block: xa, rows: [{json.dumps(row, ensure_ascii=False)}]}}]\n"


def published(*rows: str) -> RoundFile:
    text = changed("name: Hòa Bình", "name: Tân Lập") + f"published: [{{block: xa, rows: [{', '.join(rows)}]}}]\n"
    return check(parse(text), NOON)


def result(*rows: tuple[str, int | None, str]) -> dict[str, object]:
    told = [
        {
            "unit_code": code,
            "unit": "Tân Lập",
            "rank": rank,
            "index": index,
            "appraisal": index,
            "survey": "",
            "band": "",
        }
        for code, rank, index in rows
    ]
    return {"blocks": [{"block": "xa", "mean": "", "rows": told}]}


OURS = result(("H97.01", 1, "90.00"), ("H97.02", 2, "80.00"))


@pytest.mark.parametrize(
    ("rows", "differing"),
    [
        (("{rank: 1, unit: Tân Lập, index: 90}", "{rank: 2, unit: Tân Lập, index: 80}"), 0),
        (("{rank: 2, unit: Tân Lập, index: 80}", "{rank: 1, unit: Tân Lập, index: 90}"), 0),
        (("{rank: 2, unit: Tân Lập, index: 81}", "{rank: 1, unit: Tân Lập, index: 90}"), 1),
        (("{rank: 1, unit: Tân Lập, code: H97.02, index: 90}", "{rank: 2, unit: Tân Lập, code: H97.01, index: 80}"), 2),
        (("{rank: 1, unit: Tân Lập, index: 90}",), 1),
    ],
)
def test_units_of_one_name_are_told_apart(rows: tuple[str, ...], differing: int) -> None:
    assert [block.differences for block in compare(published(*rows), OURS)] == [differing]


def test_a_unit_without_an_index_is_compared_and_differs() -> None:
    ours = result(("H97.01", 1, "90.00"), ("H97.02", None, ""))
    file = published(
        "{rank: 1, unit: Tân Lập, code: H97.01, index: 90}", "{rank: 2, unit: Tân Lập, code: H97.02, index: 80}"
    )
    assert [row.differing for row in compare(file, ours)[0].rows] == [(), ("rank", "index")]


def test_a_published_code_that_there_is_not_is_a_mistake() -> None:
    assert [at.split(" ")[1] for at in places(with_published("", code="H97.09"))] == ["/published/0/rows/0/code"]


@pytest.mark.parametrize("damage", [f"{'k' * 5_000_000}: 1\n", f"note: {'k' * 5_000_000}\n"])
def test_what_is_printed_of_a_giant_key_or_value_is_bounded(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    path.write_text(FILE + damage + "bogus: 1\n", "utf-8")
    said = run("check", str(path))
    assert said.exit_code == 1
    assert len(said.output) < 20_000


def test_what_is_printed_of_many_mistakes_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    path.write_text(FILE + "".join(f"bogus-{number}: 1\n" for number in range(30_000)), "utf-8")
    said = run("check", str(path))
    assert said.exit_code == 1
    assert len(said.output) < 100_000


def test_all_kinds_are_right() -> None:
    assert check(parse(ALL_KINDS.read_text("utf-8")), NOON).round


RULE = 'rule: {kind: survey_points, question: hai-long, shares: [{option: "5", share: 1}]}'
PRESS = '{option: "5", pressed_at: "2026-06-01T01:00:00.000000Z"}'
SURVEYED = (
    FILE.replace("maximum: 50}", "maximum: 60}").replace(
        "blocks:",
        f'      - {{code: "1.3", name: Phiếu, level: criterion, parent: "1", maximum: 10, {RULE}}}\nblocks:',
    )
    + f"kiosks:\n  - {{kiosk: k-thu, unit: H97.01, question: hai-long, options: ['5'], presses: [{PRESS}]}}\n"
    "tallies:\n  - {unit: H97.02, question: hai-long, score: 25, out_of: 30}\n"
)


def test_a_surveyed_file_is_right() -> None:
    assert check(parse(SURVEYED), NOON).kiosks
    assert not check_and_note(parse(SURVEYED))[1]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("2026-06-01T01", "2046-06-01T01", "/kiosks/0/presses/0/pressed_at"),
        ("2026-06-01T01", "2026-07-01T13", "/kiosks/0/presses/0/pressed_at"),
        ("tallies:\n", "tallies:\n  - {unit: H97.02, question: hai-long, score: 20, out_of: 30}\n", "/tallies/1"),
        ("{unit: H97.02, question: hai-long, score", "{unit: H97.01, question: hai-long, score", "/tallies/0/question"),
        ("score: 25, out_of: 30", "score: 0, out_of: 0", "/tallies/0/out_of"),
        ("options: ['5']", "options: ['5', 'á']", "/kiosks/0/options/1"),
    ],
)
def test_what_survey_would_refuse_is_foretold(old: str, new: str, where: str) -> None:
    assert old in SURVEYED
    assert [at.split(" ")[1] for at in places(SURVEYED.replace(old, new, 1))] == [where]


def test_beside_a_mistake_of_the_shape_a_tally_is_judged_by_survey() -> None:
    text = SURVEYED.replace("score: 25, out_of: 30", "counts: [{option: '9', count: -1}]").replace("year:", "yaer:")
    with pytest.raises(RoundFileError) as refused:
        check(parse(text), NOON)
    said = {place.at.split(" ")[1]: place.en for place in refused.value.places}
    assert {"/year", "/yaer", "/tallies/0/counts/0/count"} == said.keys()
    assert said["/tallies/0/counts/0/count"] == "Input should be greater than or equal to 0."


def test_a_kiosk_without_presses_hinders_no_tally() -> None:
    text = SURVEYED.replace(f"presses: [{PRESS}]", "presses: []")
    text = text.replace("{unit: H97.02, question", "{unit: H97.01, question")
    assert check(parse(text), NOON).tallies


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("options: ['5']", "options: ['2', '5']", "The button “2” counts nowhere"),
        ("options: ['5'], ", "", "The button “1” counts nowhere"),
        ("question: hai-long, shares", "question: hai-long, group: dan, shares", "No criterion counts this kiosk"),
    ],
)
def test_what_counts_nowhere_is_told_and_is_no_mistake(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    text = SURVEYED.replace(old, new, 1)
    if "group" in new:
        text = text.replace("H97.02, question: hai-long", "H97.02, question: hai-long, group: dan")
    path.write_text(text, "utf-8")
    ended = run("check", str(path))
    assert ended.exit_code == 0
    assert said in ended.output


def test_a_run_says_too_what_counts_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    path.write_text(SURVEYED.replace("options: ['5']", "options: ['2', '5']"), "utf-8")
    ended = run("run", str(path), "--gateway", "http://127.0.0.1:1")
    assert "The button “2” counts nowhere" in ended.output
    assert "--signing-key" in ended.output, "and ends for want of a way in"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-06-01T01", "2025-06-01T01"),
        ("kiosks:\n", "press_window: {from: '2026-06-02T00:00:00Z'}\nkiosks:\n"),
        ("kiosks:\n", "press_window: {until: '2026-06-01T08:00:00+07:00'}\nkiosks:\n"),
    ],
)
def test_a_press_outside_the_window_is_told_and_is_no_mistake(old: str, new: str) -> None:
    tree = parse(SURVEYED.replace(old, new, 1))
    assert check(tree, NOON).kiosks
    assert [note.at.split(" ")[1] for note in check_and_note(tree, NOON)[1]] == ["/kiosks/0/presses/0/pressed_at"]


def test_presses_that_count_nowhere_hinder_no_tally() -> None:
    text = SURVEYED.replace("2026-06-01T01", "2025-06-01T01").replace(
        "{unit: H97.02, question", "{unit: H97.01, question"
    )
    assert check(parse(text), NOON).tallies


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('{option: "5", pressed_at', '{option: "4", pressed_at', "/kiosks/0/presses/1/option"),
        ("2026-06-01T01", "2026-02-30T01", "/kiosks/0/presses/1/pressed_at"),
    ],
)
def test_a_press_that_survey_would_refuse_is_named_behind_a_thousand_others(old: str, new: str, where: str) -> None:
    wrong = PRESS.replace(old, new)
    assert wrong != PRESS
    before = PRESS.replace("}", ", times: 1000}")
    assert [at.split(" ")[1] for at in places(SURVEYED.replace(PRESS, f"{before}, {wrong}"))] == [where]


def test_a_button_that_one_rule_scores_and_another_does_not_counts_nowhere() -> None:
    rules = [
        SurveyPoints(question="hai-long", shares=[Share(option=option, share="1") for option in options])
        for options in (("4", "5"), ("5",))
    ]
    leaves = [
        Criterion(code=str(number), name="Điều tra", level=Level.CRITERION, maximum="1", rule=rule)
        for number, rule in enumerate(rules)
    ]
    asking = CriteriaSet(code="bo", title="Bộ", reference="1/QĐ", criteria=leaves)
    kiosk = {"question": "hai-long", "options": ["4", "5"]}
    assert [said for _, _, said in button_notes("/kiosks/0", kiosk, asking)] == [
        "The button “4” counts nowhere: the criteria set gives it no share."
    ]
