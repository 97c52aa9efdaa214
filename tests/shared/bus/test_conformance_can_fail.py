"""The exam has teeth: a consumer that trusts its bus fails it under chaos."""

from typing import Any

import pytest

from parindex.bus.consuming import ConsumerRunner
from parindex.bus.inbox import Inbox
from parindex.bus.message import Message
from parindex.eventstore.checkpoints import reset
from parindex.testing.bus_fixture import BusFixture, eating
from parindex.testing.chaos import Chaos
from parindex.testing.conformance import ChaosCandidate, FeedCandidate


class PlantedChain(Inbox):
    """Bends its position as it likes."""

    async def pretend(self, position: int) -> None:
        async with self._contexts.look() as connection:
            await reset(connection, self.key, position)
        await self.find_checkpoint()


class CarelessChain(PlantedChain):
    """Doesn't care what is missing."""

    async def refill(self, until: int) -> None:
        await self.pretend(until)


class TrustfulChain(PlantedChain):
    """Believes that nothing comes twice."""

    async def receive(self, message: Message) -> None:
        await self.pretend(message.prev)
        await self._apply(message)


class PlantedRunner(ConsumerRunner):
    """Runs with chains of another kind."""

    inbox: type[Inbox] = Inbox

    def _make_inboxes(self, *arguments: Any) -> dict[tuple[str, int], Inbox]:
        inboxes = super()._make_inboxes(*arguments)
        for inbox in inboxes.values():
            inbox.__class__ = self.inbox
        return inboxes


class CarelessRunner(PlantedRunner):
    inbox = CarelessChain


class TrustfulRunner(PlantedRunner):
    inbox = TrustfulChain


async def sit(bus_fixture: BusFixture, make: type[ConsumerRunner], chaos: Chaos) -> None:
    """Sit the exam's first question, in one partition."""
    candidate = ChaosCandidate(FeedCandidate(), chaos, seed=2)
    await bus_fixture.bake_many(2_000, "o1")
    await bus_fixture.close_shop()
    async with (
        candidate.open(bus_fixture) as subscriber,
        eating(bus_fixture.runner(subscriber, make, look_every=1)) as runner,
    ):
        await bus_fixture.all_arrived(runner)
        await bus_fixture.check()


@pytest.mark.parametrize("chaos", [Chaos(0.3, 0, 0, 0), Chaos(0, 0.3, 0, 0), Chaos(0, 0, 0.3, 0)])
async def test_our_consumer_bears_each_mishap(bus_fixture: BusFixture, chaos: Chaos) -> None:
    await sit(bus_fixture, ConsumerRunner, chaos)


async def test_without_refill_what_the_bus_lost_is_missing(bus_fixture: BusFixture) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await sit(bus_fixture, CarelessRunner, Chaos(0.3, 0, 0, 0))


async def test_without_refill_what_overtook_something_replaces_it(bus_fixture: BusFixture) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await sit(bus_fixture, CarelessRunner, Chaos(0, 0, 0.3, 0))


async def test_without_a_position_what_came_twice_is_counted_twice(bus_fixture: BusFixture) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await sit(bus_fixture, TrustfulRunner, Chaos(0, 0.3, 0, 0))
