"""A gateway: one address for sign-in and all services, each below its name; `/` redirects to the citizens' page."""

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from parindex.auth.fastapi import public
from parindex.sign_in.app import mounting_app

FRONT_DOOR = "/publication/"


def new_gateway() -> FastAPI:
    """Return an empty gateway; the caller mounts each service in it."""
    app = mounting_app()

    @app.get("/", dependencies=[public])
    async def front_door() -> RedirectResponse:
        return RedirectResponse(FRONT_DOOR, 307)

    return app
