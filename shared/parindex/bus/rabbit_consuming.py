"""The subscriber over RabbitMQ: quorum queues with a single active consumer.

The broker adds speed and spreads the load. Correctness does not depend on it: it may lose messages, be unreachable, or
deliver twice.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import msgspec
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.bus import topology
from parindex.bus.declaring import declare_queue
from parindex.bus.message import Message, decode_message
from parindex.bus.protocols import Delivery, Subscription
from parindex.bus.rabbit_connection import DEADLINE, LOST, RabbitConnection, asking, close_channel
from parindex.bus.signing import SIGNATURE, Signer
from parindex.reasons import in_one_line

GIVE_UP_AFTER = 60.0
"""Seconds for which a queue may be unavailable while its broker answers; then it is deleted and declared again.

A quorum queue whose node was killed just after it was declared never gets a leader again (rabbitmq-server issue 15725),
and each operation on it blocks. The messages that it held are in the source's feed.
"""

logger = structlog.stdlib.get_logger(__name__)


class RabbitSubscriber:
    """A Subscriber on one connection, with a channel for each subscription. It rejects unsigned messages (`key`)."""

    def __init__(
        self, urls: Sequence[str], deadline: float = DEADLINE, give_up_after: float = GIVE_UP_AFTER, key: str = ""
    ) -> None:
        self._connection = RabbitConnection(urls, "consuming")
        self._signer = Signer(key)
        self._deadline = deadline
        self._give_up_after = give_up_after
        self._unavailable: dict[str, float] = {}  # for each queue that does not answer, the time of its first failure

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.end()

    async def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        """Yield the queue's messages from the oldest unacknowledged one on, forever, reconnecting as needed."""
        backoff = Backoff()
        while True:
            try:
                async with self._consuming(subscription) as inbox:
                    backoff.reset()
                    while (incoming := await _next(inbox)) is not None:
                        if delivery := await _delivery(incoming, subscription, self._signer):
                            yield delivery
            except LOST as error:
                logger.warning("broker_lost", consumer=subscription.consumer, error=in_one_line(error))
            await backoff.wait()

    @asynccontextmanager
    async def _consuming(
        self, subscription: Subscription
    ) -> AsyncIterator["asyncio.Queue[AbstractIncomingMessage | None]"]:
        """Fill an inbox from the queue, in order. None marks the end: the channel or the queue is gone."""
        inbox: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()  # bounded by the prefetch count
        channel = await self._connection.channel()
        try:
            async with self._answering(subscription), asking(self._deadline):
                await _mark_the_end(channel, inbox)
                await channel.set_qos(prefetch_count=topology.PREFETCH)
                queue = await declare_queue(channel, subscription.consumer, subscription.source, subscription.partition)
                await queue.consume(inbox.put)
            yield inbox
        finally:
            await close_channel(channel)  # not basic.cancel: the next consumer gets unacknowledged messages in order

    @asynccontextmanager
    async def _answering(self, subscription: Subscription) -> AsyncIterator[None]:
        """Delete a queue that has been unavailable for too long although its broker answers."""
        name = topology.queue_of(subscription.consumer, subscription.source, subscription.partition)
        now = asyncio.get_running_loop().time()
        try:
            yield
        except LOST:
            if now - self._unavailable.setdefault(name, now) >= self._give_up_after:
                self._unavailable.pop(name)
                await self._delete(name)
            raise
        self._unavailable.pop(name, None)

    async def _delete(self, name: str) -> None:
        logger.error("queue_given_up", queue=name)
        try:
            async with asking(self._deadline):
                await (await self._connection.channel()).queue_delete(name)
        except LOST as error:
            logger.warning("queue_not_deleted", queue=name, error=in_one_line(error))


async def _next(inbox: "asyncio.Queue[AbstractIncomingMessage | None]") -> AbstractIncomingMessage | None:
    raise_if_cancelled()
    return await inbox.get()


async def _mark_the_end(channel: AbstractChannel, inbox: "asyncio.Queue[AbstractIncomingMessage | None]") -> None:
    def end(*_: Any) -> None:
        inbox.put_nowait(None)

    channel.close_callbacks.add(end)
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(end)  # the queue was deleted, or its leader is gone


async def _delivery(incoming: AbstractIncomingMessage, subscription: Subscription, signer: Signer) -> Delivery | None:
    """Decode a message; reject an unreadable, forged or misrouted one, so that the broker makes it a dead letter."""
    message = _read(incoming, subscription, signer)
    if message is None:
        await _settle(incoming.reject(requeue=False))
        return None
    return Delivery(message, lambda: _settle(incoming.ack()))


def _read(incoming: AbstractIncomingMessage, subscription: Subscription, signer: Signer) -> Message | None:
    if not signer.verifies(incoming.body, incoming.headers.get(SIGNATURE)):
        logger.error("message_forged", consumer=subscription.consumer, source=subscription.source)
        return None
    try:
        message = decode_message(incoming.body)
    except msgspec.MsgspecError as error:
        logger.error("message_unreadable", consumer=subscription.consumer, error=in_one_line(error))  # noqa: TRY400  # a traceback would add nothing
        return None
    if (message.source, message.partition) != (subscription.source, subscription.partition):
        logger.error("message_misrouted", consumer=subscription.consumer, source=message.source)
        return None
    return message


async def _settle(answer: Any) -> None:
    """Acknowledge or reject. When the channel is gone, the broker delivers again and the inbox drops the duplicate."""
    try:
        async with asking(DEADLINE):
            await answer
    except LOST as error:
        logger.debug("acknowledgement_lost", error=in_one_line(error))
