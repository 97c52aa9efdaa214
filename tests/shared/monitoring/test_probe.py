"""The health probe of a container returns the process's health, and a failure if no process answers."""

import asyncio

import pytest
from fastapi import FastAPI, Response

from parindex.hosting.server import listening
from parindex.monitoring.probe import main
from parindex.servers.rabbitmq_folder import free_ports


async def test_a_page_that_answers_well_is_health_and_any_other_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    app.add_api_route("/health/live", lambda: "alive")
    app.add_api_route("/health/ready", lambda: Response(status_code=503))
    async with listening(app) as url:
        monkeypatch.setenv("PARINDEX_HEALTH_PORT", url.rpartition(":")[2])
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        assert await asyncio.to_thread(main) == 0
        assert await asyncio.to_thread(main, "/health/ready") == 1


def test_without_an_answer_there_is_no_health(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARINDEX_HEALTH_PORT", str(free_ports(1)[0]))
    assert main() == 1
