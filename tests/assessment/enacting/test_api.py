import unicodedata
from typing import Any

import msgspec
from tests.assessment.conftest import Assessment

from parindex.contracts.criteria import CriteriaSet


def body_of(criteria_set: CriteriaSet) -> dict[str, Any]:
    return {"authority": "H16", "criteria_set": msgspec.to_builtins(criteria_set)}


async def test_an_enacted_set_is_read_back_word_for_word(assessment: Assessment, ca_mau: CriteriaSet) -> None:
    answer = await assessment.office("POST", "/v1/criteria-sets", body_of(ca_mau))
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["facts"] == ["CriteriaSetEnacted", "RuleTextsRecorded"]
    read = (await assessment.unit("GET", "/v1/criteria-sets/ca-mau-2013")).json()
    assert msgspec.convert(read["criteria_set"], CriteriaSet) == ca_mau
    assert read["authority"] == "H16"
    assert len(read["digest"]) == 64


async def test_the_list_of_sets_shows_what_was_enacted(assessment: Assessment) -> None:
    await assessment.enact()
    await assessment.catch_up()
    listed = (await assessment.unit("GET", "/v1/criteria-sets")).json()
    assert [(line["code"], line["reference"]) for line in listed] == [("ca-mau-2013", "1880/QĐ-UBND")]


async def test_every_mistake_is_reported_at_once_with_a_pointer_into_what_was_sent(
    assessment: Assessment, ca_mau: CriteriaSet
) -> None:
    body = body_of(ca_mau)
    rows = body["criteria_set"]["criteria"]
    rows[5]["rule"]["steps"][1]["bound"] = "95"
    rows[0]["maximum"] = "20"
    rows[2]["rule"]["on_time"] = "1,5"
    answer = await assessment.office("POST", "/v1/criteria-sets", body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "criteria-set-invalid"
    assert {place["at"] for place in answer.json()["places"]} == {
        "/criteria_set/criteria/0/maximum",
        "/criteria_set/criteria/2/rule/on_time",
        "/criteria_set/criteria/5/rule/steps/1/bound",
    }
    assert await assessment.resources.log.head() == 0


async def test_a_body_of_another_shape_is_refused_field_by_field(assessment: Assessment, ca_mau: CriteriaSet) -> None:
    body = body_of(ca_mau)
    body["criteria_set"]["criteria"][2]["rule"] = {"kind": "sum"}
    body["criteria_set"]["criteria"][3]["maximum"] = 1.0
    answer = await assessment.office("POST", "/v1/criteria-sets", body)
    assert answer.status_code == 422
    assert [place["at"] for place in answer.json()["places"]] == [
        "/criteria_set/criteria/2/rule",
        "/criteria_set/criteria/3/maximum",
    ]


async def test_a_set_never_changes(assessment: Assessment, ca_mau: CriteriaSet) -> None:
    await assessment.enact()
    body = body_of(msgspec.structs.replace(ca_mau, title="Bộ khác"))
    answer = await assessment.office("POST", "/v1/criteria-sets", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "criteria-set-enacted-before")


async def test_a_retry_is_answered_with_the_first_receipt(assessment: Assessment, ca_mau: CriteriaSet) -> None:
    body = body_of(ca_mau)
    first = await assessment.office("POST", "/v1/criteria-sets", body, Idempotency_Key="k-1")
    again = await assessment.office("POST", "/v1/criteria-sets", body, Idempotency_Key="k-1")
    assert again.status_code == 201
    assert again.json()["position"] == first.json()["position"]
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    other = await assessment.office(
        "POST", "/v1/criteria-sets", body_of(msgspec.structs.replace(ca_mau, code="another")), Idempotency_Key="k-1"
    )
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_only_the_office_of_the_authority_enacts(assessment: Assessment, ca_mau: CriteriaSet) -> None:
    for caller in (assessment.unit, assessment.caller("other-province", "office@H17")):
        assert (await caller("POST", "/v1/criteria-sets", body_of(ca_mau))).status_code == 403
    assert await assessment.resources.log.head() == 0


async def test_an_unknown_set_is_not_found(assessment: Assessment) -> None:
    answer = await assessment.unit("GET", "/v1/criteria-sets/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-criteria-set")


async def test_names_typed_on_a_mac_are_taken_in_normal_form_c(assessment: Assessment, ca_mau: CriteriaSet) -> None:
    decomposed = unicodedata.normalize("NFD", "Bộ chỉ số của tỉnh")  # letters and their marks apart
    answer = await assessment.office(
        "POST", "/v1/criteria-sets", body_of(msgspec.structs.replace(ca_mau, title=decomposed))
    )
    assert answer.status_code == 201
    read = (await assessment.unit("GET", "/v1/criteria-sets/ca-mau-2013")).json()
    assert read["criteria_set"]["title"] == "Bộ chỉ số của tỉnh"
