"""The inbox of a consumer for one partition of one source: it applies contracts in order, without gap or duplicate.

`prev` and `last` of a message decide. A message at or before the position is a duplicate and is dropped. One that
follows the position is applied. One that overlaps it is applied from there on. Before one that is further on there is a
gap: the inbox fills it from the source's feed, then applies the message.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import structlog

from parindex.bus.applying import Applier, ContractBatch
from parindex.bus.feed_timing import FEED_TIMING, FeedTiming
from parindex.bus.handler_context import HandlerContexts
from parindex.bus.message import Message
from parindex.bus.message_plan import MessagePlan, plan, tail
from parindex.bus.protocols import FeedAwayError, Feeds
from parindex.eventstore.checkpoints import (
    Checkpoint,
    CheckpointKey,
    CheckpointStatus,
    database_time,
    load,
    note_epoch,
    note_start,
    note_unverified,
    note_verified,
)
from parindex.reasons import in_one_line

NOT_YET = float("-inf")

logger = structlog.stdlib.get_logger(__name__)


class EpochChangedError(Exception):
    """The source's database was restored from an earlier copy, so its positions may mean other events than before.

    The inbox applies none of its contracts until an operator accepts the new epoch
    (deploy/runbooks/restore-a-database.md).
    """


class SourceCutError(EpochChangedError):
    """The source's log ends before the position that was applied: it was restored without a new epoch, or truncated."""


class Inbox:
    """One consumer's inbox for one partition of one source. Only one task at a time may call `receive`."""

    def __init__(
        self,
        key: CheckpointKey,
        handler_contexts: HandlerContexts,
        feeds: Feeds,
        on_move: Callable[[], None],
        timing: FeedTiming = FEED_TIMING,
    ) -> None:
        self.key = key
        self.error = ""
        self.stopped = False
        self._contexts = handler_contexts
        self._applier = Applier(handler_contexts)
        self._feeds = feeds
        self._on_move = on_move
        self._timing = timing
        self._checkpoint = Checkpoint()
        self._feed_epoch = 0  # from the feed, since this process started
        self._agreed_at: float | None = None  # when the feed's last answer was requested, if it agreed; unstored
        self._verified_at = NOT_YET  # the last such time that is stored; both are in the event loop's time
        self._seen = 0
        self._counts = Counter[str]()
        self._feed_rests_until = 0.0

    @property
    def position(self) -> int:
        """The position up to which each contract is applied or parked."""
        return self._checkpoint.position

    @property
    def verified(self) -> bool:
        """Whether it was stored since `begin` that the feed agrees with the checkpoint."""
        return self._verified_at > NOT_YET

    async def begin(self) -> None:
        """Load the checkpoint, and store that the source's epoch is unverified: it may have been restored meanwhile."""
        await self.find_checkpoint()
        self._verified_at = NOT_YET
        async with self._contexts.transaction() as connection:
            await note_start(connection, self.key)

    async def find_checkpoint(self) -> None:
        """Load the checkpoint from the database."""
        async with self._contexts.transaction() as connection:
            self._checkpoint = await load(connection, self.key)
        self._on_move()

    async def receive(self, message: Message) -> None:
        """Apply, drop or complete a message. After any error the same message may be received again."""
        await self._receive(message)
        agreed_at = self._agreed_at
        if agreed_at is not None and agreed_at - self._verified_at >= self._timing.stored_every:
            await self._store_verified(agreed_at)
            self._verified_at = agreed_at
        self._agreed_at = None

    async def _store_verified(self, agreed_at: float) -> None:
        """Store when the feed agreed, not when this is stored: after a failed attempt it may be away or restored."""
        async with self._contexts.transaction() as connection:
            now = await database_time(connection)
            age = asyncio.get_running_loop().time() - agreed_at
            await note_verified(connection, self.key, now - timedelta(seconds=age))

    async def _receive(self, message: Message) -> None:
        self._seen = max(self._seen, message.last)
        match self._plan(message):
            case MessagePlan.READ_FEED:
                await self.fill_gap(message.last)
            case MessagePlan.DUPLICATE:
                self._counts["duplicates"] += 1
            case MessagePlan.APPLY:
                await self._apply(message)
            case MessagePlan.FILL_GAP:
                await self.fill_gap(message.prev)
                if self._plan(message) is MessagePlan.APPLY:
                    await self._apply(message)
            case MessagePlan.SKIP:
                pass

    def _plan(self, message: Message) -> MessagePlan:
        return plan(self.position, self._checkpoint.epoch or self._feed_epoch, message)

    async def fill_gap(self, until: int) -> None:
        """Apply the source's feed up to a position; raise FeedAwayError, EpochChangedError."""
        self._counts["gaps_filled"] += 1
        logger.info("filling_gap", reader=self.key.reader, source=self.key.source, after=self.position, until=until)
        while True:
            page = await self.ask_feed(self.position)
            if self._checkpoint.epoch not in {0, page.epoch}:
                async with self._contexts.transaction() as connection:
                    await note_epoch(connection, self.key, page.epoch)
                raise EpochChangedError(f"{self.key.source}: epoch {self._checkpoint.epoch} before, {page.epoch} now")
            if 0 <= page.head < self.position:
                async with self._contexts.transaction() as connection:
                    await note_unverified(connection, self.key)
                raise SourceCutError(f"{self.key.source}: ends at {page.head}, applied up to {self.position}")
            if not page.events or self.position >= until:
                return
            await self._apply(page)

    async def ask_feed(self, after: int) -> Message:
        """Return the source's next contracts; raise FeedAwayError, without a request if the last one just failed."""
        now = asyncio.get_running_loop().time()
        if now < self._feed_rests_until:
            raise FeedAwayError(f"{self.key.source} did not answer a moment ago")
        try:
            async with asyncio.timeout(self._timing.answer_within):
                page = await self._feeds.read(self.key.source, self.key.partition, after)
        except (FeedAwayError, TimeoutError) as error:
            self._feed_rests_until = now + self._timing.rest
            raise FeedAwayError(in_one_line(error)) from error
        self._feed_epoch = page.epoch
        agrees = self._checkpoint.epoch in {0, page.epoch} and not 0 <= page.head < after
        self._agreed_at = now if agrees else None
        return page

    def status(self, *, live: bool, parked: int) -> CheckpointStatus:
        """Return the status of this partition."""
        key, lag = self.key, max(self._seen - self.position, 0)
        return CheckpointStatus(
            key.reader, key.source, key.partition, self.position, lag, live,
            applied=self._counts["applied"], duplicates=self._counts["duplicates"],
            gaps_filled=self._counts["gaps_filled"], parked=parked, error=self.error, stopped=self.stopped,
        )  # fmt: skip

    async def _apply(self, message: Message) -> None:
        fresh = tail(self.position, message)
        if not fresh:
            return
        batch = ContractBatch(self.key, self.position, message.epoch, fresh)
        try:
            await self._applier.apply(batch)
        except Exception:
            # Some may be committed: a half of the batch, by another process, or by a commit whose reply was lost.
            await self.find_checkpoint()
            raise
        self._checkpoint = batch.after
        self._counts["applied"] += len(fresh)
        self._on_move()
