"""The conformance suite can fail: a consumer without an inbox's checks does not pass it under chaos."""

from typing import Any

import pytest

from parindex.bus.consuming import ConsumerRunner
from parindex.bus.inbox import Inbox
from parindex.bus.message import Message
from parindex.eventstore.checkpoints import reset
from parindex.testing.bus_fixture import BusFixture, running
from parindex.testing.chaos import Chaos
from parindex.testing.conformance import ChaosCandidate, FeedCandidate


class PlantedInbox(Inbox):
    """An inbox that can set its checkpoint to any position."""

    async def pretend(self, position: int) -> None:
        async with self._contexts.transaction() as connection:
            await reset(connection, self.key, position)
        await self.find_checkpoint()


class CarelessInbox(PlantedInbox):
    """An inbox that skips a gap instead of filling it."""

    async def fill_gap(self, until: int) -> None:
        await self.pretend(until)


class TrustfulInbox(PlantedInbox):
    """An inbox that applies each message, also a duplicate."""

    async def receive(self, message: Message) -> None:
        await self.pretend(message.prev)
        await self._apply(message)


class PlantedRunner(ConsumerRunner):
    """A consumer runner with another class of inboxes."""

    inbox: type[Inbox] = Inbox

    def _make_inboxes(self, *arguments: Any) -> dict[tuple[str, int], Inbox]:
        inboxes = super()._make_inboxes(*arguments)
        for inbox in inboxes.values():
            inbox.__class__ = self.inbox
        return inboxes


class CarelessRunner(PlantedRunner):
    inbox = CarelessInbox


class TrustfulRunner(PlantedRunner):
    inbox = TrustfulInbox


async def run_suite(bus_fixture: BusFixture, make: type[ConsumerRunner], chaos: Chaos) -> None:
    """Run the first check of the conformance suite, in one partition."""
    candidate = ChaosCandidate(FeedCandidate(), chaos, seed=2)
    await bus_fixture.bake_many(2_000, "o1")
    await bus_fixture.close_shop()
    async with (
        candidate.open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber, make, look_every=1)) as runner,
    ):
        await bus_fixture.all_arrived(runner)
        await bus_fixture.check()


@pytest.mark.parametrize("chaos", [Chaos(0.3, 0, 0, 0), Chaos(0, 0.3, 0, 0), Chaos(0, 0, 0.3, 0)])
async def test_a_consumer_applies_each_contract_once_under_each_fault(bus_fixture: BusFixture, chaos: Chaos) -> None:
    await run_suite(bus_fixture, ConsumerRunner, chaos)


async def test_without_gap_fill_a_lost_message_is_missing(bus_fixture: BusFixture) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await run_suite(bus_fixture, CarelessRunner, Chaos(0.3, 0, 0, 0))


async def test_without_gap_fill_an_overtaken_message_is_missing(bus_fixture: BusFixture) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await run_suite(bus_fixture, CarelessRunner, Chaos(0, 0, 0.3, 0))


async def test_without_a_checkpoint_a_duplicate_is_counted_twice(bus_fixture: BusFixture) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await run_suite(bus_fixture, TrustfulRunner, Chaos(0, 0.3, 0, 0))
