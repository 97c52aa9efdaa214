"""Command handling: the two ways in which a command becomes events of a stream.

`execute` folds the stream, decides, and appends if the stream has not moved. `decide_at_head` decides inside the
append, under the lock of the log's head, on the stream's stored state: a hot stream needs no fold and has no conflicts.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import reduce
from typing import Generic

from parindex.eventstore.appending import (
    Append,
    Appended,
    Decided,
    Metadata,
    StreamHead,
    StreamMovedError,
    Undecided,
    if_still,
)
from parindex.eventstore.decider import Codec, Command, Decider, Fact, State, StatefulDecider
from parindex.eventstore.log import Log
from parindex.refusal import Refused


@dataclass(frozen=True, slots=True)
class Loaded(Generic[State]):
    """A stream's state and the version that it was folded up to (its ETag)."""

    state: State
    version: int


def decide_at_head(
    decider: Decider[Command, State, Fact] | StatefulDecider[Command, State],
    command: Command,
    codec: Codec[State],
) -> Callable[..., Decided | Undecided]:
    """Return a decision for `Append.decide`: the command's events, and the stream's state after them.

    `Appended.state` is the new state. A command without events leaves a Decider's state as it was. A StatefulDecider
    gets the heads of the streams in `Append.reads`, and may return Undecided; then nothing is written.
    """
    if isinstance(decider, StatefulDecider):
        return _stateful(decider, command, codec)

    def decide(head: StreamHead) -> Decided:
        before = codec.read(head)
        facts = decider.decide(command, before)
        if not facts:
            return Decided(facts, None, before)
        after = reduce(decider.evolve, facts, before)
        return Decided(facts, codec.write(after), after)

    return decide


async def load(log: Log, stream: str, decider: Decider[Command, State, Fact]) -> Loaded[State]:
    """Fold a stream."""
    recorded = await log.read_stream(stream)
    return Loaded(decider.fold([r.fact for r in recorded]), recorded[-1].entry.version if recorded else 0)


async def execute(
    log: Log,
    stream: str,
    decider: Decider[Command, State, Fact],
    command: Command,
    metadata: Metadata,
    expected: int | None = None,
    answer: bytes = b"",
) -> Appended:
    """Execute a command on a stream and return its events, durably recorded.

    `expected` is the version that the client has read (If-Match); another present one raises StreamMovedError. Without
    it writers of one stream wait for their turn. `answer` is stored for retries under the metadata's idempotency key.
    Raises the refusals of the rules; StreamBusyError where other processes appended first too often; KeyReusedError;
    LogBusyError, StorageFullError, NotWrittenError (nothing was written); OutcomeUnknownError; and asyncpg's own errors
    where the stream can't be read.
    """
    if metadata.idempotency and (before := await log.answered(metadata.idempotency, stream)):
        return before

    async def attempt() -> Appended:
        loaded = await load(log, stream, decider)
        if expected is not None and loaded.version != expected:
            raise StreamMovedError(stream, expected, loaded.version)
        facts = tuple(decider.decide(command, loaded.state))
        return await log.append(Append(stream, metadata, if_still(stream, loaded.version, facts), len(facts), answer))

    return await attempted_or_repeated(log, stream, metadata, attempt, waits=expected is None)


async def attempted_or_repeated(
    log: Log, stream: str, metadata: Metadata, attempt: Callable[[], Awaitable[Appended]], *, waits: bool
) -> Appended:
    """Make an attempt, in its turn where it `waits`; where it is refused, return what the same request has done.

    A request that is sent twice at one moment, as by a double click, looks for the stored result before the first of
    the two has appended: the second is then refused because of what the first has done.
    """
    try:
        return await (log.queue.take(stream, attempt) if waits else attempt())
    except Refused:
        if metadata.idempotency and (before := await log.answered(metadata.idempotency, stream)):
            return before
        raise


def _stateful(
    decider: StatefulDecider[Command, State], command: Command, codec: Codec[State]
) -> Callable[..., Decided | Undecided]:
    def decide(head: StreamHead, *read: StreamHead) -> Decided | Undecided:
        before = codec.read(head)
        decided = decider.decide(command, before, *read)
        if isinstance(decided, Undecided):
            return decided
        facts, after = decided
        return Decided(facts, None if after is before else codec.write(after), after)

    return decide
