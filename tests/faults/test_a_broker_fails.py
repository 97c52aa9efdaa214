"""RabbitMQ stopped, frozen, wiped, capped and partitioned: contracts come later, and none is lost."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
import pytest

from parindex.bus.message import Message
from parindex.bus.protocols import NotConfirmedError
from parindex.bus.rabbit_connection import LOST
from parindex.bus.rabbit_consuming import RabbitSubscriber
from parindex.bus.rabbit_publishing import RabbitPublisher
from parindex.servers.rabbitmq_node import PrivateBroker
from parindex.testing.bus_fixture import BusFixture, running
from parindex.testing.conformance import RabbitCandidate
from parindex.testing.fault_injection import count
from parindex.testing.queues import NoFeed, declared, have_queues, relayed

pytestmark = pytest.mark.rabbitmq

CAP = '{"max-length":3}'
CUT_OFF = "[begin erlang:set_cookie(N, wrong), erlang:disconnect_node(N) end || N <- nodes()]."
"""Disconnects this node from the cluster: with the wrong cookie no other node can connect to it."""


@pytest.fixture(scope="module")
def node() -> Iterator[PrivateBroker]:
    """One broker node, in which the tests of this file inject faults, one after another."""
    folder = Path(tempfile.mkdtemp(prefix="parindex-rabbitmq-"))
    with PrivateBroker(folder) as broker:
        broker.add_vhosts(*(f"fault-{n}" for n in range(8)))
        yield broker
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def vhosts() -> Iterator[str]:
    return (f"fault-{n}" for n in itertools.count())


@asynccontextmanager
async def at_work(bus_fixture: BusFixture, *urls: str) -> AsyncIterator[None]:
    """Run relay and consumer; at the end each contract was published to the broker and applied once."""
    async with (
        RabbitCandidate(*urls).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        await bus_fixture.bake(60)
        await bus_fixture.all_arrived(runner)
        yield
        await bus_fixture.bake(60)
        await bus_fixture.all_arrived(runner, within=120)
        await relayed(bus_fixture, within=120)
    await bus_fixture.check()
    await count(bus_fixture.shop)


async def refuses(url: str) -> None:
    """Wait until a node refuses connections."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with await aio_pika.connect(url, timeout=2):
                    await asyncio.sleep(0.1)
            except LOST:
                return


async def test_a_broker_stopped_with_full_queues_brings_them_back(
    bus_fixture: BusFixture, node: PrivateBroker, vhosts: Iterator[str]
) -> None:
    url = node.url_of(vhost=next(vhosts))
    await have_queues(bus_fixture, url)
    async with RabbitCandidate(url).open(bus_fixture) as subscriber:
        await bus_fixture.bake(200)
        await relayed(bus_fixture)
        await asyncio.to_thread(node.stop)
        await asyncio.to_thread(node.restart)
        bus_fixture.feeds = NoFeed()
        async with running(bus_fixture.runner(subscriber)) as runner:
            await bus_fixture.all_arrived(runner)
    await bus_fixture.check()


async def test_clients_of_a_broker_frozen_for_longer_than_the_heartbeat_disconnect_and_reconnect(
    bus_fixture: BusFixture, node: PrivateBroker, vhosts: Iterator[str]
) -> None:
    url = node.url_of(vhost=next(vhosts)) + "?heartbeat=1"
    watch, noticed = await aio_pika.connect(url), asyncio.Event()
    watch.close_callbacks.add(lambda *_: noticed.set())
    async with at_work(bus_fixture, url):
        node.freeze()
        try:
            await bus_fixture.bake(60)
            async with asyncio.timeout(60):
                await noticed.wait()  # the heartbeat's verdict
        finally:
            node.thaw()


async def test_a_publish_to_a_frozen_broker_fails_instead_of_being_cancelled(
    node: PrivateBroker, vhosts: Iterator[str]
) -> None:
    async with RabbitPublisher([node.url_of(vhost=next(vhosts)) + "?heartbeat=1"], "shop", deadline=60) as publisher:
        message = Message(source="shop", epoch=1, partition=0, prev=0, first=1, last=1, events=[])
        await publisher.publish(message)
        node.freeze()
        try:
            with pytest.raises(NotConfirmedError, match="fell silent"):
                await publisher.publish(message)
        finally:
            node.thaw()
        await publisher.publish(message)


async def test_queues_of_a_deleted_virtual_host_are_declared_again(
    bus_fixture: BusFixture, node: PrivateBroker, vhosts: Iterator[str]
) -> None:
    vhost = next(vhosts)
    async with at_work(bus_fixture, node.url_of(vhost=vhost)):
        await asyncio.to_thread(node.ctl, "delete_vhost", vhost)
        await bus_fixture.bake(60)
        await asyncio.to_thread(node.add_vhosts, vhost)


async def test_a_full_queue_drops_its_oldest_and_they_are_read_from_the_feed(
    bus_fixture: BusFixture, node: PrivateBroker, vhosts: Iterator[str]
) -> None:
    vhost = next(vhosts)
    url = node.url_of(vhost=vhost)
    await asyncio.to_thread(node.ctl, "set_policy", "-p", vhost, "cap", "^guest", CAP, "--apply-to", "queues")
    await have_queues(bus_fixture, url)
    async with RabbitCandidate(url).open(bus_fixture) as subscriber:
        for _ in range(12):
            await bus_fixture.bake(12)
            await relayed(bus_fixture)
        lengths = await asyncio.to_thread(node.ctl, "list_queues", "-p", vhost, "messages", "--no-table-headers")
        assert max(map(int, lengths.split())) <= 3
        async with running(bus_fixture.runner(subscriber)) as runner:
            await bus_fixture.all_arrived(runner)
    await bus_fixture.check()


async def test_a_queue_that_was_lost_with_its_node_is_declared_again(
    bus_fixture: BusFixture, node: PrivateBroker, vhosts: Iterator[str]
) -> None:
    url = node.url_of(vhost=next(vhosts))
    async with (
        RabbitSubscriber([url], deadline=2, give_up_after=4) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        await declared(bus_fixture, url)
        await asyncio.to_thread(node.kill)  # before it has written down which queues it has
        await asyncio.to_thread(node.restart)
        async with RabbitCandidate(url).open(bus_fixture):
            await bus_fixture.bake(60)
            await bus_fixture.all_arrived(runner)
            await relayed(bus_fixture, within=120)  # a queue without a leader confirms nothing
    await bus_fixture.check()


async def test_of_three_nodes_one_may_be_killed_and_one_cut_off(
    bus_fixture: BusFixture, own_broker: Callable[..., PrivateBroker]
) -> None:
    broker = await asyncio.to_thread(own_broker, nodes=3)
    urls = [broker.url_of(node) for node in (2, 0, 1)]
    async with at_work(bus_fixture, *urls):
        baking = asyncio.create_task(bus_fixture.bake(300))
        await asyncio.to_thread(broker.settle, 2)
        await asyncio.to_thread(broker.kill, 2)  # relay and consumer were connected to this one
        await baking
        await relayed(bus_fixture, within=120)
        await asyncio.to_thread(broker.restart, 2)
        await asyncio.to_thread(broker.ctl, "eval", CUT_OFF, node=0)
        await refuses(broker.url_of(0))  # a minority refuses connections; the clients have moved
        await bus_fixture.bake(60)
        await relayed(bus_fixture, within=120)
