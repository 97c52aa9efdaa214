"""What assessment and scoring say, kept until the office seals the round."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from parindex.bus.consumer import Consumer, Effect
from parindex.bus.message import Received
from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened, RoundReopened
from parindex.contracts.scoring import IndexComputed, RoundSettled
from parindex.eventstore.projection import replace_rows
from publication.freezing.projections import criteria_sets, metadata, reopenings, rounds, settlements, standings
from publication.freezing.queries import CONSUMER

Row = Mapping[str, Any]


async def on_contracts(effect: Effect, received: Sequence[Received]) -> None:
    """Keep the newest contract about each thing; those of one source and partition come in order."""
    rows: dict[Table, dict[tuple[Any, ...], Row]] = {}
    for one in received:
        if kept := row_of(one, effect.partition):
            table, row = kept
            key = tuple(row[column.name] for column in table.primary_key)
            rows.setdefault(table, {})[key] = row
    for table, newest in rows.items():
        await replace_rows(effect.connection, table, list(newest.values()))


def row_of(one: Received, partition: int) -> tuple[Table, Row] | None:
    """Return the table and the row that keep a contract; None for what sealing does not need."""
    contract, raw = one.contract, bytes(one.envelope.data)
    match contract:
        case CriteriaSetEnacted():
            return criteria_sets, {"code": contract.criteria_set.code, "contract": raw}
        case RoundOpened():
            return rounds, {"round": contract.round, "authority": contract.authority, "contract": raw}
        case RoundReopened():
            return reopenings, {"round": contract.round, "closing": contract.closing}
        case IndexComputed():
            return standings, _standing(contract, raw)
        case RoundSettled():
            return settlements, {
                "round": contract.round,
                "partition": partition,
                "settling": contract.settling,
                "contract": raw,
            }
        case _:
            return None


def _standing(score: IndexComputed, raw: bytes) -> Row:
    return {
        "round": score.round,
        "unit": score.unit,
        "appraisal": score.appraisal,
        "survey": score.survey,
        "points": score.points,
        "maximum": score.maximum,
        "index": score.index,
        "contract": raw,
    }


FREEZING = Consumer(
    name=CONSUMER,
    version=1,
    sources=("assessment", "scoring"),
    handle=on_contracts,
    tables=metadata,
)
