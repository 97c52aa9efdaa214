"""Generates the documents that describe the system from its code: OpenAPI, AsyncAPI, the page on events."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import asyncpg
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.eventstore.log import Log
from parindex.hosting.http_process import service_app
from parindex.hosting.resources import Resources
from parindex.hosting.settings import DRIVER, PARTITIONS, Settings
from parindex.instant import utc_now
from parindex.service import Service, ServiceContext, installed_services
from parindex.sign_in.app import issuer_app
from parindex.sign_in.service import NAME, SIGN_IN
from parindex_cli.documents import asyncapi, event_page


def described(service: Service) -> FastAPI:
    """Build a service's app without a database, for its routes and its OpenAPI document, not for requests."""
    nothing = cast(asyncpg.Pool, None)
    log = Log(nothing, service.types, service.name, PARTITIONS)
    context = ServiceContext(log, create_async_engine(DRIVER), utc_now)  # an engine connects at its first use only
    return service_app(service, context, Settings.model_construct())


def described_sign_in() -> FastAPI:
    """Build the app of sign-in, with its log, in the same way."""
    nothing = cast(asyncpg.Pool, None)
    context = ServiceContext(Log(nothing, SIGN_IN.types, NAME, PARTITIONS), create_async_engine(DRIVER), utc_now)
    held = Resources(SIGN_IN, Settings.model_construct(), context.engine, context)
    return issuer_app(LocalIssuer(new_key(), "/sign-in"), Accounts([]), utc_now, held)


def openapi_documents() -> Mapping[Path, str]:
    """Return the OpenAPI document of each installed service and of sign-in, by its path under `docs/`."""
    apps = {name: described(each) for name, each in installed_services().items()} | {"sign-in": described_sign_in()}
    return {Path("openapi", f"{name}.json"): _text(app.openapi()) for name, app in apps.items()}


def asyncapi_documents() -> Mapping[Path, str]:
    """Return the AsyncAPI document, by its path under `docs/`."""
    return {Path("asyncapi.json"): _text(asyncapi.document(installed_services()))}


def format_documents() -> Mapping[Path, str]:
    """Return the generated pages on formats, by their paths under `docs/`."""
    return {Path("formats", "events.md"): event_page.document(installed_services())}


def write(documents: Mapping[Path, str], docs: Path) -> None:
    """Write documents into a folder."""
    for name, text in documents.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(text, encoding="utf-8")


def drifted(documents: Mapping[Path, str], docs: Path) -> Iterator[Path]:
    """Yield the files that differ from the documents."""
    for name, text in documents.items():
        if not (docs / name).exists() or (docs / name).read_text(encoding="utf-8") != text:
            yield docs / name


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
