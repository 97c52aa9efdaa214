"""A unit claims criteria of every kind of rule at the page, over the API and in the workbook, with the same points."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from tests.assessment.conftest import Assessment, ca_mau_set, round_body
from tests.assessment.filling_in.altered import Altered
from tests.assessment.filling_in.test_api import downloaded
from tests.assessment.people import API, SHEET, Person, facts_of, hidden_in, saves, texts_in

from assessment.filling_in.layout import CLAIMS
from assessment.self_scoring.events import ClaimEntered
from parindex.contracts.criteria import (
    BestOfCases,
    Case,
    Choice,
    CriteriaSet,
    Criterion,
    Deduction,
    DueDates,
    ExternalValue,
    Formula,
    Level,
    NamedFigure,
    NormalisedToBest,
    Option,
    PerCase,
    Rule,
)

QUARTERS = [NamedFigure(figure="q1", name="Báo cáo quý I"), NamedFigure(figure="year", name="Báo cáo năm")]
CASES = [Case(figure="late", name="Ban hành chậm", points="0.5"), Case(figure="wrong", name="Sai", points="1")]
VARIABLES = [NamedFigure(figure="a", name="Số đã xử lý"), NamedFigure(figure="b", name="Tổng số")]
RULES: dict[str, Rule] = {
    "3.1": DueDates(dates=QUARTERS, on_time="2", late="1"),
    "3.2": PerCase(each="0.5", cap="1.5"),
    "3.3": BestOfCases(cases=CASES),
    "3.4": Deduction(violations=CASES),
    "3.5": Formula(variables=VARIABLES, expression="min(a / b; 1) * maximum"),
    "3.6": ExternalValue(source="Chỉ số 766"),
    "3.7": Choice(options=[Option(code="tot", name="Tốt", share="0.75"), Option(code="kem", name="Kém", share="0")]),
    "3.8": Deduction(),
    "3.9": NormalisedToBest(),
}
CLAIMED: list[tuple[str, Mapping[str, str], Mapping[str, str], str]] = [
    # criterion, what is typed or chosen in the form, the figures of the claim, the points
    ("3.1", {"figure_0": "on_time", "figure_1": "late"}, {"q1": "on_time", "year": "late"}, "1"),
    ("3.2", {"count": "4"}, {"count": "4"}, "1,5"),
    ("3.3", {"figure_0": "yes", "figure_1": "no"}, {"late": "yes", "wrong": "no"}, "0,5"),
    ("3.4", {"figure_0": "1", "figure_1": "0"}, {"late": "1", "wrong": "0"}, "1,5"),
    ("3.5", {"figure_0": "17", "figure_1": "20"}, {"a": "17", "b": "20"}, "1,7"),
    ("3.6", {"value": "83,25", "as_of": "27/11/2025"}, {"value": "83.25", "as_of": "2025-11-27"}, "1,67"),
    ("3.7", {"level": "tot"}, {"level": "tot"}, "1,5"),
    ("3.8", {"deducted": "0,25"}, {"deducted": "0.25"}, "1,75"),
]


def every_kind() -> CriteriaSet:
    area = Criterion(code="3", name="Khác", level=Level.AREA, maximum="18")
    rows = [
        Criterion(code=code, name=f"Tiêu chí {code}", level=Level.CRITERION, maximum="2", parent="3", rule=rule)
        for code, rule in RULES.items()
    ]
    return msgspec.structs.replace(ca_mau_set(), code="moi-loai", criteria=[area, *rows], bands=[])


@pytest.fixture
async def clerk(assessment: Assessment) -> Person:
    body = {"authority": "H16", "criteria_set": msgspec.to_builtins(every_kind())}
    assert (await assessment.office("POST", "/v1/criteria-sets", body)).status_code == 201
    opened: dict[str, Any] = round_body(appraisers=[])
    opened["blocks"][0]["criteria_set"] = "moi-loai"
    assert (await assessment.office("POST", "/v1/rounds", opened)).status_code == 201
    return Person(assessment, "can-bo", ("unit@H16.01",))


@pytest.mark.parametrize(("criterion", "typed", "figures", "points"), CLAIMED, ids=[each[0] for each in CLAIMED])
async def test_a_claim_is_typed_tried_saved_and_shown(
    clerk: Person, criterion: str, typed: Mapping[str, str], figures: Mapping[str, str], points: str
) -> None:
    address = f"{SHEET}/criteria/{criterion}"
    query = "&".join(f"{name}={text}" for name, text in typed.items())
    assert f"được {points} / 2 điểm" in texts_in(await clerk.opens(f"{address}/points?{query}"))
    saved = await saves(clerk, criterion, then="stay", **typed)
    assert saved.status_code == 303, texts_in(saved)
    [fact] = await facts_of(clerk, ClaimEntered)
    assert isinstance(fact, ClaimEntered)
    assert {figure.name: figure.value for figure in fact.figures} == figures
    form = await clerk.opens(address)
    assert f"Điểm theo số liệu đã khai {points} / 2 điểm" in texts_in(form)
    for name, text in typed.items():
        chosen, held = f'name="{name}" value="{text}" checked', f'name="{name}" type="text" value="{text}"'
        assert chosen in form.text or held in form.text, name
    read = (await clerk.assessment.unit("GET", f"{API}/claims/{criterion}")).json()
    assert read["figures"] == figures


@pytest.mark.parametrize(
    ("typed", "figures", "value", "reported"),
    [
        ({"value": "83,25"}, {"value": "83.25"}, "83,25", "Giá trị đạt được: 83,25"),
        (
            {"done": "2", "planned": "3"}, {"done": "2", "planned": "3"}, "66,67",
            "Số đã thực hiện: 2; Số kế hoạch: 3; Giá trị 66,67",
        ),
    ],
)  # fmt: skip
async def test_a_claim_that_is_compared_shows_its_value_and_no_points(
    clerk: Person, typed: Mapping[str, str], figures: Mapping[str, str], value: str, reported: str
) -> None:
    address, why = f"{SHEET}/criteria/3.9", "điểm tính theo đơn vị cao nhất trong khối"
    query = "&".join(f"{name}={text}" for name, text in typed.items())
    tried = texts_in(await clerk.opens(f"{address}/points?{query}"))
    assert f"Giá trị {value} (chưa lưu); chưa tính được điểm: {why}" in tried
    assert (await saves(clerk, "3.9", then="stay", **typed)).status_code == 303
    shown = texts_in(await clerk.opens(address))
    assert f"Điểm theo số liệu đã khai Giá trị {value}; {why}" in shown
    assert f"Diễn giải điểm Giá trị {value} ÷ giá trị cao nhất trong khối × 2 điểm; có điểm khi thẩm định xong" in shown
    read = (await clerk.assessment.unit("GET", f"{API}/claims/3.9")).json()
    assert read["figures"] == figures
    report = texts_in(await clerk.opens(f"{SHEET}/report"))
    assert f"Tiêu chí 3.9 – 2 {reported}; {why} 0" in report  # no points in their cell; the figures say why
    later = "chưa gồm điểm của tiêu chí 3.9 (tối đa 2 điểm, tính sau theo đơn vị cao nhất trong khối)"
    assert f"Tổng điểm tự chấm, tạm tính 0 / 18 điểm, {later}" in report
    assert f"0 / 18 điểm tự chấm, {later}" in report


async def test_a_wrong_figure_is_refused_at_its_field_by_its_label(clerk: Person) -> None:
    missing = await saves(clerk, "3.1", then="stay", figure_0="late")
    assert (missing.status_code, "thiếu số liệu “Báo cáo năm”" in missing.text) == (422, True)
    assert 'id="field-figure_1"' in missing.text
    day = await saves(clerk, "3.6", then="stay", value="101", as_of="31/02/2025")
    assert (day.status_code, 'id="error-as_of"' in day.text) == (422, True)
    most = await saves(clerk, "3.6", then="stay", value="101", as_of="28/02/2025")
    assert "không quá 100" in texts_in(most)
    foreign = await clerk.sends(
        f"{SHEET}/criteria/3.2", {**hidden_in(await clerk.opens(f"{SHEET}/criteria/3.2")), "answer": "yes"}
    )
    assert (foreign.status_code, await facts_of(clerk, ClaimEntered)) == (422, [])


async def test_the_workbook_takes_the_figures_that_have_columns_and_names_the_others(clerk: Person) -> None:
    for criterion, typed, _, _ in CLAIMED:
        assert (await saves(clerk, criterion, then="stay", **typed)).status_code == 303
    book: Altered = await downloaded(clerk.assessment.unit)
    shown = {line[0]: line[-1] for line in book.sheets[CLAIMS] if str(line[0]).startswith("3.")}
    assert shown["3.1"] == "Khai trên trang của tiêu chí: 1 / 2 điểm"
    assert shown["3.2"] == "1,5 / 2 điểm"
