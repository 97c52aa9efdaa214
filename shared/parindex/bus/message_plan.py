"""What an inbox does with a message, decided from its position alone. Pure, so that tests in memory use it too."""

from enum import Enum

from parindex.bus.message import Envelope, Message


class MessagePlan(Enum):
    """What an inbox does with a message."""

    SKIP = "it holds no contract"
    DUPLICATE = "each of its contracts was applied before"
    APPLY = "its contracts follow the position, or its last contracts do"
    FILL_GAP = "contracts before it are missing: the feed is read up to it, then it is planned again"
    READ_FEED = "its epoch is unknown, stale or new, or its log ends before the position: only the feed can say which"


def plan(position: int, epoch: int, message: Message) -> MessagePlan:
    """Decide about a message. `epoch`: of the contracts applied so far or of the feed (0: unknown yet)."""
    if message.epoch != epoch or 0 <= message.head < position:
        return MessagePlan.READ_FEED
    if not message.events:
        return MessagePlan.SKIP
    if message.last <= position:
        return MessagePlan.DUPLICATE
    return MessagePlan.FILL_GAP if message.prev > position else MessagePlan.APPLY


def tail(position: int, message: Message) -> list[Envelope]:
    """Return the contracts of a message that are not applied yet."""
    return [event for event in message.events if event.position > position]
