"""Helpers of HTTP tests: a client of an app, and the problem document of an answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from parindex.http.correlation import HEADER
from parindex.http.problems import Problem


@asynccontextmanager
async def asking(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://round") as http:
        yield http


def problem_in(response: Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert Problem.model_validate(body).model_dump() == body
    assert (body["status"], body["correlation_id"]) == (response.status_code, response.headers[HEADER])
    assert body["type"] == f"/problems/{body['code']}"
    return body
