"""What we declare at RabbitMQ, and by which names; the same on 3.10 and 4.x, on one node and on three.

Each source has a direct exchange, each consumer one quorum queue for every partition of every source it listens to.
All arguments are spelled out, because the defaults differ between versions. A queue that is full drops its oldest
messages: rejecting the newest would stop the relay for all consumers, while a gap is refilled from the source's feed.
"""

from typing import Any

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue

from parindex.bus.partition_worker import READ_AHEAD

PREFETCH = 1 + READ_AHEAD
"""Messages that a consumer has in its hands, for each queue: as many as may be joined to one transaction.

Each holds up to 100 contracts.
"""
DELIVERIES = 20
"""After so many lost connections in the middle of handling it, a message goes to the dead letters."""
LARGEST_QUEUE = 64 * 1024 * 1024
"""Bytes in a queue before it drops its oldest messages."""
LARGEST_DEAD = 16 * 1024 * 1024


def exchange_of(source: str) -> str:
    """Name the exchange of a source."""
    return f"feed.{source}"


def routing_key(partition: int) -> str:
    """Name the way of a partition through an exchange."""
    return f"p{partition}"


def queue_of(consumer: str, source: str, partition: int) -> str:
    """Name the queue of a consumer for one partition of a source."""
    return f"{consumer}.{source}.{partition}"


def dead_letters_of(consumer: str) -> str:
    """Name the queue in which a consumer's unreadable messages end; its bodies are for people to look at."""
    return f"{consumer}.dead"


def queue_arguments(consumer: str) -> dict[str, Any]:
    """Return the arguments of a consumer's queues. To change one, change the name: brokers refuse other arguments."""
    return {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERIES,
        "x-max-length-bytes": LARGEST_QUEUE,
        "x-overflow": "drop-head",
        "x-queue-leader-locator": "balanced",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_letters_of(consumer),
    }


def dead_letter_arguments() -> dict[str, Any]:
    """Return the arguments of a dead-letter queue."""
    return {
        "x-queue-type": "quorum",
        "x-max-length-bytes": LARGEST_DEAD,
        "x-overflow": "drop-head",
        "x-queue-leader-locator": "balanced",
    }


async def declare_exchange(channel: AbstractChannel, source: str) -> AbstractExchange:
    """Declare where a source publishes."""
    return await channel.declare_exchange(exchange_of(source), ExchangeType.DIRECT, durable=True)


async def declare_queue(channel: AbstractChannel, consumer: str, source: str, partition: int) -> AbstractQueue:
    """Declare a consumer's queue for one partition of a source, bound, and where its unreadable messages go."""
    exchange = await declare_exchange(channel, source)
    await channel.declare_queue(dead_letters_of(consumer), durable=True, arguments=dead_letter_arguments())
    name = queue_of(consumer, source, partition)
    queue = await channel.declare_queue(name, durable=True, arguments=queue_arguments(consumer))
    await queue.bind(exchange, routing_key(partition))
    return queue
