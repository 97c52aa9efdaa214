"""What Prometheus is told: requests, how long the log is, how far each reader is behind, what is parked.

One registry per service, because the embedded mode runs several in one process.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.auth import public
from parindex.eventstore.log import Log
from parindex.eventstore.readers import ReaderStatus

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_ROUTE = "(none)"  # addresses that do not exist are the caller's to invent: never a label of their own
READER = ("reader", "source", "partition")

POSITIONS = "SELECT reader, source, partition, position FROM reader_positions"
PARKED = "SELECT reader, source, partition, count(*) AS parked FROM parked GROUP BY 1, 2, 3"

Readers = Callable[[], Awaitable[Sequence[ReaderStatus]]]


class Metrics:
    """The figures of one service in one process."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "parindex_http_requests",
            "Requests answered",
            ("service", "method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "parindex_http_request_seconds", "Time to the end of the answer", ("service", "method", "route"),
            buckets=SECONDS, registry=self.registry,
        )  # fmt: skip
        self._head = Gauge("parindex_log_position", "Entries in the log", ("service",), registry=self.registry)
        self._position = self._reader_gauge("parindex_reader_position", "Position that a reader has applied")
        self._lag = self._reader_gauge("parindex_reader_lag", "Positions known to be ahead of a reader")
        self._parked = self._reader_gauge("parindex_parked_contracts", "Contracts that could not be applied yet")
        self._service = service
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = method, route, status
        if key not in self._answered:  # looking children up by their labels costs as much as counting
            count = self._requests.labels(self._service, method, route, str(status))
            self._answered[key] = count, self._seconds.labels(self._service, method, route)
        count, duration = self._answered[key]
        count.inc()
        duration.observe(seconds)

    async def scrape(self, log: Log, readers: Readers | None) -> bytes:
        """Look, and return everything in Prometheus's text format."""
        head = await log.head()
        self._head.labels(self._service).set(head)
        for gauge in (self._position, self._lag, self._parked):
            gauge.clear()
        self._read(await log.pool.fetch(POSITIONS), await log.pool.fetch(PARKED), log.origin, head)
        for status in await readers() if readers else ():
            labels = (self._service, status.reader, status.source, str(status.partition))
            self._position.labels(*labels).set(status.position)
            self._lag.labels(*labels).set(status.lag)
        return generate_latest(self.registry)

    def _read(self, positions: list[asyncpg.Record], parked: list[asyncpg.Record], origin: str, head: int) -> None:
        for row in positions:
            self._position.labels(*self._of(row)).set(row["position"])
            if row["source"] == origin:
                self._lag.labels(*self._of(row)).set(head - row["position"])
        for row in parked:
            self._parked.labels(*self._of(row)).set(row["parked"])

    def _of(self, row: asyncpg.Record) -> tuple[str, ...]:
        return (self._service, row["reader"], row["source"], str(row["partition"]))

    def _reader_gauge(self, name: str, what: str) -> Gauge:
        return Gauge(name, what, ("service", *READER), registry=self.registry)


class MeterRequests:
    """ASGI middleware: counts each request under the route that answered it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            self._metrics.answered(scope["method"], route, status, time.perf_counter() - began)


def metrics_routes(metrics: Metrics, log: Log, readers: Readers | None = None) -> APIRouter:
    """`/metrics`. It holds counts and no one's data; a gateway to the outside leaves it out."""
    router = APIRouter(tags=["health"], dependencies=[public])

    @router.get("/metrics", response_class=Response)
    async def scrape() -> Response:
        return Response(await metrics.scrape(log, readers), media_type=CONTENT_TYPE_LATEST)

    return router
