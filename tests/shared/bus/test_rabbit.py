"""RabbitMQ carries every contract without the feed, and the contracts that a broker loses cost time only."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue

from parindex.bus import topology
from parindex.bus.consumer import HandlerContext
from parindex.bus.consuming import ConsumerRunner
from parindex.bus.contract_feed import contract_feed
from parindex.bus.protocols import Subscription
from parindex.bus.rabbit_consuming import RabbitSubscriber
from parindex.bus.rabbit_publishing import RabbitPublisher
from parindex.bus.relay import Relay
from parindex.eventstore.registry import partition_of
from parindex.servers.rabbitmq_node import PrivateBroker
from parindex.testing.bus_fixture import BusFixture, running, stop
from parindex.testing.conformance import RabbitCandidate
from parindex.testing.queues import CONSUMER, NoFeed, have_queues, queue, relayed

pytestmark = pytest.mark.rabbitmq

K = partition_of("o1", 4)
NEVER = 3_600.0


async def catch_up(bus_fixture: BusFixture, runner: ConsumerRunner) -> None:
    await bus_fixture.all_arrived(runner)
    await bus_fixture.check()


async def test_the_broker_alone_carries_everything_to_a_guest_who_reaches_no_feed(
    bus_fixture: BusFixture, broker_url: str
) -> None:
    await have_queues(bus_fixture, broker_url)
    bus_fixture.feeds = NoFeed()
    async with (
        RabbitCandidate(broker_url).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        for _ in range(5):
            await bus_fixture.bake(60)
            await bus_fixture.close_shop()
        await catch_up(bus_fixture, runner)


async def test_what_a_purge_took_away_is_refilled_when_the_next_message_comes(
    bus_fixture: BusFixture, broker_url: str
) -> None:
    digesting = asyncio.Event()

    async def digest(context: HandlerContext) -> None:
        await digesting.wait()

    bus_fixture.faults.append(digest)
    async with (
        RabbitCandidate(broker_url).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber, look_every=NEVER)) as runner,
    ):
        async with queue(broker_url, topology.queue_of(CONSUMER, "shop", K)) as ours:
            for _ in range(3 * topology.PREFETCH):
                await bus_fixture.bake_many(1, "o1")
                await relayed(bus_fixture)
            purged = await ours.purge()
        assert purged.message_count
        digesting.set()
        await bus_fixture.bake_many(1, "o1")
        await catch_up(bus_fixture, runner)
        assert sum(status.gaps_filled for status in await runner.status()) > 0


async def test_a_deleted_queue_is_declared_again(bus_fixture: BusFixture, broker_url: str) -> None:
    name = topology.queue_of(CONSUMER, "shop", K)
    async with (
        RabbitCandidate(broker_url).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        await bus_fixture.bake(40)
        await bus_fixture.all_arrived(runner)
        async with queue(broker_url, name) as ours:
            await ours.delete(if_unused=False, if_empty=False)
        await bus_fixture.bake(40)
        await catch_up(bus_fixture, runner)
        async with queue(broker_url, name):  # it is there again
            pass


async def test_an_unreadable_message_goes_to_the_dead_letters_and_stops_nothing(
    bus_fixture: BusFixture, broker_url: str
) -> None:
    async with (
        RabbitCandidate(broker_url).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        async with queue(broker_url, topology.queue_of(CONSUMER, "shop", K)) as ours:
            await put_in(ours, b"{not ours")
        await bus_fixture.bake(40)
        await catch_up(bus_fixture, runner)
        async with queue(broker_url, topology.dead_letters_of(CONSUMER)) as dead:
            assert (await the_next(dead)).body == b"{not ours"


async def put_in(queue: AbstractQueue, body: bytes) -> None:
    """A quorum queue that was declared a moment ago may still refuse messages."""
    async with asyncio.timeout(30):
        while True:
            try:
                await queue.channel.default_exchange.publish(aio_pika.Message(body), queue.name)
            except aio_pika.exceptions.DeliveryError:
                await asyncio.sleep(0.05)
            else:
                return


async def the_next(queue: AbstractQueue) -> aio_pika.abc.AbstractIncomingMessage:
    async with asyncio.timeout(30):
        while (message := await queue.get(fail=False)) is None:  # noqa: ASYNC110  # no other task reads it
            await asyncio.sleep(0.05)
    return message


async def test_the_relay_publishes_where_no_queue_receives_it(bus_fixture: BusFixture, broker_url: str) -> None:
    async with RabbitPublisher([broker_url], "shop") as publisher:
        relay = asyncio.create_task(Relay(bus_fixture.shop, publisher).run())
        await bus_fixture.bake(40)
        await relayed(bus_fixture)
        assert publisher.unrouted > 0
        await stop(relay)


async def test_messages_wait_in_the_order_in_which_they_were_published(
    bus_fixture: BusFixture, broker_url: str
) -> None:
    await have_queues(bus_fixture, broker_url)
    await bus_fixture.bake_many(1_500, "o1")
    messages, after = [], 0
    while (message := await contract_feed(bus_fixture.shop, K, after, 30)).events:
        messages.append(message)
        after = message.last
    async with RabbitPublisher([broker_url], "shop") as publisher:
        await asyncio.gather(*(publisher.publish(message) for message in messages))
    async with RabbitSubscriber([broker_url]) as subscriber:
        deliveries = subscriber.deliveries(Subscription(CONSUMER, "shop", K, lambda: 0))
        async with aclosing(deliveries), asyncio.timeout(30):
            for message in messages:
                delivery = await anext(deliveries)
                await delivery.ack()
                assert delivery.message.last == message.last


@pytest.mark.slow
async def test_a_broker_killed_with_full_queues_loses_nothing(
    bus_fixture: BusFixture, own_broker: Callable[..., PrivateBroker]
) -> None:
    broker = await asyncio.to_thread(own_broker)
    await have_queues(bus_fixture, broker.url)
    await asyncio.to_thread(broker.settle)
    async with RabbitCandidate(broker.url).open(bus_fixture) as subscriber:
        await bus_fixture.bake(200)
        await relayed(bus_fixture)  # the queues are full, and no consumer reads them
        await asyncio.to_thread(broker.kill)
        await bus_fixture.bake(100)  # the relay cannot publish them
        await asyncio.to_thread(broker.restart)
        bus_fixture.feeds = NoFeed()
        async with running(bus_fixture.runner(subscriber)) as runner:
            await catch_up(bus_fixture, runner)


@pytest.mark.slow
async def test_a_broker_killed_and_back_again_in_the_middle_of_the_traffic(
    bus_fixture: BusFixture, own_broker: Callable[..., PrivateBroker]
) -> None:
    broker = await asyncio.to_thread(own_broker)
    async with (
        RabbitCandidate(broker.url).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        await bus_fixture.bake(100)
        await bus_fixture.all_arrived(runner)
        await asyncio.to_thread(broker.settle)
        await asyncio.to_thread(broker.kill)
        await bus_fixture.bake(100)
        await catch_up(bus_fixture, runner)  # by the feed: a lost broker costs time only
        await asyncio.to_thread(broker.restart)
        await bus_fixture.bake(100)
        await catch_up(bus_fixture, runner)
        await relayed(bus_fixture)  # and the relay has found the broker again
