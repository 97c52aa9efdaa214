"""The memory log: an in-memory event store for property tests. It decides and encodes entries with the real log's code.

It is not durable and has one writer; tests that depend on either use PostgreSQL.
`tests/shared/testing/test_memory_log.py` checks that it holds the same entries as the real log.
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
from parindex.eventstore.write_batch import WriteBatch, decide_append, nonces, origin_of
from parindex.refusal import Refused

Answer = TypeVar("Answer")

NEVER = datetime.min.replace(tzinfo=UTC)
METADATA = Metadata("somebody", "2026-07-01T12:00:00.000000Z", "H09", "c-1")


def at_once(awaitable: Awaitable[Answer]) -> Answer:
    """Run an awaitable that never suspends, without an event loop; raise AssertionError if it does."""
    steps = awaitable.__await__()
    try:
        next(steps)
    except StopIteration as done:
        return cast("Answer", done.value)
    raise AssertionError("it waited")


class MemoryLog:
    """One service's log in memory. It returns each event as decoded from the bytes of its entry."""

    def __init__(self, origin: str, types: EventTypes, partitions: int = 1) -> None:
        self.origin = origin
        self.types = types
        self.partitions = partitions
        self._batch = WriteBatch(origin_of("memory", origin), partitions, 0, NEVER, {}, {}, nonces(64))
        self._recorded: list[Recorded] = []
        self._streams: defaultdict[str, list[Any]] = defaultdict(list)

    @property
    def position(self) -> int:
        """The position of the newest entry, which is also the number of entries."""
        return self._batch.position

    def append(self, append: Append) -> Appended:
        """Decide and append; raise the errors of the decision, without any effect."""
        outcome = self.try_append(append)
        if isinstance(outcome, Undecided):
            raise TypeError(f"only try_append may return Undecided: {type(outcome).__name__}")
        return outcome

    def try_append(self, append: Append) -> Appended | Undecided:
        """Append, or return Undecided, as `Log.try_append` does."""
        outcome = decide_append(self._batch, self.types, append)
        if isinstance(outcome, Exception):
            raise outcome
        for position, stream, _, _, _, raw, _ in self._batch.events[len(self._recorded) :]:
            entry = decode_entry(raw)
            self._recorded.append(Recorded(position, entry, self.types.decode(entry), raw))
            self._streams[stream].append(self._recorded[-1].fact)
        return outcome

    def head(self, stream: str) -> StreamHead:
        """A stream's version and stored state."""
        return self._batch.heads.get(stream, StreamHead(0))

    def facts(self, stream: str) -> Sequence[Any]:
        """All events of a stream, in order."""
        return tuple(self._streams[stream])

    def streams(self, category: str) -> list[str]:
        """The names of the streams of one category that have events."""
        return [name for name, facts in self._streams.items() if facts and name.partition("-")[0] == category]

    def recorded(self, after: int = 0) -> Sequence[Recorded]:
        """The entries after a position."""
        return self._recorded[after:]

    def entries(self) -> Sequence[bytes]:
        """The exact bytes of every entry."""
        return [row[5] for row in self._batch.events]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Undo all appends inside the block if it raises."""
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
        """As `Log.lock`; there is no other writer."""


class Stream(Generic[Command, State, Fact]):
    """One stream of a memory log and its state, which is evolved event by event and never reloaded."""

    def __init__(self, memory_log: MemoryLog, name: str, decider: Decider[Any, State, Fact]) -> None:
        self.memory_log = memory_log
        self.name = name
        self.state = decider.initial
        self._decider = decider

    def execute(self, command: Command, decider: Decider[Any, State, Any] | None = None) -> tuple[Any, ...]:
        """Execute a command, by the rules of this stream or of another step; raise their refusals."""
        facts = tuple((decider or self._decider).decide(command, self.state))
        self.memory_log.append(Append(self.name, METADATA, lambda _: Decided(facts)))
        self.state = reduce(self._decider.evolve, facts, self.state)
        return facts

    def expect(
        self, command: Command, decider: Decider[Any, State, Any] | None = None, *, may: bool
    ) -> tuple[Any, ...]:
        """Execute a command and return its events if it `may` succeed; else assert its refusal without effect."""
        before = self.memory_log.position
        try:
            facts = self.execute(command, decider)
        except Refused:
            assert not may
            assert self.memory_log.position == before
            return ()
        assert may
        return facts

    @property
    def facts(self) -> Sequence[Any]:
        """The events of the stream, decoded from their entries."""
        return self.memory_log.facts(self.name)

    def replayed(self) -> State:
        """The state as folded from the first entry."""
        return self._decider.fold(self.facts)
