"""Who may read the settlement of a round, and what the round still waits for."""

from typing import Any

from httpx import AsyncClient
from tests.scoring.conftest import Bench
from tests.scoring.over_http import EVERYBODY, get

from parindex.contracts.assessment import AppraisalCompleted, Figure, Finding, RoundClosed, RoundReopened
from parindex.contracts.survey import TallyClosed

SETTLEMENT = "/v1/rounds/r/settlement"


async def settlement(http: AsyncClient, bench: Bench) -> Any:
    await bench.projector.catch_up()
    return (await get(http, bench, SETTLEMENT, "office@H09")).json()


async def test_only_officials_of_the_round_s_authority_read_its_settlement(http: AsyncClient, bench: Bench) -> None:
    may = [right for right in EVERYBODY if (await get(http, bench, SETTLEMENT, right)).status_code == 200]
    assert may == ["office@H09", "council@H09", "auditor@H09"]


async def test_the_settlement_of_an_unknown_round_is_not_found(http: AsyncClient, bench: Bench) -> None:
    answer = await get(http, bench, "/v1/rounds/nowhere/settlement", "office@H09")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-round")


async def test_the_settlement_lists_what_is_missing(http: AsyncClient, bench: Bench) -> None:
    before = await settlement(http, bench)
    assert (before["settled"], before["settling"], before["parked"]) == (False, 0, 0)
    assert [blocker["code"] for blocker in before["missing"]] == ["assessment-not-closed", "survey-not-closed"]
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
    assert (reopened["settled"], [blocker["code"] for blocker in reopened["missing"]]) == (
        False,
        ["assessment-reopened"],
    )


async def test_a_fault_is_named_with_its_unit_and_criterion(http: AsyncClient, bench: Bench) -> None:
    findings = [Finding(criterion="2.2", figures=[Figure(name="done", value="0"), Figure(name="planned", value="0")])]
    await bench.receive("assessment", AppraisalCompleted(round="r", unit="H09.02", findings=findings))
    missing = (await settlement(http, bench))["missing"]
    assert [blocker["code"] for blocker in missing][-1] == "nothing-planned"
    assert missing[-1]["en"].startswith("H09.02, criterion 2.2: Nothing was planned")
