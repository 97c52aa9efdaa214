"""The relay: it publishes the outbox to the bus, each partition in order.

At-least-once: the checkpoint (cursor) of a partition is stored after the bus has confirmed. Consumers are idempotent.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.bus.lease import Lease, cursors, head_and_epoch, try_lease
from parindex.bus.message import Message
from parindex.bus.outbox import read_outbox
from parindex.bus.protocols import Publisher
from parindex.eventstore.log import Log
from parindex.reasons import in_one_line

STAND_BY = 1.0
"""Seconds between two tries to take over from another relay."""
LOOK_AGAIN = 5.0
"""Seconds after which the relay reads the log without a notification; so it also notices a lost session."""
GATHER = 0.01
"""Seconds between a notification and the read, to gather more: a busy log notifies hundreds of times a second."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RelayStatus:
    """The status of the relay. If it is not `active`, another process is the relay, or `error` has the reason."""

    active: bool = False
    fence: int = 0
    head: int = 0
    cursors: dict[int, int] = field(default_factory=dict)
    published: int = 0
    error: str = ""


class Relay:
    """Publishes this service's integration events. Any number of relays may run; one is active."""

    def __init__(self, log: Log, publisher: Publisher) -> None:
        self._log = log
        self._publisher = publisher
        self._status = RelayStatus()

    def status(self) -> RelayStatus:
        """Return the relay's status."""
        return self._status

    async def run(self) -> None:
        """Publish, or wait for the lease, until cancelled. After any failure it resumes from the cursors."""
        backoff = Backoff()
        while True:
            raise_if_cancelled()
            try:
                async with try_lease(self._log) as lease:
                    if lease is not None:
                        await self._relay(lease, backoff)
                await asyncio.sleep(STAND_BY)
            except Exception as error:  # noqa: BLE001  # database, bus or fence: the cursors are safe
                self._status = replace(self._status, active=False, error=in_one_line(error))
                logger.warning("relay_interrupted", source=self._log.origin, error=in_one_line(error))
                await backoff.wait()

    async def _relay(self, lease: Lease, backoff: Backoff) -> None:
        positions = await cursors(lease, self._log.partitions)
        logger.info("relay_active", source=self._log.origin, fence=lease.fence)
        while True:
            raise_if_cancelled()
            head, epoch = await head_and_epoch(lease)
            messages = await read_outbox(lease.connection, self._log, epoch, positions)
            self._status = replace(self._status, active=True, fence=lease.fence, head=head, cursors=dict(positions))
            if not messages:
                await self._log.watcher.wait_past(head, None, LOOK_AGAIN)
                await asyncio.sleep(GATHER)
                continue
            await self._publish(lease, positions, messages)
            self._status = replace(self._status, error="")
            backoff.reset()

    async def _publish(self, lease: Lease, positions: dict[int, int], messages: dict[int, list[Message]]) -> None:
        """Publish all concurrently, in order within each partition; advance the cursors past the confirmed messages."""
        sent = {
            k: [asyncio.create_task(self._publisher.publish(message)) for message in of_one]
            for k, of_one in messages.items()
        }
        everything = [task for tasks in sent.values() for task in tasks]
        try:
            await asyncio.wait(everything)
        finally:
            for task in everything:
                task.cancel()
            await asyncio.gather(*everything, return_exceptions=True)
        confirmed = {k: _confirmed(messages[k], tasks) for k, tasks in sent.items()}
        after = {k: of_one[-1].last for k, of_one in confirmed.items() if of_one}
        if after:
            await lease.advance(positions, after)
            positions.update(after)
        count = sum(len(of_one) for of_one in confirmed.values())
        self._status = replace(self._status, published=self._status.published + count, cursors=dict(positions))
        for task in everything:
            task.result()


def _confirmed(messages: Sequence[Message], tasks: Sequence["asyncio.Task[None]"]) -> list[Message]:
    """Return the messages before the first that was not confirmed."""
    failed = [index for index, task in enumerate(tasks) if task.exception() is not None]
    return list(messages[: min(failed, default=len(messages))])
