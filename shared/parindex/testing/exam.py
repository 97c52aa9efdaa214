"""The exam that every bus sits: whatever it loses, doubles or shuffles, each contract is applied once and in order.

A test module subclasses BusExam and says which bus in a fixture called `candidate`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from random import Random
from typing import Protocol

import pytest_asyncio

from parindex.bus.buses import Intake
from parindex.bus.chaos import Chaos, ChaosBus
from parindex.bus.feed import FeedBus
from parindex.bus.rabbit_consuming import RabbitIntake
from parindex.bus.rabbit_publishing import RabbitPublisher
from parindex.bus.relay import Relay
from parindex.testing.hall import Hall, eating, open_hall, stop
from parindex.testing.postgres import Databases
from parindex.testing.shop import bake


class Candidate(Protocol):
    """A bus that sits the exam."""

    def open(self, hall: Hall) -> AbstractAsyncContextManager[Intake]:
        """Bring the bus up, carrying what the shop tells."""


class FeedCandidate:
    """The embedded mode's bus."""

    @asynccontextmanager
    async def open(self, hall: Hall) -> AsyncIterator[Intake]:
        """Read the shop's feed."""
        yield FeedBus(hall.feeds)


class RabbitCandidate:
    """The distributed mode's bus, with a relay at the shop. `chaos` sits between the relay and the broker."""

    def __init__(self, *urls: str, chaos: Chaos | None = None, key: str = "") -> None:
        self._urls = urls
        self._key = key
        self._chaos = chaos or Chaos(0, 0, 0, 0)

    @asynccontextmanager
    async def open(self, hall: Hall) -> AsyncIterator[Intake]:
        """Start the shop's relay."""
        async with AsyncExitStack() as stack:
            publisher = await stack.enter_async_context(RabbitPublisher(self._urls, "shop", key=self._key))
            intake = await stack.enter_async_context(RabbitIntake(self._urls, key=self._key))
            relay = Relay(hall.shop, ChaosBus(publisher, self._chaos, Random(5)))  # noqa: S311  # chaos from a seed
            task = asyncio.create_task(relay.run())
            stack.push_async_callback(stop, task)
            yield intake


class ChaosCandidate:
    """Another candidate whose deliveries suffer."""

    def __init__(self, inner: Candidate, chaos: Chaos, seed: int) -> None:
        self._inner = inner
        self._chaos = chaos
        self._random = Random(seed)  # noqa: S311  # likewise

    @asynccontextmanager
    async def open(self, hall: Hall) -> AsyncIterator[Intake]:
        """Bring the other one up."""
        async with self._inner.open(hall) as intake:
            yield ChaosBus(intake, self._chaos, self._random)


class BusExam:
    """What every bus has to pass, together with the one consumer that is used with all of them."""

    @pytest_asyncio.fixture
    async def hall(self, database: Databases) -> AsyncIterator[Hall]:
        """A fresh shop and a fresh guest."""
        async with open_hall(database) as hall:
            yield hall

    async def test_each_contract_is_applied_once_and_in_order(self, hall: Hall, candidate: Candidate) -> None:
        async with candidate.open(hall) as intake, eating(hall.runner(intake)) as runner:
            for _ in range(8):
                await hall.bake(40)
                await hall.close_shop()
            await hall.all_arrived(runner)
            await hall.check()

    async def test_what_was_told_before_anybody_listened_arrives_in_many_messages(
        self, hall: Hall, candidate: Candidate
    ) -> None:
        for oven in range(4):
            await hall.bake_many(450, f"o{oven}")
        async with candidate.open(hall) as intake, eating(hall.runner(intake)) as runner:
            await hall.all_arrived(runner)
            await hall.check()

    async def test_a_consumer_that_is_restarted_goes_on_where_it_was(self, hall: Hall, candidate: Candidate) -> None:
        async with candidate.open(hall) as intake:
            for _ in range(4):
                async with eating(hall.runner(intake)):
                    await hall.bake(60)  # and the consumer is stopped in the middle of it
            async with eating(hall.runner(intake)) as runner:
                await hall.all_arrived(runner)
                await hall.check()

    async def test_two_processes_of_one_consumer_apply_each_contract_once(
        self, hall: Hall, candidate: Candidate
    ) -> None:
        async with AsyncExitStack() as stack:
            intakes = [await stack.enter_async_context(candidate.open(hall)) for _ in range(2)]
            runners = [await stack.enter_async_context(eating(hall.runner(intake))) for intake in intakes]
            for _ in range(6):
                await hall.bake(50)
            await hall.all_arrived(runners[0])
            await hall.check()

    async def test_what_cannot_be_applied_is_parked_with_all_later_ones_of_its_subject(
        self, hall: Hall, candidate: Candidate
    ) -> None:
        hall.allergens.add("hawaii")
        async with candidate.open(hall) as intake, eating(hall.runner(intake)) as runner:
            await hall.bake(24)
            await hall.shop.append(bake("o1", "hawaii"))
            await hall.bake(24)
            await hall.all_arrived(runner)
            parked = (await hall.told_of("o1"))[2:]  # hawaii, and the two that o1 baked after it
            assert await runner.parked_count() == len(parked)
            assert await hall.eaten_of("o1") == (await hall.told_of("o1"))[:2]
            for n in range(2, 12):
                assert await hall.eaten_of(f"o{n}") == await hall.told_of(f"o{n}")
            hall.allergens.clear()
            assert await runner.retry_parked() == len(parked)
            assert hall.releases == [0]
            assert await hall.eaten_of("o1") == await hall.told_of("o1")

    async def test_a_consumer_catches_up_with_what_was_told_while_it_was_away(
        self, hall: Hall, candidate: Candidate
    ) -> None:
        async with candidate.open(hall) as intake:
            async with eating(hall.runner(intake)) as runner:
                await hall.bake(24)
                await hall.all_arrived(runner)
            await hall.bake(100)
            async with eating(hall.runner(intake)) as runner:
                await hall.all_arrived(runner)
                await hall.check()
