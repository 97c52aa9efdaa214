"""The relay: reads the own log past its cursors and publishes what is told, each partition in its order.

A cursor moves after the bus has confirmed, so a crash tells some messages twice and loses none; consumers don't mind.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from parindex.backoff import Backoff, in_one_line, raise_if_cancelled
from parindex.bus.lease import Lease, cursors, log_head, try_lease
from parindex.bus.message import Message
from parindex.bus.outbox import read_outbox
from parindex.bus.protocols import Publisher
from parindex.eventstore.log import Log

STAND_BY = 1.0
"""Seconds between two tries to take over from another relay."""
LOOK_AGAIN = 5.0
"""Seconds after which the log is looked at though nobody woke the relay; also finds out that the session is gone."""
GATHER = 0.01
"""Seconds between being woken and reading: a busy log wakes hundreds of times a second."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RelayStatus:
    """How the relay is doing. Not `active`: another process relays, or the error says why nobody does."""

    active: bool = False
    fence: int = 0
    head: int = 0
    cursors: dict[int, int] = field(default_factory=dict)
    published: int = 0
    error: str = ""


class Relay:
    """Tells others what this service's log holds for them. Any number may run; one is active."""

    def __init__(self, log: Log, publisher: Publisher) -> None:
        self._log = log
        self._publisher = publisher
        self._status = RelayStatus()

    def status(self) -> RelayStatus:
        """Say how it goes."""
        return self._status

    async def run(self) -> None:
        """Relay, or stand by, until cancelled. After any failure it resumes from the cursors."""
        patience = Backoff()
        while True:
            raise_if_cancelled()
            try:
                async with try_lease(self._log) as lease:
                    if lease is not None:
                        await self._relay(lease, patience)
                await asyncio.sleep(STAND_BY)
            except Exception as error:  # noqa: BLE001  # the database, the bus, a fence: all the same to the cursors
                self._status = replace(self._status, active=False, error=in_one_line(error))
                logger.warning("relay_interrupted", source=self._log.origin, error=in_one_line(error))
                await patience.wait()

    async def _relay(self, lease: Lease, patience: Backoff) -> None:
        positions = await cursors(lease, self._log.partitions)
        logger.info("relay_active", source=self._log.origin, fence=lease.fence)
        while True:
            raise_if_cancelled()
            head, epoch = await log_head(lease)
            messages = await read_outbox(lease.connection, self._log, epoch, positions)
            self._status = replace(self._status, active=True, fence=lease.fence, head=head, cursors=dict(positions))
            if not messages:
                await self._log.watcher.wait_past(head, None, LOOK_AGAIN)
                await asyncio.sleep(GATHER)
                continue
            await self._tell(lease, positions, messages)
            self._status = replace(self._status, error="")
            patience.reset()

    async def _tell(self, lease: Lease, positions: dict[int, int], messages: dict[int, list[Message]]) -> None:
        """Publish all at once, in order within each partition; move the cursors over what was confirmed."""
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
    """Return the messages up to the first that was not confirmed."""
    failed = [index for index, task in enumerate(tasks) if task.exception() is not None]
    return list(messages[: min(failed, default=len(messages))])
