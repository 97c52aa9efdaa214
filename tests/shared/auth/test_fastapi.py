"""A route admits only askers that its access rule names, over real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel

from parindex.auth import AccessRule, Asker, Audience, Principal, Right, Role
from parindex.auth.devices import digest_of, new_secret
from parindex.auth.fastapi import (
    Authenticator,
    access_rule_of,
    access_rules,
    allow,
    authenticate_with,
    public,
    signed_in,
)
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.tokens import Tokens
from parindex.http.problem_handlers import install
from parindex.http.way_in import check_requests

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
ISSUER = LocalIssuer(new_key(), "http://round")
SECRET = new_secret(lambda length: b"k" * length)
ENROLLED = {digest_of(SECRET): Principal("kiosk-5", (Right(Role.KIOSK, "H09.05"),))}


class ClaimIn(BaseModel):
    unit: str
    points: int


async def enrolled(secret: str) -> Principal | None:
    return ENROLLED.get(digest_of(secret))


def make_router(written: list[str]) -> APIRouter:
    router = APIRouter()

    @router.get("/ranking", dependencies=[public])
    async def ranking() -> str:
        return "everybody"

    @router.get("/visitors")
    async def visitors(asker: Annotated[Asker, public]) -> str:
        return asker.subject

    @router.get("/me")
    async def me(asker: Annotated[Asker, signed_in]) -> str:
        return asker.subject

    @router.get("/units/{unit}/claims")
    async def claims(unit: str, asker: Annotated[Asker, allow(Role.UNIT, Role.OFFICE, at="unit")]) -> str:
        return f"{asker.subject} sees {unit}"

    @router.post("/claims", status_code=201)
    async def claim(body: ClaimIn, asker: Annotated[Asker, allow(Role.UNIT)]) -> str:
        asker.require(body.unit)
        written.append(body.unit)
        return body.unit

    @router.get("/units")
    async def units(asker: Annotated[Asker, allow(Role.OFFICE)]) -> list[str]:
        return asker.visible(["H09.05", "H09.06", "H10.01"], lambda unit: unit)

    @router.get("/forgetful")
    async def forgetful(asker: Annotated[Asker, allow(Role.OFFICE)]) -> str:
        return "a secret of some unit"

    @router.post("/ratings")
    async def rate(asker: Annotated[Asker, allow(Role.KIOSK)]) -> str:
        asker.require("H09.05")
        return asker.subject

    return router


def make_app(written: list[str] | None = None, **options: Any) -> FastAPI:
    app = FastAPI()
    app.include_router(make_router([] if written is None else written), prefix="/v1")
    check_requests(app)
    authenticate_with(app, Authenticator(Tokens(ISSUER.keys(), lambda: NOON), **({"devices": enrolled} | options)))
    install(app)
    return app


def over(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://round/v1")


@pytest.fixture
def written() -> list[str]:
    return []


@pytest.fixture
async def http(written: list[str]) -> AsyncIterator[AsyncClient]:
    async with over(make_app(written)) as client:
        yield client


def bearer(*rights: str, subject: str = "lan") -> dict[str, str]:
    token = ISSUER.mint(subject, rights, timedelta(minutes=5), NOON)
    return {"Authorization": f"Bearer {token}"}


async def test_a_public_page_asks_for_nothing_and_looks_at_no_token(http: AsyncClient) -> None:
    assert (await http.get("/ranking")).json() == "everybody"
    assert (await http.get("/visitors", headers={"Authorization": "Bearer rubbish"})).json() == ""


GUARDED = [
    ("GET", "/me"),
    ("GET", "/units/H09.05/claims"),
    ("POST", "/claims"),
    ("GET", "/units"),
    ("POST", "/ratings"),
]


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic bGFuOng="}, {"Authorization": "Bearer"}])
async def test_without_a_token_no_request_passes_a_guarded_door(
    http: AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    response = await http.request(method, path, headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_wrong_token_is_refused_with_its_own_code(http: AsyncClient) -> None:
    response = await http.get("/me", headers={"Authorization": "Bearer a.b.c"})
    assert (response.status_code, response.json()["code"]) == (401, "token-malformed")


async def test_any_signed_in_account_may_ask_who_it_is(http: AsyncClient) -> None:
    assert (await http.get("/me", headers=bearer())).json() == "lan"


@pytest.mark.parametrize(
    ("right", "status"),
    [
        ("unit@H09.05", 200),
        ("office@H09.05", 200),
        ("office@H09", 200),
        ("unit@H09", 403),
        ("unit@H09.06", 403),
        ("unit@H09.05.01", 403),
        ("office@H10", 403),
        ("auditor@H09.05", 403),
        ("kiosk@H09.05", 403),
    ],
)
async def test_the_node_in_the_path_decides_who_comes_in(http: AsyncClient, right: str, status: int) -> None:
    response = await http.get("/units/H09.05/claims", headers=bearer(right))
    assert response.status_code == status
    if status == 403:
        told = response.json()
        assert told["code"] == "forbidden"
        assert told["detail"].endswith("cần quyền office@H09.05 hoặc unit@H09.05.")
        assert told["detail_en"].endswith("it needs office@H09.05 or unit@H09.05.")


async def test_the_node_in_the_body_is_checked_before_anything_is_written(
    http: AsyncClient, written: list[str]
) -> None:
    own = await http.post("/claims", json={"unit": "H09.05", "points": 4}, headers=bearer("unit@H09.05"))
    sibling = await http.post("/claims", json={"unit": "H09.06", "points": 4}, headers=bearer("unit@H09.05"))
    assert (own.status_code, sibling.status_code, written) == (201, 403, ["H09.05"])
    assert sibling.json()["detail_en"] == "You have no right to do this here; it needs unit."


async def test_who_lacks_the_role_altogether_learns_nothing_about_the_body(http: AsyncClient) -> None:
    response = await http.post("/claims", json={"points": "x"}, headers=bearer("auditor@H09"))
    assert response.status_code == 403


async def test_a_list_shows_what_the_asker_may_see(http: AsyncClient) -> None:
    assert (await http.get("/units", headers=bearer("office@H09"))).json() == ["H09.05", "H09.06"]
    assert (await http.get("/units", headers=bearer("office@H11"))).json() == []


async def test_a_handler_that_forgets_to_check_the_node_answers_nothing(http: AsyncClient) -> None:
    response = await http.get("/forgetful", headers=bearer("office@H09"))
    assert (response.status_code, response.json()["code"]) == (500, "internal-error")
    assert "secret" not in response.text


async def test_an_enrolled_kiosk_comes_in_with_its_own_secret(http: AsyncClient) -> None:
    response = await http.post("/ratings", headers={"Authorization": f"Bearer {SECRET}"})
    assert (response.status_code, response.json()) == (200, "kiosk-5")


async def test_a_kiosk_that_is_not_enrolled_is_refused(http: AsyncClient) -> None:
    response = await http.post("/ratings", headers={"Authorization": f"Bearer {SECRET}x"})
    assert (response.status_code, response.json()["code"]) == (401, "device-unknown")


async def test_a_service_that_knows_no_kiosks_takes_none() -> None:
    async with over(make_app(devices=None)) as client:
        response = await client.post("/ratings", headers={"Authorization": f"Bearer {SECRET}"})
    assert (response.status_code, response.json()["code"]) == (401, "device-unknown")


async def test_openapi_tells_which_routes_want_a_token_and_how_they_refuse(http: AsyncClient) -> None:
    document = (await http.get("http://round/openapi.json")).json()
    guarded = document["paths"]["/v1/units/{unit}/claims"]["get"]
    assert guarded["security"] == [{"bearer": []}]
    assert set(guarded["responses"]) == {"200", "401", "403", "422", "default"}
    assert "security" not in document["paths"]["/v1/ranking"]["get"]
    assert set(document["paths"]["/v1/ranking"]["get"]["responses"]) == {"200", "default"}
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_route_is_listed_with_its_rule() -> None:
    rules = {(ruled.methods, ruled.path): ruled.rule for ruled in access_rules(make_app())}
    office = AccessRule(Audience.ROLES, frozenset({Role.OFFICE}))
    assert rules[("GET",), "/v1/ranking"] == AccessRule(Audience.PUBLIC)
    assert rules[("GET",), "/v1/me"] == AccessRule(Audience.SIGNED_IN)
    assert rules[("GET",), "/v1/units"] == office
    assert rules[("GET",), "/v1/units/{unit}/claims"] == AccessRule(
        Audience.ROLES, frozenset({Role.UNIT, Role.OFFICE}), at="unit"
    )
    assert None not in rules.values()


def test_a_route_without_a_rule_is_found_wherever_it_hides() -> None:
    app, inner, router = make_app(), FastAPI(openapi_url=None), APIRouter()

    @app.get("/open")
    async def at_the_app() -> None: ...

    @router.get("/forgotten")
    async def in_a_router() -> None: ...

    @inner.get("/deep")
    async def in_a_mounted_app() -> None: ...

    app.include_router(router, prefix="/late")
    app.mount("/survey", inner)
    forgotten = {ruled.path for ruled in access_rules(app) if ruled.rule is None}
    assert forgotten == {"/open", "/late/forgotten", "/survey/deep"}


def test_a_rule_may_stand_at_the_router() -> None:
    app = FastAPI(openapi_url=None)
    router = APIRouter(dependencies=[signed_in])

    @router.get("/a")
    async def somewhere() -> None: ...

    app.include_router(router)
    assert [ruled.rule for ruled in access_rules(app)] == [AccessRule(Audience.SIGNED_IN)]


def test_two_rules_at_one_route_are_one_too_many() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/x", dependencies=[public])
    async def both(asker: Annotated[Asker, signed_in]) -> None: ...

    with pytest.raises(ValueError, match="/x declares 2 access rules"):
        access_rule_of(app.routes[-1])


def test_a_rule_cannot_name_a_parameter_that_the_path_does_not_have() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/x/{unit_id}", dependencies=[allow(Role.UNIT, at="unit")])
    async def misnamed(unit_id: str) -> None: ...

    with pytest.raises(ValueError, match="has no parameter 'unit'"):
        access_rule_of(app.routes[-1])


def test_a_rule_without_a_role_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        allow()
