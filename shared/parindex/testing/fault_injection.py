"""Fault injection: child processes that a test kills, wrappers that kill their process, and the count afterwards."""

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
    """Return the number of events in a log, after asserting that positions and versions are dense."""
    found, head = await log.pool.fetchrow(COUNTED), await log.head()
    assert found is not None
    assert (found["facts"], found["first"], found["last"]) == (head, 1, head)
    assert (found["holes"], found["astray"]) == (0, 0)
    return head


class ChildProcess:
    """A child process that runs a test file."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def said(self) -> str:
        """Return the next line of its standard output; empty when it has ended."""
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            return (await self._process.stdout.readline()).decode().strip()

    async def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def killed(self) -> None:
        """Wait for its end, and assert that SIGKILL ended it."""
        async with asyncio.timeout(60):
            assert await self._process.wait() == -signal.SIGKILL

    async def ended(self) -> int:
        """Wait until it has ended, and return its exit status."""
        async with asyncio.timeout(120):
            return await self._process.wait()

    async def kill(self) -> None:
        """Send SIGKILL, and wait for its end."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def memory(self) -> int:
        """Return its peak resident memory in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def descriptors(self) -> int:
        """Return the number of its open files and sockets."""
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))


@asynccontextmanager
async def child_process(script: str, *arguments: object) -> AsyncIterator[ChildProcess]:
    """Run a test file as a child process, which is killed at the end of the block."""
    pipe = asyncio.subprocess.PIPE
    words = [sys.executable, script, *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe)
    found = ChildProcess(process)
    try:
        yield found
    finally:
        await found.kill()


def die() -> None:
    """Send SIGKILL to this process."""
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Kills this process at the n-th tick; never for n = 0."""

    def __init__(self, times: int) -> None:
        self._left = times

    def tick(self) -> None:
        """Count one tick."""
        self._left -= 1
        if self._left == 0:
            die()


def dies_answering(app: ASGIApp, countdown: Countdown) -> ASGIApp:
    """ASGI middleware: it kills the process with its n-th event committed and the response not sent."""

    async def deadly(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_or_die(message: Message) -> None:
            if message.get("status") == HTTPStatus.CREATED:
                countdown.tick()
            await send(message)

        await app(scope, receive, send_or_die)

    return deadly


class DiesConfirmed:
    """A Publisher that kills the process with its n-th message confirmed and the cursor not advanced."""

    def __init__(self, inner: Publisher, countdown: Countdown) -> None:
        self._inner = inner
        self._countdown = countdown

    async def publish(self, message: BusMessage) -> None:
        """Publish, then count a tick."""
        await self._inner.publish(message)
        self._countdown.tick()


class DiesApplied:
    """A Subscriber that kills the process with its n-th message committed and not acknowledged."""

    def __init__(self, inner: Subscriber, countdown: Countdown) -> None:
        self._inner = inner
        self._countdown = countdown

    async def deliveries(self, subscription: Subscription) -> Any:
        """Yield deliveries whose `ack` counts a tick first."""
        async for delivery in self._inner.deliveries(subscription):
            yield Delivery(delivery.message, self._deadly(delivery.ack))

    def _deadly(self, ack: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def deadly() -> None:
            self._countdown.tick()
            await ack()

        return deadly
