"""Messages are handled together only where the later one goes on exactly where the earlier one ended."""

import msgspec
import pytest

from parindex.bus.applying import ContractBatch
from parindex.bus.message import Envelope, Message, joined
from parindex.eventstore.checkpoints import Checkpoint, CheckpointKey


def envelope(position: int) -> Envelope:
    return Envelope(
        id=f"shop/{position}", source="shop", type="t", subject="s", time="", position=position, authority="H09",
        correlationid="c", data=msgspec.Raw(b"{}"),
    )  # fmt: skip


def message(prev: int, *positions: int) -> Message:
    return Message(
        source="shop", epoch=1, partition=2, prev=prev, first=positions[0] if positions else prev,
        last=positions[-1] if positions else prev, events=[envelope(position) for position in positions],
    )  # fmt: skip


def test_what_follows_is_joined_and_stands_between_the_same_ends() -> None:
    both = joined(message(4, 5, 9), message(9, 12))
    assert both == message(4, 5, 9, 12)


@pytest.mark.parametrize(
    "other",
    [
        message(10, 12),  # something between them is missing
        message(8, 9, 12),  # it overlaps
        message(4, 5, 9),  # the same again
        message(9),  # it holds nothing
        msgspec.structs.replace(message(9, 12), epoch=2),
        msgspec.structs.replace(message(9, 12), source="bar"),
        msgspec.structs.replace(message(9, 12), partition=3),
    ],
)
def test_what_does_not_follow_is_left_alone(other: Message) -> None:
    assert joined(message(4, 5, 9), other) is None


@pytest.mark.parametrize("count", range(2, 8))
def test_a_run_is_halved_without_a_gap_and_without_a_double(count: int) -> None:
    batch = ContractBatch(CheckpointKey("guest", "shop", 2), 4, 1, [envelope(5 + 3 * n) for n in range(count)])
    first, second = batch.halves()
    assert [*first.events, *second.events] == batch.events
    assert first.events
    assert second.events
    assert (first.before, second.before) == (4, first.after.position)
    assert second.after == batch.after == Checkpoint(5 + 3 * (count - 1), 1)
