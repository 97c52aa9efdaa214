"""The HTTP process of a service: every service starts, answers health checks and stops in the same way.

def create_app() -> ASGIApp:
    return create_service_app(SERVICE, Settings())
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from fastapi import FastAPI
from starlette.types import ASGIApp

from parindex.auth.fastapi import authenticate_with
from parindex.auth.rate_limits import RateLimits
from parindex.hosting.desk_routes import desk_routes
from parindex.hosting.feed_routes import feed_routes
from parindex.hosting.parked_routes import parked_routes
from parindex.hosting.resources import open_authenticator, open_resources
from parindex.hosting.settings import Settings
from parindex.hosting.startup import StartupGate
from parindex.http import api_document, problem_handlers
from parindex.http.deadline import AnswerInTime
from parindex.http.fast_path import add_fast_path
from parindex.http.limits import FileLimit, limit_body
from parindex.http.rate_limiting import limit_rates
from parindex.http.reads import keep_reads, reads_routes
from parindex.http.refusal_pages import refusal_routes
from parindex.http.routes import add_routes
from parindex.http.vault_routes import vault_routes
from parindex.http.way_in import check_requests, takes_files
from parindex.instant import Clock, utc_now
from parindex.monitoring.health import Check, health_routes
from parindex.monitoring.history import history_routes
from parindex.monitoring.log_checks import log_checks
from parindex.monitoring.log_metrics import Look, nothing_more
from parindex.monitoring.metrics import MeterRequests, Metrics, metrics_routes
from parindex.service import Service, ServiceContext
from parindex.tracing.exporting import open_tracing
from parindex.tracing.requests import SILENT, TraceRequests
from parindex.tracing.spans import Tracing

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class InProcessWorker:
    """A bus process within this process: its checks count for readiness, and its consumers are in the metrics."""

    checks: Sequence[Check] = ()
    work: Look = nothing_more


ALONE = InProcessWorker()

OpenTracing = Callable[[str], AbstractAsyncContextManager[Tracing | None]]
"""Opens the tracing of a process, by the process's name."""


def create_service_app(
    service: Service, settings: Settings, now: Clock = utc_now, trace: OpenTracing = open_tracing
) -> StartupGate:
    """Build the app of one HTTP process. It opens the database when the server starts, and retries until it can."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[ASGIApp]:
        async with (
            open_resources(service, settings, now) as resources,
            open_authenticator(resources) as authenticator,
            trace(service.name) as tracing,
        ):
            app = service_app(service, resources.context, settings)
            if tracing:
                app.add_middleware(TraceRequests, tracing=tracing)
            authenticate_with(app, authenticator)
            yield app

    return StartupGate(service.name, opened, service.problem_page)


def service_app(
    service: Service, context: ServiceContext, settings: Settings, behind: InProcessWorker = ALONE
) -> FastAPI:
    """Build the app with all routes of a service, its steps' and the kernel's. It opens nothing.

    The caller sets the authenticator with `authenticate_with(app, …)`.
    """
    own = service.routes(context)
    steps = [api_document.step_of(router) for router in own]
    app = FastAPI(
        title=service.title,
        version=VERSION,
        description=api_document.ABOUT.format(title=service.title),
        openapi_tags=api_document.tags(steps),
        servers=api_document.servers(service.name),
        docs_url=None,
        redoc_url=None,
        telemetry=SILENT,
    )
    for router, (step, _) in zip(own, steps, strict=True):
        add_routes(app, router, [step] if step and not router.tags else [])
    if service.waiting:
        add_routes(app, desk_routes(service, context))
    app.state.problem_page = service.problem_page
    metrics = Metrics(service.name)
    add_routes(app, feed_routes(context.log))
    add_routes(app, reads_routes(context.log))
    keep_reads(app, context.log)
    add_routes(app, vault_routes(context.log))
    add_routes(app, history_routes(service, context))
    add_routes(app, parked_routes(service, context))
    add_routes(app, health_routes(service.name, [*log_checks(context.log, service.name), *behind.checks]))
    add_routes(app, refusal_routes())
    add_routes(app, metrics_routes(metrics, context.log, behind.work))
    add_routes(app, api_document.docs_routes(service.title))
    _surround(app, settings, metrics)
    return app


def _surround(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    check_requests(app)
    add_fast_path(app)
    files = FileLimit(settings.largest_file, takes_files(app))
    app.add_middleware(cast(Any, limit_body), max_bytes=settings.largest_body, silence=settings.silence, files=files)
    limit_rates(app, RateLimits(settings.rates))
    app.add_middleware(AnswerInTime, within=settings.answer_within)
    problem_handlers.install(app)
    app.add_middleware(MeterRequests, metrics=metrics)
    api_document.describe_to_programs(app, settings.token_url)
