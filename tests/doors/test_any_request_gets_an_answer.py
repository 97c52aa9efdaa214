"""Schemathesis over the OpenAPI documents: no request causes an internal error; every refusal is a problem document."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from tests.doors.announced_round import REAL

from parindex.auth import Role
from parindex.auth.principal import OWN_NODE
from parindex.hosting.server import listening
from parindex_cli.local.embedded import System

EACH = 9
"""Requests to each operation: with real names, with names that no database can store, with invented names."""
QUICKLY = {"wait": 0}
"""A long poll would only take time."""
TOLD = ("type", "title", "status", "code", "detail", "detail_en", "places", "correlation_id")


async def test_no_request_fails_and_every_refusal_says_why(announced: System) -> None:
    rights = [f"{role}@{'H10.01' if role in OWN_NODE else 'H10'}" for role in Role]
    everybody = announced.token("moi-vai", *rights, life=timedelta(hours=1))
    async with listening(announced.app) as url:
        for service in announced.resources:
            await asyncio.to_thread(ask_everything, f"{url}/{service}", everybody)


def ask_everything(url: str, token: str) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            ask(http, url, found.ok())


def ask(http: httpx.Client, url: str, operation: Any) -> None:
    carried: list[bool] = []

    @seed(1)
    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), names=st.sampled_from([REAL, dict.fromkeys(REAL, "a%00"), {}]))
    def one(case: Any, names: Mapping[str, Any]) -> None:
        sent = case.path_parameters or {}
        case.path_parameters = {**sent, **{name: names[name] for name in sent if name in names}}
        if case.query and "wait" in case.query:
            case.query = {**case.query, **QUICKLY}
        carried.append(send(http, case.as_transport_kwargs(base_url=url)))

    one()
    assert sum(carried) * 2 > len(carried), f"{operation.label}: most requests could not be sent"


def send(http: httpx.Client, request: Mapping[str, Any]) -> bool:
    """Send a request and check its answer; return False if it can't be sent over HTTP."""
    headers = {name: text for name, text in (request.get("headers") or {}).items() if name.lower() != "authorization"}
    body = {name: request[name] for name in ("json", "data", "content", "params") if request.get(name) is not None}
    if isinstance(body.get("data"), bytes | str):
        body["content"] = body.pop("data")
    try:
        answer = http.request(request["method"], request["url"], headers=headers, **body)
    except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
        return False
    check(answer)
    return True


def check(answer: httpx.Response) -> None:
    asked = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}"
    assert answer.status_code < 500, asked
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", asked
        problem = answer.json()
        assert all(name in problem for name in TOLD), asked
        assert problem["detail"], asked
        assert problem["detail_en"], asked
