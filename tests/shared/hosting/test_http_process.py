"""Every HTTP process starts, reports its health, and stops in the same way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from parindex.auth.fastapi import access_rules
from parindex.bus.handler_context import encode_envelope
from parindex.bus.message import Envelope
from parindex.eventstore.projecting import Projector
from parindex.hosting.databases import DatabaseUrls, plan_of, settings_in
from parindex.hosting.http_process import create_service_app
from parindex.hosting.migrations import upgrade
from parindex.hosting.server import listening
from parindex.http.problems import Problem
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served
from parindex.testing.toy import MIGRATIONS, SERVICE


@pytest.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy:
        yield toy


@asynccontextmanager
async def started(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Run an app's lifespan as a server does, and yield a client."""
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    lifespan = asyncio.ensure_future(app({"type": "lifespan"}, told.get, heard.put))
    told.put_nowait({"type": "lifespan.startup"})
    assert (await heard.get())["type"] == "lifespan.startup.complete"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://toy") as http:
        yield http
    told.put_nowait({"type": "lifespan.shutdown"})
    assert (await heard.get())["type"] == "lifespan.shutdown.complete"
    await lifespan


async def health(http: httpx.AsyncClient) -> tuple[int, dict[str, Any]]:
    answer = await http.get("/health/ready")
    return answer.status_code, answer.json()


async def ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while (await health(http))[0] != 200:  # noqa: ASYNC110  # health is visible only by polling
            await asyncio.sleep(0.05)


async def test_a_service_with_its_database_is_ready(toy: Served) -> None:
    async with toy.http() as http:
        assert await health(http) == (
            200,
            {
                "service": "toy",
                "ready": True,
                "checks": [{"name": name, "ok": True, "code": "", "vi": "", "en": ""} for name in ("toy", "contracts")],
            },
        )


async def test_a_process_whose_database_is_missing_lives_and_names_it(postgres: EmbeddedPostgres) -> None:
    urls = DatabaseUrls(postgres.url("nowhere"), postgres.url("nowhere"))
    async with started(create_service_app(SERVICE, settings_in(urls))) as http:
        assert (await http.get("/health/live")).status_code == 200
        status, found = await health(http)
        assert (status, found["ready"]) == (503, False)
        assert [check["en"] for check in found["checks"]] == ["The server has no database for toy."]
        assert [check["vi"] for check in found["checks"]] == ["Máy chủ không có cơ sở dữ liệu của toy."]


async def test_a_database_without_tables_asks_for_the_migration(database: Databases) -> None:
    url = (await database()).url
    async with started(create_service_app(SERVICE, settings_in(DatabaseUrls(url, url)))) as http:
        _, found = await health(http)
        assert "parindex migrate toy" in found["checks"][0]["vi"]


async def test_until_it_is_open_every_other_address_says_try_again(database: Databases) -> None:
    url = (await database()).url
    async with started(create_service_app(SERVICE, settings_in(DatabaseUrls(url, url)))) as http:
        answer = await http.post("/v1/shops/H09/orders", json={"count": 1})
        assert (answer.status_code, answer.json()["code"]) == (503, "not-open-yet")
        assert answer.headers["retry-after"]


async def test_until_it_is_open_a_person_at_a_browser_gets_a_page(database: Databases) -> None:
    def show(_: Request, problem: Problem) -> Response:
        return Response(problem.detail, problem.status, media_type="text/html")

    url = (await database()).url
    with_pages = replace(SERVICE, problem_page=show)
    async with started(create_service_app(with_pages, settings_in(DatabaseUrls(url, url)))) as http:
        answer = await http.get("/rounds/r-2026")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert "đang khởi động" in answer.text
        assert (await http.get("/health/ready")).headers["content-type"] == "application/json"


async def test_a_service_opens_by_itself_when_its_database_comes(database: Databases) -> None:
    url = (await database()).url
    async with started(create_service_app(SERVICE, settings_in(DatabaseUrls(url, url)))) as http:
        assert (await health(http))[0] == 503
        await upgrade(plan_of("toy", DatabaseUrls(url, url), lambda _: MIGRATIONS))
        await ready(http)
        assert (await http.get("/v1/shops/H09/orders")).json() == {"shop": "H09", "count": 0}


async def test_readiness_is_lost_and_found_with_the_database_server(own_postgres: EmbeddedPostgres) -> None:
    await own_postgres.ensure_database("toy")
    urls = DatabaseUrls(own_postgres.url("toy"), own_postgres.url("toy"))
    await upgrade(plan_of("toy", urls, lambda _: MIGRATIONS))
    async with started(create_service_app(SERVICE, settings_in(urls))) as http:
        assert (await health(http))[0] == 200
        await asyncio.to_thread(own_postgres.kill)
        status, found = await health(http)
        assert (status, found["checks"][0]["en"]) == (503, "The database of toy can't be reached.")
        await asyncio.to_thread(own_postgres.start)
        await ready(http)


async def test_a_mistake_in_a_service_ends_the_start(database: Databases) -> None:
    def broken(_: object) -> list[Any]:
        raise TypeError("no routes today")

    url = (await database()).url
    urls = DatabaseUrls(url, url)
    await upgrade(plan_of("toy", urls, lambda _: MIGRATIONS))
    app = create_service_app(type(SERVICE)(SERVICE.name, SERVICE.title, SERVICE.types, broken), settings_in(urls))
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    told.put_nowait({"type": "lifespan.startup"})
    await app({"type": "lifespan"}, told.get, heard.put)
    assert heard.get_nowait() == {"type": "lifespan.startup.failed", "message": "TypeError('no routes today')"}


async def test_metrics_tell_requests_the_log_and_each_readers_lag(toy: Served) -> None:
    async with toy.http("pizza-fan", "office@H09") as http:
        for shop in ("H09.05", "H09.06"):
            await http.post(f"/v1/shops/{shop}/orders", json={"count": 1})
        await http.post("/v1/shops/H10/orders", json={"count": 1})
        await http.get("/no/such/address")
        projector = Projector(toy.log, toy.resources.engine, SERVICE.projections)
        await projector.prepare()
        found = measures((await http.get("/metrics")).text)
    route, reader = "/v1/shops/{shop}/orders", "projection:pizza_orders:1"
    assert found["parindex_http_requests_total", ("POST", route, "toy", "201")] == 2
    assert found["parindex_http_requests_total", ("POST", route, "toy", "403")] == 1
    assert found["parindex_http_requests_total", ("GET", "(none)", "toy", "404")] == 1
    assert found["parindex_log_position", ("toy",)] == 2
    assert found["parindex_reader_lag", ("0", reader, "toy", "toy")] == 2


async def test_two_services_in_one_process_keep_their_figures_apart(database: Databases) -> None:
    async with (
        served(database, SERVICE, migrations=MIGRATIONS) as one,
        served(database, SERVICE, migrations=MIGRATIONS) as two,
        one.http() as ask_one,
        two.http() as ask_two,
    ):
        await ask_one.get("/v1/shops/H09/orders")
        told = measures((await ask_two.get("/metrics")).text)
        assert not [name for name, _ in told if name == "parindex_http_requests_total"]


async def test_a_body_over_the_limit_is_refused_before_anything_else(toy: Served) -> None:
    async with toy.http("pizza-fan", "office@H09") as http:
        answer = await http.post("/v1/shops/H09/orders", content=b" " * (toy.resources.settings.largest_body + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


async def test_every_door_of_a_service_has_an_access_rule(toy: Served) -> None:
    assert [route for route in access_rules(toy.app) if route.rule is None] == []


async def test_the_document_tells_how_to_sign_in_and_what_may_go_wrong(toy: Served) -> None:
    async with toy.http() as http:
        document = (await http.get("/openapi.json")).json()
    order = document["paths"]["/v1/shops/{shop}/orders"]["post"]
    assert order["security"] == [{"bearer": []}, {"sign-in": []}]
    assert document["components"]["securitySchemes"]["sign-in"]["flows"]["password"]["tokenUrl"] == "/sign-in/token"
    assert {"201", "401", "403", "409", "412", "422"} <= set(order["responses"])
    assert "ETag" in order["responses"]["201"]["headers"]
    assert order["x-rights"]
    assert document["paths"]["/v1/shops/{shop}/orders"]["get"]["security"] == []


async def test_the_office_sees_no_parked_contract_of_another_authority(toy: Served) -> None:
    statement = "INSERT INTO parked VALUES ('r:1', 'elsewhere', 0, $1, 's-1', $2, 'boom')"
    for position, authority in enumerate(("H09", "H10"), start=1):
        await toy.log.pool.execute(statement, position, parked_envelope(position, authority))
    async with toy.http("so-noi-vu", "office@H09") as office, toy.http("scoring", "service@services") as service:
        assert [row["authority"] for row in (await office.get("/v1/parked")).json()] == ["H09"]
        assert [row["authority"] for row in (await service.get("/v1/parked")).json()] == ["H09", "H10"]


async def test_no_other_role_sees_what_is_parked(toy: Served) -> None:
    async with toy.http("a-unit", "unit@H09") as unit, toy.http() as citizen:
        assert (await unit.get("/v1/parked")).status_code == 403
        assert (await citizen.get("/v1/parked")).status_code == 401


@pytest.mark.browser
async def test_the_document_page_shows_itself_without_any_network(toy: Served, browser: webdriver.Chrome) -> None:
    async with listening(toy.app) as base:
        await asyncio.to_thread(browser.get, f"{base}/docs")
        await asyncio.to_thread(
            WebDriverWait(browser, 20).until, lambda page: page.find_elements(By.CSS_SELECTOR, ".opblock")
        )
        loaded = browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in loaded if not name.startswith(base)] == []
    assert "Authorize" in browser.page_source


def measures(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def parked_envelope(position: int, authority: str) -> bytes:
    return encode_envelope(
        Envelope(
            id=f"elsewhere/{position}", source="elsewhere", type="survey.tally-updated.v1", subject="s-1",
            time="2026-07-01T12:00:00.000000Z", position=position, authority=authority, correlationid="c",
            data=msgspec.Raw(b"{}"),
        )
    )  # fmt: skip


async def test_head_is_answered_as_get_is_while_the_database_is_missing(postgres: EmbeddedPostgres) -> None:
    urls = DatabaseUrls(postgres.url("nowhere"), postgres.url("nowhere"))
    async with started(create_service_app(SERVICE, settings_in(urls))) as http:
        for path, status in (("/health/live", 200), ("/health/ready", 503), ("/v1/ovens", 503), ("/", 503)):
            get, head = await http.get(path), await http.head(path)
            assert (get.status_code, head.status_code, head.content) == (status, status, b""), path
            assert head.headers["Content-Length"] == get.headers["Content-Length"]
            assert head.headers.get("Retry-After") == get.headers.get("Retry-After")
