"""Reads of unpublished data are traced at every route that declares it, and auditors of the node read the traces."""

import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
from tests.doors.announced_round import REAL

from parindex.auth.fastapi import access_rules
from parindex.hosting.settings import dsn_of
from parindex_cli.local.embedded import System

READ = {
    "assessment": {"feed", "openings", "self-score", "evidence", "commitments", "mailboxes"},
    "survey": {"feed", "openings", "tallies", "presses"},
    "scoring": {"feed", "openings", "indices", "index", "settlement", "derivation", "trial"},
    "publication": {"feed", "openings", "freezing", "snapshot"},
}
"""The traced reads of each service."""

DOORS = Path(__file__).with_name("traced_doors.txt")
"""Method, path and kind of data of each traced route. A route that lost its trace fails here."""

LEAF = {"code": "1.1", "name": "A", "level": "criterion", "parent": "1", "maximum": "1", "rule": {"kind": "yes_no"}}
AREA = {"code": "1", "name": "A", "level": "area", "maximum": "1"}
SET = {"code": "thu", "title": "x", "reference": "x", "criteria": [AREA, LEAF]}
BODIES = {"openings": {"commitments": ["comment:" + "0" * 64]}, "trial": {"criteria_set": SET}}
"""The bodies of the traced routes with POST."""

NOT_OF_THIS_ROUND = {
    "/assessment/rounds/{round}/units/{unit}/criteria/{criterion}/explanation",
    "/assessment/rounds/{round}/council/sessions/{session}/minutes",
    "/assessment/v1/rounds/{round}/council/sessions/{session}/minutes",
}
"""Pages of what no unit of the announced round has; the tests of their steps read their traces."""


def traced(system: System) -> Iterator[tuple[str, str, str, bool, bool]]:
    """Yield service, path, the kind of data, whether a page shows it, and whether its request has a body."""
    for route in access_rules(system.app):
        if route.rule is not None and route.rule.reads and route.path not in NOT_OF_THIS_ROUND:
            _, service, _ = route.path.split("/", 2)
            yield (
                service,
                route.path,
                route.rule.reads,
                route.rule.page,
                route.rule.reads in BODIES and "POST" in route.methods,
            )


def traced_doors(system: System) -> list[str]:
    """Return each traced route as a line of the written list."""
    return sorted(
        f"{method} {route.path} {route.rule.reads}"
        for route in access_rules(system.app)
        for method in route.methods
        if route.rule and route.rule.reads
    )


async def test_every_door_that_has_to_leaves_one_row_for_one_request(announced: System) -> None:
    assert traced_doors(announced) == DOORS.read_text(encoding="utf-8").splitlines()
    doors = list(traced(announced))
    assert {name: {what for service, _, what, _, _ in doors if service == name} for name in READ} == READ
    async with announced.client("a00reader", "office@H10", "auditor@H10") as http:
        for service, path, what, page, posted in doors:
            address = re.sub(r"\{(\w+)\}", lambda name: REAL[name[1].rstrip("_")], path)
            before = await rows(http, service)
            token = http.headers["Authorization"].removeprefix("Bearer ")
            cookie = {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin"} if page else {}
            answer = await (
                http.post(address, headers=cookie, json=BODIES[what]) if posted else http.get(address, headers=cookie)
            )
            assert answer.status_code == 200, address
            [row] = [row for row in await rows(http, service) if row not in before]
            assert (row["actor"], row["via"], row["action"]) == ("a00reader", "", what), address
            assert row["subject"] == address.removeprefix(f"/{service}"), address
            assert {node[:3] for node in row["authority"].split()} == {"H10"}, address


async def rows(http: httpx.AsyncClient, service: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = (await http.get(f"/{service}/v1/reads")).json()
    return found


async def test_the_trace_is_read_by_the_auditors_of_the_node_alone(announced: System) -> None:
    async with announced.client("a00office", "office@H10") as office:
        await office.get("/scoring/v1/rounds/" + REAL["round"] + "/indices")
        assert (await office.get("/scoring/v1/reads")).status_code == 403
    async with announced.client("a00elsewhere", "auditor@H99") as stranger:
        assert await rows(stranger, "scoring") == []
    async with announced.client("a00auditor", "auditor@H10") as auditor:
        assert "a00office" in {row["actor"] for row in await rows(auditor, "scoring")}
    await refused_where_no_trace_can_be_kept(announced)


async def refused_where_no_trace_can_be_kept(announced: System) -> None:
    async with announced.client("a00office", "office@H10") as office:
        way = "/scoring/v1/rounds/" + REAL["round"] + "/indices"
        assert (await office.get(way)).status_code == 200
        owner = await asyncpg.connect(dsn_of(announced.resources["scoring"].settings.owner_url))
        await owner.execute("ALTER TABLE reads RENAME TO reads_elsewhere")
        await owner.close()
        refused = await office.get(way)
        assert refused.status_code >= 500
        assert "indices" not in refused.json()
