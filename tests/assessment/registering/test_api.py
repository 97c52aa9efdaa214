"""The register of units over HTTP: the office records, everyone signed in asks about a day."""

from typing import Any

from tests.assessment.conftest import Assessment

UNITS = "/v1/authorities/H16/units"


def line(code: str, valid_from: str = "2020-01-01", **changes: Any) -> dict[str, Any]:
    return {"code": code, "valid_from": valid_from, "name": f"Đơn vị {code}", "kind": "department", **changes}


OLD = [line("H16.03", seat="Số 1, đường Phan Ngọc Hiển"), line("H16.04")]
FORMER = [{"code": "H16.03", "weight": "0.40"}, {"code": "H16.04", "weight": "0.6"}]
MERGED = [
    line("H16.03", valid_to="2025-03-01", reference="12/QĐ-UBND"),
    line("H16.04", valid_to="2025-03-01", reference="12/QĐ-UBND"),
    line("H16.05", "2025-03-01", predecessors=FORMER, reference="12/QĐ-UBND"),
    line("H16.05.01", "2025-03-01", kind="other", parent="H16.05"),
]


async def test_the_office_records_a_merger_and_every_day_has_its_units(assessment: Assessment) -> None:
    first = await assessment.office("PUT", UNITS, OLD)
    assert (first.status_code, first.json()["facts"]) == (201, ["UnitRecorded", "UnitRecorded"])
    merged = await assessment.office("PUT", UNITS, MERGED)
    assert merged.json()["facts"] == [*["UnitRecorded"] * 4, "UnitEnded", "UnitEnded"]
    before = await assessment.unit("GET", f"{UNITS}?on=2025-02-28")
    assert [unit["code"] for unit in before.json()["units"]] == ["H16.03", "H16.04"]
    today = await assessment.unit("GET", UNITS)
    assert (today.json()["on"], today.headers["etag"]) == ("2026-07-01", '"8"')
    assert [unit["code"] for unit in today.json()["units"]] == ["H16.05", "H16.05.01"]


async def test_a_unit_tells_its_history_and_its_superiors(assessment: Assessment) -> None:
    await assessment.office("PUT", UNITS, OLD)
    await assessment.office("PUT", UNITS, MERGED)
    former = (await assessment.unit("GET", f"{UNITS}/H16.03")).json()
    assert (former["valid_to"], former["end_reference"], former["successors"]) == (
        "2025-03-01",
        "12/QĐ-UBND",
        ["H16.05"],
    )
    new = (await assessment.unit("GET", f"{UNITS}/H16.05")).json()
    assert new["predecessors"] == [{"code": "H16.03", "weight": "0.4"}, {"code": "H16.04", "weight": "0.6"}]
    office = (await assessment.unit("GET", f"{UNITS}/H16.05.01?on=2025-03-01")).json()
    assert (office["reports_to"], office["records"][0]["parent"]) == (["H16.05"], "H16.05")
    unknown = await assessment.unit("GET", f"{UNITS}/H16.99")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-registered-unit")


async def test_a_list_with_mistakes_names_those_of_the_first_check_that_finds_any_and_records_nothing(
    assessment: Assessment,
) -> None:
    lines = [line("H16.03"), line("H17.01"), line("H16.04", parent="H16.77"), line("H16.05", predecessors=FORMER[:1])]
    refused = await assessment.office("PUT", UNITS, lines)
    assert (refused.status_code, refused.json()["code"]) == (422, "units-invalid")
    assert [place["at"] for place in refused.json()["places"]] == ["/1/code", "/3/predecessors"]
    refused = await assessment.office("PUT", UNITS, [line("H16.03"), line("H16.04", parent="H16.77")])
    assert [place["at"] for place in refused.json()["places"]] == ["/1/parent"]
    assert (await assessment.unit("GET", UNITS)).json()["code"] == "unknown-register"


async def test_a_retry_records_once_and_two_offices_do_not_overwrite_each_other(assessment: Assessment) -> None:
    first = await assessment.office("PUT", UNITS, OLD, Idempotency_Key="units-1")
    again = await assessment.office("PUT", UNITS, OLD, Idempotency_Key="units-1")
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    stale = await assessment.office("PUT", UNITS, MERGED, If_Match='"1"')
    assert stale.status_code == 412


async def test_only_the_office_of_the_authority_records(assessment: Assessment) -> None:
    for caller in (assessment.unit, assessment.caller("khac", "office@H17"), assessment.caller("so", "office@H16.03")):
        assert (await caller("PUT", UNITS, OLD)).status_code == 403
    assert (await assessment.unit("GET", UNITS)).json()["code"] == "unknown-register"
