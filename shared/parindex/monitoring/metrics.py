"""Prometheus metrics: requests, the log, position, lag and stalls of each consumer, dead letters.

There is one registry per service, because the embedded mode runs several services in one process.
"""

import time
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.auth.fastapi import nearby
from parindex.eventstore.log import Log
from parindex.monitoring.log_metrics import Look, Measures, nothing_more

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_ROUTE = "(none)"  # for unknown addresses: clients can invent them, so they get no labels of their own


class Metrics:
    """The metrics of one service in one process."""

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
        self._measures = Measures(service)
        self.registry.register(self._measures)
        self._service = service
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = method, route, status
        if key not in self._answered:  # a lookup by labels costs as much as the counting
            count = self._requests.labels(self._service, method, route, str(status))
            self._answered[key] = count, self._seconds.labels(self._service, method, route)
        count, duration = self._answered[key]
        count.inc()
        duration.observe(seconds)

    async def scrape(self, log: Log, look: Look = nothing_more) -> bytes:
        """Measure, and return all metrics in Prometheus's text format."""
        await self._measures.take(log, look)
        return generate_latest(self.registry)


class MeterRequests:
    """ASGI middleware: counts and times each request by the route that answered it."""

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


def metrics_routes(metrics: Metrics, log: Log, look: Look = nothing_more, to: Any = nearby) -> APIRouter:
    """Serve `/metrics`, which contains amounts and no data. A bus process has no sign-in, so it uses `to=public`."""
    router = APIRouter(tags=["health"], dependencies=[to])

    @router.get("/metrics", response_class=PlainTextResponse)
    async def scrape() -> Response:
        """Số đo cho Prometheus. Metrics for Prometheus."""
        return Response(await metrics.scrape(log, look), media_type=CONTENT_TYPE_LATEST)

    return router
