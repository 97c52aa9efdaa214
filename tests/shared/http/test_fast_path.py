"""A route on the fast path admits, refuses and is documented as the same route without it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Request, Response

from parindex.auth import Asker, Role
from parindex.auth.fastapi import Authenticator, access_rules, allow, authenticate_with
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.tokens import Tokens
from parindex.http import problem_handlers
from parindex.http.fast_path import FastRoute, add_fast_path
from parindex.http.routes import add_routes
from parindex.http.write_endpoints import IdempotencyKey
from parindex.testing.serving import NOON

ISSUER = LocalIssuer(new_key(), "http://issuer")
Oven = Annotated[str, Path(pattern=r"^[a-z0-9.H]{1,6}$")]
Itself = Annotated[Asker, allow(Role.APPRAISER)]


def make_app(route: type[FastRoute] | None) -> FastAPI:
    router = APIRouter()

    async def bake(oven: Oven, request: Request, asker: Itself, idempotency_key: IdempotencyKey = None) -> Response:
        if oven != "forgot":
            asker.require(oven)
        return Response(f"{oven} {asker.subject} {idempotency_key} {(await request.body()).decode()}", 201)

    router.add_api_route("/ovens/{oven}/pizzas", bake, methods=["POST"], route_class_override=route)
    app = FastAPI()
    add_routes(app, router)
    add_fast_path(app)
    problem_handlers.install(app)
    authenticate_with(app, Authenticator(Tokens(ISSUER.keys(), lambda: NOON)))
    return app


@pytest.fixture
async def doors() -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    fast, plain = (httpx.ASGITransport(make_app(route), raise_app_exceptions=False) for route in (FastRoute, None))
    async with (
        httpx.AsyncClient(transport=fast, base_url="http://toy") as one,
        httpx.AsyncClient(transport=plain, base_url="http://toy") as other,
    ):
        yield one, other


def signed_in(*rights: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {ISSUER.mint('k1', rights, timedelta(hours=1), NOON)}"}


KIOSK = signed_in("appraiser@H09")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ovens/H09.05/pizzas", KIOSK, 201),
        ("/ovens/H09.05/pizzas", {**KIOSK, "Idempotency-Key": "k-1"}, 201),
        ("/ovens/H09.05/pizzas", {**KIOSK, "Idempotency-Key": "two words"}, 422),
        ("/ovens/H08.05/pizzas", KIOSK, 403),
        ("/ovens/H09.05/pizzas", signed_in("office@H09"), 403),
        ("/ovens/H09.05/pizzas", {}, 401),
        ("/ovens/H09.05/pizzas", {"Authorization": "Basic a2lvc2s6"}, 401),
        ("/ovens/H09.05/pizzas", {"Authorization": "Bearer nonsense"}, 401),
        ("/ovens/H09.05/pizzas", {"Authorization": "Bearer "}, 401),
        ("/ovens/MUCH-TOO-LONG/pizzas", KIOSK, 422),
        ("/ovens/forgot/pizzas", KIOSK, 500),
    ],
)
async def test_a_fast_route_answers_as_any_other(
    doors: tuple[httpx.AsyncClient, httpx.AsyncClient], path: str, headers: dict[str, str], status: int
) -> None:
    headers = {**headers, "X-Correlation-Id": "trip-7"}
    one, other = [await door.post(path, headers=headers, content=b"margherita") for door in doors]
    assert (one.status_code, one.content) == (status, other.content)
    assert one.headers == other.headers


def test_a_fast_route_is_described_as_any_other() -> None:
    assert make_app(FastRoute).openapi() == make_app(None).openapi()


def test_a_fast_route_has_its_rule_in_the_walk() -> None:
    def rules(app: FastAPI) -> list[Any]:
        return [rule for rule in access_rules(app) if rule.path.startswith("/ovens")]

    assert rules(make_app(FastRoute)) == rules(make_app(None))
    assert [rule.rule.roles for rule in rules(make_app(FastRoute))] == [{Role.APPRAISER}]


async def test_only_a_plain_request_skips_the_routers() -> None:
    app = make_app(FastRoute)
    app.router.routes.clear()  # what a router would answer is not found any more
    plain = {**KIOSK, "Host": "toy"}
    others = [{**plain, "Host": "a b"}, {**plain, "Host": "user@toy"}, {**plain, "Idempotency-Key": "k-1"}]
    twice = httpx.Headers([*plain.items(), ("X-Anything", "a"), ("X-Anything", "b")])
    unnamed = httpx.Request("POST", "http://toy/ovens/H09.05/pizzas", headers=KIOSK)
    del unnamed.headers["Host"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://toy") as http:
        assert (await http.post("/ovens/H09.05/pizzas", headers=plain)).status_code == 201
        assert (await http.send(unnamed)).status_code == 404
        for headers in (*others, twice):
            assert (await http.post("/ovens/H09.05/pizzas", headers=headers)).status_code == 404, headers


async def one_parameter_more(request: Request, asker: Itself, size: int) -> Response:
    return Response(f"{request} {asker} {size}")


async def a_required_header(request: Request, asker: Itself, size: Annotated[str, Header()]) -> Response:
    return Response(f"{request} {asker} {size}")


async def an_optional_header(request: Request, asker: Itself, size: Annotated[str, Header()] = "") -> Response:
    return Response(f"{request} {asker} {size}")


@pytest.mark.parametrize(
    ("endpoint", "more"),
    [
        (one_parameter_more, {}),
        (a_required_header, {}),
        (an_optional_header, {"dependencies": [Depends(lambda: None)]}),
    ],
)
def test_a_fast_route_that_asks_for_more_than_the_fast_path_gives_is_not_built(endpoint: Any, more: Any) -> None:
    with pytest.raises(ValueError, match="more than a fast route gives"):
        APIRouter().add_api_route("/pizzas", endpoint, methods=["POST"], route_class_override=FastRoute, **more)


def test_a_fast_route_with_an_optional_header_is_built() -> None:
    APIRouter().add_api_route("/pizzas", an_optional_header, methods=["POST"], route_class_override=FastRoute)
