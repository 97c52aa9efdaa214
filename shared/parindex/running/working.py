"""Every bus process keeps the projections, relays, consumes and runs the service's own loops, the same way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp

from parindex.bus.buses import Intake, Publisher
from parindex.bus.consuming import ConsumerRunner
from parindex.bus.feed import FeedBus, FeedClient
from parindex.bus.rabbit import RabbitIntake, RabbitPublisher
from parindex.bus.relay import Relay
from parindex.eventstore.projecting import Projector
from parindex.eventstore.readers import ReaderStatus
from parindex.http import problems
from parindex.instant import utc_now
from parindex.running.doorway import Doorway
from parindex.running.health import Check, Trouble, database_check, health_routes
from parindex.running.listening import serve, stop_asked
from parindex.running.logs import configure_logs
from parindex.running.metrics import Metrics, metrics_routes
from parindex.running.resources import Clock, Resources, open_resources
from parindex.running.service_tokens import open_clients
from parindex.running.settings import BusKind, Settings
from parindex.running.supervising import Job, Supervisor
from parindex.service import Service, World


@dataclass(frozen=True, slots=True)
class Bus:
    """How this process hears of other services, and tells (None: they read its feed themselves)."""

    intake: Intake
    feeds: FeedClient
    publisher: Publisher | None = None


class Bench:
    """Everything that works behind a service's doors. `run` it until cancelled."""

    def __init__(self, resources: Resources, bus: Bus) -> None:
        service, world, engine = resources.service, resources.world, resources.engine
        self._service = service
        self._projector = Projector(world.log, engine, service.projections)
        self.runners = {
            consumer.name: ConsumerRunner(consumer, world.log, engine, bus.intake, bus.feeds, now=world.now)
            for consumer in service.consumers
        }
        self._relay = Relay(world.log, bus.publisher) if bus.publisher else None
        self._supervisor = Supervisor([*self._jobs(), *(_job(task, world) for task in service.tasks)])

    async def run(self) -> None:
        """Work for ever."""
        await self._supervisor.run()

    async def readers(self) -> Sequence[ReaderStatus]:
        """Say how each projection and consumer is doing."""
        found = await self._projector.status()
        for runner in self.runners.values():
            found += await runner.status()
        return found

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
        wrong = [
            f"{each.reader} ← {each.source}/{each.partition}: {each.error}"
            for each in await self.readers()
            if each.error
        ]
        if not wrong:
            return None
        return Trouble("Chưa đọc tiếp được: " + "; ".join(wrong), "Can't read on: " + "; ".join(wrong))


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
            working(Bench(resources, bus)) as bench,
        ):
            yield _doors(resources, bench)

    return Doorway(service.name, opened)


@asynccontextmanager
async def open_bus(service: Service, settings: Settings) -> AsyncIterator[Bus]:
    """Open the bus that the settings name; RabbitMQ may be away now, and come."""
    async with AsyncExitStack() as stack:
        feeds = FeedClient(await stack.enter_async_context(open_clients(settings)))
        if settings.bus is BusKind.FEED:
            yield Bus(FeedBus(feeds), feeds)
            return
        urls = settings.amqp_url.split(",")
        intake = await stack.enter_async_context(RabbitIntake(urls))
        publisher = await stack.enter_async_context(RabbitPublisher(urls, service.name))
        yield Bus(intake, feeds, publisher)


@asynccontextmanager
async def working(bench: Bench) -> AsyncIterator[Bench]:
    """Let a bench work beside what is done here."""
    task = asyncio.create_task(bench.run(), name="bench")
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _run(app: Doorway, settings: Settings) -> None:
    if settings.health_port:
        await serve(app, settings.health_host, settings.health_port)
        return
    async with app.open():
        await stop_asked()


def _doors(resources: Resources, bench: Bench) -> FastAPI:
    service, log = resources.service, resources.log
    app = FastAPI(title=f"{service.title}: bus", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_routes(service.name, [database_check(log, service.name), *bench.checks()]))
    app.include_router(metrics_routes(Metrics(service.name), log, bench.readers))
    problems.install(app)
    return app


def _job(task: Callable[[World], Awaitable[None]], world: World) -> Job:
    return Job(getattr(task, "__name__", "task"), lambda: task(world))
