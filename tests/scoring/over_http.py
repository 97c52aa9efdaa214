"""Requests to scoring's HTTP API, each with one right."""

from datetime import timedelta
from typing import Any

from httpx import AsyncClient

from parindex.auth.issuer import LocalIssuer, new_key

ISSUER = LocalIssuer(new_key(), "https://issuer.example/sign-in")
EVERYBODY = [
    f"{role}@{node}"
    for role in ("office", "council", "auditor", "unit", "appraiser", "surveyor", "kiosk", "service")
    for node in ("H09", "H09.01", "H09.02", "H09.01.7", "H10")
]


async def get(http: AsyncClient, bench: Any, path: str, right: str) -> Any:
    token = ISSUER.mint("somebody", [right], timedelta(hours=1), bench.context.now())
    return await http.get(path, headers={"Authorization": f"Bearer {token}"})
