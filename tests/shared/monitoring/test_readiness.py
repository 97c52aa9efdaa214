"""Readiness distinguishes a stalled consumer from a slow one, which moves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Received
from parindex.eventstore.checkpoints import CheckpointStatus
from parindex.eventstore.registry import event_types
from parindex.monitoring.stalls import DEAD_AFTER_S, FAR_BEHIND, StallDetector, Tolerance, dead_or_slow
from parindex.testing import toy
from parindex.testing.postgres import Databases
from parindex.testing.toy import MIGRATIONS, SERVICE
from parindex_cli.local.embedded import System
from parindex_cli.testing.embedded import system_over


def at(position: int, lag: int, error: str = "") -> CheckpointStatus:
    return CheckpointStatus("scoring.computing:1", "survey", 3, position, lag, live=True, error=error)


class Watch:
    """A consumer that is polled by a clock that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self._stalls = StallDetector(lambda: self.now)

    def look(self, status: CheckpointStatus, seconds: float = 0.0) -> str | None:
        """Advance the clock, poll, and return the problem of readiness, with ✗ if it stops the work."""
        self.now += seconds
        trouble = dead_or_slow([status], self._stalls.seconds([status]))
        return None if trouble is None else f"{'✗' if trouble.stops else '·'} {trouble.en}"


def test_a_reader_that_does_not_move_before_its_backlog_is_dead() -> None:
    watch = Watch()
    assert watch.look(at(7, lag=2)) is None
    assert watch.look(at(7, lag=2), DEAD_AFTER_S - 1) is None
    said = "✗ Can't read on: scoring.computing:1 ← survey/3 has been stalled for 60 s with a lag of 2"
    assert watch.look(at(7, lag=2), 1) == said


def test_a_reader_that_moves_is_slow_however_far_behind_it_is() -> None:
    watch = Watch()
    for position in range(5):
        said = watch.look(at(position, lag=FAR_BEHIND), DEAD_AFTER_S)
        assert said == f"· Slow, but moving: scoring.computing:1 ← survey/3: {FAR_BEHIND}"


def test_a_reader_without_work_may_stand_as_long_as_it_likes_and_begins_anew_when_some_comes() -> None:
    watch = Watch()
    assert watch.look(at(7, lag=0)) is None
    assert watch.look(at(7, lag=0), 10 * DEAD_AFTER_S) is None
    assert watch.look(at(7, lag=1), 10 * DEAD_AFTER_S) is None
    assert watch.look(at(7, lag=0), DEAD_AFTER_S - 1) is None
    assert watch.look(at(7, lag=1), DEAD_AFTER_S - 1) is None


def test_a_reader_with_an_error_says_that_and_not_that_it_stands() -> None:
    watch = Watch()
    failing = at(7, lag=2, error="FeedAwayError: survey")
    for _ in range(2):
        said = watch.look(failing, DEAD_AFTER_S)
        assert said == "✗ Can't read on: scoring.computing:1 ← survey/3: FeedAwayError"


class Desk:
    """A bookkeeper service whose handler can be blocked within a transaction."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.stuck = asyncio.Event()

    async def on_orders(self, context: HandlerContext, received: Sequence[Received]) -> None:
        assert context.source == "toy"
        assert received
        self.stuck.set()
        await self.free.wait()


@pytest.fixture
async def desk() -> Desk:
    return Desk()


@pytest.fixture
async def system(database: Databases, desk: Desk) -> AsyncIterator[System]:
    consumer = Consumer("bookkeeper.writing", 1, ("toy",), desk.on_orders)
    bookkeeper = replace(SERVICE, name="bookkeeper", types=event_types([toy]), projections=(), consumers=[consumer])
    services = {"toy": SERVICE, "bookkeeper": bookkeeper}
    async with system_over(database, services, find=lambda _: MIGRATIONS) as system:
        yield system
        desk.free.set()


@pytest.fixture
async def office(system: System) -> AsyncIterator[httpx.AsyncClient]:
    async with system.client("pizza-fan", "office@H09") as http:
        yield http


async def until(office: httpx.AsyncClient, ready: bool) -> dict[str, Any]:
    """Poll until the bookkeeper's readiness is `ready`, and return its check of consumers."""
    async with asyncio.timeout(30):
        while (answer := await office.get("/bookkeeper/health/ready")).is_success is not ready:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    [check] = [check for check in answer.json()["checks"] if check["name"] == "readers"]
    return dict(check)


async def test_a_consumer_that_hangs_makes_its_process_unready_until_it_goes_on(
    system: System, office: httpx.AsyncClient, desk: Desk
) -> None:
    system.bus_processes["bookkeeper"].tolerance = Tolerance(dead_after=0.3)
    await office.post("/toy/v1/shops/H09.05/orders", json={"count": 1})
    await desk.stuck.wait()
    check = await until(office, ready=False)
    assert "bookkeeper.writing:1 ← toy/" in check["en"]
    assert "has been stalled" in check["en"]
    assert "đứng yên" in check["vi"]
    desk.free.set()
    assert (await until(office, ready=True))["en"] == ""


async def test_a_consumer_that_is_far_behind_is_reported_and_stays_ready(
    system: System, office: httpx.AsyncClient, desk: Desk
) -> None:
    system.bus_processes["bookkeeper"].tolerance = Tolerance(far_behind=1)
    await office.post("/toy/v1/shops/H09.05/orders", json={"count": 1})
    await desk.stuck.wait()
    answer = await office.get("/bookkeeper/health/ready")
    [check] = [check for check in answer.json()["checks"] if check["name"] == "readers"]
    assert (answer.status_code, check["ok"]) == (200, True)
    assert check["en"].startswith("Slow, but moving: bookkeeper.writing:1 ← toy/")
