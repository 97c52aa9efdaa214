"""The publisher over RabbitMQ: persistent messages, publisher confirms, and returns where no queue is bound.

The relay publishes an unconfirmed message again. Consumers read from the feed what the broker loses after that.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from uuid import uuid4

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractExchange
from aio_pika.exceptions import PublishError

from parindex.bus import topology
from parindex.bus.declaring import declare_exchange
from parindex.bus.message import Message, encode_message
from parindex.bus.protocols import NotConfirmedError
from parindex.bus.rabbit_connection import DEADLINE, LOST, RabbitConnection, asking
from parindex.bus.signing import SIGNATURE, Signer
from parindex.reasons import in_one_line

MEDIA_TYPE = "application/vnd.parindex.contracts+json"

logger = structlog.stdlib.get_logger(__name__)


class RabbitPublisher:
    """A Publisher for one source. `key` is the signing key that all processes share; if empty, nothing is signed."""

    def __init__(self, urls: Sequence[str], source: str, deadline: float = DEADLINE, key: str = "") -> None:
        self.unrouted = 0  # messages for which no queue is bound: a later consumer reads them from the feed
        self._connection = RabbitConnection(urls, f"{source}: publishing")
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
        await self._connection.end()

    async def publish(self, message: Message) -> None:
        """Return when a majority of the nodes has the message or no queue is bound; raise NotConfirmedError."""
        exchange = None
        try:
            async with asking(self._deadline):
                exchange = await self._open()
                outgoing = _outgoing(message, self._signer)
                await exchange.publish(outgoing, topology.routing_key(message.partition), mandatory=True)
        except PublishError:
            self.unrouted += 1
            logger.info("message_unrouted", source=self._source, partition=message.partition, last=message.last)
        except LOST as error:
            await self._give_up(exchange)
            raise NotConfirmedError(in_one_line(error)) from error

    async def _open(self) -> AbstractExchange:
        async with self._opening:
            if self._exchange is None or self._channel is None or self._channel.is_closed:
                self._channel = await self._connection.channel()
                self._exchange = await declare_exchange(self._channel, self._source)
            return self._exchange

    async def _give_up(self, exchange: AbstractExchange | None) -> None:
        """Reconnect with the next message, unless another task has done so already."""
        if exchange is self._exchange:
            self._exchange = None
            await self._connection.close()


def _outgoing(message: Message, signer: Signer) -> aio_pika.Message:
    body = encode_message(message)
    return aio_pika.Message(
        body,
        headers={SIGNATURE: signer.signature(body)},
        content_type=MEDIA_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=uuid4().hex,  # unique in each attempt: aiormq correlates returned messages by it
        app_id=message.source,
    )
