"""A set that goes out as a workbook comes back as the same set, for every kind of rule and any text."""

import unicodedata

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.assessment.conftest import ca_mau_set

from assessment.drafting.layout import (
    CRITERION_COLUMNS,
    DETAIL_COLUMNS,
    GUIDE,
    KIND_WORDS,
    LISTS,
    READ,
    RULES,
    detail_column,
    fields_of,
    listed_in,
    parameters_of,
)
from assessment.drafting.reading import Drafted, read_set
from assessment.drafting.writing import EXAMPLE, write_set
from assessment.enacting.checks import mistakes_in_set
from assessment.enacting.mistakes import with_plain_numbers
from parindex.contracts.criteria import (
    AreaKind,
    Band,
    Choice,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    NotApplicable,
    Option,
    Proportional,
    RankedFrom,
    RoundingPolicy,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    Ties,
    Timeliness,
    YesNo,
)
from parindex.files.workbooks import extract


def read(criteria_set: CriteriaSet) -> Drafted:
    return read_set(extract(write_set(criteria_set), READ))


def said(drafted: Drafted) -> list[str]:
    return [f"{note.at.place}: {note.vi}" for note in (*drafted.errors, *drafted.warnings)]


def test_the_real_rows_of_ca_mau_come_back() -> None:
    drafted = read(ca_mau_set())
    assert said(drafted) == []
    assert drafted.criteria_set == ca_mau_set()


REPLACE = "Hãy thay mã, tên, văn bản và các dòng trước khi ban hành."
SAMPLE_SAID = [
    f"sheet Bộ chỉ số, row 2, column B: Đây là bộ chỉ số mẫu, không phải bộ của cơ quan. {REPLACE}",
    "sheet Bộ chỉ số, row 4, column B: Văn bản ban hành còn chỗ trống “…”; hãy ghi đủ số và ngày.",
]


def test_every_convention_comes_back() -> None:
    bands = [Band(name="A", at_least="90"), Band(name="B", at_least="0", block="so")]
    whole = replace(
        EXAMPLE, bands=bands, rounding=RoundingPolicy(decimals=3, mode="half_even", total="sum_of_rounded"),
        ties=Ties.BY_APPRAISAL, ranked_from=RankedFrom.ROUNDED, not_applicable=NotApplicable.FULL_MARKS,
    )  # fmt: skip
    drafted = read(whole)
    assert said(drafted) == SAMPLE_SAID
    assert drafted.criteria_set == whole


def test_the_keys_of_ties_come_back_in_their_order() -> None:
    whole = replace(ca_mau_set(), ties=Ties.BY_KEYS, tie_keys=["survey", "2", "appraisal"])
    drafted = read(whole)
    assert said(drafted) == []
    assert drafted.criteria_set == whole


def test_the_template_is_a_right_set_with_every_kind_of_rule() -> None:
    drafted = read(EXAMPLE)
    assert said(drafted) == SAMPLE_SAID
    assert drafted.criteria_set == EXAMPLE
    assert {type(row.rule) for row in EXAMPLE.criteria if row.rule} == set(RULES.values())


def test_the_same_set_is_the_same_bytes() -> None:
    assert write_set(ca_mau_set()) == write_set(ca_mau_set())


def test_the_guide_is_the_first_worksheet() -> None:
    sheets = extract(write_set(EXAMPLE), ()).others
    assert (sheets[0], sheets[-1]) == (GUIDE, LISTS)


def test_every_rule_has_a_word_and_every_field_a_column() -> None:
    assert KIND_WORDS.keys() == RULES.keys()
    for rule in RULES.values():
        assert parameters_of(rule).keys() <= CRITERION_COLUMNS.keys()
        _, part = listed_in(rule)
        if part is not None:
            assert {detail_column(name) for name in fields_of(part)} <= DETAIL_COLUMNS.keys()


TEXT = st.sampled_from(["Kế hoạch năm", "=1+1", "1.10", "@x", "a; b", "Số 1/QĐ", "100", "x" * 300, "Đạt\u0300"])
POINTS = st.decimals(0, 1, places=3).map(str)
RULES_DRAWN: st.SearchStrategy[Rule] = st.one_of(
    st.just(EnteredPoints()),
    st.just(YesNo()),
    st.builds(lambda late: Timeliness(on_time="1", late=late), POINTS),
    st.builds(
        lambda closed, points: Steps(
            steps=[Step(bound="90.5", closed=closed, points="1"), Step(bound="-3", closed=not closed, points=points)]
        ),
        st.booleans(),
        POINTS,
    ),
    st.builds(
        lambda name, points: Choice(
            options=[Option(code="a", name=name, points=points), Option(code="b.1", name="Kém", share="0.25")]
        ),
        TEXT,
        POINTS,
    ),
    st.builds(lambda floor: Proportional(floor=floor), POINTS),
    st.builds(lambda group: SurveyPoints(question="hai-long", group=group), st.sampled_from(["", "dn"])),
)


@st.composite
def sets(draw: st.DrawFn) -> CriteriaSet:
    areas = draw(st.integers(1, 3))
    rows: list[Criterion] = []
    for area in range(1, areas + 1):
        leaves = draw(st.lists(RULES_DRAWN, min_size=1, max_size=4))
        kind = draw(st.sampled_from(AreaKind))
        cap = draw(st.sampled_from(["", "0.5", "1"])) if kind is not AreaKind.ORDINARY else ""
        most = str(len(leaves))
        rows.append(
            Criterion(code=str(area), name=draw(TEXT), level=Level.AREA, maximum=most, area_kind=kind, area_cap=cap)
        )
        rows += [
            Criterion(
                code=f"{area}.{at}0", name=draw(TEXT), level=Level.CRITERION, maximum="1", parent=str(area), rule=rule,
                rule_text=draw(st.sampled_from(["", "Trên 90%: 2;\ndưới: 0"])), reference=draw(st.just("")),
                evidence_required=not isinstance(rule, SurveyPoints) and draw(st.booleans()),
            )
            for at, rule in enumerate(leaves, 1)
        ]  # fmt: skip
    return CriteriaSet(
        code="moi", title=draw(TEXT), reference="1/QĐ", criteria=rows, index_above_hundred=draw(st.booleans())
    )


def tidied(criteria_set: CriteriaSet) -> CriteriaSet:
    raw = msgspec.json.encode(with_plain_numbers(criteria_set)).decode()
    return msgspec.json.decode(unicodedata.normalize("NFC", raw), type=CriteriaSet)


@settings(max_examples=40, deadline=None)
@given(drawn=sets())
def test_any_set_comes_back_as_it_went_out(drawn: CriteriaSet) -> None:
    drafted = read(drawn)
    if mistakes_in_set(drawn):
        assert (drafted.criteria_set, bool(drafted.errors)) == (None, True)
        return
    assert said(drafted) == []
    assert drafted.criteria_set is not None
    assert tidied(drafted.criteria_set) == tidied(drawn)
