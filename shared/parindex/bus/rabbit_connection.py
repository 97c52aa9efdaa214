"""The connection to RabbitMQ: it is opened when it is needed, and reopened after a loss.

It is not aio-pika's robust connection, because that one restores its old state, stale messages and refused arguments
included. Here the user of a channel declares its exchange or queue again, which is short, and begins in a known state.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError
from yarl import URL

from parindex.backoff import raise_if_cancelled

DEADLINE = 10.0
"""Seconds for one call to a broker."""
CLOSING = 5.0
"""Seconds for closing a connection or channel whose broker may be gone."""
REST = 0.5
"""Seconds between two attempts to connect, for all tasks together."""
HEARTBEAT = 8
"""Seconds between heartbeats; a peer is dead after three silent intervals. The default of 60 takes three minutes.

An address may set another: `amqp://…/?heartbeat=2`.
"""

LOST = (AMQPError, OSError, RuntimeError, TimeoutError)
"""The exceptions by which the loss of a broker, or its refusal, is raised."""

logger = structlog.stdlib.get_logger(__name__)


class RabbitConnection:
    """One connection for one purpose: a broker may block a publishing connection, and acknowledgements must go on then.

    `urls` are the nodes of one cluster: when one does not answer, the next attempt takes the next node.
    """

    def __init__(self, urls: Sequence[str], purpose: str) -> None:
        if not urls:
            raise ValueError("no broker was named")
        self._urls = cycle(urls)
        self._purpose = purpose
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()
        self._ended = False
        self._rests_until = 0.0

    async def channel(self) -> AbstractChannel:
        """Open a channel; raise one of LOST, within the deadline."""
        try:
            async with asking(DEADLINE):
                async with self._opening:
                    connection = await self._open()
                return await connection.channel(publisher_confirms=True, on_return_raises=True)
        except TimeoutError:
            await self.close()  # it may be stuck without an error: the next channel gets a new connection
            raise

    async def end(self) -> None:
        """Close for good, even a connection that another task is opening at this moment."""
        self._ended = True
        async with self._opening:
            await self.close()

    async def close(self) -> None:
        """Close the connection, if there is one; the next channel opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*LOST):
                async with asking(CLOSING):
                    await connection.close()

    async def _open(self) -> AbstractConnection:
        if self._connection is not None and self._connection.connected.is_set():
            return self._connection
        await self.close()
        now = asyncio.get_running_loop().time()
        if self._ended or now < self._rests_until:
            raise ConnectionError("closed" if self._ended else "no broker answered a moment ago")
        self._rests_until = now + REST
        url = URL(next(self._urls))
        self._connection = await aio_pika.connect(
            url,
            timeout=DEADLINE,
            heartbeat=url.query.get("heartbeat", HEARTBEAT),
            client_properties={"connection_name": self._purpose},
        )
        self._rests_until = 0.0
        logger.info("broker_connected", purpose=self._purpose)
        return self._connection


@asynccontextmanager
async def asking(seconds: float = DEADLINE) -> AsyncIterator[None]:
    """Run a broker call under a deadline; raise one of LOST however the connection fails.

    aiormq cancels the waiters of a connection that stalls. That CancelledError would silently end a worker's task,
    which no one cancelled, so it becomes a ConnectionError.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except asyncio.CancelledError as error:
        raise_if_cancelled()
        raise ConnectionError("the connection fell silent") from error


async def close_channel(channel: AbstractChannel) -> None:
    """Close a channel that may be gone."""
    with suppress(*LOST):
        async with asking(CLOSING):
            await channel.close()
