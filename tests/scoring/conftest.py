"""Scoring on a real database: contracts of assessment and survey arrive by subscription, as a test sends them."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from msgspec import Raw
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from tests.scoring.contracts_of_a_round import enacted, opened, submitted
from tests.scoring.criteria_sets import large_set, made_set, set_of_every_kind

from parindex.auth.fastapi import Authenticator, authenticate_with
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.tokens import Tokens
from parindex.bus.consumer import HandlerContext
from parindex.bus.handler_context import prepare_consumer, version_of
from parindex.bus.message import Envelope, Received
from parindex.canonical import canonical
from parindex.contracts.assessment import AppraisalCompleted, Figure, Finding
from parindex.contracts.base import Contract
from parindex.contracts.criteria import CriteriaSet, NotApplicable
from parindex.contracts.survey import OptionCount, TallyUpdated
from parindex.eventstore.log import Log
from parindex.eventstore.projecting import Projector
from parindex.eventstore.read_model_versions import live_engine
from parindex.eventstore.registry import partition_of
from parindex.hosting.migrations import Plan, migrations_of, upgrade
from parindex.http.problem_handlers import install
from parindex.http.reads import keep_reads
from parindex.http.routes import add_routes
from parindex.http.way_in import check_requests
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.testing.postgres import Databases
from scoring.service import SCORING, SERVICE
from scoring.trying.bus import TRYING

ISSUER = LocalIssuer(new_key(), "https://issuer.example/sign-in")
PARTITIONS = 3
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)

Subscription = tuple[str, int]
"""A source and a partition: contracts of one subscription come in order, those of several in any order."""


@dataclass
class Bench:
    """A scoring service without its bus: the test carries the messages."""

    context: ServiceContext
    engine: AsyncEngine
    projector: Projector
    parked: int = 0
    positions: dict[str, Iterable[int]] = field(default_factory=lambda: {"assessment": count(1), "survey": count(1)})

    def subscriptions(self, source: str, *contracts: Contract) -> dict[Subscription, list[Received]]:
        """Number a source's contracts, and deal them out to the partitions."""
        subscriptions: dict[Subscription, list[Received]] = {(source, k): [] for k in range(PARTITIONS)}
        for contract in contracts:
            position, unit = next(iter(self.positions[source])), getattr(contract, "unit", None)
            for k in range(PARTITIONS) if unit is None else [partition_of(unit, PARTITIONS)]:
                subscriptions[source, k].append(Received(contract, envelope(source, position, contract)))
        return subscriptions

    async def deliver(self, subscription: Subscription, received: Sequence[Received]) -> None:
        """Let each consumer handle one message, in a transaction of its own."""
        async with self.engine.begin() as connection:
            await SCORING.handle(self._handler_context(connection, subscription), received)
        if subscription[0] in TRYING.sources:
            async with version_of(TRYING).engine(self.engine).begin() as connection:
                await TRYING.handle(self._handler_context(connection, subscription), received)

    async def release(self) -> None:
        """Report that the parked contracts are applied."""
        assert SCORING.released is not None
        async with self.engine.begin() as connection:
            await SCORING.released(self._handler_context(connection, ("assessment", 0)))

    async def receive(self, source: str, *contracts: Contract) -> None:
        """Deliver a source's contracts, one subscription after the other."""
        for subscription, received in self.subscriptions(source, *contracts).items():
            if received:
                await self.deliver(subscription, received)

    async def facts(self, kind: type) -> list[Any]:
        """All facts of a kind, in the order of the log."""
        return [one.fact for one in await self.context.log.read_after(0, 100_000) if isinstance(one.fact, kind)]

    def _handler_context(self, connection: AsyncConnection, subscription: Subscription) -> HandlerContext:
        async def parked() -> int:
            return self.parked

        return HandlerContext(connection, self.context.log, SCORING.name, *subscription, self.context.now, parked, 1)


def envelope(source: str, position: int, contract: Contract) -> Envelope:
    return Envelope(
        id=f"{source}/{position}", source=source, type=contract.TYPE, subject=f"s{position}", time=instant(NOON),
        position=position, authority="H09", correlationid=f"c{position}",
        entry_sha256=f"{position:064x}", data=Raw(canonical(contract)),
    )  # fmt: skip


async def migrated(dsn: str) -> None:
    await upgrade(Plan(migrations_of("scoring"), dsn, "scoring", "scoring", PARTITIONS))


@pytest.fixture
async def bench(database: Databases) -> AsyncIterator[Bench]:
    home = await database("scoring", migrated)
    engine = create_async_engine(home.url)
    async with Log.open(home.dsn, SERVICE.types) as log:
        projector = Projector(log, engine, SERVICE.projections)
        await projector.prepare()
        await prepare_consumer(engine, TRYING)
        yield Bench(ServiceContext(log, live_engine(engine), lambda: NOON), engine, projector)
    await engine.dispose()


@pytest.fixture
async def http(bench: Bench, criteria_set: CriteriaSet) -> AsyncIterator[AsyncClient]:
    """Scoring's HTTP API, with a round of two units; one of them is appraised and surveyed."""
    await bench.receive("assessment", enacted(criteria_set), opened(units=["H09.01", "H09.02"]))
    findings = [Finding(criterion="1.1", figures=[Figure(name="points", value="1.5")], corrected=True)]
    completed = AppraisalCompleted(round="r", unit="H09.01", findings=findings)
    await bench.receive("assessment", submitted("H09.01", "2"), completed)
    counts = [OptionCount(option="1", count=1), OptionCount(option="5", count=2)]
    await bench.receive("survey", TallyUpdated(round="r", unit="H09.01", question="q1", counts=counts))
    await bench.projector.catch_up()
    app = FastAPI()
    for router in SERVICE.routes(bench.context):
        add_routes(app, router)
    keep_reads(app, bench.context.log)
    check_requests(app)
    authenticate_with(app, Authenticator(Tokens(ISSUER.keys(), bench.context.now)))
    install(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://scoring") as client:
        yield client


@pytest.fixture(scope="session")
def set_with() -> Callable[[NotApplicable], CriteriaSet]:
    """A set under each convention for criteria that are not applicable."""
    return lambda not_applicable: made_set(not_applicable=not_applicable)


@pytest.fixture(scope="session")
def every_kind() -> Callable[[NotApplicable], CriteriaSet]:
    """A set with every kind of rule, under each convention for criteria that are not applicable."""
    return set_of_every_kind


@pytest.fixture(scope="session")
def criteria_set() -> CriteriaSet:
    return made_set()


@pytest.fixture(scope="session")
def largest_set() -> CriteriaSet:
    return large_set(140)
