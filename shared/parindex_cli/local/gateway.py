"""One address for all services: each under its name, sign-in beside them, and the citizens' page as the front door."""

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from parindex.auth import public
from parindex.sign_in.app import mounting_app

FRONT_DOOR = "/publication/"


def new_gateway() -> FastAPI:
    """Build an empty gateway: each service is mounted in it when it is there."""
    app = mounting_app()

    @app.get("/", dependencies=[public])
    async def front_door() -> RedirectResponse:
        return RedirectResponse(FRONT_DOOR, 307)

    return app
