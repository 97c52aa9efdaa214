"""Our private RabbitMQ nodes can be hurt like real ones, and come back with what they promised to keep."""

import asyncio
import contextlib
from collections.abc import Callable

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage
from aiormq.exceptions import ConnectionInternalError
from pamqp.common import FieldTable

from parindex.servers.rabbitmq_node import PrivateBroker

pytestmark = [pytest.mark.rabbitmq, pytest.mark.slow]

QUORUM: FieldTable = {"x-queue-type": "quorum"}


async def put(url: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue("kept", durable=True, arguments=QUORUM)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key="kept", timeout=60)


async def get(url: str) -> bytes:
    # RabbitMQ 3.10 closes the connection with 541 while a quorum queue looks for its leader; a client has to come again
    for _ in range(100):
        with contextlib.suppress(ConnectionInternalError):
            return await get_at_once(url)
    raise AssertionError


async def get_at_once(url: str) -> bytes:
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).declare_queue("kept", durable=True, arguments=QUORUM, timeout=30)
        arrived: asyncio.Future[AbstractIncomingMessage] = asyncio.get_running_loop().create_future()

        async def take(message: AbstractIncomingMessage) -> None:
            await message.ack()
            if not arrived.done():
                arrived.set_result(message)

        await queue.consume(take, timeout=30)
        return (await asyncio.wait_for(arrived, 60)).body


async def test_confirmed_messages_survive_a_killed_node(own_broker: Callable[..., PrivateBroker]) -> None:
    broker = await asyncio.to_thread(own_broker)
    await put(broker.url, b"one")
    await asyncio.to_thread(broker.settle)
    await asyncio.to_thread(broker.kill)
    with pytest.raises(ConnectionError):
        await aio_pika.connect(broker.url)
    await asyncio.to_thread(broker.restart)
    assert await get(broker.url) == b"one"


async def test_a_frozen_node_says_nothing_and_goes_on_when_thawed(own_broker: Callable[..., PrivateBroker]) -> None:
    broker = await asyncio.to_thread(own_broker)
    await put(broker.url, b"one")
    broker.freeze()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(get(broker.url), 1)
    broker.thaw()
    assert await get(broker.url) == b"one"


async def test_three_nodes_keep_going_without_one(own_broker: Callable[..., PrivateBroker]) -> None:
    broker = await asyncio.to_thread(own_broker, nodes=3)
    await put(broker.url_of(0), b"one")
    await asyncio.to_thread(broker.settle, 0)
    await asyncio.to_thread(broker.kill, 0)
    assert await get(broker.url_of(2)) == b"one"
    await put(broker.url_of(1), b"two")
    await asyncio.to_thread(broker.restart, 0)
    assert await get(broker.url_of(0)) == b"two"
