"""What a process of a service holds open: its log, its engine, its way to recognise people. Opened once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import cast

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from parindex.auth import Authenticator, Devices, DiscoveredKeys, Keys, StaticKeys, Tokens
from parindex.bus.consuming import prepare_consumer
from parindex.eventstore.log import Log
from parindex.eventstore.projecting import live_engine, prepare_projections
from parindex.hosting.settings import Settings
from parindex.instant import Clock
from parindex.service import Service, ServiceContext


@dataclass(frozen=True, slots=True)
class Resources:
    """An open service. `engine` is the plain one, for the bus process; `world.engine` reads the live views."""

    service: Service
    settings: Settings
    engine: AsyncEngine
    context: ServiceContext

    @property
    def log(self) -> Log:
        return self.context.log


@asynccontextmanager
async def open_resources(
    service: Service, settings: Settings, now: Clock, *, alone: bool = False
) -> AsyncIterator[Resources]:
    """Connect to the service's database and make its read tables where they are missing.

    `alone`: no other process writes to the service's log.

    Raises what the database driver raises; `health.explain` puts it into words.
    """
    async with Log.open(settings.dsn, service.types, settings.connections, alone=alone) as log:
        engine = create_async_engine(
            settings.engine_url, pool_size=settings.connections, max_overflow=0, hide_parameters=True
        )  # the text of an error goes to the log, where no value of a row belongs
        try:
            await prepare_projections(engine, service.projections)
            for consumer in service.consumers:
                await prepare_consumer(engine, consumer)
            yield Resources(service, settings, engine, ServiceContext(log, live_engine(engine), now))
        finally:
            await engine.dispose()


@asynccontextmanager
async def open_authenticator(resources: Resources, keys: Keys | None = None) -> AsyncIterator[Authenticator]:
    """Recognise people by the settings' issuer, or by keys that are at hand; and the service's own devices."""
    settings, context = resources.settings, resources.context
    async with AsyncExitStack() as stack:
        if keys is None:
            http = await stack.enter_async_context(httpx.AsyncClient())
            keys = keys_of(settings, http, context.now)
        devices = resources.service.devices(context) if resources.service.devices else None
        yield Authenticator(Tokens(keys, context.now, settings.audience), cast(Devices | None, devices))


def keys_of(settings: Settings, http: httpx.AsyncClient, now: Clock) -> Keys:
    """Find where the issuer's keys come from: a file, or discovery."""
    if settings.jwks_file is not None:
        return StaticKeys.from_file(settings.issuer, settings.jwks_file)
    return DiscoveredKeys(settings.issuer, http, now)
