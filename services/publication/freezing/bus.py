"""Consumer of what assessment, survey and scoring publish; it is stored until the office freezes the round.

Of survey only the closings: by them a restored survey is noticed, and they say how many presses were set aside.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Envelope, Received
from parindex.contracts.assessment import CriteriaSetEnacted, RoundClosed, RoundOpened, RoundReopened
from parindex.contracts.scoring import IndexComputed, RoundSettled
from parindex.contracts.survey import TallyClosed
from parindex.eventstore.projection import replace_rows
from publication.freezing.projections import (
    TABLES,
    closings,
    criteria_sets,
    reopenings,
    rounds,
    settlements,
    standings,
)
from publication.freezing.queries import CONSUMER, VERSION
from publication.freezing.state import short

TableRow = Mapping[str, Any]


async def on_contracts(context: HandlerContext, received: Sequence[Received]) -> None:
    """Store the newest contract about each thing; those of one source and partition come in order."""
    rows: dict[Table, dict[tuple[Any, ...], TableRow]] = {}
    for one in received:
        if found := row_of(one, context.partition, context.epoch):
            table, row = found
            key = tuple(row[column.name] for column in table.primary_key)
            rows.setdefault(table, {})[key] = row
    for table, newest in rows.items():
        await replace_rows(context.connection, table, list(newest.values()))


def row_of(one: Received, partition: int, epoch: int) -> tuple[Table, TableRow] | None:
    """Return the table and the row that store a contract; None for one that freezing does not need."""
    contract, raw = one.contract, bytes(one.envelope.data)
    row: tuple[Table, TableRow] | None = None
    match contract:
        case CriteriaSetEnacted():
            row = criteria_sets, {"code": contract.criteria_set.code, "contract": raw}
        case RoundOpened():
            row = rounds, {"round": contract.round, "authority": contract.authority, "contract": raw}
        case RoundReopened():
            row = reopenings, {"round": contract.round, "closing": contract.closing}
        case RoundClosed() | TallyClosed():
            row = closings, _closing(contract, one.envelope, epoch)
        case IndexComputed():
            row = standings, _score(contract, raw)
        case RoundSettled():
            row = settlements, _settlement(contract, raw, partition)
    return row


def _settlement(settled: RoundSettled, raw: bytes, partition: int) -> TableRow:
    return {"round": settled.round, "partition": partition, "settling": settled.settling, "contract": raw}


def _closing(closed: RoundClosed | TallyClosed, envelope: Envelope, epoch: int) -> TableRow:
    return {
        "round": closed.round,
        "source": short(envelope.source),
        "closing": closed.closing,
        "epoch": epoch,
        "position": envelope.position,
        "entry_sha256": envelope.entry_sha256,
        "contract": bytes(envelope.data),
    }


def _score(score: IndexComputed, raw: bytes) -> TableRow:
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
    version=VERSION,
    sources=("assessment", "survey", "scoring"),
    handle=on_contracts,
    tables=TABLES,
)
