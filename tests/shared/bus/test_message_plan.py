"""What an inbox does with a message: a table of cases, and any messages in any order against a plain list."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.bus.message import Envelope, Message
from parindex.bus.message_plan import MessagePlan, plan, tail

EPOCH = 3


def envelope(position: int) -> Envelope:
    return Envelope(
        id=f"shop/{position}", source="shop", type="t", subject="s", time="2026-01-01T00:00:00Z", position=position,
        authority="a", correlationid="c", data=msgspec.Raw(b"{}"),
    )  # fmt: skip


def message(prev: int, *positions: int, epoch: int = EPOCH, head: int = -1) -> Message:
    first, last = (positions[0], positions[-1]) if positions else (prev, prev)
    events = [envelope(position) for position in positions]
    return Message(source="shop", epoch=epoch, partition=0, prev=prev, first=first, last=last, head=head, events=events)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (message(10), MessagePlan.SKIP),
        (message(12), MessagePlan.SKIP),  # no contract, so nothing is missing before it
        (message(4, 5, 9), MessagePlan.DUPLICATE),
        (message(4, 5, 10), MessagePlan.DUPLICATE),
        (message(4, 5, 11), MessagePlan.APPLY),
        (message(10, 11), MessagePlan.APPLY),
        (message(9, 12), MessagePlan.APPLY),
        (message(11, 12), MessagePlan.FILL_GAP),
        (message(10, 11, epoch=EPOCH + 1), MessagePlan.READ_FEED),
        (message(10, 11, epoch=EPOCH - 1), MessagePlan.READ_FEED),
        (message(4, 5, epoch=EPOCH + 1), MessagePlan.READ_FEED),  # not a duplicate: its positions mean other contracts
        (message(10, head=10), MessagePlan.SKIP),
        (message(10, 11, head=11), MessagePlan.APPLY),
        (message(9, head=9), MessagePlan.READ_FEED),
        (message(0, head=0), MessagePlan.READ_FEED),
    ],
)
def test_a_message_at_position_ten(received: Message, expected: MessagePlan) -> None:
    assert plan(10, EPOCH, received) is expected


def test_the_first_message_reads_the_feed_because_no_epoch_is_known() -> None:
    assert plan(0, 0, message(0, 1)) is MessagePlan.READ_FEED


def test_a_log_without_any_entry_is_not_cut() -> None:
    assert plan(0, EPOCH, message(0, head=0)) is MessagePlan.SKIP


def test_the_tail_is_what_follows_the_position() -> None:
    received = message(4, 5, 10, 11)
    assert [event.position for event in tail(10, received)] == [11]
    assert tail(0, received) == received.events
    assert tail(11, received) == []


LOG = [2, 3, 7, 8, 9, 14]
SLICES = st.tuples(st.integers(0, len(LOG) - 1), st.integers(1, len(LOG))).filter(lambda slice_: slice_[0] < slice_[1])


def sent(start: int, end: int) -> Message:
    return message(LOG[start - 1] if start else 0, *LOG[start:end])


def receive(applied: list[int], received: Message, feed: list[int]) -> None:
    """Do what an inbox does, with a list for a database."""
    if plan(max(applied, default=0), EPOCH, received) is MessagePlan.FILL_GAP:
        applied += [position for position in feed if max(applied, default=0) < position <= received.prev]
    at = max(applied, default=0)
    if plan(at, EPOCH, received) is MessagePlan.APPLY:
        applied += [event.position for event in tail(at, received)]


@given(st.lists(SLICES), st.integers(0, len(LOG)))
def test_messages_in_any_order_apply_each_contract_once_and_in_order(slices: list[tuple[int, int]], fed: int) -> None:
    """The feed holds the first `fed` contracts of the log, as when it lags: nothing is applied behind what it lacks."""
    applied: list[int] = []
    count = 0
    for start, end in slices:
        receive(applied, sent(start, end), LOG[:fed])
        if start > count:
            count = max(count, min(start, fed))
        if start <= count:
            count = max(count, end)
        assert applied == LOG[:count]
