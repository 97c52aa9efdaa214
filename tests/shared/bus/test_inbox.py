"""One inbox by itself, on the guest's database: what it applies, asks of the feed and stores."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from parindex.bus.applying import MovedElsewhereError
from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.feed_timing import FeedTiming
from parindex.bus.handler_context import HandlerContexts
from parindex.bus.inbox import EpochChangedError, Inbox, SourceCutError
from parindex.bus.message import Envelope, Message, Received
from parindex.bus.protocols import FeedAwayError
from parindex.contracts.survey import TallyUpdated
from parindex.eventstore.checkpoints import CheckpointKey, CheckpointStatus
from parindex.eventstore.log import Log
from parindex.testing import shop
from parindex.testing.bus_fixture import build_guest
from parindex.testing.postgres import Databases
from parindex.testing.shop import NOON

KEY = CheckpointKey("guest.eating:1", "shop", 2)
STORED = "SELECT position, epoch, told_epoch, feed_verified_at IS NOT NULL FROM reader_positions"
ADVANCE = "UPDATE reader_positions SET position = $1"
FORGET = "UPDATE reader_positions SET feed_verified_at = NULL"
CLOCK = "SELECT clock_timestamp()"
VERIFIED_AT = "SELECT feed_verified_at FROM reader_positions"
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$;
CREATE TRIGGER refused BEFORE UPDATE ON reader_positions FOR EACH ROW EXECUTE FUNCTION refuse();
"""
ALLOW = "DROP TRIGGER refused ON reader_positions"
SLACK = timedelta(seconds=10)  # between the two readings of the clock, on a busy machine
NO_ANSWER = FeedAwayError("connection refused")


@dataclass
class PagedFeed:
    """A feed that answers with its pages in turn. An error is raised; None is no answer at all."""

    pages: list[Message | Exception | None] = field(default_factory=list)
    asked: list[tuple[str, int, int]] = field(default_factory=list)

    async def read(self, source: str, partition: int, after: int, wait: float = 0.0) -> Message:  # noqa: ARG002  # the protocol's
        self.asked.append((source, partition, after))
        page = self.pages.pop(0)
        if page is None:
            await asyncio.Event().wait()
        if isinstance(page, Exception):
            raise page
        assert page is not None
        return page


@dataclass
class Guest:
    """An inbox, its feed, and what its handler has applied."""

    log: Log
    contexts: HandlerContexts
    feed: PagedFeed
    applied: list[int]
    moves: list[int]
    inbox: Inbox

    async def begin_again(self, **timing: float) -> None:
        """Replace the inbox, as a restart does."""
        self.inbox = Inbox(
            KEY, self.contexts, self.feed, lambda: self.moves.append(self.inbox.position), FeedTiming(**timing)
        )
        await self.inbox.begin()

    async def stored(self) -> tuple[int, int, int, bool]:
        """Position, epoch, the other epoch that was found, and whether it is stored that the feed was verified."""
        row = await self.log.pool.fetchrow(STORED)
        assert row is not None
        position, epoch, found, verified = row
        return position, epoch, found, verified

    @property
    def asked(self) -> list[int]:
        """After which positions the feed was asked."""
        assert {each[:2] for each in self.feed.asked} <= {("shop", 2)}
        return [after for *_, after in self.feed.asked]

    def status(self) -> CheckpointStatus:
        return self.inbox.status(live=True, parked=0)


@pytest_asyncio.fixture
async def guest(database: Databases) -> AsyncIterator[Guest]:
    of_guest = await database("guest", build_guest)
    engine = create_async_engine(of_guest.url)
    applied: list[int] = []

    async def handle(context: HandlerContext, received: Sequence[Received]) -> None:
        applied.extend(each.envelope.position for each in received)

    async with Log.open(of_guest.dsn, shop.TYPES) as log:
        contexts = HandlerContexts(Consumer("guest.eating", 1, ("shop",), handle), log, engine, lambda: NOON)
        feed = PagedFeed()
        guest = Guest(log, contexts, feed, applied, [], Inbox(KEY, contexts, feed, lambda: None))
        await guest.begin_again()
        yield guest
    await engine.dispose()


def envelope(position: int) -> Envelope:
    contract = TallyUpdated(round="r", unit="o1", question="q", covers=position)
    return Envelope(
        id=f"shop/{position}", source="shop", type=contract.TYPE, subject="oven-o1", time="2026-01-01T00:00:00Z",
        position=position, authority="a", correlationid="c", data=msgspec.Raw(msgspec.json.encode(contract)),
    )  # fmt: skip


def message(prev: int, *positions: int, epoch: int = 1, head: int = -1) -> Message:
    """Return a message with the contracts at these positions; without any, it states that none follows `prev`."""
    first, last = (positions[0], positions[-1]) if positions else (prev, prev)
    events = [envelope(position) for position in positions]
    return Message(source="shop", epoch=epoch, partition=2, prev=prev, first=first, last=last, head=head, events=events)


async def at_five(guest: Guest) -> None:
    """Apply the contracts 4 and 5, which the inbox requests from the feed; then clear what the guest recorded."""
    guest.feed.pages = [message(0, 4, 5, head=5), message(5, head=5)]
    await guest.inbox.receive(message(0, 4, 5))
    assert (guest.asked, guest.applied) == ([0, 5], [4, 5])
    guest.feed.asked.clear()
    guest.applied.clear()
    guest.moves.clear()


async def test_an_inbox_begins_at_its_checkpoint_and_stores_that_its_source_is_unseen(guest: Guest) -> None:
    assert await guest.stored() == (0, 0, 0, False)
    assert guest.inbox.status(live=False, parked=3) == CheckpointStatus(
        "guest.eating:1", "shop", 2, 0, 0, False, parked=3
    )
    await at_five(guest)
    assert (guest.inbox.verified, await guest.stored()) == (True, (5, 1, 0, True))
    await guest.inbox.begin()
    assert (guest.inbox.verified, await guest.stored()) == (False, (5, 1, 0, False))
    assert guest.moves == [5]
    await guest.begin_again()
    assert (guest.inbox.position, guest.moves) == (5, [5, 5])
    await guest.inbox.receive(message(5, 6))  # the checkpoint's epoch is known, so the feed is not read
    assert (guest.asked, guest.applied, guest.inbox.verified) == ([], [6], False)


async def test_an_error_and_a_stop_are_in_the_status(guest: Guest) -> None:
    guest.inbox.error, guest.inbox.stopped = "EpochChangedError: shop", True
    status = guest.status()
    assert (status.error, status.stopped) == ("EpochChangedError: shop", True)


async def test_contracts_are_applied_once_and_counted(guest: Guest) -> None:
    await at_five(guest)
    await guest.inbox.receive(message(5, 6, 7))
    await guest.inbox.receive(message(4, 5, 6, 7, 8))
    for _ in range(2):
        await guest.inbox.receive(message(5, 6, 7))
    await guest.inbox.receive(message(8))
    assert (guest.asked, guest.applied, guest.moves) == ([], [6, 7, 8], [7, 8])
    assert guest.status() == CheckpointStatus(
        "guest.eating:1", "shop", 2, 8, 0, True, applied=5, duplicates=2, gaps_filled=1
    )


async def test_the_feed_of_an_empty_log_says_its_epoch(guest: Guest) -> None:
    guest.feed.pages = [message(0, head=0)]
    await guest.inbox.receive(message(0, head=0))
    await guest.inbox.receive(message(0, 1))
    assert (guest.asked, guest.applied) == ([0], [1])


async def test_a_gap_is_filled_up_to_the_message_which_then_follows(guest: Guest) -> None:
    await at_five(guest)
    guest.feed.pages = [message(5, 6, head=8), message(6, 7, head=8), message(7, 8, head=8)]
    with capture_logs() as lines:
        await guest.inbox.receive(message(7, 8))
    assert (guest.asked, guest.applied, guest.inbox.position) == ([5, 6, 7], [6, 7, 8], 8)
    about = {"reader": "guest.eating:1", "source": "shop", "after": 5, "until": 7}
    assert lines == [{"event": "filling_gap", "log_level": "info", **about}]
    assert guest.status().gaps_filled == 2


async def test_a_message_whose_contracts_the_feed_had_already_is_not_applied_again(guest: Guest) -> None:
    await at_five(guest)
    guest.feed.pages = [message(4, 5, head=8), message(5, 6, 7, 8, head=8), message(8, head=8)]
    await guest.inbox.receive(message(7, 8))
    assert (guest.asked, guest.applied) == ([5, 5, 8], [6, 7, 8])


async def test_behind_a_gap_that_the_feed_does_not_fill_nothing_is_applied(guest: Guest) -> None:
    await at_five(guest)
    guest.feed.pages = [message(5, head=5)]
    await guest.inbox.receive(message(7, 8))
    assert (guest.asked, guest.applied) == ([5], [])
    assert guest.status().lag == 3


async def test_the_lag_counts_from_the_newest_message_that_was_received(guest: Guest) -> None:
    for _ in range(2):
        guest.feed.pages = [NO_ANSWER]
        with pytest.raises(FeedAwayError):
            await guest.inbox.receive(message(0, 9))
        with pytest.raises(FeedAwayError):
            await guest.inbox.receive(message(0, 4))
        assert (guest.inbox.position, guest.status().lag) == (0, 9)
    await guest.begin_again()
    guest.feed.pages = [message(0, 4, 5, head=5), message(5, head=5)]
    await guest.inbox.receive(message(0, 4))
    assert guest.status().lag == 0


async def test_of_a_new_epoch_nothing_is_applied_and_it_is_stored(guest: Guest) -> None:
    await at_five(guest)
    guest.feed.pages = [message(5, 6, epoch=2, head=6)]
    with pytest.raises(EpochChangedError, match=r"^shop: epoch 1 before, 2 now$"):
        await guest.inbox.receive(message(5, 6, epoch=2))
    assert (guest.applied, await guest.stored()) == ([], (5, 1, 2, True))


@pytest.mark.parametrize("head", [4, 0])
async def test_of_a_log_that_ends_before_the_position_nothing_is_applied(guest: Guest, head: int) -> None:
    await at_five(guest)
    guest.feed.pages = [message(5, 6, head=head)]
    with pytest.raises(SourceCutError, match=f"^shop: ends at {head}, applied up to 5$"):
        await guest.inbox.receive(message(6, 7))
    assert (guest.applied, await guest.stored()) == ([], (5, 1, 0, False))


async def test_a_page_that_does_not_say_where_the_log_ends_is_applied(guest: Guest) -> None:
    await at_five(guest)
    guest.feed.pages = [message(5, 6), message(6)]
    await guest.inbox.receive(message(6, 7))
    assert guest.applied == [6, 7]


@pytest.mark.parametrize(
    ("page", "agrees"),
    [
        (message(5, head=5), True),
        (message(5), True),
        (message(5, head=4), False),
        (message(5, head=0), False),
        (message(5, epoch=2, head=5), False),
    ],
)
async def test_a_feed_is_verified_where_it_agrees_with_the_checkpoint(
    guest: Guest, page: Message, agrees: bool
) -> None:
    await at_five(guest)
    await guest.inbox.begin()
    guest.feed.pages = [page]
    assert await guest.inbox.ask_feed(5) is page
    await guest.inbox.receive(message(5))
    assert (guest.inbox.verified, (await guest.stored())[3]) == (agrees, agrees)


async def test_a_further_verification_is_stored_only_after_some_time(guest: Guest) -> None:
    await at_five(guest)
    await guest.log.pool.execute(FORGET)
    guest.feed.pages = [message(5, head=5)]
    await guest.inbox.ask_feed(5)
    await guest.inbox.receive(message(5))
    assert not (await guest.stored())[3]


async def test_a_further_verification_is_stored_only_for_an_answer(guest: Guest) -> None:
    await guest.begin_again(stored_every=0.0)
    await at_five(guest)
    await guest.log.pool.execute(FORGET)
    guest.feed.pages = [message(5, head=5)]
    await guest.inbox.receive(message(5))  # the answer before was for the message before
    assert not (await guest.stored())[3]
    await guest.inbox.ask_feed(5)
    await guest.inbox.receive(message(5))
    assert (await guest.stored())[3]


async def test_a_verification_that_is_stored_late_has_the_time_at_which_the_feed_was_asked(guest: Guest) -> None:
    await guest.begin_again(stored_every=0.0)
    await at_five(guest)
    await guest.log.pool.execute(FORGET)
    before = await guest.log.pool.fetchval(CLOCK)
    guest.feed.pages = [message(5, head=5), NO_ANSWER]
    await guest.inbox.ask_feed(5)
    await guest.log.pool.execute(REFUSE)
    with pytest.raises(DBAPIError, match="not today"):
        await guest.inbox.receive(message(5))
    away = await guest.log.pool.fetchval(CLOCK)
    with pytest.raises(FeedAwayError):
        await guest.inbox.ask_feed(5)
    await guest.log.pool.execute(ALLOW)
    await guest.inbox.receive(message(5))
    assert before - SLACK < await guest.log.pool.fetchval(VERIFIED_AT) < away


async def test_an_answer_that_agrees_no_longer_is_not_stored_late(guest: Guest) -> None:
    await guest.begin_again(stored_every=0.0)
    await at_five(guest)
    await guest.log.pool.execute(FORGET)
    guest.feed.pages = [message(5, head=5), message(5, epoch=2, head=5)]
    await guest.inbox.ask_feed(5)
    await guest.inbox.ask_feed(5)
    await guest.inbox.receive(message(5))
    assert not (await guest.stored())[3]


async def test_a_feed_that_did_not_answer_rests(guest: Guest) -> None:
    guest.feed.pages = [NO_ANSWER, message(0, head=0), message(0, head=0)]
    with pytest.raises(FeedAwayError, match=r"^FeedAwayError: connection refused$") as refused:
        await guest.inbox.ask_feed(0)
    assert refused.value.__cause__ is NO_ANSWER
    with pytest.raises(FeedAwayError, match=r"^shop did not answer a moment ago$"):
        await guest.inbox.ask_feed(0)
    assert guest.asked == [0]
    await guest.begin_again(rest=-1.0)
    guest.feed.pages.insert(0, NO_ANSWER)
    with pytest.raises(FeedAwayError, match="refused"):
        await guest.inbox.ask_feed(0)
    assert await guest.inbox.ask_feed(0) == message(0, head=0)


async def test_a_feed_that_is_silent_is_away(guest: Guest) -> None:
    await guest.begin_again(answer_within=0.01)
    guest.feed.pages = [None]
    async with asyncio.timeout(5):
        with pytest.raises(FeedAwayError, match="TimeoutError"):
            await guest.inbox.ask_feed(0)


async def test_after_an_error_the_inbox_goes_on_from_the_checkpoint_that_is_stored(guest: Guest) -> None:
    await at_five(guest)
    await guest.log.pool.execute(ADVANCE, 6)  # by another process
    with pytest.raises(MovedElsewhereError):
        await guest.inbox.receive(message(5, 6, 7))
    assert (guest.inbox.position, guest.moves) == (6, [6])
    await guest.inbox.receive(message(5, 6, 7))
    assert (guest.applied, guest.moves, guest.status().applied) == ([7], [6, 7], 3)
