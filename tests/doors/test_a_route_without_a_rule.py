"""A service with a route without an access rule does not start, so no test of the route passes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from fastapi import APIRouter

from parindex.auth.fastapi import RuleMissingError, access_rules
from parindex.hosting.databases import settings_in
from parindex.hosting.http_process import service_app
from parindex.hosting.resources import open_resources
from parindex.http.fast_path import FastRoute
from parindex.service import ServiceContext
from parindex.testing.postgres import Databases
from parindex.testing.serving import home_of, served
from parindex.testing.toy import MIGRATIONS, SERVICE, routes


def with_a_forgotten_door(context: ServiceContext) -> Sequence[APIRouter]:
    router = APIRouter()

    @router.get("/v1/secrets")
    async def secrets() -> str:
        return "of some unit"

    return [*routes(context), router]


FORGETFUL = replace(SERVICE, routes=with_a_forgotten_door)


async def test_a_service_with_such_a_route_does_not_start(database: Databases) -> None:
    with pytest.raises(RuleMissingError, match=r"^/v1/secrets$"):
        async with served(database, FORGETFUL, migrations=MIGRATIONS):
            pytest.fail("it started")


async def test_the_matrix_would_see_it_too(database: Databases) -> None:
    home = await home_of(database, FORGETFUL, MIGRATIONS)
    async with open_resources(FORGETFUL, settings_in(home), lambda: NotImplemented) as resources:
        app = service_app(FORGETFUL, resources.context, resources.settings)
        assert [route.path for route in access_rules(app) if route.rule is None] == ["/v1/secrets"]


def test_a_busy_route_without_a_rule_can_not_even_be_made() -> None:
    async def press() -> str:
        return ""

    router = APIRouter()
    with pytest.raises(ValueError, match="declares no access rule"):
        router.add_api_route("/v1/presses", press, methods=["POST"], route_class_override=FastRoute)
