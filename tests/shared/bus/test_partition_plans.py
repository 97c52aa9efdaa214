"""Contracts of one partition are found without a scan of the others, under any plan of PostgreSQL."""

import json
from typing import Any

import pytest

from parindex.bus import contract_feed, outbox
from parindex.doctor import from_inside
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.testing.shop import PizzaBaked, metadata

QUESTIONS = {
    "feed": (contract_feed.PUBLISHED, "(int, int, bigint, bigint)", "(3, -1, 100, 10)"),
    "ahead": (contract_feed.AHEAD, "(bigint[], bigint, int)", "('{100,100,100,100}', 10, -1)"),
    "doctor": (from_inside.PUBLISHED, "", ""),
    "relay": (outbox.PUBLISHED, "(int[], bigint[], bigint)", "('{0,1,2,3,-1}', '{100,100,100,100,100}', 10)"),
}


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_only_the_index_of_published_events_is_scanned(log: Log, name: str, mode: str) -> None:
    query, types, values = QUESTIONS[name]
    for oven in range(20):
        facts = [PizzaBaked("small", f"o{oven}")] * 100
        await log.append(Append(f"oven-o{oven}", metadata(), lambda _, facts=facts: Decided(facts), 100))
    async with log.pool.acquire() as connection:
        await connection.execute("ANALYZE events")
        await connection.execute(f"SET plan_cache_mode = {mode}")
        await connection.execute(f"PREPARE question {types} AS {query}")
        plan = json.loads(await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE question {values}"))
    scans = [node for node in walk(plan[0]["Plan"]) if node.get("Relation Name") == "events"]
    assert {node.get("Index Name") for node in scans} == {"events_told"}
    assert all(node.get("Rows Removed by Filter", 0) == 0 for node in scans)


def walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(deeper for inner in node.get("Plans", ()) for deeper in walk(inner))]
