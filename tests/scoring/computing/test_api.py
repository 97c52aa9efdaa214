"""Who may read which index, and what it explains."""

import pytest
from httpx import AsyncClient
from tests.scoring.conftest import Bench
from tests.scoring.over_http import EVERYBODY, get

UNITS = ["H09.01", "H09.02"]
INDICES = "/v1/rounds/r/indices"


async def test_a_unit_reads_the_reason_for_every_point(http: AsyncClient, bench: Bench) -> None:
    answer = (await get(http, bench, "/v1/rounds/r/units/H09.01/index", "unit@H09.01")).json()
    lines = {line["criterion"]: line for line in answer["lines"]}
    assert lines["1.1"] == {
        "criterion": "1.1", "name": "Tiêu chí 1.1", "area": "1", "part": "appraisal", "maximum": "2", "points": "1.5",
        "share": "0.75", "lost": "0.5", "claimed": "2", "causes": ["assessment/4"], "fault": "",
        "value": "", "best": "", "best_unit": "",
    }  # fmt: skip
    assert (lines["2.3"]["points"], lines["2.3"]["lost"], lines["2.3"]["causes"]) == ("14/3", "7/3", ["survey/1"])
    assert (lines["1.2"]["points"], lines["1.2"]["lost"]) == ("", "")
    assert [(area["area"], area["points"], area["maximum"]) for area in answer["areas"]] == [
        ("1", "1.5", "6"), ("2", "14/3", "20"),
    ]  # fmt: skip
    total = answer["total"]
    assert (total["name"], total["points"], total["index"]) == ("Đơn vị H09.01", "37/6", "925/39")
    assert (answer["claimed_from"], answer["formula"]) == ("assessment/3", "1")


async def test_the_office_reads_all_and_a_unit_its_own(http: AsyncClient, bench: Bench) -> None:
    seen = {
        right: [row["unit"] for row in (await get(http, bench, INDICES, right)).json().get("indices", [])]
        for right in EVERYBODY
    }
    assert {right: units for right, units in seen.items() if units} == {
        "office@H09": UNITS, "council@H09": UNITS, "auditor@H09": UNITS,
        "office@H09.01": ["H09.01"], "council@H09.01": ["H09.01"], "auditor@H09.01": ["H09.01"],
        "office@H09.02": ["H09.02"], "council@H09.02": ["H09.02"], "auditor@H09.02": ["H09.02"],
        "unit@H09.01": ["H09.01"], "unit@H09.02": ["H09.02"],
        "leader@H09.01": ["H09.01"], "leader@H09.02": ["H09.02"],
    }  # fmt: skip


async def test_only_officials_above_and_the_unit_with_its_leader_read_its_index(
    http: AsyncClient, bench: Bench
) -> None:
    may = [
        right
        for right in EVERYBODY
        if (await get(http, bench, "/v1/rounds/r/units/H09.01/index", right)).status_code == 200
    ]
    officials = [f"{role}@{node}" for role in ("office", "council", "auditor") for node in ("H09", "H09.01")]
    assert sorted(may) == sorted([*officials, "unit@H09.01", "leader@H09.01"])
    assert (await http.get("/v1/rounds/r/units/H09.01/index")).status_code == 401


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/rounds/nowhere/indices", "unknown-round"),
        ("/v1/rounds/nowhere/units/H09.01/index", "unknown-round"),
        ("/v1/rounds/r/units/H09.09/index", "unknown-unit"),
    ],
)
async def test_an_unknown_round_or_unit_is_not_found(http: AsyncClient, bench: Bench, path: str, code: str) -> None:
    answer = await get(http, bench, path, "office@H09")
    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_a_rebuilt_projection_answers_the_same(http: AsyncClient, bench: Bench) -> None:
    path = "/v1/rounds/r/units/H09.01/index"
    before = (await get(http, bench, path, "office@H09")).json()
    await bench.projector.rebuild("unit_indices")
    assert (await get(http, bench, path, "office@H09")).json() == before
