"""What fault tests share: a process that is going to be killed, and the count after the harm."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.bus.message import Message as BusMessage
from parindex.bus.protocols import Delivery, Publisher, Subscriber, Subscription
from parindex.eventstore.log import Log

COUNTED = """
SELECT count(*) AS facts, coalesce(min(position), 1) AS first, coalesce(max(position), 0) AS last,
    (SELECT count(*) FROM (SELECT 1 FROM events GROUP BY stream HAVING count(*) <> max(version)) AS holes) AS holes,
    (SELECT count(*) FROM streams AS s WHERE s.version
        <> (SELECT count(*) FROM events AS e WHERE e.stream = s.stream)) AS astray
FROM events
"""


async def count(log: Log) -> int:
    """Return how many facts stand in a log, having seen that positions and versions are dense."""
    found, head = await log.pool.fetchrow(COUNTED), await log.head()
    assert found is not None
    assert (found["facts"], found["first"], found["last"]) == (head, 1, head)
    assert (found["holes"], found["astray"]) == (0, 0)
    return head


class ChildProcess:
    """A process of our own program; `said` is its next line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def said(self) -> str:
        """Return the next line that it prints; empty when it has ended."""
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            return (await self._process.stdout.readline()).decode().strip()

    async def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def killed(self) -> None:
        """Wait until it was killed; it must not have ended in any other way."""
        async with asyncio.timeout(60):
            assert await self._process.wait() == -signal.SIGKILL

    async def ended(self) -> int:
        """Wait until it has ended, and return its exit status."""
        async with asyncio.timeout(120):
            return await self._process.wait()

    async def kill(self) -> None:
        """`kill -9`, and wait."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def memory(self) -> int:
        """Return how many bytes of memory it has ever held at once."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def descriptors(self) -> int:
        """Return how many files and sockets it holds open."""
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))


@asynccontextmanager
async def child_process(script: str, *arguments: object) -> AsyncIterator[ChildProcess]:
    """Run a test file as a program; it does not outlive the block."""
    pipe = asyncio.subprocess.PIPE
    words = [sys.executable, script, *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe)
    found = ChildProcess(process)
    try:
        yield found
    finally:
        await found.kill()


def die() -> None:
    """`kill -9` to ourselves, here and now."""
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Dies when it has been asked so often; never, from 0."""

    def __init__(self, times: int) -> None:
        self._left = times

    def tick(self) -> None:
        """Come one nearer."""
        self._left -= 1
        if self._left == 0:
            die()


def dies_answering(app: ASGIApp, countdown: Countdown) -> ASGIApp:
    """ASGI: dies with a fact committed and its answer not sent, at the n-th such moment."""

    async def deadly(scope: Scope, receive: Receive, send: Send) -> None:
        async def struck(message: Message) -> None:
            if message.get("status") == HTTPStatus.CREATED:
                countdown.tick()
            await send(message)

        await app(scope, receive, struck)

    return deadly


class DiesConfirmed:
    """A Publisher that dies with its n-th message confirmed and the cursor not moved."""

    def __init__(self, inner: Publisher, countdown: Countdown) -> None:
        self._inner = inner
        self._countdown = countdown

    async def publish(self, message: BusMessage) -> None:
        """Publish, and perhaps die."""
        await self._inner.publish(message)
        self._countdown.tick()


class DiesApplied:
    """An Intake that dies with the effect of its n-th message committed and the message not acknowledged."""

    def __init__(self, inner: Subscriber, countdown: Countdown) -> None:
        self._inner = inner
        self._countdown = countdown

    async def deliveries(self, subscription: Subscription) -> Any:
        """Yield what comes; acknowledging may be the end."""
        async for delivery in self._inner.deliveries(subscription):
            yield Delivery(delivery.message, self._deadly(delivery.ack))

    def _deadly(self, ack: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def deadly() -> None:
            self._countdown.tick()
            await ack()

        return deadly
