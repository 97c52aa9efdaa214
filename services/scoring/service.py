"""Scoring, put together from its step."""

from fastapi import APIRouter

from parindex.bus.parking import Parking
from parindex.eventstore.registry import event_types
from parindex.service import Service, World
from scoring.computing import api, events, outgoing
from scoring.computing.bus import COMPUTING
from scoring.computing.projections import UNIT_INDICES
from scoring.computing.recounting import IndexRecount


def _routes(world: World) -> list[APIRouter]:
    return [api.routes(world, Parking(COMPUTING, world.log, world.engine, world.now).count)]


SERVICE = Service(
    name="scoring",
    title="Tính chỉ số",
    types=event_types([events], tellings=[outgoing.TELLINGS], upcasters=events.UPCASTERS),
    routes=_routes,
    projections=[UNIT_INDICES],
    consumers=[COMPUTING],
    recount=IndexRecount,
)
