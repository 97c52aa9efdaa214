"""What this service has heard of a round, and what is sealed of it."""

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.contracts.scoring import IndexComputed, RoundSettled
from parindex.eventstore.log import Log
from parindex.service import World
from publication.freezing.projections import criteria_sets, reopenings, rounds, settlements, standings
from publication.freezing.readiness import Materials, draft_of
from publication.freezing.refusals import ResultUnknownError
from publication.freezing.shelf import take
from publication.freezing.snapshot import Snapshot, read_snapshot

CONSUMER = "publication.freezing"
PARKED = text("""
SELECT count(*) FROM parked JOIN readers ON parked.reader = readers.name || ':' || readers.version
WHERE readers.name IN (:name, 'projection:editions') AND readers.live
""").bindparams(name=CONSUMER)
"""What this service's live readers have parked: contracts, and entries that the public list of editions lacks."""
RESTORED = text("""
SELECT DISTINCT r.source FROM reader_positions AS r JOIN readers ON r.reader = readers.name || ':' || readers.version
WHERE readers.name = :name AND readers.live AND r.told_epoch NOT IN (0, r.epoch) ORDER BY 1
""").bindparams(name=CONSUMER)
"""Sources on whose new epoch this service stopped."""

_opened = msgspec.json.Decoder(RoundOpened)
_enacted = msgspec.json.Decoder(CriteriaSetEnacted)
_scored = msgspec.json.Decoder(IndexComputed)
_settled = msgspec.json.Decoder(RoundSettled)


async def heard_of(engine: AsyncEngine, round_id: str, partitions: int) -> Materials | None:
    """Return all that was heard of a round, at one moment; None where nobody told of it."""
    async with engine.connect() as plain:
        # one snapshot for all the queries: scores that arrive meanwhile are seen by all of them or by none
        connection = await plain.execution_options(isolation_level="REPEATABLE READ")
        opened = await _round(connection, round_id)
        if opened is None:
            return None
        codes = {block.criteria_set for block in opened.blocks}
        sets = select(criteria_sets.c.contract).where(criteria_sets.c.code.in_(codes))
        scores = select(standings.c.contract).where(standings.c.round == round_id)
        settled = select(settlements.c.partition, settlements.c.contract).where(settlements.c.round == round_id)
        undone = select(reopenings.c.closing).where(reopenings.c.round == round_id)
        return Materials(
            opened=opened,
            sets=[_enacted.decode(raw) for raw in await connection.scalars(sets)],
            scores=[_scored.decode(raw) for raw in await connection.scalars(scores)],
            settlements={row.partition: _settled.decode(row.contract) for row in await connection.execute(settled)},
            reopened=frozenset(await connection.scalars(undone)),
            parked=await connection.scalar(PARKED) or 0,
            restored=tuple(await connection.scalars(RESTORED)),
            partitions=partitions,
        )


async def snapshot_now(world: World, round_id: str) -> bytes:
    """Return the bytes that a sealing of this moment would seal; raise whatever is in its way."""
    materials = await heard_of(world.engine, round_id, world.log.partitions)
    if materials is None:
        raise ResultUnknownError
    return draft_of(materials).snapshot


async def sealed_snapshot(log: Log, checksum: str) -> Snapshot:
    """Return what an edition holds; LookupError where no edition has this checksum."""
    return read_snapshot(await take(log, checksum))


async def _round(connection: AsyncConnection, round_id: str) -> RoundOpened | None:
    raw = await connection.scalar(select(rounds.c.contract).where(rounds.c.round == round_id))
    return _opened.decode(raw) if raw else None
