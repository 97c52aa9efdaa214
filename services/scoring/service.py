"""Scoring, put together from its step."""

from fastapi import APIRouter

from parindex.bus.parking import Parking
from parindex.eventstore.registry import event_types
from parindex.service import Service, ServiceContext
from scoring.computing import api, events, outgoing
from scoring.computing.bus import COMPUTING
from scoring.computing.projections import UNIT_INDICES
from scoring.computing.recounting import IndexRecount


def _routes(context: ServiceContext) -> list[APIRouter]:
    return [api.routes(context, Parking(COMPUTING, context.log, context.engine, context.now).count)]


SERVICE = Service(
    name="scoring",
    title="Tính chỉ số",
    types=event_types([events], translations=[outgoing.TRANSLATIONS], upcasters=events.UPCASTERS),
    routes=_routes,
    projections=[UNIT_INDICES],
    consumers=[COMPUTING],
    recount=IndexRecount,
)
