"""Scoring, put together from its steps."""

from collections.abc import Sequence

from fastapi import APIRouter

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Received
from parindex.bus.parking import Parking
from parindex.eventstore.registry import event_types
from parindex.service import Service, ServiceContext
from scoring.computing import api as computing_api
from scoring.computing import bus as computing_bus
from scoring.computing import events as computing_events
from scoring.computing import outgoing as computing_outgoing
from scoring.computing.projections import UNIT_INDICES
from scoring.deriving import api as deriving_api
from scoring.deriving import pages as deriving_pages
from scoring.recounting import IndexRecount
from scoring.settling import api as settling_api
from scoring.settling import bus as settling_bus
from scoring.settling import events as settling_events
from scoring.settling import outgoing as settling_outgoing
from scoring.settling.settle import settle_released
from scoring.trying import api as trying_api
from scoring.trying import pages as trying_pages
from scoring.trying.bus import TRYING
from scoring.trying.queries import Trials


async def on_contracts(context: HandlerContext, received: Sequence[Received]) -> None:
    """Handle contracts step by step, in one transaction: a round is settled on the indices that they have changed."""
    affected = await computing_bus.on_contracts(context, received)
    await settling_bus.on_contracts(context, received, affected)


# The name is from before settling was a step of its own: checkpoints and parked contracts are stored under it.
SCORING = Consumer("scoring.computing", 1, ("assessment", "survey"), handle=on_contracts, released=settle_released)


def _routes(context: ServiceContext) -> list[APIRouter]:
    parked = Parking(SCORING, context.log, context.engine, context.now).count
    trials = Trials(context)
    return [
        computing_api.routes(context),
        settling_api.routes(context, parked),
        trying_api.routes(context, trials),
        trying_pages.routes(context, trials),
        deriving_api.routes(context),
        deriving_pages.routes(context),
    ]


SERVICE = Service(
    name="scoring",
    title="Tính chỉ số",
    types=event_types(
        [computing_events, settling_events],
        translations=[computing_outgoing.TRANSLATIONS, settling_outgoing.TRANSLATIONS],
        upcasters={**computing_events.UPCASTERS, **settling_events.UPCASTERS},
    ),
    routes=_routes,
    projections=[UNIT_INDICES],
    consumers=[SCORING, TRYING],
    recount=IndexRecount,
    problem_page=deriving_pages.problem_page,
)
