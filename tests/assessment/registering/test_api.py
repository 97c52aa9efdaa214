"""The register of units over HTTP: the office records, everyone signed in asks about a day."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.assessment.conftest import Assessment

from assessment.registering import api
from assessment.registering.commands import RecordUnits
from assessment.registering.queries import RegisterDifference, difference
from assessment.registering.reading import read_units
from assessment.registering.state import RegisterFact, UnitRegister
from assessment.registering.units import READ, UnitKind, UnitLine
from assessment.registering.writing import write_units
from parindex.files.workbooks import extract
from parindex.testing.serving import signed_in

UNITS = "/v1/authorities/H16/units"
READINGS = "/v1/authorities/H16/unit-list-readings"


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
        [{"code": "H16.05", "weight": "0.4"}],
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


def line_of(code: str, valid_from: str = "2020-01-01", **changes: Any) -> UnitLine:
    return replace(UnitLine(code, valid_from, f"Đơn vị {code}", UnitKind.DEPARTMENT), **changes)


async def send(assessment: Assessment, content: bytes) -> httpx.Response:
    headers = {
        **signed_in("so-noi-vu", "office@H16", at=assessment.clock()),
        "Content-Type": "application/octet-stream",
    }
    return await assessment.http.post(READINGS, content=content, headers=headers)


async def reading_of(assessment: Assessment, content: bytes) -> dict[str, Any]:
    answer = await send(assessment, content)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def test_a_workbook_is_read_shown_as_changes_and_recorded_by_its_lines(assessment: Assessment) -> None:
    read = await reading_of(assessment, write_units([line_of("H16.03"), line_of("H16.04")]))
    assert (read["version"], read["errors"], [one["code"] for one in read["difference"]["new"]]) == (
        0, [], ["H16.03", "H16.04"],
    )  # fmt: skip
    assert (await assessment.unit("GET", UNITS)).status_code == 404  # nothing was written
    done = await assessment.office("PUT", UNITS, read["lines"], If_Match='"0"')
    assert done.json()["facts"] == ["UnitRecorded", "UnitRecorded"]
    book = await assessment.unit("GET", "/v1/authorities/H16/unit-workbook")
    again = await reading_of(assessment, book.content)
    assert again["difference"] == {"new": [], "changed": [], "ended": [], "unchanged": 2, "left_out": []}
    assert (await assessment.office("PUT", UNITS, again["lines"], If_Match='"2"')).json()["facts"] == []


async def test_other_requests_go_on_while_a_list_is_compared_with_the_register(
    assessment: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def noted(register: UnitRegister, command: RecordUnits) -> tuple[Sequence[RegisterFact], RegisterDifference]:
        threads.append(threading.get_ident())
        return difference(register, command)

    monkeypatch.setattr(api, "difference", noted)
    await reading_of(assessment, write_units([line_of("H16.03")]))
    assert len(threads) == 1
    assert threads != [threading.get_ident()]


async def test_the_workbook_of_an_empty_register_is_the_template(assessment: Assessment) -> None:
    book = await assessment.unit("GET", "/v1/authorities/H16/unit-workbook")
    assert (book.status_code, read_units(extract(book.content, READ)).lines) == (200, [])


async def test_what_the_register_refuses_is_at_its_cell_in_the_answer(assessment: Assessment) -> None:
    read = await reading_of(assessment, write_units([line_of("H17.03"), line_of("H16.04", parent="H16.77")]))
    assert (read["lines"], read["difference"]) == (None, None)
    assert [(one["sheet"], one["row"], one["column"]) for one in read["errors"]] == [("Đơn vị", 2, "A")]


async def test_only_workbooks_are_read_as_a_register(assessment: Assessment) -> None:
    refused = await send(assessment, b"Ma;Ten\n1;2\n")
    assert (refused.status_code, refused.json()["code"]) == (422, "file-not-workbook")


async def test_a_weight_may_be_a_quotient_and_an_end_has_a_decision_of_its_own(assessment: Assessment) -> None:
    thirds = [{"code": f"H16.0{at}", "weight": "1/3"} for at in (1, 2, 3)]
    old = [line(f"H16.0{at}", valid_to="2025-03-01", reference="1/QĐ", end_reference="2/NQ") for at in (1, 2, 3)]
    assert (await assessment.office("PUT", UNITS, [*old, line("H16.04", "2025-03-01", predecessors=thirds)])).is_success
    found = (await assessment.unit("GET", f"{UNITS}/H16.04")).json()
    assert found["predecessors"] == thirds
    former = (await assessment.unit("GET", f"{UNITS}/H16.01")).json()
    assert (former["records"][0]["reference"], former["end_reference"]) == ("1/QĐ", "2/NQ")


async def test_the_units_of_a_round_are_compared_with_the_register_of_a_day(assessment: Assessment) -> None:
    units = [{"code": code, "name": f"Đơn vị {code}"} for code in ("H16.03", "H16.05", "H16.99")]
    asked = {"on": "2026-12-31", "units": [*units, {"code": "H16.05.01", "name": "Tên khác"}]}
    empty = await assessment.unit("POST", f"{UNITS}/comparison", asked)
    assert empty.json() == {"on": "2026-12-31", "warnings": []}
    await assessment.office("PUT", UNITS, OLD)
    await assessment.office("PUT", UNITS, MERGED)
    found = (await assessment.unit("POST", f"{UNITS}/comparison", asked)).json()["warnings"]
    assert [(one["unit"], one["code"], one["successors"]) for one in found] == [
        ("H16.03", "unit-not-there", ["H16.05"]),
        ("H16.99", "unit-unknown", []),
        ("H16.05.01", "unit-other-name", []),
    ]
    assert found[0]["vi"] == "Đơn vị “H16.03” (Đơn vị H16.03) không còn từ ngày 01/03/2025; nay là H16.05."
    assert found[2]["vi"] == "Đơn vị “H16.05.01” ngày 31/12/2026 có tên “Đơn vị H16.05.01”, khác tên “Tên khác”."
    before = (await assessment.unit("POST", f"{UNITS}/comparison", {**asked, "on": "2025-02-28"})).json()["warnings"]
    assert [(one["unit"], one["code"]) for one in before] == [
        ("H16.05", "unit-not-there"),
        ("H16.99", "unit-unknown"),
        ("H16.05.01", "unit-not-there"),
    ]
    assert before[0]["vi"] == "Ngày 28/02/2025 chưa có đơn vị “H16.05” (Đơn vị H16.05): đơn vị có từ ngày 01/03/2025."


async def test_the_template_of_a_register_that_is_not_there_is_for_those_of_its_authority(
    assessment: Assessment,
) -> None:
    path = "/v1/authorities/H16/unit-workbook"
    assert (await assessment.unit("GET", path)).status_code == 200
    foreign = await assessment.caller("other", "office@H17")("GET", path)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "unknown-register")
