"""Load, decide, append: the one place where wishes meet facts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from parindex.eventstore.appending import Act, Append, Appended, Decided, StreamHead, StreamMovedError
from parindex.eventstore.decider import Command, Decider, Fact, State
from parindex.eventstore.log import Log


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

    `expected` is the version that the asker had seen (If-Match); another present one raises StreamMovedError. Without
    it writers of one stream wait for their turn. `answer` is kept for retries under the act's idempotency key. Raises
    what the rules refuse; StreamBusyError where other processes were faster too often; KeyReusedError; LogBusyError,
    StorageFullError, NotWrittenError (nothing was written); OutcomeUnknownError; and asyncpg's own errors where the
    stream can't be read.
    """
    if act.idempotency and (before := await log.answered(act.idempotency, stream)):
        return before

    async def attempt() -> Appended:
        loaded = await load(log, stream, decider)
        if expected is not None and loaded.version != expected:
            raise StreamMovedError(stream, expected, loaded.version)
        facts = tuple(decider.decide(command, loaded.state))
        return await log.append(Append(stream, act, _if_still(stream, loaded.version, facts), len(facts), answer))

    return await (attempt() if expected is not None else log.turns.take(stream, attempt))


def _if_still(stream: str, version: int, facts: Sequence[Any]) -> Callable[[StreamHead], Decided]:
    def decide(head: StreamHead) -> Decided:
        if head.version != version:
            raise StreamMovedError(stream, version, head.version)
        return Decided(facts)

    return decide
