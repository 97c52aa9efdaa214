"""A connection to RabbitMQ that is opened when it is needed, and anew when it was lost.

Plain connections on purpose: aio-pika's robust ones restore what they remember, stale messages and refused arguments
included. Here whoever uses a channel declares what they need again, which is short, and starts from what is known.
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
"""Seconds for any one thing that we ask of a broker."""
CLOSING = 5.0
"""Seconds for saying goodbye to one that may be gone."""
REST = 0.5
"""Seconds between two tries to connect, however many ask for a channel."""
HEARTBEAT = 8
"""Seconds; a peer that is silent for three of them is dead. The default of 60 would be noticed after three minutes.

An address may name another: `amqp://…/?heartbeat=2`.
"""

LOST = (AMQPError, OSError, RuntimeError, TimeoutError)
"""How the loss of a broker, or its refusal, shows."""

logger = structlog.stdlib.get_logger(__name__)


class RabbitConnection:
    """One connection for one purpose; a connection that publishes may be blocked, and must not block acknowledgements.

    `urls` are the nodes of one cluster: when one does not answer, the next is tried.
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
            await self.close()  # it is stuck, and may never say so: the next one gets another
            raise

    async def end(self) -> None:
        """Close for good, also what somebody is opening at this moment."""
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
    """Ask a broker, for so long at most; whatever way the connection is lost meanwhile, it shows as one of LOST.

    aiormq ends what waits on a connection that fell silent with a CancelledError. Nobody asked for that one, and let
    through it would end a task of ours that is to run for ever, without a word.
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
