"""The queries of indices: their numbers, and the reason for every point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.unknown import RoundUnknownError, UnitUnknownError
from scoring.computing.projections import prepared_rounds, prepared_sets, unit_indices
from scoring.computing.refusals import IndexUnknownError
from scoring.computing.score_lines import AreaSum, ExplainedLine, area_sums, explained_lines

_lines = msgspec.json.Decoder(list[ScoreLine])
_blocks = msgspec.json.Decoder(list[Block])
_sets = msgspec.json.Decoder(CriteriaSet)


@dataclass(frozen=True, slots=True)
class UnitIndex:
    """One unit's index at present, in exact numbers. `position` is that of the fact in scoring's log."""

    unit: str
    name: str
    block: str
    appraisal: str
    survey: str
    bonus: str
    penalty: str
    points: str
    maximum: str
    index: str
    position: int


@dataclass(frozen=True, slots=True)
class ExplainedIndex:
    """One unit's index with the reason for every point."""

    round: str
    total: UnitIndex
    criteria_set: str
    claimed_from: str
    areas: Sequence[AreaSum]
    lines: Sequence[ExplainedLine]
    training: bool


@dataclass(frozen=True, slots=True)
class KnownRound:
    """A round: its authority, its blocks, and the names of its units by code. `training`: units practise."""

    round: str
    authority: str
    names: Mapping[str, str]
    blocks: Sequence[Block]
    training: bool = False


async def known_round(engine: AsyncEngine, round_id: str) -> KnownRound:
    """Return a round; raise RoundUnknownError."""
    async with engine.connect() as connection:
        return await _round(connection, round_id)


async def known_set(engine: AsyncEngine, code: str) -> CriteriaSet:
    """Return a set, without its legal texts; raise IndexUnknownError before scoring has received it."""
    async with engine.connect() as connection:
        found = await connection.execute(select(prepared_sets.c.criteria_set).where(prepared_sets.c.code == code))
        raw = found.scalar_one_or_none()
    if raw is None:
        raise IndexUnknownError
    return _sets.decode(raw)


async def unit_indices_of(engine: AsyncEngine, known: KnownRound) -> list[UnitIndex]:
    """Return the index of every unit of a round, by block and unit."""
    columns = [unit_indices.c[name] for name in UnitIndex.__slots__ if name != "name"]
    wanted = select(*columns).where(unit_indices.c.round == known.round)
    async with engine.connect() as connection:
        rows = await connection.execute(wanted.order_by(unit_indices.c.block, unit_indices.c.unit))
        return [_total(row, known) for row in rows]


async def explained_index(engine: AsyncEngine, round_id: str, unit: str) -> ExplainedIndex:
    """Return a unit's index with its lines and areas; raise RoundUnknownError, UnitUnknownError, IndexUnknownError."""
    wanted = select(unit_indices).where(unit_indices.c.round == round_id, unit_indices.c.unit == unit)
    async with engine.connect() as connection:
        known = await _round(connection, round_id)
        row = (await connection.execute(wanted)).one_or_none()
        if row is None:
            raise IndexUnknownError if unit in known.names else UnitUnknownError(unit, round_id)
        criteria_set = await _set(connection, row.criteria_set)
    lines = _lines.decode(row.score_lines)
    areas, explained = area_sums(criteria_set, lines), explained_lines(criteria_set, lines)
    return ExplainedIndex(
        round_id, _total(row, known), row.criteria_set, row.claimed_from, areas, explained, known.training
    )


async def faulty_lines(engine: AsyncEngine, round_id: str) -> dict[str, list[ScoreLine]]:
    """Return the lines of a round whose figures give no points, by unit; a unit without any is there, empty."""
    wanted = select(unit_indices.c.unit, unit_indices.c.score_lines).where(unit_indices.c.round == round_id)
    async with engine.connect() as connection:
        rows = await connection.execute(wanted)
        return {row.unit: [line for line in _lines.decode(row.score_lines) if line.fault] for row in rows}


async def _round(connection: AsyncConnection, round_id: str) -> KnownRound:
    found = await connection.execute(select(prepared_rounds).where(prepared_rounds.c.round == round_id))
    row = found.one_or_none()
    if row is None:
        raise RoundUnknownError(round_id)
    blocks = _blocks.decode(row.blocks)
    names = {unit.code: unit.name for block in blocks for unit in block.units}
    return KnownRound(round_id, row.authority, names, blocks, row.training)


async def _set(connection: AsyncConnection, code: str) -> CriteriaSet:
    found = await connection.execute(select(prepared_sets.c.criteria_set).where(prepared_sets.c.code == code))
    return _sets.decode(found.scalar_one())


def _total(row: Row[tuple[object, ...]], known: KnownRound) -> UnitIndex:
    given = {name: getattr(row, name) for name in UnitIndex.__slots__ if name not in {"name", "index"}}
    # a row is a tuple, whose own `index` is a method
    return UnitIndex(name=known.names.get(row.unit, ""), index=row._mapping["index"], **given)  # noqa: SLF001
