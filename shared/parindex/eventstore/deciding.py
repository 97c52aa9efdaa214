"""Deciding on a stream's small state, inside the append: nothing is read before, and a hot stream is never folded."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from parindex.eventstore.appending import Decided, StreamHead
from parindex.eventstore.decider import Command, Decider, Fact, State


def at_head(
    decider: Decider[Command, State, Fact],
    command: Command,
    read: Callable[[StreamHead], State],
    write: Callable[[State], bytes],
) -> Callable[[StreamHead], Decided]:
    """Return what `Append.decide` wants: the facts that a wish leads to, and the small state after them.

    `read` gives the decider's initial state for a stream that has none yet. A wish that leads to no fact leaves the
    state as it was.
    """

    def decide(head: StreamHead) -> Decided:
        before = read(head)
        facts: Sequence[Any] = decider.decide(command, before)
        return Decided(facts, write(reduce(decider.evolve, facts, before)) if facts else None)

    return decide
