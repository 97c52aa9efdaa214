"""What goes out as a workbook and comes back unchanged is what the claims declare, for every kind of rule."""

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assessment.filling_in.altered import Altered

from assessment.enacting.figures import mistakes_in_figures
from assessment.filling_in.layout import READ, codes_of_words, words_of
from assessment.filling_in.queries import content_in
from assessment.filling_in.rows import Ground, read_workbook
from assessment.filling_in.writing import Filling, write_workbook
from assessment.opening.terms import Terms
from assessment.self_scoring.bodies import ListedClaimIn
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.queries import SheetRow, ShownClaim
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import (
    Choice,
    Criterion,
    EnteredPoints,
    Level,
    Option,
    Proportional,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.files.workbooks import extract
from parindex.numbers import exact, to_wire
from parindex.values.texts import LINE, NOTE, TextRule
from parindex.web.worksheets import key

NAMES = ["Xuất sắc", "=1+1", "Tốt", "tốt ", "1/2", "100", "@x", "o4", "x, y; z", "m1"]
OPTIONS = [Option(code=f"o{index}", name=name, points="1") for index, name in enumerate(NAMES)]
RULES: dict[str, Rule] = {
    "1.1": EnteredPoints(),
    "1.2": YesNo(),
    "1.3": Timeliness(on_time="2", late="1"),
    "1.4": Steps(steps=[Step(bound="90", closed=True, points="2")]),
    "1.5": Choice(options=OPTIONS),
    "1.10": Proportional(),
    "1.11": SurveyPoints(question="hai-long"),
}
LEAVES = {
    code: Criterion(code=code, name=f"Tiêu chí {code}", level=Level.CRITERION, maximum="1000", parent="1", rule=rule)
    for code, rule in RULES.items()
}
AREA = Criterion(code="1", name="=Lĩnh vực", level=Level.AREA, maximum="7000")
TERMS = Terms("r-2026", "H16.01", "H16", LEAVES, {code: "H16" for code in RULES if code != "1.11"})
FILES = {"ab" * 32: "Kế hoạch.pdf · abababababab", "cd" * 32: "=tệp.pdf · cdcdcdcdcdcd"}
GROUND = Ground(LEAVES, ["1"], {key(label): digest for digest, label in FILES.items()})

ALPHABET = st.sampled_from("=+-@'\"<>&_x000D1;,. \n/%ăâđêôơưỵẦ€𝄞") | st.characters(
    categories=["L", "N", "P", "S", "Zs"]
)


def texts(rule: TextRule, most: int = 40) -> st.SearchStrategy[str]:
    """Texts that the API takes, tidied as it tidies them; some are long, and many begin like a formula."""
    starts = st.sampled_from(
        ["", "=", "+1", "-", "@", "01/02/2026", "1.234", "TRUE", "#REF!", "_x0041_", "Giải trình "]
    )
    whole = st.tuples(starts, st.text(ALPHABET, max_size=most)).map("".join) | st.just("dài " * 25)
    lines = whole if rule.lines else whole.map(lambda text: text.replace("\n", " "))
    tidy = lines.map(lambda text: rule.tidy(text) or ("1" if rule.needed else ""))
    return tidy.filter(lambda text: not rule.fault(text))


@st.composite
def decimals(draw: st.DrawFn, most: int = 10**15) -> str:
    whole, places = draw(st.integers(0, most)), draw(st.integers(0, 16))
    fraction = str(draw(st.integers(0, 10**places)))[:places] if places else ""
    text = (f"{whole}.{fraction}" if fraction else str(whole))[:18].removesuffix(".")
    return to_wire(exact(text))


def days() -> st.SearchStrategy[str]:
    return st.just("") | st.dates(date(1945, 1, 1), date(2026, 7, 1)).map(str)


DOCUMENTS = st.builds(
    Evidence,
    number=texts(TextRule(100, needed=True)),
    issued_on=days(),
    title=texts(LINE),
    page=texts(TextRule(100)),
    sha256=st.sampled_from(["", *FILES, "ef" * 32]),
    effective_from=days(),
    effective_to=days(),
)


def figures(code: str) -> st.SearchStrategy[dict[str, str]]:
    ratio = st.fixed_dictionaries({"done": decimals(), "planned": decimals().filter(lambda text: exact(text) > 0)})
    match RULES[code]:
        case EnteredPoints():
            return st.fixed_dictionaries({"points": decimals(999)})
        case YesNo():
            return st.fixed_dictionaries({"answer": st.sampled_from(["yes", "no"])})
        case Timeliness():
            return st.fixed_dictionaries({"outcome": st.sampled_from(["on_time", "late", "never"])})
        case Steps():
            negative = decimals(10**9).map(lambda text: f"-{text}"[:18].removesuffix("."))
            return ratio | st.fixed_dictionaries(
                {"value": decimals() | negative.map(lambda text: to_wire(exact(text)))}
            )
        case Choice():
            return st.fixed_dictionaries({"level": st.sampled_from([option.code for option in OPTIONS])})
        case _:
            return ratio


@st.composite
def claims(draw: st.DrawFn, code: str) -> dict[str, Any]:
    applies = draw(st.booleans() | st.just(value=True))
    return {
        "criterion": code,
        "figures": draw(figures(code)) if applies else {},
        "applicable": applies,
        "evidence": draw(st.lists(DOCUMENTS, max_size=3)),
        "explanation": draw(texts(NOTE, 100)),
    }


SHEETS = st.tuples(*(st.none() | claims(code) for code in TERMS.appraisers)).map(
    lambda found: {claim["criterion"]: claim for claim in found if claim}
)


def filling(sheet: dict[str, dict[str, Any]]) -> Filling:
    rows = [
        SheetRow(code, leaf.name, leaf.maximum, "", False, "H16", _shown(sheet.get(code)), None, [])
        for code, leaf in LEAVES.items()
    ]
    return Filling("r-2026", "H16.01", "Đợt", "Sở", 3, "0" * 64, [(AREA, rows)], LEAVES, FILES)


def _shown(claim: dict[str, Any] | None) -> ShownClaim | None:
    if claim is None:
        return None
    figures_, evidence, explanation = claim["figures"], claim["evidence"], claim["explanation"]
    return ShownClaim(figures_, claim["applicable"], evidence, [], explanation, [], by="x", at="", position=1)


@settings(max_examples=50, deadline=None)
@given(SHEETS)
def test_a_workbook_that_comes_back_declares_what_went_out(sheet: dict[str, dict[str, Any]]) -> None:
    written = write_workbook(filling(sheet))
    assert written == write_workbook(filling(sheet))
    for content in (written, Altered(written).saved(), Altered(written).saved(in_memory=False, constant_memory=True)):
        filled = read_workbook(extract(content, READ), GROUND)
        assert (filled.errors, filled.warnings) == ([], [])
        came = {code: content_in(row.claim, TERMS) for code, row in filled.rows.items() if row.claim}
        assert came == {code: content_in(_body(claim), TERMS) for code, claim in sheet.items()}


def _body(claim: dict[str, Any]) -> ListedClaimIn:
    leaf = LEAVES[claim["criterion"]]
    declared = [Figure(name=name, value=value) for name, value in claim["figures"].items()]
    assert not claim["applicable"] or mistakes_in_figures(leaf, declared, "") == []
    evidence = [
        {name: getattr(item, name) for name in Evidence.__slots__ if getattr(item, name)} for item in claim["evidence"]
    ]
    return ListedClaimIn.model_validate({**claim, "evidence": evidence})


def test_no_two_words_of_a_choice_look_alike_and_each_is_read_as_its_code() -> None:
    leaf = LEAVES["1.5"]
    words = words_of(leaf)
    assert len({key(word) for word in words.values()}) == len(OPTIONS)
    assert {codes_of_words(leaf)[key(word)] for word in words.values()} == set(words)
    assert all(codes_of_words(leaf)[key(word)] == code for code, word in words.items())
    assert all(codes_of_words(leaf)[key(code)] == code for code in words)


def test_no_text_of_a_workbook_is_a_formula_or_a_link() -> None:
    claim = {
        "criterion": "1.1", "figures": {"points": "1"}, "applicable": True,
        "evidence": [Evidence("=1+1", title="https://x.vn", page="@SUM(A1)")], "explanation": "-1+cmd|'/C calc'!A0",
    }  # fmt: skip
    with ZipFile(BytesIO(write_workbook(filling({"1.1": claim})))) as package:
        sheets = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 5
    assert [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet] == []
