"""Spans leave over real HTTP where a collector is named; one that is away or hangs costs spans, and nothing else."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from parindex.hosting.databases import settings_in
from parindex.hosting.http_process import create_service_app
from parindex.hosting.server import listening
from parindex.hosting.settings import Settings
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.collector import Collector, collecting
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, NOON, home_of, signed_in
from parindex.testing.toy import MIGRATIONS, SERVICE
from parindex.tracing.exporting import LAST_WORDS_S, is_wanted, open_tracing
from parindex_cli.local.gateway import new_gateway

pytestmark = pytest.mark.slow

SPANS = [f"process-{n}" for n in range(3)]
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""What OpenTelemetry itself reads."""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[[Collector], None]:
    def tell(collector: Collector) -> None:
        for name, value in collector.environment.items():
            monkeypatch.setenv(name, value)

    return tell


def exporters() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("Otel")]


async def ended(threads: list[threading.Thread]) -> None:
    for thread in threads:
        await asyncio.to_thread(thread.join, 30)


async def test_spans_arrive_at_the_collector_under_the_services_name(told: Callable[[Collector], None]) -> None:
    async with collecting() as collector:
        told(collector)
        async with open_tracing("survey") as tracing:
            assert tracing is not None
            for name in SPANS:
                tracing.request(name, "").end()
    assert sorted((service, span.name) for service, span in collector.spans()) == [("survey", name) for name in SPANS]
    assert exporters() == []


@pytest.mark.parametrize(
    "off",
    [
        {},
        {ENDPOINT: ""},
        {ENDPOINT: "http://collector:4318", "OTEL_SDK_DISABLED": "true"},
        {ENDPOINT: "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
async def test_without_a_collector_there_is_no_tracing_and_no_thread(off: dict[str, str]) -> None:
    assert not is_wanted(off)
    async with open_tracing("survey", off) as tracing:
        assert (tracing, exporters()) == (None, [])


def test_a_process_that_does_not_trace_does_not_even_load_the_sdk() -> None:
    script = "import sys, assessment.app, survey.worker, parindex_cli.local.embedded as _; "
    script += "assert not [name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'requests'))]"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_a_setting_that_makes_no_sense_keeps_no_service_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")
    async with open_tracing("survey") as tracing:
        assert (tracing, exporters()) == (None, [])


@pytest.fixture
async def settings(database: Databases, tmp_path: Path) -> Settings:
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(ISSUER.jwks()))
    home = await home_of(database, SERVICE, MIGRATIONS)
    return settings_in(home).model_copy(update={"issuer": ISSUER.url, "jwks_file": keys})


@asynccontextmanager
async def pizzeria(settings: Settings, last_words: float = LAST_WORDS_S) -> AsyncIterator[httpx.AsyncClient]:
    """The HTTP process's own app, opened as by its server, with a client that has signed in."""
    trace = partial(open_tracing, last_words=last_words)
    app, fan = create_service_app(SERVICE, settings, lambda: NOON, trace), signed_in("pizza-fan", "office@H09")
    transport = httpx.ASGITransport(app)
    async with app.open(), httpx.AsyncClient(transport=transport, base_url="http://toy", headers=fan) as http:
        yield http


async def order(http: httpx.AsyncClient, count: int) -> list[int]:
    """Order in many shops, and return the log positions of the receipts."""
    paths = [f"/v1/shops/H09.{n:02}/orders" for n in range(count)]
    answers = [await http.post(path, json={"count": 1}) for path in paths]
    return [answer.json()["position"] for answer in answers]


async def test_an_http_process_tells_of_a_request_and_names_it_as_its_facts_do(
    settings: Settings, told: Callable[[Collector], None]
) -> None:
    async with collecting() as collector:
        told(collector)
        async with pizzeria(settings) as http:
            answer = await http.post("/v1/shops/H09.05/orders?phone=0912345678", json={"count": 1})
    [(service, span)] = collector.spans()
    assert (service, span.name) == ("toy", "POST /v1/shops/{shop}/orders")
    assert answer.headers["x-correlation-id"] == f"{span.trace_id.hex()}-{span.span_id.hex()}"
    assert b"0912345678" not in b"".join(collector.raw)


async def test_a_collector_that_hangs_stops_no_request_and_no_process(
    settings: Settings, told: Callable[[Collector], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "4")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2")
    async with collecting(hangs=True) as collector:
        told(collector)
        async with pizzeria(settings, last_words=0.1) as http:
            assert await order(http, 2) == [1, 2]
            await collector.asked.wait()
            assert await order(http, 20) == list(range(3, 23))
        assert not collector.open.is_set()  # the process has ended, without an answer yet
        threads = exporters()
    await ended(threads)


async def test_a_collector_that_is_away_stops_no_request_and_no_process(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    [port] = free_ports(1)
    for name, value in {**Collector(f"http://127.0.0.1:{port}").environment, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}.items():
        monkeypatch.setenv(name, value)
    async with pizzeria(settings, last_words=0.1) as http:
        assert await order(http, 20) == list(range(1, 21))
    await ended(exporters())


async def test_the_framework_exports_nothing_by_itself(
    told: Callable[[Collector], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")  # which would export the requested addresses
    async with collecting() as collector:
        told(collector)
        async with listening(new_gateway()) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
            await http.get("/people?phone=0912345678")
    assert collector.raw == []
