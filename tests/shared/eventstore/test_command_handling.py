"""What `decide_at_head` returns to the caller, and that a decision which needs more leaves nothing behind."""

import json

import pytest

from parindex.eventstore.appending import Append, Appended, Idempotency, Metadata, StreamHead, Undecided
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.decider import Codec, Decider, StatefulDecider
from parindex.eventstore.log import Log
from parindex.testing.shop import PizzaBaked, metadata

COUNT: Codec[int] = Codec(lambda head: json.loads(head.state or b"0"), lambda count: json.dumps(count).encode())
BAKING: Decider[PizzaBaked, int, PizzaBaked] = Decider(0, lambda pizza, n: [pizza] if n < 2 else [], lambda n, _: n + 1)
PIZZA = PizzaBaked("x", "o1")


class FlourNeeded(Undecided):
    pass


def bake_or_ask(pizza: PizzaBaked, count: int, flour: StreamHead) -> tuple[list[PizzaBaked], int] | Undecided:
    return ([], count + 1) if flour.version else FlourNeeded()


STOCKED: StatefulDecider[PizzaBaked, int] = StatefulDecider(bake_or_ask)


async def test_the_state_after_the_events_is_stored_and_returned(log: Log) -> None:
    done = [await log.append(Append("oven-o1", metadata(), decide_at_head(BAKING, PIZZA, COUNT))) for _ in range(3)]
    assert [(each.state, len(each.facts)) for each in done] == [(1, 1), (2, 1), (2, 0)]
    assert (await log.stream_head("oven-o1")).state == b"2"


async def test_a_decision_that_needs_more_writes_nothing_and_uses_no_key_up(log: Log) -> None:
    keyed = Metadata("a", "2026-01-01T00:00:00.000000Z", "H09", "c", idempotency=Idempotency("key", b"h"))
    append = Append("oven-o1", keyed, decide_at_head(STOCKED, PIZZA, COUNT), reads=("flour-f1",))
    assert isinstance(await log.try_append(append), FlourNeeded)
    assert (await log.head(), await log.stream_head("oven-o1")) == (0, StreamHead(0))
    await log.append(Append("flour-f1", metadata(), decide_at_head(BAKING, PIZZA, COUNT)))
    done = await log.try_append(append)
    assert isinstance(done, Appended)
    assert (done.repeated, done.state, (await log.stream_head("oven-o1")).state) == (False, 1, b"1")


async def test_only_a_caller_that_can_answer_may_hand_in_a_decision_that_needs_more(log: Log) -> None:
    with pytest.raises(TypeError, match="FlourNeeded"):
        await log.append(Append("oven-o1", metadata(), decide_at_head(STOCKED, PIZZA, COUNT), reads=("flour-f1",)))
