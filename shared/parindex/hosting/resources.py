"""Resources of a service's process, opened once: its log, its database engine, its authenticator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import cast

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from parindex.auth.fastapi import Authenticator, Devices
from parindex.auth.keys import DiscoveredKeys, Keys, StaticKeys
from parindex.auth.tokens import Tokens
from parindex.bus.handler_context import prepare_consumer
from parindex.eventstore.log import Log
from parindex.eventstore.projecting import prepare_projections
from parindex.eventstore.read_model_versions import live_engine
from parindex.files.bucket import BucketStore
from parindex.files.folder import FolderStore
from parindex.files.scanning import Scanner
from parindex.files.store import FileStore
from parindex.hosting.settings import Settings
from parindex.instant import Clock
from parindex.mail.smtp import MailServer
from parindex.service import Service, ServiceContext


@dataclass(frozen=True, slots=True)
class Resources:
    """An open service. The bus process writes with `engine`; `context.engine` reads the live views."""

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
    """Connect to the service's database and create the tables of its read models if they are missing.

    `alone`: no other process writes to the service's log.

    Raises the database driver's errors; `health.explain` describes them.
    """
    async with Log.open(settings.dsn, service.types, settings.connections, alone=alone) as log:
        engine = create_async_engine(
            settings.engine_url, pool_size=settings.connections, max_overflow=0, hide_parameters=True
        )  # error texts are logged, and must not contain values of a row
        try:
            await prepare_projections(engine, service.projections)
            for consumer in service.consumers:
                await prepare_consumer(engine, consumer)
            files = await _file_store(service, settings)
            scanner = Scanner(settings.clamd) if settings.clamd else None
            mail = MailServer(settings.mail) if settings.mail.url else None
            context = ServiceContext(log, live_engine(engine), now, files, settings.largest_file, scanner, mail)
            yield Resources(service, settings, engine, context)
        finally:
            await engine.dispose()


async def _file_store(service: Service, settings: Settings) -> FileStore | None:
    return None if service.named_files is None else await file_store_of(settings)


async def file_store_of(settings: Settings) -> FileStore | None:
    """Return the store of files that the settings name, a bucket before a folder; None where they name none."""
    if settings.files_folder is None:
        return None
    if settings.files_bucket.name:
        return await asyncio.to_thread(BucketStore, settings.files_bucket, settings.files_folder)
    return await asyncio.to_thread(FolderStore, settings.files_folder)


@asynccontextmanager
async def open_authenticator(resources: Resources, keys: Keys | None = None) -> AsyncIterator[Authenticator]:
    """Authenticate people by the settings' issuer or by the given keys, and devices by the service's own lookup."""
    settings, context = resources.settings, resources.context
    async with AsyncExitStack() as stack:
        if keys is None:
            http = await stack.enter_async_context(httpx.AsyncClient())
            keys = keys_of(settings, http, context.now)
        devices = resources.service.devices(context) if resources.service.devices else None
        yield Authenticator(Tokens(keys, context.now, settings.audience), cast(Devices | None, devices))


def keys_of(settings: Settings, http: httpx.AsyncClient, now: Clock) -> Keys:
    """Return the issuer's keys, from a file or by discovery."""
    if settings.jwks_file is not None:
        return StaticKeys.from_file(settings.issuer, settings.jwks_file)
    return DiscoveredKeys(settings.issuer, http, now)
