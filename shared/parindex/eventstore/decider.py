"""Load, decide, append: the one place where wishes meet facts.

A decider is a step's rules as three pure things: where a stream begins, what a wish leads to, what a fact changes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from parindex.eventstore.appending import Act, Append, Appended, Decided, StreamHead, StreamMovedError
from parindex.eventstore.log import Log

TRIES = 5
"""How often a decision is made anew when somebody else moved the stream meanwhile."""


Command = TypeVar("Command")
State = TypeVar("State")
Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Decider(Generic[Command, State, Fact]):
    """The rules of one kind of stream. `decide` may raise Refused; `evolve` never does."""

    initial: State
    decide: Callable[[Command, State], Sequence[Fact]]
    evolve: Callable[[State, Fact], State]

    def fold(self, facts: Iterable[Fact]) -> State:
        """Return the state after these facts."""
        state = self.initial
        for fact in facts:
            state = self.evolve(state, fact)
        return state


@dataclass(frozen=True, slots=True)
class Loaded(Generic[State]):
    """A stream's state and the version that it was folded up to (its ETag)."""

    state: State
    version: int


async def load(log: Log, stream: str, decider: Decider[Command, State, Fact]) -> Loaded[State]:
    """Fold a stream."""
    recorded = await log.read_stream(stream)
    return Loaded(decider.fold([r.fact for r in recorded]), recorded[-1].entry.version if recorded else 0)


async def execute(
    log: Log,
    stream: str,
    decider: Decider[Command, State, Fact],
    command: Command,
    act: Act,
    expected: int | None = None,
    answer: bytes = b"",
) -> Appended:
    """Carry out a wish on a stream and return the facts that it led to, durably recorded.

    `expected` is the version that the asker had seen (If-Match); another present one raises StreamMovedError.
    `answer` is kept for retries under the act's idempotency key. Raises what the rules refuse; KeyReusedError;
    LogBusyError; OutcomeUnknownError.
    """
    if act.idempotency and (before := await log.answered(act.idempotency)):
        return before
    for attempt in range(TRIES):
        loaded = await load(log, stream, decider)
        if expected is not None and loaded.version != expected:
            raise StreamMovedError(stream, expected, loaded.version)
        facts = tuple(decider.decide(command, loaded.state))
        try:
            return await log.append(Append(stream, act, _if_still(stream, loaded.version, facts), len(facts), answer))
        except StreamMovedError:
            if expected is not None or attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _if_still(stream: str, version: int, facts: Sequence[Any]) -> Callable[[StreamHead], Decided]:
    def decide(head: StreamHead) -> Decided:
        if head.version != version:
            raise StreamMovedError(stream, version, head.version)
        return Decided(facts)

    return decide
