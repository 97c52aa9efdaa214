"""U+0000 in an address or a body is the client's mistake, answered with a refusal, and no internal error."""

import httpx
import pytest

from parindex_cli.local.embedded import System

ROUND = {"year": 2026, "title": "x", "authority": "H10"}
UNITS = [{"code": "H10.01", "name": "x"}]
BLOCKS = [{"code": "so", "name": "x", "criteria_set": "bo\0", "units": UNITS}]


@pytest.mark.parametrize(
    "address",
    [
        "/assessment/v1/rounds/%00",
        "/assessment/v1/criteria-sets/a%00",
        "/assessment/v1/rounds/a%00/units/H10.01/self-score",
        "/publication/rounds/%00",
    ],
)
async def test_an_address_that_nothing_can_have_is_refused(embedded_system: System, address: str) -> None:
    async with embedded_system.client("so-noi-vu", "office@H10") as http:
        answer = await http.get(address, headers={"Accept": "application/json"})  # a browser would get a page
        assert refusal(answer) in {(422, "text-unstorable"), (422, "malformed-request")}


@pytest.mark.parametrize("body", [{"round": "a\0", "blocks": []}, {"round": "a", "blocks": BLOCKS}])
async def test_a_code_that_nothing_can_have_is_refused(embedded_system: System, body: dict[str, object]) -> None:
    async with embedded_system.client("so-noi-vu", "office@H10") as http:
        answer = await http.post("/assessment/v1/rounds", json={**ROUND, **body})
    assert refusal(answer) in {(422, "text-unstorable"), (422, "malformed-request")}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
