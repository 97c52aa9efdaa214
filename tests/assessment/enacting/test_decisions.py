from fractions import Fraction

import msgspec
import pytest

from assessment.enacting.checks import mistakes_in_set
from assessment.enacting.commands import EnactCriteriaSet
from assessment.enacting.decisions import (
    PAGE,
    digest_of_set,
    enacting,
    pages_of,
    without_texts,
)
from assessment.enacting.events import CriteriaSetEnacted, RuleTextsRecorded
from assessment.enacting.queries import with_texts
from assessment.enacting.refusals import CriteriaSetEnactedBeforeError
from assessment.enacting.state import RuleText
from parindex.canonical import canonical
from parindex.contracts.criteria import (
    AreaKind,
    Band,
    BestOfCases,
    Case,
    Choice,
    CriteriaSet,
    Criterion,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    Level,
    NamedFigure,
    Option,
    PerCase,
    Proportional,
    RoundingPolicy,
    Rule,
    Share,
    Step,
    Steps,
    SurveyPoints,
    Ties,
    Timeliness,
    YesNo,
)
from parindex.contracts.invalid import CriteriaSetInvalidError
from parindex.contracts.taken import IdOfAnotherError
from parindex.eventstore.entries import LARGEST
from parindex.testing.rules import Rules

ENACTING = Rules(enacting)
A, B = NamedFigure(figure="a", name="A"), NamedFigure(figure="b", name="B")


def small_set(rule: Rule | None = None, maximum: str = "2") -> CriteriaSet:
    """One area of one criterion, which the rule scores."""
    return CriteriaSet(
        code="small",
        title="Bộ nhỏ",
        reference="1/QĐ",
        criteria=[
            Criterion(code="1", name="Lĩnh vực", level=Level.AREA, maximum=maximum),
            Criterion(
                code="1.1", name="Tiêu chí", level=Level.CRITERION, maximum=maximum, parent="1",
                rule=rule or EnteredPoints(),
            ),
        ],
    )  # fmt: skip


def places(criteria_set: CriteriaSet) -> list[str]:
    with pytest.raises(CriteriaSetInvalidError) as refused:
        ENACTING.when(EnactCriteriaSet("H16", criteria_set))
    return [place.at for place in refused.value.places]


def test_the_real_rows_of_ca_mau_are_enacted_as_they_are(ca_mau: CriteriaSet) -> None:
    enacted, wording = ENACTING.when(EnactCriteriaSet("H16", ca_mau))
    plain = without_texts(ca_mau)
    assert enacted == CriteriaSetEnacted("H16", plain, digest_of_set(plain))
    assert isinstance(wording, RuleTextsRecorded)
    assert with_texts(plain, wording.texts) == ca_mau


def test_a_national_set_with_all_its_wording_fits_into_entries_of_the_log() -> None:
    name, wording = "Mức độ hoàn thành kế hoạch cải cách hành chính " * 2, "Hoàn thành 100% kế hoạch: điểm tối đa; " * 8
    rows = [Criterion(code="1", name=name, level=Level.AREA, maximum="145")]
    rows += [
        Criterion(
            code=f"1.{number}", name=name, level=Level.CRITERION, maximum="1", parent="1", rule=YesNo(),
            rule_text=f"{number}: {wording}",
        )
        for number in range(145)
    ]  # fmt: skip
    national = msgspec.structs.replace(small_set(), criteria=rows)
    facts = ENACTING.when(EnactCriteriaSet("G01", national))
    assert len(facts) > 2
    assert max(len(canonical(fact)) for fact in facts) < LARGEST - 1_000
    texts = [text for fact in facts if isinstance(fact, RuleTextsRecorded) for text in fact.texts]
    assert with_texts(without_texts(national), texts) == national


@pytest.mark.parametrize(("over", "rows"), [(0, [2, 2]), (1, [1, 1, 1, 1])])
def test_a_page_of_wording_is_as_long_as_its_limit_and_no_longer(over: int, rows: list[int]) -> None:
    short, long = "â" * 50, "x" * (PAGE - 160 + over)  # beside each wording 60 bytes are counted for its keys
    texts = ["", short, long, "", short, long]
    criteria = [
        Criterion(code=str(code), name="n", level=Level.CRITERION, maximum="1", rule_text=text)
        for code, text in enumerate(texts)
    ]
    pages = list(pages_of(msgspec.structs.replace(small_set(), criteria=criteria)))
    assert [len(page) for page in pages] == rows
    wording = [RuleText(str(code), text) for code, text in enumerate(texts) if text]
    assert [row for page in pages for row in page] == wording


def test_a_set_is_published_without_its_wording() -> None:
    worded = [msgspec.structs.replace(row, rule_text="Hoàn thành: 2 điểm") for row in small_set().criteria]
    assert without_texts(msgspec.structs.replace(small_set(), criteria=worded)) == small_set()


@pytest.mark.parametrize(("done", "points"), [("90.01", "2"), ("90", "1"), ("70", "1"), ("69.99", "0")])
def test_ninety_and_seventy_percent_stand_on_the_middle_rung_of_ca_mau(
    ca_mau: CriteriaSet, done: str, points: str
) -> None:
    fact, _ = ENACTING.when(EnactCriteriaSet("H16", ca_mau))
    assert isinstance(fact, CriteriaSetEnacted)
    ladder = next(row.rule for row in fact.criteria_set.criteria if row.code == "1.1.4")
    assert isinstance(ladder, Steps)
    value = Fraction(done)
    rungs = [
        step for step in ladder.steps if value > Fraction(step.bound) or (step.closed and value == Fraction(step.bound))
    ]
    assert (rungs[0].points if rungs else ladder.otherwise) == points


def test_the_printed_maximum_of_the_area_is_refused_while_rows_are_missing(ca_mau: CriteriaSet) -> None:
    rows = [msgspec.structs.replace(row, maximum="20") if row.code == "1" else row for row in ca_mau.criteria]
    with pytest.raises(CriteriaSetInvalidError) as refused:
        ENACTING.when(EnactCriteriaSet("H16", msgspec.structs.replace(ca_mau, criteria=rows)))
    (place,) = refused.value.places
    assert (place.at, place.en) == ("/criteria/0/maximum", "Area 1: its children add up to 10, not 20.")
    assert place.vi == "Lĩnh vực 1: các dòng con cộng lại là 10, nhưng điểm tối đa ghi 20."


def test_a_set_is_enacted_once_under_its_code(ca_mau: CriteriaSet) -> None:
    with pytest.raises(CriteriaSetEnactedBeforeError, match=f"set “{ca_mau.code}” is enacted"):
        ENACTING.given(CriteriaSetEnacted("H16", ca_mau, "d")).when(EnactCriteriaSet("H16", ca_mau))


def test_an_id_with_the_code_of_another_authority_is_refused() -> None:
    theirs = msgspec.structs.replace(small_set(), code="h62-small")
    with pytest.raises(IdOfAnotherError) as refused:
        ENACTING.when(EnactCriteriaSet("H16", theirs, "/criteria_set"))
    found = refused.value
    assert (found.id_, found.authority, found.at, found.holder) == ("h62-small", "H16", "/criteria_set/code", "")


def test_an_id_that_another_authority_took_first_is_refused_and_its_holder_is_named() -> None:
    with pytest.raises(IdOfAnotherError) as refused:
        ENACTING.given(CriteriaSetEnacted("H62", small_set(), "d")).when(EnactCriteriaSet("H16", small_set()))
    found = refused.value
    assert (found.id_, found.authority, found.at, found.holder) == ("small", "H16", "/code", "H62")


def test_equal_numbers_make_equal_sets() -> None:
    (plain,) = ENACTING.when(EnactCriteriaSet("H16", small_set(maximum="2")))
    (padded,) = ENACTING.when(EnactCriteriaSet("H16", small_set(maximum="2.00")))
    assert plain == padded


def test_all_mistakes_are_found_at_once_each_in_its_place() -> None:
    wrong = CriteriaSet(
        code="Sai Mã",
        title="t",
        reference="r",
        criteria=[
            Criterion(code="1", name="a", level=Level.AREA, maximum="5"),
            Criterion(code="1.1", name="b", level=Level.CRITERION, maximum="4", parent="1", rule=YesNo()),
            Criterion(code="1.1", name="c", level=Level.CRITERION, maximum="x", parent="9", rule=YesNo()),
            Criterion(code="2", name="d", level=Level.AREA, maximum="0"),
        ],
        rounding=RoundingPolicy(decimals=9, mode="up", total="none"),
        bands=[Band(name="A", at_least="90"), Band(name="A", at_least="90.0"), Band(name="B", at_least="-1")],
    )
    assert places(wrong) == [
        "/code",
        "/criteria/2/maximum",
        "/criteria/2/code",
        "/criteria/2/parent",
        "/criteria/3/rule",
        "/criteria/0/maximum",
        "/criteria/3/maximum",
        "/rounding/mode",
        "/rounding/total",
        "/rounding/decimals",
        "/bands/1/name",
        "/bands/1/at_least",
        "/bands/2/at_least",
    ]


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (Choice(options=[Option(code="a", name="A", share="1.1")]), ["options/0/share"]),
        (Choice(options=[Option(code="a", name="A", points="1", share="1")]), ["options/0/points"]),
        (Choice(options=[Option(code="a", name="A")]), ["options/0/points"]),
        (DueDates(dates=[], on_time="1", late="2"), ["late", "dates"]),
        (DueDates(dates=[A, A], on_time="2"), ["dates/1/figure"]),
        (DueDates(dates=[NamedFigure(figure=f"d{at}", name="D") for at in range(21)], on_time="2"), ["dates"]),
        (PerCase(each="-1", cap="3"), ["each", "cap"]),
        (
            BestOfCases(cases=[Case(figure="A b", name="A", points="2.5")], otherwise="3"),
            ["cases/0/figure", "cases/0/points", "otherwise"],
        ),
        (Deduction(violations=[Case(figure="a", name="A", points="3")], floor="-1"), ["violations/0/points", "floor"]),
        (Formula(variables=[A, B], expression="a / c"), ["expression", "variables/1/figure"]),
        (Formula(variables=[A], expression="a +"), ["expression"]),
        (Formula(variables=[], expression="1"), ["variables"]),
        (Formula(variables=[NamedFigure(figure="maximum", name="A")], expression="maximum"), ["variables/0/figure"]),
        (ExternalValue(source="SIPAS", out_of="0"), ["out_of"]),
        (Timeliness(on_time="3", late="0.5"), ["on_time"]),
        (Timeliness(on_time="1", late="1.5", never="1.7"), ["late", "never"]),
        (Timeliness(on_time="1", late="-1"), ["late", "never"]),
        (Steps(steps=[]), ["steps"]),
        (
            Steps(steps=[Step(bound="70", closed=True, points="2"), Step(bound="90", closed=True, points="1")]),
            ["steps/1/bound"],
        ),
        (
            Steps(steps=[Step(bound="70", closed=False, points="2"), Step(bound="70", closed=True, points="1")]),
            ["steps/1/bound"],
        ),
        (
            Steps(steps=[Step(bound="90%", closed=True, points="2.5")], otherwise="-1"),
            ["steps/0/bound", "otherwise", "steps/0/points"],
        ),
        (Choice(options=[]), ["options"]),
        (
            Choice(options=[Option(code="a", name="A", points="2"), Option(code="a", name="B", points="3")]),
            ["options/1/code", "options/1/points"],
        ),
        (Proportional(floor="0.9", ceiling="0.8"), ["floor"]),
        (Proportional(floor="-0.1", ceiling="1.2"), ["ceiling", "floor"]),
        (Proportional(floor="80%", ceiling="0"), ["floor", "ceiling"]),
        (SurveyPoints(question=""), ["question"]),
        (
            SurveyPoints(question="q", shares=[Share(option="1", share="1.1"), Share(option="1", share="0")]),
            ["shares/1/option", "shares/0/share"],
        ),
    ],
)
def test_each_kind_of_rule_is_checked(rule: Rule, wrong: list[str]) -> None:
    assert places(small_set(rule)) == [f"/criteria/1/rule/{at}" for at in wrong]


@pytest.mark.parametrize(
    "rule",
    [
        EnteredPoints(),
        YesNo(),
        Timeliness(on_time="2", late="2", never="2"),
        Steps(steps=[Step(bound="5", closed=False, points="0")], otherwise="2"),  # the fewer the better
        Choice(options=[Option(code="tot", name="Tốt", points="1.5")]),
        Proportional(floor="0.8", ceiling="0.8"),
        SurveyPoints(question="q", shares=[Share(option="a", share="0.6")]),
    ],
)
def test_each_kind_of_rule_can_be_enacted(rule: Rule) -> None:
    (fact,) = ENACTING.when(EnactCriteriaSet("H16", small_set(rule)))
    assert isinstance(fact, CriteriaSetEnacted)
    assert fact.criteria_set.criteria[1].rule == rule


def test_the_tree_has_its_levels_and_rules_only_at_leaves() -> None:
    wrong = small_set()
    area, criterion = wrong.criteria
    rows = [
        msgspec.structs.replace(area, rule=YesNo()),
        msgspec.structs.replace(criterion, level=Level.COMPONENT),
        Criterion(code="3", name="c", level=Level.AREA, maximum="1", parent="1"),
    ]
    assert places(msgspec.structs.replace(wrong, criteria=rows)) == [
        "/criteria/0/rule",
        "/criteria/1/parent",
        "/criteria/2/parent",
        "/criteria/2/rule",
        "/criteria/0/maximum",
    ]


def test_a_survey_criterion_requires_no_evidence() -> None:
    criteria_set = small_set(SurveyPoints(question="q"))
    rows = [criteria_set.criteria[0], msgspec.structs.replace(criteria_set.criteria[1], evidence_required=True)]
    assert places(msgspec.structs.replace(criteria_set, criteria=rows)) == ["/criteria/1/evidence_required"]


def test_one_name_may_be_a_band_of_several_blocks() -> None:
    bands = [Band(name="I", at_least="90"), Band(name="I", at_least="80", block="huyen")]
    assert ENACTING.when(EnactCriteriaSet("H16", msgspec.structs.replace(small_set(), bands=bands)))


def test_places_lie_beneath_where_the_set_was_sent() -> None:
    with pytest.raises(CriteriaSetInvalidError) as refused:
        ENACTING.when(EnactCriteriaSet("H16", small_set(maximum="0"), "/criteria_set"))
    assert {place.at for place in refused.value.places} == {
        "/criteria_set/criteria/0/maximum",
        "/criteria_set/criteria/1/maximum",
    }


def with_extra(**of_area: object) -> CriteriaSet:
    """The small set and a second area, of a criterion with 4 points."""
    above = Criterion(code="2", name="Điểm cộng", level=Level.AREA, maximum="4", **of_area)  # type: ignore[arg-type]
    leaf = Criterion(
        code="2.1", name="Sáng kiến", level=Level.CRITERION, maximum="4", parent="2", rule=PerCase(each="1")
    )
    small = small_set(YesNo())
    return msgspec.structs.replace(small, criteria=[*small.criteria, above, leaf])


@pytest.mark.parametrize("kind", AreaKind)
def test_an_area_may_be_a_bonus_or_a_penalty_with_a_cap(kind: AreaKind) -> None:
    caps = [""] if kind is AreaKind.ORDINARY else ["", "4", "0.5"]
    assert [mistakes_in_set(with_extra(area_kind=kind, area_cap=cap)) for cap in caps] == [[] for _ in caps]


@pytest.mark.parametrize(
    ("of_area", "wrong"),
    [
        ({"area_cap": "3"}, ["/criteria/2/area_cap"]),
        ({"area_kind": AreaKind.BONUS, "area_cap": "0"}, ["/criteria/2/area_cap"]),
        ({"area_kind": AreaKind.PENALTY, "area_cap": "4.01"}, ["/criteria/2/area_cap"]),
        ({"area_kind": AreaKind.BONUS, "area_cap": "vài"}, ["/criteria/2/area_cap"]),
    ],
)
def test_a_cap_is_that_of_an_extra_area_and_within_its_rows(of_area: dict[str, object], wrong: list[str]) -> None:
    assert places(with_extra(**of_area)) == wrong


def test_only_areas_are_extra_none_of_them_is_surveyed_and_something_is_left_to_measure() -> None:
    right = with_extra(area_kind=AreaKind.BONUS)
    rows = [*right.criteria[:3], msgspec.structs.replace(right.criteria[3], area_kind=AreaKind.BONUS)]
    assert places(msgspec.structs.replace(right, criteria=rows)) == ["/criteria/3/area_kind"]
    rows[3] = msgspec.structs.replace(right.criteria[3], rule=SurveyPoints(question="q"))
    assert places(msgspec.structs.replace(right, criteria=rows)) == ["/criteria/3/rule"]
    assert places(msgspec.structs.replace(right, criteria=right.criteria[2:])) == ["/criteria"]


def test_an_index_above_100_needs_a_bonus() -> None:
    above = {"index_above_hundred": True}
    assert mistakes_in_set(msgspec.structs.replace(with_extra(area_kind=AreaKind.BONUS), **above)) == []
    assert places(msgspec.structs.replace(with_extra(area_kind=AreaKind.PENALTY), **above)) == ["/index_above_hundred"]


@pytest.mark.parametrize(
    ("ties", "keys", "wrong"),
    [
        (Ties.BY_KEYS, ["appraisal", "1", "survey"], []),
        (Ties.BY_KEYS, [], ["/tie_keys"]),
        (Ties.SAME_RANK, ["1"], ["/tie_keys"]),
        (Ties.BY_KEYS, ["1.1", "bonus", "2"], ["/tie_keys/0", "/tie_keys/1", "/tie_keys/2"]),
        (Ties.BY_KEYS, ["1", "1"], ["/tie_keys/1"]),
    ],
)
def test_ties_are_parted_by_parts_and_areas_once_each(ties: Ties, keys: list[str], wrong: list[str]) -> None:
    known = msgspec.structs.replace(with_extra(area_kind=AreaKind.PENALTY), ties=ties, tie_keys=keys)
    assert [place.at for place in mistakes_in_set(known)] == wrong
