"""Who may try a set, the answer, and the refusals."""

import asyncio
from collections import Counter
from typing import Any

import msgspec
import pytest
from httpx import AsyncClient
from tests.scoring.conftest import Bench
from tests.scoring.over_http import EVERYBODY, get, post

from parindex.contracts.assessment import SelfScoreWithdrawn
from parindex.contracts.criteria import CriteriaSet
from scoring.trying.queries import MOST_WAITING

TRIALS = "/v1/rounds/r/trials"
OF_UNIT = "/v1/rounds/r/units/H09.01/trials"


def body(criteria_set: CriteriaSet, **more: str) -> dict[str, Any]:
    return {"criteria_set": msgspec.to_builtins(criteria_set), **more}


def changed(criteria_set: CriteriaSet, code: str, **fields: Any) -> CriteriaSet:
    rows = [msgspec.structs.replace(row, **fields) if row.code == code else row for row in criteria_set.criteria]
    return msgspec.structs.replace(criteria_set, code="thu", criteria=rows)


async def test_the_set_in_force_gives_what_the_indices_say(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet
) -> None:
    answer = await post(http, bench, TRIALS, "office@H09", body(criteria_set))
    (block,) = answer.json()["blocks"]
    indices = (await get(http, bench, "/v1/rounds/r/indices", "office@H09")).json()["indices"]
    first, second = block["units"]
    assert [(row["points"], row["index"]) for row in indices if row["unit"] == "H09.01"] == [
        (first["now"]["points"], first["now"]["index"])
    ]
    assert (first["now"], first["difference"], first["missing"]) == (first["then"], "0.00", None)
    assert (second["unit"], second["now"], second["then"], second["difference"]) == ("H09.02", None, None, "")
    assert second["missing"] == {
        "code": "not-appraised", "vi": "chưa hoàn thành thẩm định", "en": "the appraisal is not completed"
    }  # fmt: skip
    assert ([note["code"] for note in block["notes"]], block["new"], block["gone"]) == (["not-appraised"], [], [])


async def test_the_answer_says_how_many_units_are_in_and_how_differences_are_made(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet
) -> None:
    answer = (await post(http, bench, TRIALS, "office@H09", body(criteria_set))).json()
    assert (answer["units_within"], answer["units_without"]) == (1, 1)
    assert answer["coverage"]["vi"].startswith("1 đơn vị đã hoàn thành thẩm định và được tính; 1 đơn vị chưa")
    assert "như đã in" in answer["differences"]["vi"]


async def test_a_trial_writes_nothing(http: AsyncClient, bench: Bench, criteria_set: CriteriaSet) -> None:
    before = len(await bench.facts(object))
    for path in (TRIALS, OF_UNIT):
        assert (await post(http, bench, path, "office@H09", body(criteria_set))).status_code == 200
    assert len(await bench.facts(object)) == before


async def test_a_unit_sees_its_rows_and_why_they_differ(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet
) -> None:
    tried = changed(criteria_set, "1.1", maximum="1")  # the finding gives 1.5 points
    answer = (await post(http, bench, OF_UNIT, "office@H09", body(tried))).json()
    rows = {row["criterion"]: row for row in answer["rows"]}
    assert (rows["1.1"]["now"]["points"], rows["1.1"]["then"]["points"]) == ("1.5", "")
    assert rows["1.1"]["then"]["fault"] == "points-out-of-range"
    assert [why["code"] for why in rows["1.1"]["why"]] == ["other-maximum", "figures-unfit"]
    assert rows["1.1"]["why"][1]["vi"] == "số liệu không còn phù hợp: điểm nhỏ hơn 0 hoặc lớn hơn điểm tối đa"
    assert answer["total"]["figures_unfit"] == ["1.1"]
    assert [(note["code"], "H09.01" in note["vi"]) for note in answer["notes"]] == [
        ("not-appraised", False), ("figures-unfit", True)
    ]  # fmt: skip


async def test_claims_count_where_the_office_asks_for_them(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet
) -> None:
    claimed = body(criteria_set, figures="claimed")
    answer = (await post(http, bench, OF_UNIT, "office@H09", claimed)).json()
    assert {row["criterion"]: row["then"]["points"] for row in answer["rows"]}["1.1"] == "2"  # 1.5 were found
    await bench.receive("assessment", SelfScoreWithdrawn(round="r", unit="H09.01"))
    answer = (await post(http, bench, OF_UNIT, "office@H09", claimed)).json()
    assert {row["criterion"]: row["then"]["points"] for row in answer["rows"]}["1.1"] == ""


@pytest.mark.parametrize("path", [TRIALS, OF_UNIT])
async def test_office_and_council_of_the_authority_may_try(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet, path: str
) -> None:
    sent = body(criteria_set)
    may = [right for right in EVERYBODY if (await post(http, bench, path, right, sent)).status_code == 200]
    assert may == ["office@H09", "council@H09"]


@pytest.mark.parametrize(
    ("path", "more", "status", "code"),
    [
        ("/v1/rounds/nowhere/trials", {}, 404, "unknown-round"),
        ("/v1/rounds/r/units/H09.09/trials", {}, 404, "unknown-unit"),
        (TRIALS, {"block": "x"}, 404, "unknown-block"),
        (TRIALS, {"figures": "wished"}, 422, "malformed-request"),
    ],
)
async def test_what_is_not_there_is_refused(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet, path: str, more: dict[str, str], status: int, code: str
) -> None:
    answer = await post(http, bench, path, "office@H09", body(criteria_set, **more))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"maximum": "hai"}, "/criteria_set/criteria/2/maximum"),
        ({"code": "1.2"}, "/criteria_set/criteria/2/code"),
        ({"parent": "9"}, "/criteria_set/criteria/2/parent"),
        ({"rule": {"kind": "guess"}}, "/criteria_set/criteria/2/rule/kind"),
        (
            {"rule": {"kind": "formula", "variables": [], "expression": "a +"}},
            "/criteria_set/criteria/2/rule/expression",
        ),
        ({"rule": {"kind": "formula", "variables": [], "expression": "b"}}, "/criteria_set/criteria/2/rule/expression"),
        ({"rule": {"kind": "external_value", "source": "x", "out_of": "0"}}, "/criteria_set/criteria/2/rule/out_of"),
        ({"level": "area", "area_kind": "none"}, "/criteria_set/criteria/2/area_kind"),
        ({"area_knd": "bonus"}, "/criteria_set/criteria/2/area_knd"),
        ({"rule": {"kind": "yes_no", "share": "1"}}, "/criteria_set/criteria/2/rule/share"),
        ({"parent": "1.2"}, "/criteria_set/criteria/2/parent"),  # a criterion under a criterion
    ],
)
async def test_a_set_that_can_not_be_computed_with_is_refused_with_the_place(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet, fields: dict[str, object], at: str
) -> None:
    sent = body(criteria_set)
    sent["criteria_set"]["criteria"][2] |= fields
    answer = await post(http, bench, TRIALS, "office@H09", sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "criteria-set-invalid")
    assert at in [place["at"] for place in answer.json()["places"]]


async def test_a_character_that_no_text_may_have_is_refused_with_its_place(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet
) -> None:
    sent = body(criteria_set)
    sent["criteria_set"]["criteria"][2]["name"] = "\ud800"
    answer = await post(http, bench, TRIALS, "office@H09", sent)
    found = answer.json()
    assert (answer.status_code, found["code"]) == (422, "malformed-request")
    assert [place["at"] for place in found["places"]] == ["/criteria_set/criteria/2/name"]


async def test_a_set_of_too_many_rows_is_refused_before_anything_is_computed(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet
) -> None:
    sent = body(criteria_set)
    sent["criteria_set"]["criteria"] *= 200
    answer = await post(http, bench, TRIALS, "office@H09", sent)
    assert (answer.status_code, [each["at"] for each in answer.json()["places"]]) == (422, ["/criteria_set/criteria"])


async def test_more_trials_than_may_wait_are_refused_and_the_others_answered(
    http: AsyncClient, bench: Bench, criteria_set: CriteriaSet
) -> None:
    sent = body(criteria_set)
    asked = [post(http, bench, TRIALS, "office@H09", sent) for _ in range(3 * MOST_WAITING)]
    statuses = Counter(answer.status_code for answer in await asyncio.gather(*asked))
    assert set(statuses) == {200, 429}
    assert (await post(http, bench, TRIALS, "office@H09", sent)).status_code == 200
