"""One finding until the indices that it moves are visible, where a set compares the units of a block.

    python -m bench compared

120 criteria, of which 55 are compared (a set may have no more), and 150 units in one block. Each finding raises the
greatest value of all compared criteria, so that all 150 indices move: the dearest case. The clock runs from the
handler's transaction to the read model that scoring's API reads; the way over the bus is in `freshness`.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Raw
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.measuring import Aim, Plan, Result, Runs, percentile
from bench.round import units
from parindex.bus.consumer import HandlerContext
from parindex.bus.message import Envelope, Received
from parindex.canonical import canonical
from parindex.contracts.assessment import (
    AppraisalCompleted,
    Block,
    CriteriaSetEnacted,
    Figure,
    Finding,
    RoundOpened,
    RoundUnit,
)
from parindex.contracts.base import Contract
from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level, NormalisedToBest
from parindex.eventstore.log import Log
from parindex.eventstore.projecting import Projector
from parindex.eventstore.registry import partition_of
from parindex.hosting.migrations import Plan as Migration
from parindex.hosting.migrations import migrations_of, upgrade
from parindex.instant import instant, utc_now
from parindex.testing.postgres import Databases
from scoring.computing.events import IndexComputed
from scoring.service import SCORING, SERVICE

UNITS, CRITERIA, COMPARED = 150, 120, 55
PARTITIONS = 8
AT_MOST_S = 1.0


class Scoring:
    """Scoring without its bus: contracts of assessment are handed to its consumer one by one."""

    def __init__(self, log: Log, engine: AsyncEngine) -> None:
        self._log, self._engine = log, engine
        self._projector = Projector(log, engine, SERVICE.projections)
        self._position = 0

    async def prepare(self) -> None:
        await self._projector.prepare()
        criteria_set = CriteriaSet(code="s", title="x", reference="x", criteria=rows_of_set())
        block = Block(
            code="b", name="x", criteria_set="s", units=[RoundUnit(code=each, name=each) for each in _codes()]
        )
        opened = RoundOpened(authority="H09", round="r", year=2026, title="x", blocks=[block])
        enacted = CriteriaSetEnacted(authority="H09", criteria_set=criteria_set, digest="5e" * 32)
        for partition in range(PARTITIONS):
            found = [_found(unit, 1) for unit in _codes() if partition_of(unit, PARTITIONS) == partition]
            await self.receive(partition, enacted, opened, *found)

    async def receive(self, partition: int, *contracts: Contract) -> None:
        """Handle contracts of a partition in one message, until their indices are in the read model."""
        async with self._engine.begin() as connection:
            context = HandlerContext(
                connection, self._log, SCORING.name, "assessment", partition, utc_now, _nothing_parked, 1
            )
            await SCORING.handle(context, [Received(contract, self._envelope(contract)) for contract in contracts])
        await self._projector.catch_up()

    def _envelope(self, contract: Contract) -> Envelope:
        self._position += 1
        return Envelope(
            id=f"assessment/{self._position}", source="assessment", type=contract.TYPE, subject="s",
            time=instant(utc_now()), position=self._position, authority="H09", correlationid="bench",
            entry_sha256="", data=Raw(canonical(contract)),
        )  # fmt: skip

    async def head(self) -> int:
        """Return how many entries the log has."""
        return await self._log.head()

    async def moved_after(self, position: int) -> int:
        """Return how many indices were computed after a position of the log."""
        recorded = await self._log.read_after(position)
        return sum(isinstance(each.fact, IndexComputed) for each in recorded)


async def compared_block(databases: Databases, plan: Plan) -> Result:
    """Measure the 99th percentile of the delay from a finding to all indices that it moves."""
    waits = []
    async with _scoring(databases) as scoring:
        await scoring.prepare()
        codes = _codes()
        for turn in range((20 if plan.quick else 200) + 1):  # the first one only warms up
            unit, before = codes[turn % UNITS], await scoring.head()
            began = time.perf_counter()
            await scoring.receive(partition_of(unit, PARTITIONS), _found(unit, turn + 2))
            waits.append(time.perf_counter() - began)
            if await scoring.moved_after(before) != UNITS:
                raise AssertionError("a finding has not moved the whole block")
    extra = {"p50_s": percentile(waits[1:], 0.5)}
    note = f"each moves {UNITS} indices, {COMPARED} of {CRITERIA} criteria compared; without the bus"
    return Result(
        "compared_block_p99_s", "s", AT_MOST_S, Aim.AT_MOST, Runs([percentile(waits[1:], 0.99)], extra=extra), note=note
    )


@asynccontextmanager
async def _scoring(databases: Databases) -> AsyncIterator[Scoring]:
    home = await databases("scoring", _migrated)
    engine = create_async_engine(home.url)
    async with Log.open(home.dsn, SERVICE.types) as log:
        yield Scoring(log, engine)
    await engine.dispose()


async def _migrated(dsn: str) -> None:
    await upgrade(Migration(migrations_of("scoring"), dsn, "scoring", "scoring", PARTITIONS))


async def _nothing_parked() -> int:
    return 0


def _codes() -> list[str]:
    return units(UNITS)


def rows_of_set() -> list[Criterion]:
    """Return the rows of a set, the first of which are compared."""
    return [_row(number) for number in range(CRITERIA)]


def _row(number: int) -> Criterion:
    rule = NormalisedToBest() if number < COMPARED else EnteredPoints()
    return Criterion(code=f"{1 + number}", name="x", level=Level.CRITERION, maximum="2", rule=rule)


def figures_of(value: int) -> list[Finding]:
    """Return a finding of each criterion; `value` is the number of the compared ones."""
    compared = [Figure(name="done", value=str(value)), Figure(name="planned", value="997")]
    entered = [Figure(name="points", value="1.5")]
    return [
        Finding(criterion=f"{1 + number}", figures=compared if number < COMPARED else entered)
        for number in range(CRITERIA)
    ]


def _found(unit: str, value: int) -> AppraisalCompleted:
    return AppraisalCompleted(round="r", unit=unit, findings=figures_of(value))
