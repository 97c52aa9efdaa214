"""Projections: each event exactly once, with any number of processes, and queries never see a half-built version."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.eventstore.projecting import Projector, prepare_projections
from parindex.eventstore.projection import PROJECTION, Projection
from parindex.eventstore.read_model_versions import live_engine
from parindex.eventstore.registry import Recorded
from parindex.testing.postgres import Database
from parindex.testing.shop import PizzaBaked, bake, metadata

Apply = Callable[[AsyncConnection, Sequence[Recorded]], Any]

TABLES = MetaData(schema=PROJECTION)
OVENS = Table("ovens", TABLES, Column("oven", Text, primary_key=True), Column("pizzas", BigInteger, nullable=False))

WIDER = MetaData(schema=PROJECTION)
OVENS_2 = Table("ovens", WIDER, Column("oven", Text, primary_key=True), Column("baked", BigInteger), Column("of", Text))
MENU_2 = Table("menu", WIDER, Column("position", BigInteger, primary_key=True), Column("pizza", Text))


async def count_pizzas(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    baked = Counter(each.fact.oven for each in recorded if isinstance(each.fact, PizzaBaked))
    for oven, pizzas in sorted(baked.items()):
        add = upsert(OVENS).values(oven=oven, pizzas=pizzas)
        more = {"pizzas": OVENS.c.pizzas + add.excluded.pizzas}
        await connection.execute(add.on_conflict_do_update(index_elements=["oven"], set_=more))


async def list_menu(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    for each in recorded:
        await connection.execute(insert(MENU_2).values(position=each.position, pizza=each.fact.pizza))


OVENS_V1 = Projection("ovens", 1, TABLES, count_pizzas)
OVENS_V2 = Projection("ovens", 2, WIDER, list_menu)


@pytest_asyncio.fixture
async def engine(shop_database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(shop_database.url)
    yield engine
    await engine.dispose()


async def pizzas(engine: AsyncEngine) -> dict[str, int]:
    async with live_engine(engine).connect() as connection:
        rows = await connection.execute(select(OVENS.c.oven, OVENS.c.pizzas))
        return {row.oven: row.pizzas for row in rows}


async def menu(engine: AsyncEngine) -> list[int]:
    async with live_engine(engine).connect() as connection:
        return list((await connection.execute(select(MENU_2.c.position).order_by(MENU_2.c.position))).scalars())


async def fill(log: Log, count: int, oven: str = "o1") -> None:
    baked = [PizzaBaked("margherita", oven)] * count
    await log.append(Append(f"oven-{oven}", metadata(), lambda _: Decided(baked), count))


@asynccontextmanager
async def running(projector: Projector) -> AsyncIterator[None]:
    await projector.prepare()
    task = asyncio.create_task(projector.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def eventually(ask: Callable[[], Any], wanted: object) -> None:
    """Ask until the answer is the wanted one."""
    async with asyncio.timeout(20):
        while await ask() != wanted:  # noqa: ASYNC110  # another task's work, seen in the database
            await asyncio.sleep(0.01)


async def test_each_fact_is_applied_once_over_many_pages(log: Log, engine: AsyncEngine) -> None:
    await fill(log, 2_500)
    await fill(log, 300, "o2")
    projector = Projector(log, engine, [OVENS_V1])
    await projector.prepare()
    await projector.catch_up()
    await projector.catch_up()
    assert await pizzas(engine) == {"o1": 2_500, "o2": 300}


async def test_a_question_before_the_first_fact_finds_an_empty_table(log: Log, engine: AsyncEngine) -> None:
    await fill(log, 3)
    await prepare_projections(engine, [OVENS_V1])
    assert await pizzas(engine) == {}


async def test_a_running_projection_follows_the_log(log: Log, engine: AsyncEngine) -> None:
    async with running(Projector(log, engine, [OVENS_V1])):
        await fill(log, 5)
        await eventually(lambda: pizzas(engine), {"o1": 5})
        await log.append(bake("o2"))
        await eventually(lambda: pizzas(engine), {"o1": 5, "o2": 1})


async def test_two_processes_with_the_same_projection_apply_each_fact_once(log: Log, engine: AsyncEngine) -> None:
    await asyncio.gather(*(prepare_projections(engine, [OVENS_V1]) for _ in range(4)))
    projectors = [Projector(log, engine, [OVENS_V1]) for _ in range(4)]
    for projector in projectors:
        await projector.prepare()
    for _ in range(5):
        await fill(log, 700)
        await asyncio.gather(*(projector.catch_up() for projector in projectors))
    assert await pizzas(engine) == {"o1": 3_500}


async def test_readers_keep_the_old_version_until_the_new_one_has_caught_up(log: Log, engine: AsyncEngine) -> None:
    await fill(log, 3)
    old, new = Projector(log, engine, [OVENS_V1]), Projector(log, engine, [OVENS_V2])
    await old.prepare()
    await old.catch_up()
    await new.prepare()
    assert await pizzas(engine) == {"o1": 3}
    await new.catch_up()
    assert await menu(engine) == [1, 2, 3]
    assert [status.live for status in await new.status()] == [True]


async def test_a_new_version_leaves_no_view_of_the_old_one(log: Log, engine: AsyncEngine) -> None:
    for projection in (OVENS_V2, Projection("ovens", 3, TABLES, count_pizzas)):
        projector = Projector(log, engine, [projection])
        await projector.prepare()
        await projector.catch_up()
    rows = await log.pool.fetch("SELECT table_name FROM information_schema.views WHERE table_schema = 'live'")
    assert [row["table_name"] for row in rows] == ["ovens"]


async def test_a_version_that_was_left_can_be_returned_to(log: Log, engine: AsyncEngine) -> None:
    for projection in (OVENS_V1, OVENS_V2, OVENS_V1):
        await fill(log, 2)
        projector = Projector(log, engine, [projection])
        await projector.prepare()
        await projector.catch_up()
    assert await pizzas(engine) == {"o1": 6}


async def test_a_failing_projection_changes_nothing_and_stops_no_other(log: Log, engine: AsyncEngine) -> None:
    async def fail_halfway(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
        await connection.execute(insert(MENU_2).values(position=1, pizza="half"))
        raise ZeroDivisionError

    broken = Projection("broken", 1, WIDER_ALONE, fail_halfway)
    projector = Projector(log, engine, [broken, OVENS_V1])
    async with running(projector):
        await fill(log, 4)
        await eventually(lambda: pizzas(engine), {"o1": 4})
        await eventually(lambda: parked(projector), [4, 0])
        assert [status.position for status in await projector.status()] == [4, 4]
        assert await menu(engine) == []


WIDER_ALONE = MetaData(schema=PROJECTION)
MENU_2.to_metadata(WIDER_ALONE)


async def parked(projector: Projector) -> list[int]:
    return [status.parked for status in await projector.status()]


async def test_a_rebuild_gives_the_same_rows_and_repairs_spoilt_ones(log: Log, engine: AsyncEngine) -> None:
    await fill(log, 1_200)
    projector = Projector(log, engine, [OVENS_V1])
    await projector.prepare()
    await projector.catch_up()
    await log.pool.execute("UPDATE ovens_v1.ovens SET pizzas = 7")
    await projector.rebuild("ovens")
    assert await pizzas(engine) == {"o1": 1_200}
    await fill(log, 1)
    await projector.catch_up()
    assert await pizzas(engine) == {"o1": 1_201}


async def test_a_rebuild_under_way_does_not_disturb_readers_or_the_running_projection(
    log: Log, engine: AsyncEngine
) -> None:
    await fill(log, 1_500)
    projector = Projector(log, engine, [OVENS_V1])
    async with running(projector):
        await eventually(lambda: pizzas(engine), {"o1": 1_500})
        other = Projector(log, engine, [OVENS_V1])
        await other.prepare()
        for _ in range(5):
            _, seen, _ = await asyncio.gather(other.rebuild("ovens"), pizzas(engine), fill(log, 10))
            assert seen["o1"] >= 1_500
        await eventually(lambda: pizzas(engine), {"o1": 1_550})


@pytest.mark.parametrize("role", ["projector", "other process"])
async def test_a_position_moved_by_another_process_is_noticed(log: Log, engine: AsyncEngine, role: str) -> None:
    ours, other = Projector(log, engine, [OVENS_V1]), Projector(log, engine, [OVENS_V1])
    await ours.prepare()
    await other.prepare()
    await fill(log, 10)
    await (other if role == "other process" else ours).catch_up()
    await ours.catch_up()
    assert await pizzas(engine) == {"o1": 10}


async def test_a_rebuilt_projection_goes_on_where_its_rebuilding_ended(log: Log, engine: AsyncEngine) -> None:
    projector = Projector(log, engine, [OVENS_V1])
    await projector.prepare()
    await fill(log, 10)
    await projector.catch_up()
    await fill(log, 5)  # the projection in use has not seen these
    await projector.rebuild("ovens")
    await projector.catch_up()
    assert await pizzas(engine) == {"o1": 15}
