"""Every bus process keeps the projections, relays, consumes and runs the service's own loops, the same way."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp

from parindex.auth import public
from parindex.bus.buses import Intake, Publisher
from parindex.bus.consumer import Consumer
from parindex.bus.consuming import ConsumerRunner
from parindex.bus.feed import FeedBus, FeedClient
from parindex.bus.rabbit_consuming import RabbitIntake
from parindex.bus.rabbit_publishing import RabbitPublisher
from parindex.bus.relay import Relay
from parindex.eventstore.projecting import Projector
from parindex.eventstore.readers import ReaderStatus
from parindex.http import problems
from parindex.instant import utc_now
from parindex.running.doorway import Doorway
from parindex.running.handling import watched
from parindex.running.health import Check, Trouble, health_routes
from parindex.running.lag import Lag
from parindex.running.listening import serve, stop_asked
from parindex.running.log_checks import log_checks
from parindex.running.logs import configure_logs
from parindex.running.measures import Work
from parindex.running.metrics import Metrics, metrics_routes
from parindex.running.resources import Clock, Resources, open_resources
from parindex.running.service_tokens import open_clients
from parindex.running.settings import BusKind, Settings
from parindex.running.stillness import Stillness, Tolerance, dead_or_slow
from parindex.running.supervising import Job, Supervisor
from parindex.service import Service, World
from parindex.tracing.exporting import open_tracing
from parindex.tracing.messages import TracedPublisher, traced
from parindex.tracing.requests import SILENT
from parindex.tracing.spans import Tracing


@dataclass(frozen=True, slots=True)
class Bus:
    """How this process hears of other services, and tells (None: they read its feed themselves)."""

    intake: Intake
    feeds: FeedClient
    publisher: Publisher | None = None
    lag: Lag = field(default_factory=lambda: Lag({}))

    @property
    def system(self) -> str:
        """What carries the messages, as OpenTelemetry calls it."""
        return "rabbitmq" if self.publisher else "parindex_feed"

    def traced_publisher(self, tracing: Tracing | None) -> Publisher | None:
        """The publisher, in the traces, if there are any."""
        return TracedPublisher(self.publisher, tracing, self.system) if self.publisher and tracing else self.publisher


class Workshop:
    """Everything that works behind a service's doors. `run` it until cancelled."""

    def __init__(self, resources: Resources, bus: Bus, tracing: Tracing | None = None) -> None:
        service, world, engine = resources.service, resources.world, resources.engine
        self._service = service
        self._partitions = world.log.partitions
        self._lag = bus.lag
        self._stillness = Stillness()
        self.tolerance = Tolerance()  # of readers, when somebody asks whether all is well; may be changed meanwhile
        self._sizes = {consumer.name: Counter[int]() for consumer in service.consumers}
        self._projector = Projector(world.log, engine, service.projections)
        self.runners = {
            consumer.name: ConsumerRunner(
                self._seen(consumer, bus, tracing), world.log, engine, bus.intake, bus.feeds, now=world.now
            )
            for consumer in service.consumers
        }
        self._relay = Relay(world.log, publisher) if (publisher := bus.traced_publisher(tracing)) else None
        self._supervisor = Supervisor([*self._jobs(), *(_job(task, world) for task in service.tasks)])

    async def run(self) -> None:
        """Work for ever."""
        await self._supervisor.run()

    async def readers(self) -> Sequence[ReaderStatus]:
        """Say how each projection and consumer is doing."""
        found = await self._projector.status()
        for runner in self.runners.values():
            found += await runner.status()
        return await self._lag.told(found, self._partitions)

    async def work(self) -> Work:
        """Say what the metrics want to know."""
        statuses = await self.readers()
        return Work(statuses, self._stillness.seconds(statuses), self._sizes)

    def checks(self) -> list[Check]:
        """What has to be well for this process to count as ready."""
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
        return dead_or_slow(work.statuses, work.still, self.tolerance)

    def _seen(self, consumer: Consumer, bus: Bus, tracing: Tracing | None) -> Consumer:
        seen = watched(consumer, self._sizes[consumer.name])
        return traced(seen, tracing, bus.system) if tracing else seen


def run_worker(service: Service, settings: Settings) -> None:
    """Be a bus process until SIGTERM or Ctrl-C."""
    configure_logs(settings.log_level, service.name)
    uvloop.run(_run(create_worker_app(service, settings), settings))


def create_worker_app(service: Service, settings: Settings, now: Clock = utc_now) -> Doorway:
    """Make a bus process as an app: its lifespan does the work, its doors are health and metrics alone."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[ASGIApp]:
        async with (
            open_resources(service, settings, now) as resources,
            open_bus(service, settings) as bus,
            open_tracing(service.name) as tracing,
            working(Workshop(resources, bus, tracing)) as workshop,
        ):
            yield _doors(resources, workshop)

    return Doorway(service.name, opened)


@asynccontextmanager
async def open_bus(service: Service, settings: Settings) -> AsyncIterator[Bus]:
    """Open the bus that the settings name; RabbitMQ may be away now, and come."""
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(open_clients(settings))
        feeds, lag = FeedClient(clients), Lag(clients)
        if settings.bus is BusKind.FEED:
            yield Bus(FeedBus(feeds), feeds, lag=lag)
            return
        urls = settings.amqp_url.split(",")
        intake = await stack.enter_async_context(RabbitIntake(urls, key=settings.bus_secret))
        publisher = await stack.enter_async_context(RabbitPublisher(urls, service.name, key=settings.bus_secret))
        yield Bus(intake, feeds, publisher, lag)


@asynccontextmanager
async def working(workshop: Workshop) -> AsyncIterator[Workshop]:
    """Let a workshop work beside what is done here."""
    task = asyncio.create_task(workshop.run(), name="workshop")
    try:
        yield workshop
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _run(app: Doorway, settings: Settings) -> None:
    if settings.health_port:
        await serve(app, settings.health_host, settings.health_port)
        return
    async with app.open():
        await stop_asked()


def _doors(resources: Resources, workshop: Workshop) -> FastAPI:
    service, log = resources.service, resources.log
    title = f"{service.title}: bus"
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None, telemetry=SILENT)
    app.include_router(health_routes(service.name, [*log_checks(log, service.name), *workshop.checks()]))
    app.include_router(metrics_routes(Metrics(service.name), log, workshop.work, to=public))
    problems.install(app)
    return app


def _job(task: Callable[[World], Awaitable[None]], world: World) -> Job:
    return Job(getattr(task, "__name__", "task"), lambda: task(world))
