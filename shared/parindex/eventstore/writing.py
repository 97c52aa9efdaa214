"""The append transaction: lock the head, decide all appends, write all entries, move the head.

The lock is held until the commit, so positions are dense and a reader of `position > n` never misses one
(docs/decisions/0001: a counter row, not a sequence). The caller begins the transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from asyncpg import Connection, Record
from asyncpg.pool import PoolConnectionProxy

from parindex.eventstore.appending import Append, StreamHead
from parindex.eventstore.registry import EventTypes
from parindex.eventstore.write_batch import LogRow, Outcome, WriteBatch, decide_append, nonces, origin_of

DriverConnection = Connection | PoolConnectionProxy
"""An asyncpg connection, from its own pool or from inside a SQLAlchemy connection."""

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
