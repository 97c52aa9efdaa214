"""The embedded system in one process: PostgreSQL from a wheel, all services behind one gateway, the feeds as the bus.

    async with embedded(Path("var/serve")) as system:
        async with system.client("so-noi-vu", "office@H09") as http:
            await http.get("/assessment/v1/rounds")

The same services, migrations, roles and messages as in many processes; only the processes are missing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI

from parindex.auth.accounts import Accounts
from parindex.auth.fastapi import authenticate_with
from parindex.auth.issuer import LocalIssuer, key_in
from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.auth.principal import SERVICE_RIGHT
from parindex.bus.consuming import LOOK_EVERY
from parindex.bus.feed import FeedBus
from parindex.bus.local_feeds import LocalFeeds
from parindex.bus.protocols import Feeds, Subscriber
from parindex.hosting.bus_process import Bus, BusProcess
from parindex.hosting.databases import DatabaseUrls, FindMigrations, make_databases, settings_in
from parindex.hosting.http_process import InProcessWorker, service_app
from parindex.hosting.migrations import migrations_of
from parindex.hosting.process_limits import collection_paused
from parindex.hosting.resources import Resources, open_authenticator, open_resources
from parindex.hosting.service_tokens import FEED_TIMEOUT, SignedIn, Token, TokenSource
from parindex.instant import Clock, utc_now
from parindex.monitoring.lag import Lag
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.service import Service, installed_services
from parindex.sign_in.app import issuer_app
from parindex.sign_in.following import registering
from parindex.sign_in.service import NAME as SIGN_IN_LOG
from parindex.sign_in.service import PACKAGE
from parindex.tracing.exporting import open_tracing
from parindex.tracing.requests import TraceRequests
from parindex.tracing.spans import Tracing
from parindex_cli.local.gateway import new_gateway

INSIDE = "http://parindex.internal"
TOKEN_LIFE = timedelta(minutes=15)

LOOK_SELDOM = 60.0
"""Seconds of silence after which a consumer looks at a feed of its own process, whose bus is that feed."""

MakeSubscriber = Callable[[Feeds], Subscriber]


@dataclass(frozen=True, slots=True)
class System:
    """A running system. `app` is the gateway."""

    app: FastAPI
    issuer: LocalIssuer
    resources: Mapping[str, Resources]
    bus_processes: Mapping[str, BusProcess]
    now: Clock

    def token(self, subject: str, *rights: str, life: timedelta = TOKEN_LIFE) -> str:
        """Mint an access token as sign-in does: `token("so-noi-vu", "office@H09")`."""
        return self.issuer.mint(subject, rights, life, self.now())

    def client(self, subject: str = "", *rights: str) -> httpx.AsyncClient:
        """Return an HTTP client of the gateway, signed in as a subject, or anonymous without one."""
        headers = (
            {"Authorization": f"Bearer {self.token(subject, *rights, life=timedelta(hours=12))}"} if subject else {}
        )
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=INSIDE, headers=headers)


@asynccontextmanager
async def embedded(
    folder: Path,
    services: Mapping[str, Service] | None = None,
    *,
    base_url: str = INSIDE,
    accounts: Accounts | None = None,
    now: Clock = utc_now,
    find: FindMigrations = migrations_of,
    durable: bool = True,
) -> AsyncIterator[System]:
    """Start the system in a folder, which stores the data and the signing key between starts; stop it at the end.

    `durable=False`: the folder is removed at the end, so nothing waits until it is on the disk.
    Raises PostgresFolderInUseError while another process uses the folder.
    """
    async with AsyncExitStack() as stack:
        with collection_paused():
            services = installed_services() if services is None else services
            issuer = LocalIssuer(key_in(folder / "issuer.key"), base_url + SIGN_IN_PATH)
            server = EmbeddedPostgres(folder / "postgres", durable=durable)
            stack.push_async_callback(asyncio.to_thread, server.stop)
            await asyncio.to_thread(server.start)
            names = [*services, SIGN_IN_LOG]
            urls_by_service = await make_databases(
                server, names, lambda name: migrations_of(PACKAGE) if name == SIGN_IN_LOG else find(name)
            )
            tracing = await stack.enter_async_context(open_tracing("parindex"))
            system = await stack.enter_async_context(
                assembled(
                    services,
                    urls_by_service,
                    issuer,
                    accounts=accounts,
                    now=now,
                    tracing=tracing,
                    files=folder / "files",
                )
            )
        yield system


@asynccontextmanager
async def assembled(  # noqa: PLR0913  # each is an option of an installation
    services: Mapping[str, Service],
    urls_by_service: Mapping[str, DatabaseUrls],
    issuer: LocalIssuer,
    *,
    accounts: Accounts | None = None,
    now: Clock = utc_now,
    make_subscriber: MakeSubscriber = FeedBus,
    tracing: Tracing | None = None,
    files: Path | None = None,
) -> AsyncIterator[System]:
    """Put services together in this process, over databases that are there and migrated.

    `files`: the folder in which each service has a folder for its files; without it they receive none.
    Where `urls_by_service` has one for sign-in, the log of accounts and rights is kept there.
    `make_subscriber` may wrap the feeds' bus: tests shake it.
    """
    gateway = new_gateway()
    if tracing:
        gateway.add_middleware(TraceRequests, tracing=tracing)
    accounts = accounts or Accounts([])
    resources: dict[str, Resources] = {}
    bus_processes: dict[str, BusProcess] = {}
    feeds = LocalFeeds(lambda source: resources[source].log)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        own = urls_by_service.get(SIGN_IN_LOG)
        register = await enter(registering(settings_in(own), issuer, accounts, now, alone=True)) if own else None
        gateway.mount(SIGN_IN_PATH, issuer_app(issuer, accounts, now, register))
        for name, service in services.items():
            resources[name] = held = await enter(
                open_resources(
                    service, settings_in(urls_by_service[name], files / name if files else None), now, alone=True
                )
            )
            clients = await enter(_clients(gateway, service, _own_tokens(issuer, name, now)))
            look_every = LOOK_SELDOM if make_subscriber is FeedBus else LOOK_EVERY  # another bus may lose a message
            bus = Bus(make_subscriber(feeds), feeds, lag=Lag(clients), look_every=look_every)
            bus_processes[name] = bus_process = BusProcess(held, bus, tracing)
            app = service_app(
                service, held.context, held.settings, InProcessWorker(bus_process.checks(), bus_process.work)
            )
            authenticate_with(app, await enter(open_authenticator(held, issuer.keys())))
            gateway.mount(f"/{name}", app, name=name)
        for bus_process in bus_processes.values():
            await enter(bus_process.running())
        yield System(gateway, issuer, resources, bus_processes, now)


@asynccontextmanager
async def _clients(
    gateway: FastAPI, service: Service, tokens: TokenSource
) -> AsyncIterator[Mapping[str, httpx.AsyncClient]]:
    """Open a client for each source of a service, signed in as the service; it calls the gateway in process."""
    signed_in, transport = SignedIn(tokens), httpx.ASGITransport(gateway)
    async with AsyncExitStack() as stack:
        yield {
            source: await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=transport, base_url=f"{INSIDE}/{source}", auth=signed_in, timeout=FEED_TIMEOUT
                )
            )
            for source in {source for consumer in service.consumers for source in consumer.sources}
        }


def _own_tokens(issuer: LocalIssuer, name: str, now: Clock) -> TokenSource:
    async def fetch() -> Token:
        return Token(issuer.mint(name, [SERVICE_RIGHT], TOKEN_LIFE, now()), TOKEN_LIFE.total_seconds())

    return fetch
