"""The system in eight processes on one machine: four HTTP, four bus, with PostgreSQL, RabbitMQ and an issuer.

The processes are started as an operator starts them (`uvicorn survey.app:create_app --factory`, `python -m
survey.worker`), get all settings from the environment, and sign in at each other with client credentials. They end with
this process, however it ends.
"""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from fastapi import FastAPI

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.issuer import LocalIssuer, key_in
from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.auth.principal import SERVICE_RIGHT, Right
from parindex.backoff import Backoff
from parindex.hosting.databases import make_databases
from parindex.hosting.server import LOOPBACK, listening
from parindex.http import problem_handlers
from parindex.instant import utc_now
from parindex.refusal import Kind, Refused
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.servers.lifeline import Lifeline, Recipe
from parindex.servers.rabbitmq_node import PrivateBroker
from parindex.service import installed_services
from parindex.sign_in.app import issuer_app
from parindex.tracing.requests import SILENT
from parindex_cli.local.process_specs import ProcessSpec, specs_for

START_LIMIT_S = 180.0
LOOK_EVERY_S = 0.1


class ProcessDiedError(Refused):
    """One of the processes ended by itself; the end of its log says why."""

    code = "process-died"
    kind = Kind.UNAVAILABLE
    vi, en = "Tiến trình {name} đã dừng:\n{log}", "The process {name} ended:\n{log}"

    name: str
    log: str


class Process:
    """One child process, with its health URL. It may be stopped or killed, and started again."""

    def __init__(self, name: str, url: str, recipe: Recipe) -> None:
        self.name = name
        self.url = url
        self.log = recipe.log
        self._recipe = recipe
        self.start()

    def start(self) -> None:
        """Start the process; it must not be running."""
        self.lifeline = Lifeline(self._recipe)


@dataclass(frozen=True, slots=True)
class Processes:
    """The started system. `urls` has each service's HTTP root; `issuer` mints tokens that the services accept."""

    urls: Mapping[str, str]
    issuer: LocalIssuer
    every: Mapping[str, Process]  # by name, such as `scoring bus`
    broker: PrivateBroker
    postgres: EmbeddedPostgres


@asynccontextmanager
async def eight_processes(folder: Path) -> AsyncIterator[Processes]:
    """Start the system in a folder and wait until it is ready; stop it at the end, also after an error.

    Raises RabbitmqMissingError if Debian's package is not installed; ProcessDiedError.
    """
    names = list(installed_services())
    # the logs are the truth, so old queues of the broker are not needed
    shutil.rmtree(folder / "rabbitmq", ignore_errors=True)
    broker, postgres = PrivateBroker(folder / "rabbitmq"), EmbeddedPostgres(folder / "postgres")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, broker.end)
        stack.push_async_callback(asyncio.to_thread, postgres.stop)
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(broker.start)
        secrets_of = {name: secrets.token_urlsafe(32) for name in names}
        issuer = await stack.enter_async_context(_issuing(folder / "issuer.key", secrets_of))
        specs = specs_for(folder, broker.url, issuer.url, await make_databases(postgres, names), secrets_of)
        every = await stack.enter_async_context(_started(specs))
        await all_ready(every)
        urls = {spec.service: process.url for spec, process in zip(specs, every, strict=True) if spec.serves}
        yield Processes(urls, issuer, {process.name: process for process in every}, broker, postgres)


@asynccontextmanager
async def _issuing(key: Path, secrets_of: Mapping[str, str]) -> AsyncIterator[LocalIssuer]:
    """Serve the issuer from this process, with an account for each service."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, telemetry=SILENT)
    problem_handlers.install(app)
    async with listening(app) as url:
        issuer, accounts = LocalIssuer(key_in(key), url + SIGN_IN_PATH), await asyncio.to_thread(_accounts, secrets_of)
        app.mount(SIGN_IN_PATH, issuer_app(issuer, accounts, utc_now))
        yield issuer


def _accounts(secrets_of: Mapping[str, str]) -> Accounts:
    right = (Right.parse(SERVICE_RIGHT),)
    return Accounts(
        Account(name, AccountKind.CLIENT, hash_password(secret), right) for name, secret in secrets_of.items()
    )


@asynccontextmanager
async def _started(specs: Sequence[ProcessSpec]) -> AsyncIterator[Sequence[Process]]:
    """Start all processes; at the end stop them all, and wait."""
    every: list[Process] = []
    try:
        for spec in specs:
            every.append(await asyncio.to_thread(_start, spec))  # noqa: PERF401  # if one fails, those before it are stopped
        yield every
    finally:
        await asyncio.gather(*(asyncio.to_thread(process.lifeline.cut) for process in every))


def _start(spec: ProcessSpec) -> Process:
    recipe = Recipe(spec.command, spec.log, spec.env)
    return Process(spec.name, f"http://{LOOPBACK}:{spec.port}", recipe)


async def all_ready(processes: Sequence[Process]) -> None:
    """Wait until every process is ready. Raises ProcessDiedError if one has ended instead."""
    async with asyncio.timeout(START_LIMIT_S), httpx.AsyncClient(timeout=10, trust_env=False) as http:
        await asyncio.gather(*(_ready(process, http) for process in processes))


async def _ready(process: Process, http: httpx.AsyncClient) -> None:
    backoff = Backoff(most=LOOK_EVERY_S)
    while not await _says_ready(process, http):
        if process.lifeline.ended:
            raise ProcessDiedError(process.name, "\n".join(process.log.read_text(errors="replace").splitlines()[-15:]))
        await backoff.wait()


async def _says_ready(process: Process, http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get(f"{process.url}/health/ready")).is_success
    except httpx.TransportError:
        return False
