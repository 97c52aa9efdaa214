"""Spans of the bus: one for each message that the relay publishes, and for each batch that a consumer handles."""

from collections.abc import Sequence
from dataclasses import replace

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Message, Received
from parindex.bus.protocols import Publisher
from parindex.bus.topology import exchange_of
from parindex.tracing.spans import Attributes, Tracing


class TracedPublisher:
    """A Publisher around a Publisher; `system` is OpenTelemetry's name of the messaging system."""

    def __init__(self, publisher: Publisher, tracing: Tracing, system: str) -> None:
        self._publisher = publisher
        self._tracing = tracing
        self._system = system

    async def publish(self, message: Message) -> None:
        """Publish in a span that ends with the bus's confirm."""
        exchange = exchange_of(message.source)
        with self._tracing.sending(exchange, message.events, _about(self._system, exchange, message.partition)):
            await self._publisher.publish(message)


def traced(consumer: Consumer, tracing: Tracing, system: str) -> Consumer:
    """Return the consumer with its handler in a span."""

    async def handle(context: HandlerContext, received: Sequence[Received]) -> None:
        attributes = _about(system, exchange_of(context.source), context.partition)
        group = {"messaging.consumer.group.name": consumer.name}
        with tracing.processing(consumer.name, [each.envelope for each in received], {**attributes, **group}):
            await consumer.handle(context, received)

    return replace(consumer, handle=handle)


def _about(system: str, exchange: str, partition: int) -> Attributes:
    return {
        "messaging.system": system,
        "messaging.destination.name": exchange,
        "messaging.destination.partition.id": str(partition),
    }
