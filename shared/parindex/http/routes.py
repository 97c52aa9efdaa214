"""Adds the routes of routers to an app's own list, where each is built once and is found by one walk over the list."""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute


def add_routes(app: FastAPI, router: APIRouter, tags: Iterable[str] = ()) -> None:
    """Move a router's routes to the app, with further tags. Each has its router's prefix and dependencies already.

    `include_router` keeps the router and builds each of its routes once more at the first request, with all models of
    its parameters and answers: half of the time that all routes cost, for a second prefix that no router here has.
    An operation is named after its function, because generated clients name their methods after it.
    """
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.tags = [*tags, *route.tags]
            route.operation_id = route.operation_id or route.name
        app.router.routes.append(route)


def join_routes(router: APIRouter, other: APIRouter) -> None:
    """Move another file's routes into a step's router, as they are: without the router's prefix, tags or dependencies.

    A step whose `api.py` would be too long has two files of routes. `include_router` would build each route once more.
    """
    router.routes.extend(other.routes)
