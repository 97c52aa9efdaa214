"""Scoring, put together for the kernel to serve."""

from fastapi import APIRouter

from parindex.bus.parking import Parking
from parindex.eventstore.registry import event_types
from parindex.service import Service, World
from scoring.computing import api, events, outgoing
from scoring.computing.bus import CONSUMER
from scoring.computing.projections import PROJECTION_INDICES


def _routes(world: World) -> list[APIRouter]:
    return [api.routes(world, Parking(CONSUMER, world.log, world.engine, world.now).count)]


SERVICE = Service(
    name="scoring",
    title="Tính chỉ số",
    types=event_types([events], tellings=[outgoing.TELLINGS]),
    routes=_routes,
    projections=[PROJECTION_INDICES],
    consumers=[CONSUMER],
)
