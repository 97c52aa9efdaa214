"""The bus process of a service: it runs projections, relay, consumers and the service's own background tasks."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp

from parindex.auth.fastapi import public
from parindex.bus.consumer import Consumer
from parindex.bus.consuming import LOOK_EVERY, ConsumerRunner
from parindex.bus.feed import FeedBus, FeedClient
from parindex.bus.protocols import Feeds, Publisher, Subscriber
from parindex.bus.relay import Relay
from parindex.eventstore.checkpoints import CheckpointStatus
from parindex.eventstore.projecting import Projector
from parindex.hosting.logging import configure_logs
from parindex.hosting.resources import Resources, open_resources
from parindex.hosting.server import serve, stop_asked
from parindex.hosting.service_tokens import open_clients
from parindex.hosting.settings import BusKind, Settings
from parindex.hosting.startup import StartupGate
from parindex.hosting.supervisor import Job, Supervisor, in_background
from parindex.http import problem_handlers
from parindex.http.routes import add_routes
from parindex.instant import Clock, utc_now
from parindex.monitoring.handled import watched
from parindex.monitoring.health import Check, health_routes
from parindex.monitoring.lag import Lag
from parindex.monitoring.log_checks import log_checks
from parindex.monitoring.log_metrics import Work
from parindex.monitoring.metrics import Metrics, metrics_routes
from parindex.monitoring.stalls import StallDetector, Tolerance, dead_or_slow
from parindex.monitoring.troubles import Trouble
from parindex.service import Service, ServiceContext
from parindex.tracing.exporting import open_tracing
from parindex.tracing.messages import TracedPublisher, traced
from parindex.tracing.requests import SILENT
from parindex.tracing.spans import Tracing


@dataclass(frozen=True, slots=True)
class Bus:
    """The bus of this process: subscriber, feeds, and publisher (None: other services read this one's feed)."""

    subscriber: Subscriber
    feeds: Feeds
    publisher: Publisher | None = None
    lag: Lag = field(default_factory=lambda: Lag({}))
    look_every: float = LOOK_EVERY

    @property
    def system(self) -> str:
        """The messaging system, as OpenTelemetry names it."""
        return "rabbitmq" if self.publisher else "parindex_feed"

    def traced_publisher(self, tracing: Tracing | None) -> Publisher | None:
        """Return the publisher, with tracing if that is on."""
        return TracedPublisher(self.publisher, tracing, self.system) if self.publisher and tracing else self.publisher


class BusProcess:
    """The background workers of a service. `run` runs them until it is cancelled."""

    def __init__(self, resources: Resources, bus: Bus, tracing: Tracing | None = None) -> None:
        service, context, engine = resources.service, resources.context, resources.engine
        self._service = service
        self._partitions = context.log.partitions
        self._lag = bus.lag
        self._stalls = StallDetector()
        self.tolerance = Tolerance()  # of stalled consumers in the readiness check; it may be changed at run time
        self._sizes = {consumer.name: Counter[int]() for consumer in service.consumers}
        self._projector = Projector(context.log, engine, service.projections)
        self.runners = {
            consumer.name: ConsumerRunner(
                self._seen(consumer, bus, tracing),
                context.log,
                engine,
                bus.subscriber,
                bus.feeds,
                now=context.now,
                look_every=bus.look_every,
            )
            for consumer in service.consumers
        }
        self._relay = Relay(context.log, publisher) if (publisher := bus.traced_publisher(tracing)) else None
        self._supervisor = Supervisor([*self._jobs(), *(_job(task, context) for task in service.tasks)])

    async def run(self) -> None:
        """Run the workers until cancelled."""
        await self._supervisor.run()

    def running(self) -> AbstractAsyncContextManager[None]:
        """Run the workers in the background, until the context ends."""
        return in_background(self.run(), "bus-process")

    async def readers(self) -> Sequence[CheckpointStatus]:
        """Return the status of each projection and consumer."""
        found = await self._projector.status()
        for runner in self.runners.values():
            found += await runner.status()
        return await self._lag.measured(found, self._partitions)

    async def work(self) -> Work:
        """Return the data of the metrics."""
        statuses = await self.readers()
        return Work(statuses, self._stalls.seconds(statuses), self._sizes)

    def checks(self) -> list[Check]:
        """Return the readiness checks of this process."""
        return [*self._supervisor.checks(), Check("readers", self._look_at_readers)]

    def _jobs(self) -> list[Job]:
        jobs = [Job(f"consumer {name}", runner.run) for name, runner in self.runners.items()]
        if self._relay:
            jobs.append(Job("relay", self._relay.run))
        if self._service.projections:
            jobs.insert(0, Job("projections", self._keep_projections))
        return jobs

    async def _keep_projections(self) -> None:
        await self._projector.prepare()
        await self._projector.run()

    async def _look_at_readers(self) -> Trouble | None:
        work = await self.work()
        return dead_or_slow(work.statuses, work.stalls, self.tolerance)

    def _seen(self, consumer: Consumer, bus: Bus, tracing: Tracing | None) -> Consumer:
        seen = watched(consumer, self._sizes[consumer.name])
        return traced(seen, tracing, bus.system) if tracing else seen


def run_worker(service: Service, settings: Settings) -> None:
    """Run a bus process until SIGTERM or Ctrl-C."""
    configure_logs(settings.log_level, service.name)
    uvloop.run(_run(create_worker_app(service, settings), settings))


def create_worker_app(service: Service, settings: Settings, now: Clock = utc_now) -> StartupGate:
    """Build a bus process as an app: its lifespan runs the workers, its only routes are health and metrics."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[ASGIApp]:
        async with (
            open_resources(service, settings, now) as resources,
            open_bus(service, settings) as bus,
            open_tracing(service.name) as tracing,
        ):
            process = BusProcess(resources, bus, tracing)
            async with process.running():
                yield _app(resources, process)

    return StartupGate(service.name, opened)


@asynccontextmanager
async def open_bus(service: Service, settings: Settings) -> AsyncIterator[Bus]:
    """Open the bus that the settings name. RabbitMQ may be down: the connections retry."""
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(open_clients(settings))
        feeds, lag = FeedClient(clients), Lag(clients)
        if settings.bus is BusKind.FEED:
            yield Bus(FeedBus(feeds), feeds, lag=lag)
            return
        # the broker's client is imported where it is used: a process whose bus is the feeds starts sooner without it
        from parindex.bus.rabbit_consuming import RabbitSubscriber  # noqa: PLC0415
        from parindex.bus.rabbit_publishing import RabbitPublisher  # noqa: PLC0415

        urls = settings.amqp_url.split(",")
        subscriber = await stack.enter_async_context(RabbitSubscriber(urls, key=settings.bus_secret))
        publisher = await stack.enter_async_context(RabbitPublisher(urls, service.name, key=settings.bus_secret))
        yield Bus(subscriber, feeds, publisher, lag)


async def _run(app: StartupGate, settings: Settings) -> None:
    if settings.health_port:
        await serve(app, settings.health_host, settings.health_port)
        return
    async with app.open():
        await stop_asked()


def _app(resources: Resources, process: BusProcess) -> FastAPI:
    service, log = resources.service, resources.log
    title = f"{service.title}: bus"
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None, telemetry=SILENT)
    add_routes(app, health_routes(service.name, [*log_checks(log, service.name), *process.checks()]))
    add_routes(app, metrics_routes(Metrics(service.name), log, process.work, to=public))
    problem_handlers.install(app)
    return app


def _job(task: Callable[[ServiceContext], Awaitable[None]], context: ServiceContext) -> Job:
    return Job(getattr(task, "__name__", "task"), lambda: task(context))
