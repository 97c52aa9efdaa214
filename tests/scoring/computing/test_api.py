"""Who may read which index, what it explains, and what a round still waits for."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from parindex.auth import Authenticator, Tokens, authenticate_with
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.contracts.assessment import (
    AppraisalCompleted,
    Block,
    Claim,
    CriteriaSetEnacted,
    Figure,
    Finding,
    RoundClosed,
    RoundOpened,
    RoundReopened,
    RoundUnit,
    SelfScoreSubmitted,
)
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.survey import OptionCount, TallyClosed, TallyUpdated
from parindex.http.problems import install
from parindex.http.reads import keep_reads
from parindex.http.way_in import check_requests
from scoring.service import SERVICE

Bench = Any  # tests/scoring/conftest.py
ISSUER = LocalIssuer(new_key(), "https://issuer.example/sign-in")
UNITS = ["H09.01", "H09.02"]
INDICES, SETTLEMENT = "/v1/rounds/r/indices", "/v1/rounds/r/settlement"
EVERYBODY = [
    f"{role}@{node}"
    for role in ("office", "council", "auditor", "unit", "appraiser", "surveyor", "kiosk", "service")
    for node in ("H09", "H09.01", "H09.02", "H09.01.7", "H10")
]


def named(name: str, value: str) -> list[Figure]:
    return [Figure(name=name, value=value)]


def opened() -> RoundOpened:
    units = [RoundUnit(code=unit, name=f"Đơn vị {unit}") for unit in UNITS]
    block = Block(code="b", name="Huyện", criteria_set="set-1", units=units)
    return RoundOpened(authority="H09", round="r", year=2025, title="Đợt 2025", blocks=[block])


@pytest.fixture
async def http(bench: Bench, criteria_set: CriteriaSet) -> AsyncIterator[AsyncClient]:
    await bench.receive(
        "assessment", CriteriaSetEnacted(authority="H09", criteria_set=criteria_set, digest="d"), opened()
    )
    claims = [Claim(criterion="1.1", figures=named("points", "2"))]
    await bench.receive("assessment", SelfScoreSubmitted(round="r", unit="H09.01", claims=claims))
    findings = [Finding(criterion="1.1", figures=named("points", "1.5"), corrected=True)]
    await bench.receive("assessment", AppraisalCompleted(round="r", unit="H09.01", findings=findings))
    counts = [OptionCount(option="1", count=1), OptionCount(option="5", count=2)]
    await bench.receive("survey", TallyUpdated(round="r", unit="H09.01", question="q1", counts=counts))
    await bench.projector.catch_up()
    app = FastAPI()
    for router in SERVICE.routes(bench.context):
        app.include_router(router)
    keep_reads(app, bench.context.log)
    check_requests(app)
    authenticate_with(app, Authenticator(Tokens(ISSUER.keys(), bench.context.now)))
    install(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://scoring") as client:
        yield client


async def get(http: AsyncClient, bench: Bench, path: str, right: str) -> Any:
    token = ISSUER.mint("somebody", [right], timedelta(hours=1), bench.context.now())
    return await http.get(path, headers={"Authorization": f"Bearer {token}"})


async def test_a_unit_reads_the_reason_for_every_point(http: AsyncClient, bench: Bench) -> None:
    answer = (await get(http, bench, "/v1/rounds/r/units/H09.01/index", "unit@H09.01")).json()
    lines = {line["criterion"]: line for line in answer["lines"]}
    assert lines["1.1"] == {
        "criterion": "1.1", "name": "Tiêu chí 1.1", "area": "1", "part": "appraisal", "maximum": "2", "points": "1.5",
        "share": "0.75", "lost": "0.5", "claimed": "2", "causes": ["assessment/4"], "fault": "",
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
    }  # fmt: skip


async def test_only_officials_above_and_the_unit_itself_read_its_index(http: AsyncClient, bench: Bench) -> None:
    may = [
        right
        for right in EVERYBODY
        if (await get(http, bench, "/v1/rounds/r/units/H09.01/index", right)).status_code == 200
    ]
    officials = [f"{role}@{node}" for role in ("office", "council", "auditor") for node in ("H09", "H09.01")]
    assert sorted(may) == sorted([*officials, "unit@H09.01"])
    assert (await http.get("/v1/rounds/r/units/H09.01/index")).status_code == 401


async def test_only_officials_of_the_round_s_authority_read_its_settlement(http: AsyncClient, bench: Bench) -> None:
    may = [right for right in EVERYBODY if (await get(http, bench, SETTLEMENT, right)).status_code == 200]
    assert may == ["office@H09", "council@H09", "auditor@H09"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/rounds/nowhere/indices", "unknown-round"),
        ("/v1/rounds/nowhere/settlement", "unknown-round"),
        ("/v1/rounds/nowhere/units/H09.01/index", "unknown-round"),
        ("/v1/rounds/r/units/H09.09/index", "unknown-unit"),
    ],
)
async def test_an_unknown_round_or_unit_is_not_found(http: AsyncClient, bench: Bench, path: str, code: str) -> None:
    answer = await get(http, bench, path, "office@H09")
    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def settlement(http: AsyncClient, bench: Bench) -> Any:
    await bench.projector.catch_up()
    return (await get(http, bench, SETTLEMENT, "office@H09")).json()


async def test_the_settlement_lists_what_is_missing(http: AsyncClient, bench: Bench) -> None:
    before = await settlement(http, bench)
    assert (before["settled"], before["settling"], before["parked"]) == (False, 0, 0)
    assert [lack["code"] for lack in before["missing"]] == ["assessment-not-closed", "survey-not-closed"]
    subscriptions = bench.subscriptions("assessment", RoundClosed(round="r", closing=1))
    await bench.deliver(("assessment", 0), subscriptions["assessment", 0])
    half = await settlement(http, bench)
    assert half["sources"][0] == {"source": "assessment", "needed": True, "closing": 1, "partitions_seen": [0]}
    assert "còn thiếu 2/3 phần" in half["missing"][0]["vi"]
    for k in (1, 2):
        await bench.deliver(("assessment", k), subscriptions["assessment", k])
    await bench.receive("survey", TallyClosed(round="r", closing=1, covers=1))
    after = await settlement(http, bench)
    assert (after["settled"], after["settling"], after["missing"]) == (True, 1, [])
    assert [at["source"] for at in after["vector"]] == ["assessment", "survey"]


async def test_a_reopened_round_is_no_longer_settled(http: AsyncClient, bench: Bench) -> None:
    await bench.receive("survey", TallyClosed(round="r", closing=1, covers=1))
    await bench.receive("assessment", RoundClosed(round="r", closing=1), RoundReopened(round="r", closing=1))
    reopened = await settlement(http, bench)
    assert (reopened["settled"], [lack["code"] for lack in reopened["missing"]]) == (False, ["assessment-reopened"])


async def test_a_fault_is_named_with_its_unit_and_criterion(http: AsyncClient, bench: Bench) -> None:
    findings = [Finding(criterion="2.2", figures=[*named("done", "0"), *named("planned", "0")])]
    await bench.receive("assessment", AppraisalCompleted(round="r", unit="H09.02", findings=findings))
    missing = (await settlement(http, bench))["missing"]
    assert [lack["code"] for lack in missing][-1] == "nothing-planned"
    assert missing[-1]["en"].startswith("H09.02, criterion 2.2: Nothing was planned")


async def test_a_rebuilt_projection_answers_the_same(http: AsyncClient, bench: Bench) -> None:
    path = "/v1/rounds/r/units/H09.01/index"
    before = (await get(http, bench, path, "office@H09")).json()
    await bench.projector.rebuild("unit_indices")
    assert (await get(http, bench, path, "office@H09")).json() == before
