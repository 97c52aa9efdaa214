"""A consumer's way from RabbitMQ: quorum queues with a single active consumer.

The broker makes it fast and spreads the load; it may lose everything, be away, or deliver twice.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import msgspec
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from parindex.backoff import Backoff, in_one_line, raise_if_cancelled
from parindex.bus import topology
from parindex.bus.message import Message, decode_message
from parindex.bus.protocols import Delivery, Subscription
from parindex.bus.rabbit_connection import DEADLINE, LOST, RabbitConnection, asking, close_channel
from parindex.bus.signing import SIGNATURE, Signer

GIVE_UP_AFTER = 60.0
"""Seconds for which a queue may refuse itself while its broker answers; then it is deleted and declared anew.

A quorum queue whose node was killed right after making it never gets a leader again (rabbitmq-server issue 15725), and
whoever asks for it waits for ever. What it may have held is in the source's feed.
"""

logger = structlog.stdlib.get_logger(__name__)


class RabbitSubscriber:
    """An Intake on one connection, with a channel for each subscription. What `key` did not sign is not read."""

    def __init__(
        self, urls: Sequence[str], deadline: float = DEADLINE, give_up_after: float = GIVE_UP_AFTER, key: str = ""
    ) -> None:
        self._connection = RabbitConnection(urls, "consuming")
        self._signer = Signer(key)
        self._deadline = deadline
        self._give_up_after = give_up_after
        self._doubted: dict[str, float] = {}  # queues that do not answer, and since when

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.end()

    async def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        """Yield what the queue holds, from its oldest unacknowledged message on, whatever happens to the connection."""
        patience = Backoff()
        while True:
            try:
                async with self._consuming(subscription) as inbox:
                    patience.reset()
                    while (incoming := await _next(inbox)) is not None:
                        if delivery := await _delivery(incoming, subscription, self._signer):
                            yield delivery
            except LOST as error:
                logger.warning("broker_lost", consumer=subscription.consumer, error=in_one_line(error))
            await patience.wait()

    @asynccontextmanager
    async def _consuming(
        self, subscription: Subscription
    ) -> AsyncIterator["asyncio.Queue[AbstractIncomingMessage | None]"]:
        """Fill an inbox from the queue, in order; None is put in when the channel or the queue is gone."""
        inbox: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()  # bounded by the prefetch count
        channel = await self._connection.channel()
        try:
            async with self._answering(subscription), asking(self._deadline):
                await _tell_the_end(channel, inbox)
                await channel.set_qos(prefetch_count=topology.PREFETCH)
                queue = await topology.declare_queue(
                    channel, subscription.consumer, subscription.source, subscription.partition
                )
                await queue.consume(inbox.put)
            yield inbox
        finally:
            await close_channel(channel)  # not basic.cancel: what was not acknowledged goes to the next in its order

    @asynccontextmanager
    async def _answering(self, subscription: Subscription) -> AsyncIterator[None]:
        """Give up a queue that has not answered for too long, although its broker did."""
        name = topology.queue_of(subscription.consumer, subscription.source, subscription.partition)
        now = asyncio.get_running_loop().time()
        try:
            yield
        except LOST:
            if now - self._doubted.setdefault(name, now) >= self._give_up_after:
                self._doubted.pop(name)
                await self._delete(name)
            raise
        self._doubted.pop(name, None)

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


async def _tell_the_end(channel: AbstractChannel, inbox: "asyncio.Queue[AbstractIncomingMessage | None]") -> None:
    def end(*_: Any) -> None:
        inbox.put_nowait(None)

    channel.close_callbacks.add(end)
    beneath = await channel.get_underlay_channel()
    beneath.on_consumer_cancel_callbacks.add(end)  # the queue was deleted, or its leader is gone


async def _delivery(incoming: AbstractIncomingMessage, subscription: Subscription, signer: Signer) -> Delivery | None:
    """Take a message; one that is none, or not ours, goes to the dead letters."""
    message = _read(incoming, subscription, signer)
    if message is None:
        await _settle(incoming.reject(requeue=False))
        return None
    return Delivery(message, lambda: _settle(incoming.ack()))


def _read(incoming: AbstractIncomingMessage, subscription: Subscription, signer: Signer) -> Message | None:
    if not signer.knows(incoming.body, incoming.headers.get(SIGNATURE)):
        logger.error("message_forged", consumer=subscription.consumer, source=subscription.source)
        return None
    try:
        message = decode_message(incoming.body)
    except msgspec.MsgspecError as error:
        logger.error("message_unreadable", consumer=subscription.consumer, error=in_one_line(error))  # noqa: TRY400  # no code of ours
        return None
    if (message.source, message.partition) != (subscription.source, subscription.partition):
        logger.error("message_misrouted", consumer=subscription.consumer, source=message.source)
        return None
    return message


async def _settle(answer: Any) -> None:
    """Tell the broker; when the channel is gone, the message comes again, and will be known as a duplicate."""
    try:
        async with asking(DEADLINE):
            await answer
    except LOST as error:
        logger.debug("acknowledgement_lost", error=in_one_line(error))
