"""The exam has teeth: a consumer that trusts its bus fails it under chaos."""

from typing import Any

import pytest

from parindex.bus.chain import Chain
from parindex.bus.chaos import Chaos
from parindex.bus.consuming import ConsumerRunner
from parindex.bus.message import Message
from parindex.eventstore.readers import put
from parindex.testing.exam import ChaosCandidate, FeedCandidate
from parindex.testing.hall import Hall, eating


class PlantedChain(Chain):
    """Bends its position as it likes."""

    async def pretend(self, position: int) -> None:
        async with self._effects.look() as connection:
            await put(connection, self.place, position)
        await self.find_stand()


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

    chain: type[Chain] = Chain

    def _make_chains(self, *arguments: Any) -> dict[tuple[str, int], Chain]:
        chains = super()._make_chains(*arguments)
        for chain in chains.values():
            chain.__class__ = self.chain
        return chains


class CarelessRunner(PlantedRunner):
    chain = CarelessChain


class TrustfulRunner(PlantedRunner):
    chain = TrustfulChain


async def sit(hall: Hall, make: type[ConsumerRunner], chaos: Chaos) -> None:
    """Sit the exam's first question, in one partition."""
    candidate = ChaosCandidate(FeedCandidate(), chaos, seed=2)
    await hall.bake_many(2_000, "o1")
    await hall.close_shop()
    async with candidate.open(hall) as intake, eating(hall.runner(intake, make, look_every=1)) as runner:
        await hall.all_arrived(runner)
        await hall.check()


@pytest.mark.parametrize("chaos", [Chaos(0.3, 0, 0, 0), Chaos(0, 0.3, 0, 0), Chaos(0, 0, 0.3, 0)])
async def test_our_consumer_bears_each_mishap(hall: Hall, chaos: Chaos) -> None:
    await sit(hall, ConsumerRunner, chaos)


async def test_without_refill_what_the_bus_lost_is_missing(hall: Hall) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await sit(hall, CarelessRunner, Chaos(0.3, 0, 0, 0))


async def test_without_refill_what_overtook_something_replaces_it(hall: Hall) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await sit(hall, CarelessRunner, Chaos(0, 0, 0.3, 0))


async def test_without_a_position_what_came_twice_is_counted_twice(hall: Hall) -> None:
    with pytest.raises(AssertionError, match="partition"):
        await sit(hall, TrustfulRunner, Chaos(0, 0.3, 0, 0))
