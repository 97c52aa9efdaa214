"""The conformance suite of a bus: even if it loses, doubles or reorders messages, a contract is applied once, in order.

A test module subclasses BusConformance and provides its bus by a fixture with the name `candidate`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from random import Random
from typing import Protocol

import pytest_asyncio

from parindex.bus.feed import FeedBus
from parindex.bus.protocols import Subscriber
from parindex.bus.rabbit_consuming import RabbitSubscriber
from parindex.bus.rabbit_publishing import RabbitPublisher
from parindex.bus.relay import Relay
from parindex.testing.bus_fixture import BusFixture, open_bus_fixture, running, stop
from parindex.testing.chaos import Chaos, ChaosBus
from parindex.testing.postgres import Databases
from parindex.testing.shop import bake


class Candidate(Protocol):
    """A bus under the conformance suite."""

    def open(self, bus_fixture: BusFixture) -> AbstractAsyncContextManager[Subscriber]:
        """Start the bus with the shop as its source."""


class FeedCandidate:
    """The bus of the embedded installation: feeds."""

    @asynccontextmanager
    async def open(self, bus_fixture: BusFixture) -> AsyncIterator[Subscriber]:
        """Read the shop's feed."""
        yield FeedBus(bus_fixture.feeds)


class RabbitCandidate:
    """The bus of a distributed installation, with a relay at the shop. `chaos` is between the relay and the broker."""

    def __init__(self, *urls: str, chaos: Chaos | None = None, key: str = "") -> None:
        self._urls = urls
        self._key = key
        self._chaos = chaos or Chaos(0, 0, 0, 0)

    @asynccontextmanager
    async def open(self, bus_fixture: BusFixture) -> AsyncIterator[Subscriber]:
        """Start the shop's relay."""
        async with AsyncExitStack() as stack:
            publisher = await stack.enter_async_context(RabbitPublisher(self._urls, "shop", key=self._key))
            subscriber = await stack.enter_async_context(RabbitSubscriber(self._urls, key=self._key))
            relay = Relay(bus_fixture.shop, ChaosBus(publisher, self._chaos, Random(5)))  # noqa: S311  # chaos from a seed
            task = asyncio.create_task(relay.run())
            stack.push_async_callback(stop, task)
            yield subscriber


class ChaosCandidate:
    """Another candidate with chaos in its deliveries."""

    def __init__(self, inner: Candidate, chaos: Chaos, seed: int) -> None:
        self._inner = inner
        self._chaos = chaos
        self._random = Random(seed)  # noqa: S311  # likewise

    @asynccontextmanager
    async def open(self, bus_fixture: BusFixture) -> AsyncIterator[Subscriber]:
        """Start the other candidate."""
        async with self._inner.open(bus_fixture) as subscriber:
            yield ChaosBus(subscriber, self._chaos, self._random)


class BusConformance:
    """The tests that each bus must pass, together with the consumer runner."""

    @pytest_asyncio.fixture
    async def bus_fixture(self, database: Databases) -> AsyncIterator[BusFixture]:
        """A fresh shop and a fresh guest."""
        async with open_bus_fixture(database) as bus_fixture:
            yield bus_fixture

    async def test_each_contract_is_applied_once_and_in_order(
        self, bus_fixture: BusFixture, candidate: Candidate
    ) -> None:
        async with candidate.open(bus_fixture) as subscriber, running(bus_fixture.runner(subscriber)) as runner:
            for _ in range(8):
                await bus_fixture.bake(40)
                await bus_fixture.close_shop()
            await bus_fixture.all_arrived(runner)
            await bus_fixture.check()

    async def test_contracts_published_before_the_consumer_subscribed_arrive_in_many_messages(
        self, bus_fixture: BusFixture, candidate: Candidate
    ) -> None:
        for oven in range(4):
            await bus_fixture.bake_many(450, f"o{oven}")
        async with candidate.open(bus_fixture) as subscriber, running(bus_fixture.runner(subscriber)) as runner:
            await bus_fixture.all_arrived(runner)
            await bus_fixture.check()

    async def test_a_consumer_that_is_restarted_goes_on_where_it_was(
        self, bus_fixture: BusFixture, candidate: Candidate
    ) -> None:
        async with candidate.open(bus_fixture) as subscriber:
            for _ in range(4):
                async with running(bus_fixture.runner(subscriber)):
                    await bus_fixture.bake(60)  # the consumer is stopped in the middle
            async with running(bus_fixture.runner(subscriber)) as runner:
                await bus_fixture.all_arrived(runner)
                await bus_fixture.check()

    async def test_two_processes_of_one_consumer_apply_each_contract_once(
        self, bus_fixture: BusFixture, candidate: Candidate
    ) -> None:
        async with AsyncExitStack() as stack:
            subscribers = [await stack.enter_async_context(candidate.open(bus_fixture)) for _ in range(2)]
            runners = [
                await stack.enter_async_context(running(bus_fixture.runner(subscriber))) for subscriber in subscribers
            ]
            for _ in range(6):
                await bus_fixture.bake(50)
            await bus_fixture.all_arrived(runners[0])
            await bus_fixture.check()

    async def test_a_poison_contract_is_parked_with_all_later_ones_of_its_subject(
        self, bus_fixture: BusFixture, candidate: Candidate
    ) -> None:
        bus_fixture.allergens.add("hawaii")
        async with candidate.open(bus_fixture) as subscriber, running(bus_fixture.runner(subscriber)) as runner:
            await bus_fixture.bake(24)
            await bus_fixture.shop.append(bake("o1", "hawaii"))
            await bus_fixture.bake(24)
            await bus_fixture.all_arrived(runner)
            parked = (await bus_fixture.published_of("o1"))[2:]  # hawaii, and the two that o1 baked after it
            assert await bus_fixture.parking().count() == len(parked)
            assert await bus_fixture.eaten_of("o1") == (await bus_fixture.published_of("o1"))[:2]
            for n in range(2, 12):
                assert await bus_fixture.eaten_of(f"o{n}") == await bus_fixture.published_of(f"o{n}")
            bus_fixture.allergens.clear()
            assert await bus_fixture.parking().retry() == len(parked)
            assert bus_fixture.releases == [0]
            assert await bus_fixture.eaten_of("o1") == await bus_fixture.published_of("o1")

    async def test_a_consumer_catches_up_with_contracts_published_while_it_was_stopped(
        self, bus_fixture: BusFixture, candidate: Candidate
    ) -> None:
        async with candidate.open(bus_fixture) as subscriber:
            async with running(bus_fixture.runner(subscriber)) as runner:
                await bus_fixture.bake(24)
                await bus_fixture.all_arrived(runner)
            await bus_fixture.bake(100)
            async with running(bus_fixture.runner(subscriber)) as runner:
                await bus_fixture.all_arrived(runner)
                await bus_fixture.check()
