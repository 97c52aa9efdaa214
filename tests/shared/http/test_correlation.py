"""A request's correlation id is in its log lines and its answer, and not in those of the next request."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from fastapi import FastAPI, Request
from httpx import AsyncClient
from tests.shared.http.answers import asking

from parindex.http.correlation import HEADER, correlation_of
from parindex.http.problem_handlers import install


def make_app() -> FastAPI:
    app = FastAPI()

    @app.get("/whoami")
    async def whoami(request: Request) -> dict[str, Any]:
        bound = structlog.contextvars.get_contextvars()
        return {"id": correlation_of(request.scope), "logged": bound["correlation_id"]}

    install(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with asking(make_app()) as http:
        yield http


async def test_a_request_keeps_its_correlation_id_in_log_and_answer(client: AsyncClient) -> None:
    response = await client.get("/whoami", headers={HEADER: "kiosk-5.batch_9"})
    assert response.json() == {"id": "kiosk-5.batch_9", "logged": "kiosk-5.batch_9"}
    assert response.headers[HEADER] == "kiosk-5.batch_9"


@pytest.mark.parametrize("given", ["", "a b", 'x"y', "x" * 65, "{}"])
async def test_an_ill_formed_correlation_id_is_replaced(client: AsyncClient, given: str) -> None:
    response = await client.get("/whoami", headers={HEADER: given})
    assert response.headers[HEADER] == response.json()["id"] != given
    assert len(response.json()["id"]) == 49  # the name of a span


async def test_the_correlation_id_does_not_stay_behind_after_the_request(client: AsyncClient) -> None:
    await client.get("/whoami")
    assert "correlation_id" not in structlog.contextvars.get_contextvars()
