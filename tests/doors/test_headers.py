"""Security headers of every answer: no private data is cached, no foreign script runs, no page is framed."""

import re
from collections.abc import Iterator

import httpx
from tests.doors.announced_round import REAL

from parindex.auth.fastapi import access_rules
from parindex_cli.local.embedded import INSIDE, System

ROUND = r"v1/rounds/\{round\}/(editions|editions/\{edition\}/snapshot|result|result\.csv)"
KEPT = re.compile(rf"^GET /publication/(v1/results|{ROUND}|rounds/.*|assets/.*|)$|/docs/")
"""Public answers that a cache may store: announced results, and the files of pages, without drafts."""

QUIET = "no-referrer"
OF_FORMS = "same-origin"
"""What a page with a form has instead: with `no-referrer`, browsers send `Origin: null` with the form."""


def questions(system: System) -> Iterator[tuple[str, str]]:
    for route in access_rules(system.app):
        for method in set(route.methods) - {"HEAD"}:
            path = route.path.replace("{round_}", "{round}")
            yield f"{method} {path}", re.sub(r"\{(\w+)\}", lambda name: REAL[name[1]], path)


async def test_every_answer_of_every_route_is_hardened(announced: System) -> None:
    wrong = []
    async with announced.client("so-noi-vu", "office@H10", "council@H10", "auditor@H10") as http:
        for door, address in questions(announced):
            answer = await http.request(door.split(" ")[0], address)
            wrong += [f"{door} {answer.status_code}: {what}" for what in missing(door, answer)]
    assert wrong == []


async def test_refusals_are_hardened_too(announced: System) -> None:
    transport = httpx.ASGITransport(announced.app)
    async with httpx.AsyncClient(transport=transport, base_url=INSIDE) as http:
        for address in ("/assessment/v1/rounds", "/survey/no/such/address", "/no/such/address"):
            answer = await http.get(address)
            assert answer.status_code in {401, 404}
            assert not list(missing(f"GET {address}", answer))


def missing(door: str, answer: httpx.Response) -> Iterator[str]:
    headers = answer.headers
    for name in ("cache-control", "x-content-type-options", "referrer-policy", "content-security-policy"):
        if len(headers.get_list(name)) != 1:
            yield f"{name} stands there {len(headers.get_list(name))} times"
            return
    wanted = OF_FORMS if "<form" in answer.text else QUIET
    if headers["x-content-type-options"] != "nosniff" or headers["referrer-policy"] != wanted:
        yield "a weak header"
    if not KEPT.search(door) and "no-store" not in headers["cache-control"]:
        yield f"a cache may keep it: {headers['cache-control']}"
    yield from weaknesses(headers["content-security-policy"])


def weaknesses(policy: str) -> Iterator[str]:
    rules = {name: values for name, *values in (rule.split() for rule in policy.split(";"))}
    if rules.get("default-src") != ["'none'"] or rules.get("frame-ancestors") != ["'none'"]:
        yield f"an open policy: {policy}"
    if {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(rules.get("script-src", ())):
        yield f"a policy that runs anything: {policy}"
