"""Queries for the received data of a round, and for its frozen editions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.contracts.scoring import IndexComputed, RoundSettled, SourcePosition
from parindex.contracts.survey import TallyClosed
from parindex.contracts.unknown import RoundUnknownError
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.service import ServiceContext
from publication.freezing.checks import reopened_since
from publication.freezing.drafts import remade_snapshot
from publication.freezing.events import ResultsAnnounced, ResultsFrozen, stream_of
from publication.freezing.projections import closings, criteria_sets, reopenings, rounds, settlements, standings
from publication.freezing.refusals import RereadingError
from publication.freezing.state import SURVEY, ReceivedRound

CONSUMER, VERSION = "publication.freezing", 2
PARKED = text("""
SELECT count(*) FROM parked JOIN readers ON parked.reader = readers.name || ':' || readers.version
WHERE readers.name IN (:name, 'projection:editions') AND readers.live
""").bindparams(name=CONSUMER)
"""What this service's live readers have parked: contracts, and entries that the public list of editions lacks."""
LIVE = text("SELECT count(*) > 0 FROM readers WHERE name = :name AND version = :version AND live").bindparams(
    name=CONSUMER, version=VERSION
)
RESTORED = text("""
SELECT DISTINCT r.source FROM reader_positions AS r JOIN readers ON r.reader = readers.name || ':' || readers.version
WHERE readers.name = :name AND readers.live AND r.told_epoch NOT IN (0, r.epoch) ORDER BY 1
""").bindparams(name=CONSUMER)
"""Sources on whose new epoch this service stopped."""
VERIFIED_FOR = timedelta(minutes=5)
"""How long a verified feed is trusted: a running bus process verifies each at least every two minutes."""
UNCHECKED = text("""
SELECT DISTINCT r.source FROM reader_positions AS r JOIN readers ON r.reader = readers.name || ':' || readers.version
WHERE readers.name = :name AND readers.live AND r.told_epoch IN (0, r.epoch)
    AND (r.feed_verified_at BETWEEN clock_timestamp() - :holds AND clock_timestamp() + :holds) IS NOT TRUE ORDER BY 1
""").bindparams(name=CONSUMER, holds=VERIFIED_FOR)
"""Sources whose feed was not verified since the bus process started, or not within VERIFIED_FOR.

They may have been restored. A time in the future is from before the database's clock was set back, and may be as old.
"""

_opened = msgspec.json.Decoder(RoundOpened)
_enacted = msgspec.json.Decoder(CriteriaSetEnacted)
_scored = msgspec.json.Decoder(IndexComputed)
_settled = msgspec.json.Decoder(RoundSettled)
_tallied = msgspec.json.Decoder(TallyClosed)


@dataclass(frozen=True, slots=True)
class FrozenEdition:
    """A frozen edition. `announced_at` is an instant, empty before; `reason` is the commitment to the text.

    `frozen_by` is the actor in the log.
    """

    number: int
    authority: str
    settling: int
    checksum: str
    formula: str
    vector: tuple[SourcePosition, ...]
    frozen_at: str
    supersedes: str
    reason: str
    frozen_by: str
    announced_at: str = ""


async def received_round(engine: AsyncEngine, round_id: str, partitions: int) -> ReceivedRound | None:
    """Return all received data of a round, as of one moment; None for an unknown round."""
    async with engine.connect() as plain:
        # one snapshot for all the queries: scores that arrive meanwhile are seen by all of them or by none
        connection = await plain.execution_options(isolation_level="REPEATABLE READ")
        if not await connection.scalar(LIVE):
            raise RereadingError
        opened = await _round(connection, round_id)
        if opened is None:
            return None
        codes = {block.criteria_set for block in opened.blocks}
        sets = select(criteria_sets.c.contract).where(criteria_sets.c.code.in_(codes))
        scores = select(standings.c.contract).where(standings.c.round == round_id)
        settled = select(settlements.c.partition, settlements.c.contract).where(settlements.c.round == round_id)
        closed = await _closings(connection, round_id)
        undone = select(reopenings.c.closing).where(reopenings.c.round == round_id)
        return ReceivedRound(
            opened=opened,
            sets=[_enacted.decode(raw) for raw in await connection.scalars(sets)],
            scores=[_scored.decode(raw) for raw in await connection.scalars(scores)],
            settlements={row.partition: _settled.decode(row.contract) for row in await connection.execute(settled)},
            reopened=frozenset(await connection.scalars(undone)),
            parked=await connection.scalar(PARKED) or 0,
            restored=tuple(await connection.scalars(RESTORED)),
            unchecked=tuple(await connection.scalars(UNCHECKED)),
            tallied={row["closing"]: _tallied.decode(row["contract"]) for row in closed if row["source"] == SURVEY},
            closings={(row["source"], row["closing"]): closing_in(row) for row in closed},
            partitions=partitions,
        )


@dataclass(frozen=True, slots=True)
class SettledRound:
    """A round that every partition says is settled, and has not been reopened since, with its editions.

    Training rounds are left out.
    """

    opened: RoundOpened
    settling: int
    editions: tuple[FrozenEdition, ...]
    frozen: int  # the settling of the newest edition; 0 without one


async def settled_rounds(engine: AsyncEngine, log: Log) -> list[SettledRound]:
    """Return the settled rounds, by a number of queries that does not grow with them."""
    async with engine.connect() as connection:
        if not await connection.scalar(LIVE):
            raise RereadingError
        settled: defaultdict[str, list[RoundSettled]] = defaultdict(list)
        for row in await connection.execute(select(settlements.c.round, settlements.c.contract)):
            settled[row.round].append(_settled.decode(row.contract))
        reopened: defaultdict[str, set[int]] = defaultdict(set)
        for row in await connection.execute(select(reopenings.c.round, reopenings.c.closing)):
            reopened[row.round].add(row.closing)
        found = await connection.scalars(select(rounds.c.contract).where(rounds.c.round.in_(list(settled))))
        opened = [_opened.decode(raw) for raw in found]
    streams = await log.read_streams(stream_of(one.round) for one in opened)
    return [
        SettledRound(one, newest.settling, editions, editions[-1].settling if editions else 0)
        for one in opened
        for newest in [max(settled[one.round], key=lambda each: each.settling)]
        for editions in [editions_in(streams[stream_of(one.round)])]
        if not one.training
        and settled[one.round].count(newest) == log.partitions
        and not reopened_since(newest, reopened[one.round])
    ]


async def recomputed_snapshot(context: ServiceContext, round_id: str, published: bytes) -> bytes:
    """Return the bytes that a published edition should have by the received data; raise the first blocker."""
    received = await received_round(context.engine, round_id, context.log.partitions)
    if received is None:
        raise RoundUnknownError(round_id)
    return remade_snapshot(received, published)


async def _closings(connection: AsyncConnection, round_id: str) -> list[dict[str, Any]]:
    found = await connection.execute(select(closings).where(closings.c.round == round_id))
    return [dict(row) for row in found.mappings()]


async def _round(connection: AsyncConnection, round_id: str) -> RoundOpened | None:
    raw = await connection.scalar(select(rounds.c.contract).where(rounds.c.round == round_id))
    return _opened.decode(raw) if raw else None


def closing_in(row: Mapping[str, Any]) -> SourcePosition:
    """Return the closing that a row of the table holds."""
    return SourcePosition(**{name: row[name] for name in SourcePosition.__struct_fields__})


async def editions_of(log: Log, round_id: str) -> tuple[FrozenEdition, ...]:
    """Return every edition of a round, public or not, oldest first."""
    return editions_in(await log.read_stream(stream_of(round_id)))


def editions_in(recorded: Sequence[Recorded]) -> tuple[FrozenEdition, ...]:
    """Return the editions that the events of one round's stream hold, oldest first."""
    found: dict[int, FrozenEdition] = {}
    for one in recorded:
        match one.fact:
            case ResultsFrozen() as fact:
                found[fact.edition] = _edition(fact, one)
            case ResultsAnnounced() as fact:
                found[fact.edition] = replace(found[fact.edition], announced_at=one.entry.occurred_at)
    return tuple(found.values())


def _edition(fact: ResultsFrozen, recorded: Recorded) -> FrozenEdition:
    return FrozenEdition(
        number=fact.edition,
        authority=recorded.entry.authority,
        settling=fact.settling,
        checksum=fact.checksum,
        formula=fact.formula,
        vector=fact.vector,
        frozen_at=recorded.entry.occurred_at,
        supersedes=fact.supersedes,
        reason=fact.reason,
        frozen_by=recorded.entry.actor,
    )
