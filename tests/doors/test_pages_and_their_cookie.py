"""Every route there is, walked with the wrong kind of proof: a cookie opens no API route, and a header no page."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from tests.doors.test_every_route_by_every_role import as_cookie, bearer, filled, from_address, plain

from parindex.auth import Role
from parindex.auth.access import AccessRule, Audience
from parindex.auth.fastapi import access_rules
from parindex.auth.principal import Right
from parindex.http.reading import BODILESS
from parindex.http.route_table import BodyForm, table_of
from parindex.testing.postgres import Databases
from parindex_cli.local.embedded import System
from parindex_cli.testing.embedded import system_over

OURS = {"Sec-Fetch-Site": "same-origin"}


def routes(system: System, *, page: bool) -> Iterator[tuple[str, str, AccessRule]]:
    for route in access_rules(system.app):
        for method in sorted(route.methods):
            if route.rule and route.rule.page is page:
                yield method, filled(plain(route.path)), route.rule


def takes_files(system: System) -> Iterator[tuple[str, str]]:
    """Yield the forms with files: a browser does not send those again after a renewal."""
    for mount in system.app.routes:
        if isinstance(mount, Mount) and isinstance(mount.app, FastAPI):
            for taken in table_of(mount.app).routes:
                if taken.form is BodyForm.FILES:
                    yield "POST", filled(plain(mount.path + getattr(taken.route, "path", "")))


@pytest.fixture
def proof(embedded_system: System) -> dict[str, str]:
    """An account with every right that a token can have."""
    rights = [f"{role}@H10.01" for role in Role if Right(role, "H10.01").may_be_granted]
    return bearer(embedded_system.token("lan", *rights))


async def status_of(system: System, address: str, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    async with from_address(system, address) as http:
        return await http.request(method, path, headers=headers)


async def test_the_cookie_opens_no_api_route(embedded_system: System, proof: dict[str, str]) -> None:
    seen = 0
    for number, (method, path, rule) in enumerate(routes(embedded_system, page=False)):
        if rule.audience in {Audience.PUBLIC, Audience.NEARBY}:
            continue
        answer = await status_of(embedded_system, f"10.1.0.{number}", method, path, as_cookie(proof))
        assert answer.status_code == 401, (method, path)
        seen += 1
    assert seen > 60


async def test_the_header_opens_no_page(embedded_system: System, proof: dict[str, str]) -> None:
    seen, files = 0, set(takes_files(embedded_system))
    for number, (method, path, rule) in enumerate(routes(embedded_system, page=True)):
        if rule.audience is Audience.PUBLIC:
            continue
        answer = await status_of(embedded_system, f"10.2.0.{number}", method, path, proof | OURS)
        status = 303 if method in BODILESS else 307
        expected = (401, None) if (method, path) in files else (status, f"/sign-in/renew?next={path}")
        assert (answer.status_code, answer.headers.get("Location")) == expected, (method, path)
        seen += 1
    assert seen >= 3


async def test_every_page_that_writes_asks_where_the_request_comes_from(
    embedded_system: System, proof: dict[str, str]
) -> None:
    seen = 0
    for number, (method, path, _) in enumerate(routes(embedded_system, page=True)):
        if method in BODILESS:
            continue
        for forged in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}):
            headers = {"Cookie": as_cookie(proof)["Cookie"], "Accept": "application/json"} | forged
            answer = await status_of(embedded_system, f"10.3.0.{number}", method, path, headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "not-same-origin"), (method, path, forged)
        seen += 1
    assert seen >= 3


async def test_what_a_person_writes_through_is_a_page_and_what_openapi_describes_is_none(
    database: Databases,
) -> None:
    """A form of a page is sent by a browser, so its route has to be of the kind that is checked for forgery."""
    async with system_over(database, {}, rights_logged=True) as system:
        async with from_address(system, "10.4.0.1") as http:
            described = (await http.get("/sign-in/openapi.json")).json()["paths"]
        pages = {(method, path) for method, path, _ in routes(system, page=True)}
    assert {path for _, path in pages} >= {"/sign-in/sign-out-everywhere", "/sign-in/password", "/sign-in/"}
    assert not {path.removeprefix("/sign-in") for _, path in pages} & set(described)
