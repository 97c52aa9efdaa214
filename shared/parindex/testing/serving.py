"""A served service in a test: its migrated database, its HTTP routes, and clients that are signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI

from parindex.auth.fastapi import authenticate_with
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.eventstore.log import Log
from parindex.hosting.databases import DatabaseUrls, plan_of, settings_in
from parindex.hosting.http_process import service_app
from parindex.hosting.migrations import migrations_of, upgrade
from parindex.hosting.resources import Resources, open_authenticator, open_resources
from parindex.instant import Clock
from parindex.service import Service
from parindex.testing.postgres import Databases

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ISSUER = LocalIssuer(new_key(), "https://issuer.example/sign-in")


@dataclass(frozen=True, slots=True)
class Served:
    """A service with its HTTP app, without its bus process: projections do not advance."""

    app: FastAPI
    resources: Resources

    @property
    def log(self) -> Log:
        return self.resources.log

    def http(self, subject: str = "", *rights: str) -> httpx.AsyncClient:
        """Make a client: `served.http("so-noi-vu", "office@H09")`; without a subject it is a citizen's."""
        return self.client(signed_in(subject, *rights, at=self.resources.context.now()) if subject else {})

    def device(self, secret: str) -> httpx.AsyncClient:
        """Make the client of a device that holds this secret."""
        return self.client({"Authorization": f"Bearer {secret}"})

    def client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        """Make a client that sends these headers."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://test", headers=headers)


@asynccontextmanager
async def served(
    database: Databases,
    service: Service,
    *,
    migrations: Path | None = None,
    now: Clock = lambda: NOON,
    files: Path | None = None,
) -> AsyncIterator[Served]:
    """Serve a service over a fresh, migrated database; the clock is always NOON unless `now` is given.

    `files`: the folder of its files.
    """
    async with served_in(await home_of(database, service, migrations), service, now, files) as opened:
        yield opened


async def home_of(database: Databases, service: Service, migrations: Path | None = None) -> DatabaseUrls:
    """Make a fresh, migrated database of a service."""
    folder = migrations or migrations_of(service.name)

    async def migrate(dsn: str) -> None:
        await upgrade(plan_of(service.name, DatabaseUrls(dsn, dsn), lambda _: folder))

    found = await database(f"service_{service.name}", migrate)
    return DatabaseUrls(found.url, found.url)


@asynccontextmanager
async def served_in(
    urls: DatabaseUrls, service: Service, now: Clock, files: Path | None = None
) -> AsyncIterator[Served]:
    """Serve a service over an existing database; call it twice to get two processes."""
    async with open_resources(service, settings_in(urls, files), now) as resources:
        app = service_app(service, resources.context, resources.settings)
        async with open_authenticator(resources, ISSUER.keys()) as authenticator:
            authenticate_with(app, authenticator)
            yield Served(app, resources)


def signed_in(subject: str, *rights: str, at: datetime = NOON) -> dict[str, str]:
    """Make the headers of an account that signed in: `signed_in("so-noi-vu", "office@H09")`."""
    return {"Authorization": f"Bearer {ISSUER.mint(subject, rights, timedelta(hours=12), at)}"}
