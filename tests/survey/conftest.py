"""Survey over HTTP on a real database; a test publishes assessment's contracts, at a fixed time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import msgspec
import pytest

from parindex.bus.consumer import HandlerContext
from parindex.bus.handler_context import version_of
from parindex.bus.message import Envelope, Received
from parindex.contracts.assessment import Block, CriteriaSetEnacted, RoundOpened, RoundUnit
from parindex.contracts.base import Contract
from parindex.contracts.criteria import CriteriaSet, Criterion, Level, Share, SurveyPoints
from parindex.eventstore.log import Log
from parindex.hosting.databases import DatabaseUrls
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.testing.postgres import Databases
from parindex.testing.serving import NOON, Served, home_of, served_in
from survey.service import SERVICE
from survey.tallying.folding import catch_up


@dataclass
class Clock:
    """A clock that a test sets."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Bench:
    """A running survey service, as tests use it: HTTP clients, and the other services' words."""

    served: Served
    clock: Clock

    @property
    def context(self) -> ServiceContext:
        return self.served.resources.context

    @property
    def log(self) -> Log:
        return self.served.log

    def client(self, secret: str = "") -> httpx.AsyncClient:
        return self.served.device(secret) if secret else self.served.http()

    def signed_in(self, name: str, *rights: str) -> httpx.AsyncClient:
        return self.served.http(name, *rights)

    @property
    def office(self) -> httpx.AsyncClient:
        return self.signed_in("so-noi-vu", "office@H09")

    async def facts(self, *kinds: str) -> list[Any]:
        """All facts of these kinds, in the order of the log."""
        return [one.fact for one in await self.log.read_after(0, 100_000) if one.entry.type in kinds]

    async def kiosk(self, name: str = "k1", unit: str = "H09.05", **more: Any) -> httpx.AsyncClient:
        """Register a kiosk, enrol it, and return a client that holds its token."""
        body = {"kiosk": name, "unit": unit, "question": "hai-long", **more}
        code = (await self.office.post("/v1/kiosks", json=body)).json()["code"]
        enrolled = await self.client().post(f"/v1/kiosks/{name}/enrolment", json={"code": code})
        return self.client(enrolled.json()["token"])

    async def receive(self, *contracts: Contract, partition: int = 0) -> None:
        """Let each consumer handle contracts of assessment, in one partition, in one transaction."""
        received = [Received(contract, _envelope(at, contract)) for at, contract in enumerate(contracts, start=1)]
        for consumer in SERVICE.consumers:
            async with version_of(consumer).engine(self.served.resources.engine).begin() as connection:
                await consumer.handle(
                    HandlerContext(
                        connection, self.log, consumer.name, "assessment", partition, self.clock, _none_parked, 1
                    ),
                    received,
                )

    async def opened(
        self, name: str = "r-2026", units: Sequence[str] = ("H09.05", "H09.06"), since: str = "", until: str = ""
    ) -> None:
        """Open a round that asks all visitors `hai-long`, and officials `can-bo`."""
        opening = msgspec.structs.replace(round_opened(name, units), pressed_from=since, pressed_until=until)
        await self.receive(criteria_set(), opening)

    async def counted(self) -> None:
        """Let all presses so far be counted."""
        await catch_up(self.context)

    async def tallies(self, name: str = "r-2026") -> list[dict[str, Any]]:
        answer = await self.office.get(f"/v1/rounds/{name}/tallies")
        found: list[dict[str, Any]] = answer.json()["tallies"]
        return found


def criteria_set() -> CriteriaSetEnacted:
    shares = [Share(option=str(stars), share=share) for stars, share in enumerate(("0", "0.25", "0.5", "0.75", "1"), 1)]
    criteria = [
        Criterion(code="1", name="Khảo sát", level=Level.AREA, maximum="35"),
        _asking("1.1", SurveyPoints(question="hai-long", shares=shares)),
        _asking("1.2", SurveyPoints(question="can-bo", group="official", shares=shares)),
    ]
    made = CriteriaSet(code="bo-2026", title="Bộ chỉ số", reference="1/QĐ", criteria=criteria)
    return CriteriaSetEnacted(authority="H09", criteria_set=made, digest="5e" * 32)


def round_opened(name: str, units: Sequence[str]) -> RoundOpened:
    made = [RoundUnit(code=unit, name=unit) for unit in units]
    block = Block(code="b", name="Sở", criteria_set="bo-2026", units=made)
    return RoundOpened(authority="H09", round=name, year=2026, title="Đợt 2026", blocks=[block])


def _asking(code: str, rule: SurveyPoints) -> Criterion:
    return Criterion(code=code, name=code, level=Level.CRITERION, maximum="10", parent="1", rule=rule)


def _envelope(position: int, contract: Contract) -> Envelope:
    return Envelope(
        id=f"assessment/{position}", source="assessment", type=contract.TYPE, subject="s", time=instant(NOON),
        position=position, authority="H09", correlationid="c-1", data=msgspec.Raw(msgspec.json.encode(contract)),
    )  # fmt: skip


async def _none_parked() -> int:
    return 0


@asynccontextmanager
async def opened_bench(urls: DatabaseUrls, clock: Clock) -> AsyncIterator[Bench]:
    async with served_in(urls, SERVICE, clock) as opened:
        yield Bench(opened, clock)


@pytest.fixture
async def survey(database: Databases) -> AsyncIterator[Bench]:
    """The service with its database, alone."""
    async with opened_bench(await home_of(database, SERVICE), Clock()) as bench:
        yield bench


@pytest.fixture
async def two_processes(database: Databases) -> AsyncIterator[tuple[Bench, Bench]]:
    """Two HTTP processes' worth of the service, on one database."""
    urls = await home_of(database, SERVICE)
    async with opened_bench(urls, Clock()) as one, opened_bench(urls, Clock()) as other:
        yield one, other
