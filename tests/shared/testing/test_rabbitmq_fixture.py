"""Each test meets an empty broker."""

import aio_pika
import pytest

from parindex.servers.rabbitmq_node import PrivateBroker

pytestmark = pytest.mark.rabbitmq


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_what_one_test_declares_another_does_not_find(broker_url: str, turn: str) -> None:
    connection = await aio_pika.connect(broker_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("presses", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.default_exchange.publish(aio_pika.Message(turn.encode()), routing_key="presses")
        message = await queue.get(timeout=20)
        assert message is not None
        assert message.body.decode() == turn  # the second turn would find the first one's message, which stays unacked


def test_no_client_outside_this_machine_can_connect(broker: PrivateBroker) -> None:
    listeners = broker.ctl("status", "--formatter", "json")
    assert '"interface":"127.0.0.1"' in listeners
    assert '"interface":"[::]"' not in listeners
