"""The consumer of self-scores and appraisals, which stores the figures in force for trials.

It appends no events and has a checkpoint of its own, so after an upgrade it reads assessment's contracts from the
first one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Received
from parindex.contracts.assessment import AppraisalCompleted, Claim, Finding, SelfScoreSubmitted, SelfScoreWithdrawn
from parindex.eventstore.projection import replace_rows
from scoring.trying.projections import CLAIMS, FINDINGS, TABLES, figures_in_force


async def on_contracts(context: HandlerContext, received: Sequence[Received]) -> None:
    """Store the newest claims and findings of each unit; those of one partition come in order."""
    newest: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for one in received:
        match one.contract:
            case SelfScoreSubmitted(round=round_id, unit=unit, claims=claims):
                newest[round_id, unit, CLAIMS] = _row(context, one, claims)
            case SelfScoreWithdrawn(round=round_id, unit=unit):
                newest[round_id, unit, CLAIMS] = _row(context, one, [])
            case AppraisalCompleted(round=round_id, unit=unit, findings=findings):
                newest[round_id, unit, FINDINGS] = _row(context, one, findings)
    if newest:
        rows = [
            {"round": round_id, "unit": unit, "kind": kind, **row} for (round_id, unit, kind), row in newest.items()
        ]
        await replace_rows(context.connection, figures_in_force, rows)


def _row(context: HandlerContext, one: Received, figures: Sequence[Claim] | Sequence[Finding]) -> Mapping[str, Any]:
    return {"epoch": context.epoch, "position": one.envelope.position, "figures": msgspec.json.encode(figures)}


TRYING = Consumer(name="scoring.trying", version=1, sources=("assessment",), handle=on_contracts, tables=TABLES)
