"""All mistakes of a wrong round file are reported together, each with its line; the shipped files have none."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parindex.auth.accounts_file import AccountsFileError, rows_in
from parindex.cli import app
from parindex.inputs import trees
from parindex.refusal import Place
from parindex_cli.rounds.checking import check, load_round
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.reading import RoundFileError, RoundFileUnreadableError, parse, read
from parindex_cli.rounds.schema import schema

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "deploy" / "demo").glob("*.yaml"))
ROUNDS = [path for path in SHIPPED if path.name != "accounts.yaml"]

RIGHT = """\
round: thu-2026
authority: H09
year: 2026
title: Đợt thử
criteria_sets:
  - code: bo-thu
    title: Bộ thử
    reference: QĐ 1
    criteria:
      - {code: "1", name: Lĩnh vực, level: area, maximum: 5}
      - {code: "1.1", name: Điểm, level: criterion, parent: "1", maximum: 3, rule: {kind: entered_points}}
      - code: "1.2"
        name: Thang
        level: criterion
        parent: "1"
        maximum: 2
        rule: {kind: steps, steps: [{bound: 90, closed: false, points: 2}, {bound: 70, closed: true, points: 1}]}
blocks:
  - {code: so, name: Các sở, criteria_set: bo-thu, units: [{code: H09.01, name: Sở A}]}
self_scores:
  - unit: H09.01
    claims:
      - {criterion: "1.1", figures: {points: 2.5}}
      - {criterion: "1.2", figures: {done: 9, planned: 10}}
appraisals: [{unit: H09.01}]
"""


def mistakes(text: str) -> list[tuple[str, str]]:
    """Return place and English text of every mistake."""
    with pytest.raises(RoundFileError) as refused:
        check(parse(text))
    return [(place.at, place.en) for place in refused.value.places]


def test_a_right_file_is_read_without_a_float() -> None:
    file = check(parse(RIGHT))
    assert isinstance(file, RoundFile)
    assert file.self_scores[0].claims[0].figures == {"points": "2.5"}
    assert file.criteria_sets[0].criteria[0].maximum == "5"


@pytest.mark.parametrize("path", ROUNDS, ids=lambda path: path.stem)
def test_the_shipped_rounds_have_no_mistake(path: Path) -> None:
    assert load_round(path).round == path.stem


def test_there_are_shipped_rounds() -> None:
    assert [path.stem for path in ROUNDS] == ["binhduong-2017-districts", "two-appraisals", "vinhphuc-2019"]


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    text = RIGHT.replace("year: 2026", "year: hai nghìn").replace("maximum: 3", "maximum: 4")
    text = text.replace("criteria_set: bo-thu", "criteria_set: bo-thư").replace("points: 2.5", "points: 9")
    text = text.replace("- unit: H09.01", "- unit: H09.1").replace("kind: steps", "kind: stairs")
    text = text.replace("planned: 10", "planned: ten")
    found = dict(mistakes(text))
    assert list(found) == [
        "3:7 /year",
        "10:59 /criteria_sets/0/criteria/0/maximum",
        "17:22 /criteria_sets/0/criteria/2/rule/kind",
        "19:44 /blocks/0/criteria_set",
        "21:11 /self_scores/0/unit",
    ]
    assert "Did you mean “bo-thu”?" in found["19:44 /blocks/0/criteria_set"]
    assert "steps" in found["17:22 /criteria_sets/0/criteria/2/rule/kind"]


def test_a_broken_rule_hides_no_other_mistake() -> None:
    text = RIGHT.replace("kind: steps", "kind: stairs").replace("points: 2.5", "points: 9")
    assert [at for at, _ in mistakes(text)] == [
        "17:22 /criteria_sets/0/criteria/2/rule/kind",
        "23:46 /self_scores/0/claims/0/figures/points",
    ]


def test_the_rules_of_a_set_are_judged_by_the_service_that_enacts_it() -> None:
    assert mistakes(RIGHT.replace("maximum: 5", "maximum: 6")) == [
        ("10:59 /criteria_sets/0/criteria/0/maximum", "Area 1: its children add up to 5, not 6.")
    ]


def test_figures_are_judged_by_their_rule() -> None:
    found = mistakes(RIGHT.replace("points: 2.5", "points: 3.5").replace("planned: 10", "plan: 10"))
    assert [at.split(" ")[1] for at, _ in found] == [
        "/self_scores/0/claims/0/figures/points",
        "/self_scores/0/claims/1/figures/planned",
        "/self_scores/0/claims/1/figures/plan",
    ]


def test_a_misspelt_field_is_named_with_the_one_meant() -> None:
    found = dict(mistakes(RIGHT.replace("title: Đợt thử", "titel: Đợt thử")))
    assert "Did you mean “title”?" in found["4:8 /titel"]


def test_a_key_that_occurs_twice_is_refused() -> None:
    assert mistakes(RIGHT + "year: 2027\n") == [("26:1 /year", "The key “year” occurs twice.")]


@pytest.mark.parametrize(
    "text", ["[]", "- 1", "round: [", "\x00", "a: &a [*a]", "{" * 200, "!!python/object:os.system x"]
)
def test_what_is_no_round_file_is_refused(text: str) -> None:
    with pytest.raises(RoundFileError):
        check(parse(text))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RoundFileUnreadableError) as refused:
        read(tmp_path / "nowhere.yaml")
    assert refused.value.vi == f"Không có tệp {tmp_path / 'nowhere.yaml'}."
    assert refused.value.places == ()


def test_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RoundFileUnreadableError, match="can't be read"):
        read(tmp_path)


@pytest.mark.parametrize("text", ["", "\n", "# chưa có gì\n"])
def test_an_empty_file_is_called_empty(text: str) -> None:
    with pytest.raises(RoundFileUnreadableError, match="The file is empty"):
        check(parse(text))


def test_one_mistake_is_counted_in_the_singular() -> None:
    with pytest.raises(RoundFileError, match=r"^The file has 1 mistake to fix"):
        check(parse(RIGHT.replace("maximum: 5", "maximum: 6")))


@pytest.mark.parametrize(
    ("right", "wrong", "vi", "en"),
    [
        ("year: 2026", "year: nay", "(số nguyên)", "(a whole number)"),
        (
            "authority: H09",
            "authority: h 9",
            "cơ quan, ví dụ H09.05; tối đa 100 ký tự.)",
            "(It has to be an agency code such as H09.05, at most 100 characters.)",
        ),
        ("kind: steps", "kind: stairs", "một trong: best_of_cases, choice", "one of: best_of_cases, choice"),
        (
            "year: 2026",
            'year: 2026\nkiosks: [{kiosk: k, unit: H09.01, question: q, presses: [{option: "1", pressed_at: mai}]}]',
            "(thời điểm có múi giờ: 2026-01-31T17:00:00+07:00)",
            "(with its time zone: 2026-01-31T17:00:00+07:00)",
        ),
    ],
)
def test_each_language_has_its_own_hint(right: str, wrong: str, vi: str, en: str) -> None:
    with pytest.raises(RoundFileError) as refused:
        check(parse(RIGHT.replace(right, wrong)))
    [told] = [place.en for place in refused.value.places if vi in place.vi]
    assert en in told
    assert not any(" / " in place.vi + place.en for place in refused.value.places)


def test_the_mistakes_are_followed_by_a_note_that_there_may_be_more(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(RIGHT.replace("criteria_set: bo-thu", "criteria_set: khac"), "utf-8")
    said = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["round", "check", str(path)]).output
    assert said.endswith("Có thể còn lỗi khác sau khi sửa những lỗi này.\nThere may be more once these are fixed.\n")
    assert "There may be" not in CliRunner().invoke(app, ["round", "check", str(tmp_path / "nowhere")]).output


MANY_AT_ONE_PLACE = """\
import sys
from parindex_cli.rounds.checking import check
from parindex_cli.rounds.reading import RoundFileError, parse
try:
    check(parse(sys.stdin.read()))
except RoundFileError as refused:
    print(*(f"{place.at} {place.en}" for place in refused.places), sep="\\n")
"""


def test_the_mistakes_of_one_place_are_in_the_same_order_in_each_run() -> None:
    start, end = RIGHT.index('      - code: "1.2"'), RIGHT.index("blocks:")
    like = (
        '      - {code: "1.%d", name: Điểm, level: criterion, parent: "1", maximum: 0.25, rule: {kind: entered_points}}'
    )
    rows = [like % number for number in range(2, 10)]
    text = "\n".join([RIGHT[:start] + rows[0], *rows[1:], RIGHT[end : RIGHT.index('      - {criterion: "1.2", fig')]])
    run = [sys.executable, "-c", MANY_AT_ONE_PLACE]
    printed = [
        subprocess.run(
            run,
            input=text,
            capture_output=True,
            check=True,
            encoding="utf-8",
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in "123"
    ]
    assert [line for line in printed[0].splitlines() if "has no claim" in line] == printed[0].splitlines()
    assert len(printed[0].splitlines()) == 8
    assert set(printed) == {printed[0]}


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("round: é".encode("latin-1"))
    with pytest.raises(RoundFileError):
        read(path)


def test_json_is_as_good_as_yaml() -> None:
    tree = parse(RIGHT)
    assert check(parse(json.dumps(tree.content))) == check(tree)


def test_the_documented_schema_is_the_one_that_is_used() -> None:
    documented = json.loads((ROOT / "docs" / "round-file.schema.json").read_text(encoding="utf-8"))
    assert documented == schema()


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "- " * 100_000 + "x"])
def test_a_file_nested_too_deep_is_refused_and_does_not_end_the_process(text: str) -> None:
    [(at, why)] = mistakes(text)
    assert at.startswith("1:")
    assert why == "Nested too deep."


def laughs(times: int) -> str:
    """Return lists that each repeat the list before them ten times (billion laughs)."""
    lists = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, times)]
    return "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", *lists])


BLOWN_UP = {
    "an alias in itself": ("a: &a [*a, *a, *a]", "1:8 /", "The alias *a contains itself."),
    "a hundred million laughs": (laughs(9), "5:15 /", "Aliases repeat more than 100000 characters."),
    "a wide list, often": (f"a: &a [{'x, ' * 99}x]\nb: [{'*a, ' * 999}*a]", "2:1325 /", "Aliases repeat more than"),
    "a long text, twice": (f"a: &a {'x' * 60_000}\nb: *a\nc: *a", "3:4 /", "Aliases repeat more than"),
}


@pytest.mark.parametrize(("text", "where", "why"), BLOWN_UP.values(), ids=BLOWN_UP)
def test_what_aliases_blow_up_is_refused_before_anything_is_built_of_it(text: str, where: str, why: str) -> None:
    began = time.process_time()
    [(at, said)] = mistakes(text)
    assert (at, said[: len(why)]) == (where, why)
    assert time.process_time() - began < 0.5


def test_aliases_within_aliases_are_as_deep_as_what_they_say() -> None:
    [(_, why)] = mistakes("a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60)))
    assert why == "Nested too deep."


def test_an_accounts_file_that_aliases_blow_up_is_refused_with_its_place() -> None:
    with pytest.raises(AccountsFileError) as refused:
        rows_in(f"{laughs(9)}\naccounts: *a8\n", Path("accounts.yaml"))
    assert refused.value.places[0].at == "5:15 /"


def test_more_values_than_a_round_has_are_refused_where_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MOST_VALUES", 1_000)
    assert mistakes("[" + "1,\n" * 1_000 + "]") == [("1000:1 /", "There are too many values.")]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("round: r\n\tyear: 2026\n", "2:1 /"),
        ("\ufefftitle: Đợt 😀\nblocks:\n  -\tcode: a\n\tname: b\n", "3:4 /"),
    ],
)
def test_a_tab_that_indents_is_named(text: str, at: str) -> None:
    with pytest.raises(RoundFileError) as refused:
        parse(text)
    tab = Place(at, "Dòng này có dấu tab ở chỗ phải là dấu cách.", "This line has a tab where spaces are needed.")
    assert list(refused.value.places) == [tab]


def test_another_mistake_on_a_line_with_a_tab_is_not_called_a_tab() -> None:
    assert mistakes("a: [\t@]") == [("1:6 /", "Not YAML or JSON: found character that cannot start any token.")]


def test_a_list_may_be_named_again() -> None:
    assert parse("a: &units [H09.01, H09.02]\nb: *units").content["b"] == ["H09.01", "H09.02"]


@pytest.mark.parametrize("year", ['"٢٠٢٦"', '"2026\\n"', '"２０２６"', "1e400", ".nan"])
def test_a_year_in_other_digits_is_a_mistake_and_no_accident(year: str) -> None:
    assert [at for at, _ in mistakes(RIGHT.replace("year: 2026", f"year: {year}"))] == ["3:7 /year"]


def test_a_code_with_a_line_end_is_a_mistake() -> None:
    assert [at for at, _ in mistakes(RIGHT.replace("round: thu-2026", 'round: "thu-2026\\n"'))] == ["1:8 /round"]


SURVEYED = (
    RIGHT.replace("maximum: 5}", "maximum: 7}")
    .replace(
        "blocks:",
        """\
      - code: "1.3"
        name: Hài lòng
        level: criterion
        parent: "1"
        maximum: 2
        rule:
          {kind: survey_points, question: phieu, group: dan, shares: [{option: "1", share: 0}, {option: "2", share: 1}]}
blocks:""",
    )
    .replace(
        "appraisals: [{unit: H09.01}]",
        'appraisals: [{unit: H09.01, findings: [{criterion: "1.1", points: 2, comment: thiếu phụ lục}]}]',
    )
    + """\
tallies:
  - {unit: H09.01, question: phieu, group: dan, score: 4, out_of: 5}
kiosks:
  - {kiosk: k-1, unit: H09.01, question: phieu, options: ["1", "2"], presses: [PRESS]}
deadlines: {self_scoring: "2027-01-31T10:00:00.000000Z"}
""".replace("PRESS", '{option: "1", pressed_at: "2026-03-02T02:00:00.000000Z", times: 4}')
)


def test_a_round_with_everything_has_no_mistake() -> None:
    assert check(parse(SURVEYED)).kiosks[0].presses[0].times == 4


@pytest.mark.parametrize(
    ("right", "wrong", "where"),
    [
        ("year: 2026", "year: 1890", "/year"),
        ("times: 4", "times: -4", "/kiosks/0/presses/0/times"),
        ('{option: "1", pressed', '{option: "9", pressed', "/kiosks/0/presses/0/option"),
        ("2026-03-02T", "2026-13-02T", "/kiosks/0/presses/0/pressed_at"),
        ("score: 4,", "score: 6,", "/tallies/0/score"),
        ("out_of: 5", 'counts: [{option: "1", count: 2}]', "/tallies/0"),
        ("score: 4, out_of: 5", 'counts: [{option: "3", count: 2}]', "/tallies/0/counts/0/option"),
        ("score: 4, out_of: 5", 'counts: [{option: "1", count: -2}]', "/tallies/0/counts/0/count"),
        ("group: dan, score", "group: cán bộ, score", "/tallies/0/group"),
        ("points: 2, comment", "points: 4, comment", "/appraisals/0/findings/0/points"),
        ("points: 2, comment", "comment", "/appraisals/0/findings/0"),
        ('"2027-01-31T10:00:00.000000Z"', "31/1/2027", "/deadlines/self_scoring"),
        ("points: 2.5}", "points: 2.5}, evidence: [{number: 1/KH, issued_on: 1/2/2026}]", "EVIDENCE/0/issued_on"),
        ('      - {criterion: "1.1", figures: {points: 2.5}}\n', "", "/self_scores/0/claims"),
        ("blocks:", 'appraisers: [{criterion: "9", appraiser: H09}]\nblocks:', "/appraisers/0/criterion"),
    ],
)
def test_what_a_service_would_refuse_later_is_told_before_anything_is_sent(right: str, wrong: str, where: str) -> None:
    assert right in SURVEYED
    where = where.replace("EVIDENCE", "/self_scores/0/claims/0/evidence")
    [(at, _)] = mistakes(SURVEYED.replace(right, wrong, 1))
    assert at.split(" ")[1] == where
