from collections.abc import Callable
from typing import Any

import msgspec
from tests.assessment.conftest import Assessment

from parindex.contracts.criteria import CriteriaSet

RoundIn = Callable[..., dict[str, Any]]


def set_called(code: str, like: CriteriaSet) -> object:
    return msgspec.to_builtins(msgspec.structs.replace(like, code=code))


async def test_the_list_of_rounds_says_which_are_closed(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.appraise("H16.01")
    await assessment.appraise("H16.02")
    assert (await assessment.office("POST", "/v1/rounds/r-2026/closing")).status_code == 201
    await assessment.catch_up()
    (listed,) = (await assessment.unit("GET", "/v1/rounds")).json()
    assert (listed["round"], listed["units"], listed["closed"], listed["closing"]) == ("r-2026", 2, True, 1)


async def test_all_mistakes_of_a_round_are_reported_at_once(assessment: Assessment, round_in: RoundIn) -> None:
    await assessment.enact()
    units = [{"code": "H16.01", "name": "a"}, {"code": "H16.01", "name": "b"}, {"code": "H17.01", "name": "c"}]
    body = round_in(
        blocks=[
            {"code": "so", "name": "Sở", "criteria_set": "ca-mau-2013", "units": units},
            {"code": "xa", "name": "Xã", "criteria_set": "nothing", "units": []},
        ],
        deadlines={"self_scoring": "2026-06-30T17:00:00+07:00"},
        appraisers=[{"criterion": "2.1", "appraiser": "H16.02"}],
    )
    answer = await assessment.office("POST", "/v1/rounds", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "round-invalid")
    assert {place["at"] for place in answer.json()["places"]} == {
        "/blocks/0/units/1/code",
        "/blocks/0/units/2/code",
        "/blocks/1/criteria_set",
        "/blocks/1/units",
        "/deadlines/self_scoring",
        "/appraisers/0/criterion",
    }


async def test_a_set_of_another_province_is_none_of_ours(assessment: Assessment, round_in: RoundIn) -> None:
    await assessment.enact()
    units = [{"code": "H17.01", "name": "Sở"}]
    blocks = [{"code": "so", "name": "Sở", "criteria_set": "ca-mau-2013", "units": units}]
    body = round_in(authority="H17", blocks=blocks, appraisers=[])
    answer = await assessment.caller("office-17", "office@H17")("POST", "/v1/rounds", body)
    assert [place["at"] for place in answer.json()["places"]] == ["/blocks/0/criteria_set"]


async def test_a_retry_opens_no_second_round(assessment: Assessment, round_in: RoundIn) -> None:
    await assessment.enact()
    first = await assessment.office("POST", "/v1/rounds", round_in(), Idempotency_Key="open")
    again = await assessment.office("POST", "/v1/rounds", round_in(), Idempotency_Key="open")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["repeated"]
    assert again.json()["position"] == first.json()["position"]
    without_key = await assessment.office("POST", "/v1/rounds", round_in())
    assert (without_key.status_code, without_key.json()["code"]) == (409, "round-opened-before")
    other = await assessment.office("POST", "/v1/rounds", round_in(title="x"), Idempotency_Key="open")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_only_the_office_of_the_authority_opens(assessment: Assessment, round_in: RoundIn) -> None:
    await assessment.enact()
    for right in ("council@H16", "unit@H16.01", "office@H17", "office@H16.01"):
        assert (await assessment.caller("x", right)("POST", "/v1/rounds", round_in())).status_code == 403


async def test_an_id_belongs_to_an_authority(assessment: Assessment, round_in: RoundIn, ca_mau: CriteriaSet) -> None:
    await assessment.open_round()
    office_of_h17 = assessment.caller("so-17", "office@H17")
    units = [{"code": "H17.01", "name": "Sở"}]
    blocks = [{"code": "so", "name": "Sở", "criteria_set": "h17-bo", "units": units}]
    theirs = round_in(authority="H17", blocks=blocks, appraisers=[])
    for taken in ("r-2026", "h16-2027", "h16-17-2027"):  # taken first, or of H16 by its prefix
        answer = await office_of_h17("POST", "/v1/rounds", theirs | {"round": taken})
        assert (answer.status_code, answer.json()["code"]) == (409, "id-of-another-authority"), taken
        assert f"h17-{taken}" in answer.json()["detail"]
        assert ("H16 dùng trước" in answer.json()["detail"]) is (taken == "r-2026")
        set_in = {"authority": "H17", "criteria_set": set_called("h16-bo", ca_mau)}
        assert (await office_of_h17("POST", "/v1/criteria-sets", set_in)).json()["code"] == "id-of-another-authority"
    own = {"authority": "H17", "criteria_set": set_called("h17-bo", ca_mau)}
    assert (await office_of_h17("POST", "/v1/criteria-sets", own)).status_code == 201
    assert (await office_of_h17("POST", "/v1/rounds", theirs | {"round": "h17-2026"})).status_code == 201


async def test_rounds_are_listed_to_those_who_take_part_and_criteria_sets_to_all_who_sign_in(
    assessment: Assessment,
) -> None:
    await assessment.open_round()
    await assessment.catch_up()
    for rights, sees in (
        (("office@H16",), True),
        (("unit@H16.09",), True),  # a unit of the authority, in the round or not
        (("auditor@H16",), True),
        (("office@H17", "unit@H17.01"), False),
        (("unit@H160.01",), False),
        ((), False),
    ):
        caller = assessment.caller("other", *rights)
        assert bool((await caller("GET", "/v1/rounds")).json()) == sees, rights
        (listed,) = (await caller("GET", "/v1/criteria-sets")).json()
        shown = await caller("GET", f"/v1/criteria-sets/{listed['code']}")
        assert (shown.status_code, shown.headers["etag"]) == (200, f'"{listed["digest"]}"')


async def test_a_round_is_opened_with_warnings_about_units_that_the_register_does_not_have(
    assessment: Assessment, round_in: RoundIn
) -> None:
    await assessment.enact()
    known = {"code": "H16.01", "valid_from": "2020-01-01", "name": "Tên khác", "kind": "department"}
    assert (await assessment.office("PUT", "/v1/authorities/H16/units", [known])).is_success
    opened = await assessment.office("POST", "/v1/rounds", round_in())
    assert opened.status_code == 201
    assert [(one["unit"], one["code"]) for one in opened.json()["warnings"]] == [
        ("H16.01", "unit-other-name"),
        ("H16.02", "unit-unknown"),
    ]


async def test_a_round_of_an_authority_without_a_register_has_no_warnings(
    assessment: Assessment, round_in: RoundIn
) -> None:
    await assessment.enact()
    assert (await assessment.office("POST", "/v1/rounds", round_in())).json()["warnings"] == []
