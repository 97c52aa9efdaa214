"""The read model of every unit's newest index and its names. Lines stay one document: they are read together."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.projection import PROJECTION, Projection, replace_rows
from parindex.eventstore.registry import Recorded
from scoring.computing.events import IndexComputed, RoundPrepared, SetPrepared

TABLES = MetaData(schema=PROJECTION)

unit_indices = Table(
    "unit_indices",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("block", Text, nullable=False),
    Column("criteria_set", Text, nullable=False),
    Column("appraisal", Text, nullable=False),
    Column("survey", Text, nullable=False),
    Column("bonus", Text, nullable=False),
    Column("penalty", Text, nullable=False),
    Column("points", Text, nullable=False),
    Column("maximum", Text, nullable=False),
    Column("index", Text, nullable=False),
    Column("claimed_from", Text, nullable=False),
    Column("score_lines", LargeBinary, nullable=False),  # JSON: list[ScoreLine]
    Column("position", BigInteger, nullable=False),  # of the fact in our log
)
prepared_rounds = Table(
    "prepared_rounds",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("blocks", LargeBinary, nullable=False),  # JSON: list[Block]
    Column("training", Boolean, nullable=False),
)
prepared_sets = Table(
    "prepared_sets",
    TABLES,
    Column("code", Text, primary_key=True),
    Column("criteria_set", LargeBinary, nullable=False),  # JSON: CriteriaSet
)


async def apply(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    """Take facts in. Of several indices of one unit only the newest is written."""
    newest: dict[tuple[str, str], Recorded] = {}
    for each in recorded:
        match each.fact:
            case IndexComputed() as fact:
                newest[fact.round, fact.unit] = each
            case RoundPrepared() as fact:
                await _add(connection, prepared_rounds, _round_row(fact))
            case SetPrepared() as fact:
                await _add(connection, prepared_sets, _set_row(fact))
    if newest:
        await replace_rows(connection, unit_indices, [_index_row(each, each.fact) for each in newest.values()])


async def _add(connection: AsyncConnection, table: Table, row: dict[str, object]) -> None:
    await connection.execute(insert(table), row)


def _index_row(recorded: Recorded, fact: IndexComputed) -> dict[str, object]:
    return {
        "round": fact.round,
        "unit": fact.unit,
        "block": fact.block,
        "criteria_set": fact.criteria_set,
        "appraisal": fact.appraisal,
        "survey": fact.survey,
        "bonus": fact.bonus,
        "penalty": fact.penalty,
        "points": fact.points,
        "maximum": fact.maximum,
        "index": fact.index,
        "claimed_from": fact.claimed_from,
        "score_lines": msgspec.json.encode(fact.lines),
        "position": recorded.position,
    }


def _round_row(fact: RoundPrepared) -> dict[str, object]:
    blocks = msgspec.json.encode(fact.blocks)
    return {"round": fact.round, "authority": fact.authority, "blocks": blocks, "training": fact.training}


def _set_row(fact: SetPrepared) -> dict[str, object]:
    return {"code": fact.criteria_set.code, "criteria_set": msgspec.json.encode(fact.criteria_set)}


UNIT_INDICES = Projection("unit_indices", 3, TABLES, apply)
