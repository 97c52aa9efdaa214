"""A log in memory, for properties: it decides and writes entries by the real log's own code, and keeps them in lists.

It forgets everything, and nobody else writes to it; for whatever depends on that, PostgreSQL is there. That it holds
what the real one holds is examined in `tests/shared/testing/test_memory_log.py`.
"""

from collections import defaultdict
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Generic, TypeVar, cast

from parindex.eventstore.appending import Append, Appended, Decided, Metadata, StreamHead, Undecided
from parindex.eventstore.decider import Command, Decider, Fact, State
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.log import PAGE
from parindex.eventstore.registry import EventTypes, Recorded
from parindex.eventstore.writing import WriteBatch, decide_append, nonces, origin_of
from parindex.refusal import Refused

Answer = TypeVar("Answer")

NEVER = datetime.min.replace(tzinfo=UTC)
ACT = Metadata("somebody", "2026-07-01T12:00:00.000000Z", "H09", "c-1")


def at_once(awaitable: Awaitable[Answer]) -> Answer:
    """Run what never has to wait: there is nobody to wait for."""
    steps = awaitable.__await__()
    try:
        next(steps)
    except StopIteration as done:
        return cast("Answer", done.value)
    raise AssertionError("it waited")


class MemoryLog:
    """One service's log. Every fact is handed out as it was read back from the bytes of its entry."""

    def __init__(self, origin: str, types: EventTypes, partitions: int = 1) -> None:
        self.origin = origin
        self.types = types
        self.partitions = partitions
        self._batch = WriteBatch(origin_of("memory", origin), partitions, 0, NEVER, {}, {}, nonces(64))
        self._recorded: list[Recorded] = []
        self._streams: defaultdict[str, list[Any]] = defaultdict(list)

    @property
    def position(self) -> int:
        """The newest entry's, which is also their number."""
        return self._batch.position

    def append(self, append: Append) -> Appended:
        """Decide and write; raise what the decision raises, and leave nothing of it."""
        outcome = self.try_append(append)
        if isinstance(outcome, Undecided):
            raise TypeError(f"only try_append takes a decision that needs more: {type(outcome).__name__}")
        return outcome

    def try_append(self, append: Append) -> Appended | Undecided:
        """Append, or return why the decision needs more than it was given, as `Log.try_append` does."""
        outcome = decide_append(self._batch, self.types, append)
        if isinstance(outcome, Exception):
            raise outcome
        for position, stream, _, _, _, raw, _ in self._batch.events[len(self._recorded) :]:
            entry = decode_entry(raw)
            self._recorded.append(Recorded(position, entry, self.types.decode(entry), raw))
            self._streams[stream].append(self._recorded[-1].fact)
        return outcome

    def head(self, stream: str) -> StreamHead:
        """Where a stream stands, with its small state."""
        return self._batch.heads.get(stream, StreamHead(0))

    def facts(self, stream: str) -> Sequence[Any]:
        """All facts of a stream, in order."""
        return tuple(self._streams[stream])

    def streams(self, category: str) -> list[str]:
        """The names of the streams of one category that have facts."""
        return [name for name, facts in self._streams.items() if facts and name.partition("-")[0] == category]

    def recorded(self, after: int = 0) -> Sequence[Recorded]:
        """What stands behind a position."""
        return self._recorded[after:]

    def entries(self) -> Sequence[bytes]:
        """The exact bytes of every entry."""
        return [row[5] for row in self._batch.events]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Let everything inside stand or fall together."""
        batch = self._batch
        position, digest, heads, written = batch.position, batch.hash, dict(batch.heads), len(batch.events)
        try:
            yield
        except BaseException:
            batch.position, batch.hash, batch.heads = position, digest, heads
            for recorded in self._recorded[written:]:
                self._streams[recorded.stream].pop()
            del batch.events[written:], self._recorded[written:]
            raise

    async def append_within(self, _: object, appends: Sequence[Append]) -> list[Appended]:
        """As `Log.append_within`: inside the caller's `transaction`."""
        return [self.append(append) for append in appends]

    async def heads_within(self, _: object, streams: Sequence[str]) -> dict[str, StreamHead]:
        """As `Log.heads_within`."""
        return {stream: self._batch.heads[stream] for stream in streams if stream in self._batch.heads}

    async def stream_head(self, stream: str) -> StreamHead:
        """As `Log.stream_head`."""
        return self.head(stream)

    async def read_category(self, category: str, until: int) -> list[Recorded]:
        """As `Log.read_category`."""
        return [each for each in self._recorded[:until] if each.stream.startswith(f"{category}-")]

    async def read_after(self, position: int, limit: int = PAGE) -> list[Recorded]:
        """As `Log.read_after`."""
        return self._recorded[position : position + limit]

    async def lock(self, _: object) -> None:
        """As `Log.lock`; nobody else is there."""


class Stream(Generic[Command, State, Fact]):
    """One stream of a ledger and its state, carried on from fact to fact and never read back."""

    def __init__(self, memory_log: MemoryLog, name: str, decider: Decider[Any, State, Fact]) -> None:
        self.memory_log = memory_log
        self.name = name
        self.state = decider.initial
        self._decider = decider

    def wish(self, command: Command, decider: Decider[Any, State, Any] | None = None) -> tuple[Any, ...]:
        """Carry out a wish, by the rules of this stream or of a sister step; raise what they refuse."""
        facts = tuple((decider or self._decider).decide(command, self.state))
        self.memory_log.append(Append(self.name, ACT, lambda _: Decided(facts)))
        self.state = reduce(self._decider.evolve, facts, self.state)
        return facts

    def expect(
        self, command: Command, decider: Decider[Any, State, Any] | None = None, *, may: bool
    ) -> tuple[Any, ...]:
        """Carry out a wish that may be granted and return its facts, or see it refused without a trace."""
        before = self.memory_log.position
        try:
            facts = self.wish(command, decider)
        except Refused:
            assert not may
            assert self.memory_log.position == before
            return ()
        assert may
        return facts

    @property
    def facts(self) -> Sequence[Any]:
        """What has happened, read back from the entries."""
        return self.memory_log.facts(self.name)

    def replayed(self) -> State:
        """What the entries tell, folded from the beginning."""
        return self._decider.fold(self.facts)
