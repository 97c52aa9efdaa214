"""Requests to scoring's HTTP API, each with one right."""

import json
from datetime import timedelta

from httpx import AsyncClient, Response
from tests.scoring.conftest import ISSUER, Bench

EVERYBODY = [
    f"{role}@{node}"
    for role in (
        "office",
        "council",
        "auditor",
        "unit",
        "leader",
        "counter",
        "appraiser",
        "surveyor",
        "kiosk",
        "service",
    )
    for node in ("H09", "H09.01", "H09.02", "H09.01.7", "H10")
]


async def post(http: AsyncClient, bench: Bench, path: str, right: str, body: object) -> Response:
    token = ISSUER.mint("other", [right], timedelta(hours=1), bench.context.now())
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return await http.post(path, content=json.dumps(body), headers=headers)  # escapes what UTF-8 can't encode


async def get(http: AsyncClient, bench: Bench, path: str, right: str, **query: str | int) -> Response:
    token = ISSUER.mint("other", [right], timedelta(hours=1), bench.context.now())
    return await http.get(path, params=query or None, headers={"Authorization": f"Bearer {token}"})
