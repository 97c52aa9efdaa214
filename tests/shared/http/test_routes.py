"""Routes of a router are added to an app's own list, and each is built once."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

import httpx
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute

from parindex.http.routes import add_routes


class Counted(APIRoute):
    """A route that counts how often its handler is built."""

    built: ClassVar[list[str]] = []

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        self.built.append(self.path)
        return super().get_route_handler()


def make_app() -> FastAPI:
    router = APIRouter(prefix="/v1", tags=["menu"], route_class=Counted)

    @router.get("/pizzas")
    async def list_pizzas() -> list[str]:
        return ["margherita"]

    app = FastAPI()
    add_routes(app, router, ["kitchen"])
    return app


async def test_a_route_is_built_once_also_after_requests() -> None:
    Counted.built.clear()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app()), base_url="http://toy") as http:
        assert (await http.get("/v1/pizzas")).json() == ["margherita"]
    assert Counted.built == ["/v1/pizzas"]


def test_an_operation_has_the_name_of_its_function_and_all_tags() -> None:
    operation = make_app().openapi()["paths"]["/v1/pizzas"]["get"]
    assert (operation["operationId"], operation["tags"]) == ("list_pizzas", ["kitchen", "menu"])
