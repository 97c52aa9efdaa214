"""Declares the topology at RabbitMQ; a declaration that is there already changes nothing."""

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue

from parindex.bus.topology import (
    dead_letter_arguments,
    dead_letters_of,
    exchange_of,
    queue_arguments,
    queue_of,
    routing_key,
)


async def declare_exchange(channel: AbstractChannel, source: str) -> AbstractExchange:
    """Declare a source's exchange."""
    return await channel.declare_exchange(exchange_of(source), ExchangeType.DIRECT, durable=True)


async def declare_queue(channel: AbstractChannel, consumer: str, source: str, partition: int) -> AbstractQueue:
    """Declare and bind a consumer's queue for one partition of a source, and its dead-letter queue."""
    exchange = await declare_exchange(channel, source)
    await channel.declare_queue(dead_letters_of(consumer), durable=True, arguments=dead_letter_arguments())
    name = queue_of(consumer, source, partition)
    queue = await channel.declare_queue(name, durable=True, arguments=queue_arguments(consumer))
    await queue.bind(exchange, routing_key(partition))
    return queue
