"""One source's contracts in one partition, for one consumer: applied in order, without a gap and without a double.

`prev` and `last` of each message say what to do. At or before the position: a duplicate. Right after it: apply.
Across it: apply the tail. Further on: something is missing, so read the source's feed up to there, then apply.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import structlog

from parindex.bus.applying import Applier, Run
from parindex.bus.buses import FeedAwayError
from parindex.bus.effects import Effects
from parindex.bus.feed import FeedClient
from parindex.bus.message import Message
from parindex.eventstore.readers import UNSEEN, Place, ReaderStatus, Stand, enter, note_epoch, note_look
from parindex.patience import in_one_line

READ_WITHIN = 15.0
"""Seconds in which a feed has to answer."""
FEED_REST = 2.0
"""Seconds for which a feed that did not answer is left alone; the other sources of the partition go on."""

logger = structlog.stdlib.get_logger(__name__)


class EpochChangedError(Exception):
    """The source's database was restored from an earlier copy; its positions may mean other facts than before.

    Nothing of it is applied until somebody has accepted the new epoch (deploy/runbooks/restore-a-database.md).
    """


class SourceCutError(EpochChangedError):
    """The source's log ends before what was applied of it: it was restored and begins no epoch, or its end was cut."""


class Chain:
    """Where a consumer stands in one partition of one source, and how it goes on. One task at a time receives."""

    def __init__(self, place: Place, effects: Effects, feeds: FeedClient, on_move: Callable[[], None]) -> None:
        self.place = place
        self.error = ""
        self.stopped = False
        self.looked = False  # at the feed, since this process started
        self._effects = effects
        self._applier = Applier(effects)
        self._feeds = feeds
        self._on_move = on_move
        self._stand = Stand()
        self._feed_epoch = 0  # as the source itself told it, in this process
        self._feed_agrees = False  # with the position, and nothing is written down of that yet
        self._seen = 0
        self._counts = Counter[str]()
        self._feed_rests_until = 0.0

    @property
    def position(self) -> int:
        """Everything up to here is applied or parked."""
        return self._stand.position

    async def begin(self) -> None:
        """Read the position, and write down that the source was not looked at yet: it may have been restored."""
        await self.find_stand()
        self.looked = False
        async with self._effects.look() as connection:
            await note_epoch(connection, self.place, UNSEEN)

    async def find_stand(self) -> None:
        """Read the position from the database."""
        async with self._effects.look() as connection:
            self._stand = await enter(connection, self.place)
        self._on_move()

    async def receive(self, message: Message) -> None:
        """Do what a message demands. Whatever it raises, the same message may be received again."""
        await self._receive(message)
        if self._feed_agrees:
            async with self._effects.look() as connection:
                await note_look(connection, self.place)
            self.looked, self._feed_agrees = True, False

    async def _receive(self, message: Message) -> None:
        self._seen = max(self._seen, message.last)
        strange = message.epoch != (self._stand.epoch or self._feed_epoch)  # new here, old news, or it was restored
        if strange or 0 <= message.head < self.position:  # ask it
            await self.refill(message.last)
            return
        if not message.events:
            return
        if message.last <= self.position:
            self._counts["duplicates"] += 1
            return
        if message.prev > self.position:
            await self.refill(message.prev)
        if message.prev <= self.position:
            await self._apply(message)

    async def refill(self, until: int) -> None:
        """Read on in the source's feed up to a position; raise FeedAwayError, EpochChangedError."""
        self._counts["refills"] += 1
        logger.info("refilling", reader=self.place.reader, source=self.place.source, after=self.position, until=until)
        while True:
            page = await self.ask_feed(self.position)
            if self._stand.epoch not in {0, page.epoch}:
                async with self._effects.look() as connection:
                    await note_epoch(connection, self.place, page.epoch)
                raise EpochChangedError(f"{self.place.source}: epoch {self._stand.epoch} before, {page.epoch} now")
            if 0 <= page.head < self.position:
                raise SourceCutError(f"{self.place.source}: ends at {page.head}, applied up to {self.position}")
            if not page.events or self.position >= until:
                return
            await self._apply(page)

    async def ask_feed(self, after: int) -> Message:
        """Return the source's next contracts; raise FeedAwayError, at once when it was away a moment ago."""
        now = asyncio.get_running_loop().time()
        if now < self._feed_rests_until:
            raise FeedAwayError(f"{self.place.source} did not answer a moment ago")
        try:
            async with asyncio.timeout(READ_WITHIN):
                page = await self._feeds.read(self.place.source, self.place.partition, after)
        except (FeedAwayError, TimeoutError) as error:
            self._feed_rests_until = now + FEED_REST
            raise FeedAwayError(in_one_line(error)) from error
        self._feed_epoch = page.epoch
        self._feed_agrees = self._stand.epoch in {0, page.epoch} and not 0 <= page.head < after
        return page

    def status(self, *, live: bool, parked: int) -> ReaderStatus:
        """Say how it goes."""
        place, lag = self.place, max(self._seen - self.position, 0)
        return ReaderStatus(
            place.reader, place.source, place.partition, self.position, lag, live,
            applied=self._counts["applied"], duplicates=self._counts["duplicates"], refills=self._counts["refills"],
            parked=parked, error=self.error, stopped=self.stopped,
        )  # fmt: skip

    async def _apply(self, message: Message) -> None:
        fresh = [event for event in message.events if event.position > self.position]
        if not fresh:
            return
        run = Run(self.place, self.position, message.epoch, fresh)
        try:
            await self._applier.apply(run)
        except Exception:
            await self.find_stand()  # some may be done: by halves, by another process, or though the answer was lost
            raise
        self._stand = run.after
        self._counts["applied"] += len(fresh)
        self._on_move()
