"""The append transaction: lock the head, decide all appends, write all entries, move the head.

The lock is held until the commit, so positions are dense and a reader of `position > n` never misses one
(docs/decisions/0001: a counter row, not a sequence). The caller begins the transaction.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from asyncpg import Connection, Record
from asyncpg.pool import PoolConnectionProxy
from msgspec.structs import replace

from parindex.canonical import canonical
from parindex.eventstore.appending import Append, Appended, Decided, KeyReusedError, StreamHead, Undecided
from parindex.eventstore.entries import FIRST, PROFILE, Entry, digest_of, encode_entry
from parindex.eventstore.registry import EventTypes
from parindex.instant import instant

Outcome = Appended | Undecided | Exception
"""The outcome of one append. A refusal, or an error in its decision, does not affect the other appends."""

DriverConnection = Connection | PoolConnectionProxy
"""An asyncpg connection, from its own pool or from inside a SQLAlchemy connection."""

LogRow = tuple[int, str, int, str, int | None, bytes, datetime]
"""The columns of `events`, as COLUMNS names them."""

NEW = StreamHead(0)
"""The head of a stream without events."""

COLUMNS = ("position", "stream", "version", "type", "partition", "entry", "recorded_at")
MANY = 100
"""Events from which on COPY writes them. COPY was cheaper than arrays at 256 and dearer at 20 (docs/performance.md);
the break-even point between was not measured."""

LOCK_HEAD = """
SELECT origin, installation, partitions, position, hash, earlier, greatest(clock_timestamp(), recorded_at) AS at
FROM log_head FOR UPDATE
"""
READ_HEADS = """
SELECT stream AS name, version, state,
    NULL::bytea AS request_hash, 0::bigint AS first, 0::bigint AS last, NULL::bytea AS answer
FROM streams WHERE stream = ANY($1::text[])
UNION ALL
SELECT idempotency_key, 0, NULL, request_hash, first_position, last_position, answer
FROM commands WHERE idempotency_key = ANY($2::text[])
"""
WRITE = """
WITH new_events AS (
    INSERT INTO events (position, stream, version, type, partition, entry, recorded_at)
    SELECT e.*, $21 FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::bytea[]) AS e
),
new_streams AS (
    INSERT INTO streams AS s (stream, version, state) SELECT * FROM unnest($7::text[], $8::bigint[], $9::bytea[])
    ON CONFLICT (stream) DO UPDATE SET version = excluded.version, state = coalesce(excluded.state, s.state)
),
new_commands AS (
    INSERT INTO commands
    SELECT c.*, $21 FROM unnest($10::text[], $11::bytea[], $12::bigint[], $13::bigint[], $14::bytea[]) AS c
),
new_sealed AS (
    INSERT INTO vault (commitment, salt, content, media_type, position)
    SELECT * FROM unnest($15::text[], $16::bytea[], $17::bytea[], $18::text[], $19::bigint[])
)
UPDATE log_head SET position = $20, recorded_at = $21::timestamptz, hash = $22, earlier = $23
"""


@dataclass(slots=True)
class WriteBatch:
    """The rows of one write, collected append by append. `hash` is that of the newest entry, written or not."""

    origin: str
    partitions: int
    position: int
    at: datetime  # the time of recording: never before that of an earlier entry, even if the clock went back
    heads: dict[str, StreamHead]
    answered: dict[str, Mapping[str, Any]]
    nonces: Iterator[str]
    hash: str = FIRST
    earlier: str = ""  # the seal of the entries of profile 1, until an entry holds it
    events: list[LogRow] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    commands: list[tuple[str, bytes, int, int, bytes]] = field(default_factory=list)
    sealed: list[tuple[str, bytes, bytes, str, int]] = field(default_factory=list)
    published: dict[int, int] = field(default_factory=dict)  # the newest published position of each partition
    recorded_at: str = field(init=False)

    def __post_init__(self) -> None:
        self.recorded_at = instant(self.at)


class Chained(msgspec.Struct, frozen=True):
    """The rows of one append, and the hash of the last one."""

    rows: list[LogRow]
    hash: str


async def lock_head(connection: DriverConnection) -> Record:
    """Lock the head of the log until the transaction ends; no other transaction appends meanwhile."""
    head = await connection.fetchrow(LOCK_HEAD)
    if head is None:
        raise RuntimeError("the log was never created: run the migrations")
    return head


async def write(
    connection: DriverConnection, types: EventTypes, appends: Sequence[Append]
) -> tuple[list[Outcome], WriteBatch]:
    """Decide and write a batch; return one outcome per append, in order. A refusal affects its append alone."""
    head = await lock_head(connection)
    batch = await _open_batch(connection, head, appends)
    outcomes = [decide_append(batch, types, append) for append in appends]
    if batch.events or batch.moved or batch.commands:
        await _write_rows(connection, batch)
    return outcomes, batch


async def _write_rows(connection: DriverConnection, batch: WriteBatch) -> None:
    events = batch.events
    if len(events) >= MANY:
        await connection.copy_records_to_table("events", records=events, columns=COLUMNS)
        events = []
    await connection.execute(WRITE, *_columns(batch, events))


async def _open_batch(connection: DriverConnection, head: Record, appends: Sequence[Append]) -> WriteBatch:
    streams = list({name for append in appends for name in (append.stream, *append.reads)})
    keys = [append.metadata.idempotency.key for append in appends if append.metadata.idempotency]
    rows = await connection.fetch(READ_HEADS, streams, keys)
    heads = {row["name"]: StreamHead(row["version"], row["state"]) for row in rows if row["request_hash"] is None}
    answered: dict[str, Mapping[str, Any]] = {row["name"]: dict(row) for row in rows if row["request_hash"] is not None}
    drawn = nonces(max(sum(append.weight for append in appends), 1))
    origin = origin_of(head["installation"], head["origin"])
    return WriteBatch(
        origin, head["partitions"], head["position"], head["at"], heads, answered, drawn, head["hash"], head["earlier"]
    )


def origin_of(installation: str, source: str) -> str:
    """Return the `origin` of the entries in an installation's log of this source."""
    return f"{installation}/{source}"


def decide_append(batch: WriteBatch, types: EventTypes, append: Append) -> Outcome:
    """Decide one append on the state of the write batch, and add its rows; return an error of its decision."""
    try:
        if repeated := _answer_again(batch, append):
            return repeated
        head = batch.heads.get(append.stream, NEW)
        read = [batch.heads.get(name, NEW) for name in append.reads] if append.reads else ()
        decided = append.decide(head, *read)
        if isinstance(decided, Undecided):
            return decided
        chained = _chain(batch, types, append, head, decided)
    except Exception as error:  # noqa: BLE001  # the batcher, or the caller, raises it to this append's caller
        return error
    return _enter(batch, append, head, decided, chained)


def _answer_again(batch: WriteBatch, append: Append) -> Appended | None:
    idempotency = append.metadata.idempotency
    row = batch.answered.get(idempotency.key) if idempotency else None
    if row is None or idempotency is None:
        return None
    if not idempotency.means(row["request_hash"]):
        raise KeyReusedError
    return Appended(row["first"], row["last"], 0, answer=row["answer"] or b"", repeated=True)


def _chain(batch: WriteBatch, types: EventTypes, append: Append, head: StreamHead, decided: Decided) -> Chained:
    """Make the entries of one append, each with the hash of the one before; the write batch is not changed."""
    metadata, previous, earlier = append.metadata, batch.hash, batch.earlier
    rows: list[LogRow] = []
    for step, fact in enumerate(decided.facts, start=1):
        cls, position, version = type(fact), batch.position + step, head.version + step
        entry = Entry(  # with more than 15 keywords Python would build a dict first, which takes 4 times as long
            profile=PROFILE, v=types.schema(cls), origin=batch.origin, nonce=next(batch.nonces), type=cls.__name__,
            stream=append.stream, version=version, authority=metadata.authority, actor=metadata.actor,
            occurred_at=metadata.at, correlation=metadata.correlation, data=msgspec.Raw(canonical(fact)),
            position=position, recorded_at=batch.recorded_at, previous=previous,
        )  # fmt: skip
        if metadata.causation or metadata.via or earlier:
            entry = replace(entry, causation=metadata.causation, via=metadata.via, earlier=earlier)
        partition, raw = types.partition(fact, batch.partitions), encode_entry(entry)
        rows.append((position, append.stream, version, entry.type, partition, raw, batch.at))
        previous, earlier = digest_of(raw), ""
    return Chained(rows, previous)


def nonces(at_once: int) -> Iterator[str]:
    """Yield 16 random bytes for each event, drawn for many events at once, because each draw is a system call."""
    while True:
        drawn = secrets.token_bytes(16 * at_once)
        for start in range(0, len(drawn), 16):
            yield urlsafe_b64encode(drawn[start : start + 16])[:-2].decode()  # without the padding


def _enter(
    batch: WriteBatch,
    append: Append,
    head: StreamHead,
    decided: Decided,
    chained: Chained,
) -> Appended:
    rows = chained.rows
    first, last, version = batch.position + 1, batch.position + len(rows), head.version + len(rows)
    batch.position, batch.hash = last, chained.hash
    batch.earlier = "" if rows else batch.earlier
    batch.events += rows
    for row in rows:
        if row[4] is not None:
            batch.published[row[4]] = row[0]
    state = head.state if decided.state is None else decided.state
    batch.heads[append.stream] = StreamHead(version, state)
    if rows or decided.state is not None:
        batch.moved.add(append.stream)
    if idempotency := append.metadata.idempotency:
        answer = {"request_hash": idempotency.request_hash, "first": first, "last": last, "answer": append.answer}
        batch.answered[idempotency.key] = answer
        batch.commands.append((idempotency.key, idempotency.request_hash, first, last, append.answer))
    batch.sealed += [(s.commitment, s.salt, s.content, s.media_type, last) for s in append.metadata.sealed]
    return Appended(first, last, version, tuple(decided.facts), append.answer, state=decided.after)


def _columns(batch: WriteBatch, events: Sequence[LogRow]) -> list[object]:
    moved = [(stream, batch.heads[stream].version, batch.heads[stream].state) for stream in sorted(batch.moved)]
    groups: list[tuple[Sequence[tuple[object, ...]], int]] = [
        (events, 6),
        (moved, 3),
        (batch.commands, 5),
        (batch.sealed, 5),
    ]
    columns: list[object] = [column for rows, width in groups for column in _transposed(rows, width)]
    return [*columns, batch.position, batch.at, batch.hash, batch.earlier]


def _transposed(rows: Sequence[tuple[object, ...]], width: int) -> list[Sequence[object]]:
    columns: list[Sequence[object]] = list(zip(*rows, strict=True))
    return columns[:width] if rows else [()] * width
