"""The bus on RabbitMQ: quorum queues with a single active consumer, confirmed and persistent messages.

The broker makes it fast and spreads the load; it may lose everything, be away, or deliver twice.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import aio_pika
import msgspec
import structlog
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import PublishError

from parindex.bus import topology
from parindex.bus.buses import Delivery, NotConfirmedError, Subscription
from parindex.bus.line import DEADLINE, LOST, Line, asking, close_channel
from parindex.bus.message import Message, decode_message, encode_message
from parindex.bus.signing import Signer
from parindex.eventstore.readers import Patience, heed_cancellation, told

MEDIA_TYPE = "application/vnd.parindex.contracts+json"
SIGNATURE = "parindex-signature"
GIVE_UP_AFTER = 60.0
"""Seconds for which a queue may refuse itself while its broker answers; then it is deleted and declared anew.

A quorum queue whose node was killed right after making it never gets a leader again (rabbitmq-server issue 15725), and
whoever asks for it waits for ever. What it may have held is in the source's feed.
"""

logger = structlog.get_logger()


class RabbitPublisher:
    """A Publisher for one source. `key` is what all our processes sign with; empty: nothing is signed."""

    def __init__(self, urls: Sequence[str], source: str, deadline: float = DEADLINE, key: str = "") -> None:
        self.unheard = 0  # messages that no queue was there for: their consumers will read the feed
        self._line = Line(urls, f"{source}: publishing")
        self._source = source
        self._signer = Signer(key)
        self._deadline = deadline
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.end()

    async def publish(self, message: Message) -> None:
        """Return when a majority of the broker's nodes has the message, or nobody wants it; raise NotConfirmedError."""
        exchange = None
        try:
            async with asking(self._deadline):
                exchange = await self._open()
                outgoing = _outgoing(message, self._signer)
                await exchange.publish(outgoing, topology.routing_key(message.partition), mandatory=True)
        except PublishError:
            self.unheard += 1
            logger.info("message_unheard", source=self._source, partition=message.partition, last=message.last)
        except LOST as error:
            await self._give_up(exchange)
            raise NotConfirmedError(told(error)) from error

    async def _open(self) -> AbstractExchange:
        async with self._opening:
            if self._exchange is None or self._channel is None or self._channel.is_closed:
                self._channel = await self._line.channel()
                self._exchange = await _declare_exchange(self._channel, self._source)
            return self._exchange

    async def _give_up(self, exchange: AbstractExchange | None) -> None:
        """Start anew with the next message, unless somebody has done so already."""
        if exchange is self._exchange:
            self._exchange = None
            await self._line.close()


class RabbitIntake:
    """An Intake on one connection, with a channel for each subscription. What `key` did not sign is not read."""

    def __init__(
        self, urls: Sequence[str], deadline: float = DEADLINE, give_up_after: float = GIVE_UP_AFTER, key: str = ""
    ) -> None:
        self._line = Line(urls, "consuming")
        self._signer = Signer(key)
        self._deadline = deadline
        self._give_up_after = give_up_after
        self._doubted: dict[str, float] = {}  # queues that do not answer, and since when

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.end()

    async def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        """Yield what the queue holds, from its oldest unacknowledged message on, whatever happens to the connection."""
        patience = Patience()
        while True:
            try:
                async with self._consuming(subscription) as inbox:
                    patience.reset()
                    while (incoming := await _next(inbox)) is not None:
                        if delivery := await _delivery(incoming, subscription, self._signer):
                            yield delivery
            except LOST as error:
                logger.warning("broker_lost", consumer=subscription.consumer, error=told(error))
            await patience.wait()

    @asynccontextmanager
    async def _consuming(
        self, subscription: Subscription
    ) -> AsyncIterator["asyncio.Queue[AbstractIncomingMessage | None]"]:
        """Fill an inbox from the queue, in order; None is put in when the channel or the queue is gone."""
        inbox: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()  # bounded by the prefetch count
        channel = await self._line.channel()
        try:
            async with self._answering(subscription), asking(self._deadline):
                await _tell_the_end(channel, inbox)
                await channel.set_qos(prefetch_count=topology.PREFETCH)
                queue = await _declare_queue(channel, subscription)
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
                await (await self._line.channel()).queue_delete(name)
        except LOST as error:
            logger.warning("queue_not_deleted", queue=name, error=told(error))


async def _next(inbox: "asyncio.Queue[AbstractIncomingMessage | None]") -> AbstractIncomingMessage | None:
    heed_cancellation()
    return await inbox.get()


async def _tell_the_end(channel: AbstractChannel, inbox: "asyncio.Queue[AbstractIncomingMessage | None]") -> None:
    def end(*_: Any) -> None:
        inbox.put_nowait(None)

    channel.close_callbacks.add(end)
    beneath = await channel.get_underlay_channel()
    beneath.on_consumer_cancel_callbacks.add(end)  # the queue was deleted, or its leader is gone


async def _declare_exchange(channel: AbstractChannel, source: str) -> AbstractExchange:
    return await channel.declare_exchange(topology.exchange_of(source), aio_pika.ExchangeType.DIRECT, durable=True)


async def _declare_queue(channel: AbstractChannel, subscription: Subscription) -> AbstractQueue:
    consumer, source, partition = subscription.consumer, subscription.source, subscription.partition
    exchange = await _declare_exchange(channel, source)
    await channel.declare_queue(
        topology.dead_letters_of(consumer), durable=True, arguments=topology.dead_letter_arguments()
    )
    name = topology.queue_of(consumer, source, partition)
    queue = await channel.declare_queue(name, durable=True, arguments=topology.queue_arguments(consumer))
    await queue.bind(exchange, topology.routing_key(partition))
    return queue


def _outgoing(message: Message, signer: Signer) -> aio_pika.Message:
    body = encode_message(message)
    return aio_pika.Message(
        body,
        headers={SIGNATURE: signer.signature(body)},
        content_type=MEDIA_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=uuid4().hex,  # unique in each attempt: aiormq finds returned messages by it
        app_id=message.source,
    )


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
        logger.error("message_unreadable", consumer=subscription.consumer, error=told(error))  # noqa: TRY400  # no code of ours
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
        logger.debug("acknowledgement_lost", error=told(error))
