"""One poisoned entry never stops a read model: it is parked with what follows in its stream, and the others go on."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, insert, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from parindex.eventstore.log import Log
from parindex.eventstore.parked_entries import BEHIND, EntriesMissingError, EntryParking
from parindex.eventstore.projecting import Projector
from parindex.eventstore.projection import PROJECTION, Projection, StoredText
from parindex.eventstore.read_model_versions import live_engine
from parindex.eventstore.registry import Recorded, UnknownEventError
from parindex.testing.postgres import Database
from parindex.testing.shop import bake

TABLES = MetaData(schema=PROJECTION)
MENU = Table(
    "menu", TABLES, Column("position", BigInteger, primary_key=True), Column("pizza", Text), Column("said", StoredText)
)
POISON = "gone off"
OF_A_NEWER_PROGRAM = """
UPDATE events SET type = $2, entry = convert_to(replace(convert_from(entry, 'UTF8'), $1::text, $2::text), 'UTF8')
WHERE position = $3
"""
PARKED = "SELECT position, error FROM parked ORDER BY position"


class Kitchen:
    """A projection that refuses one pizza while `spoilt` is set, and the database refuses another for ever."""

    def __init__(self) -> None:
        self.spoilt = True
        self.projection = Projection("menu", 1, TABLES, self.apply)

    async def apply(self, connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
        rows: list[dict[str, Any]] = [
            {"position": each.position, "pizza": each.fact.pizza, "said": each.fact.pizza} for each in recorded
        ]
        await connection.execute(insert(MENU), rows)
        if self.spoilt and any(row["pizza"] == POISON for row in rows):
            raise ZeroDivisionError


@pytest_asyncio.fixture
async def engine(shop_database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(shop_database.url)
    yield engine
    await engine.dispose()


async def positions(engine: AsyncEngine) -> list[int]:
    async with live_engine(engine).connect() as connection:
        return list((await connection.execute(select(MENU.c.position).order_by(MENU.c.position))).scalars())


async def parked(log: Log) -> list[tuple[int, str]]:
    return [(row["position"], row["error"]) for row in await log.pool.fetch(PARKED)]


async def caught_up(log: Log, engine: AsyncEngine, kitchen: Kitchen) -> Projector:
    projector = Projector(log, engine, [kitchen.projection])
    await projector.prepare()
    await projector.catch_up()
    return projector


async def test_a_poisoned_entry_and_what_follows_in_its_stream_are_parked_and_others_go_on(
    log: Log, engine: AsyncEngine
) -> None:
    for oven, pizza in [("o1", "a"), ("o2", "b"), ("o1", POISON), ("o2", "c"), ("o1", "d"), ("o3", "e")]:
        await log.append(bake(oven, pizza))
    projector = await caught_up(log, engine, Kitchen())
    assert await positions(engine) == [1, 2, 4, 6]
    assert await parked(log) == [(3, "ZeroDivisionError:"), (5, BEHIND)]
    [status] = await projector.status()
    assert (status.position, status.parked, status.lag, status.error) == (6, 2, 0, "")
    await log.append(bake("o1", "f"))
    await log.append(bake("o2", "g"))
    await projector.catch_up()
    assert await positions(engine) == [1, 2, 4, 6, 8]
    assert [position for position, _ in await parked(log)] == [3, 5, 7]


async def test_what_is_parked_is_applied_in_order_after_the_cause_is_fixed(log: Log, engine: AsyncEngine) -> None:
    for oven, pizza in [("o1", POISON), ("o1", "a"), ("o2", POISON), ("o2", "b")]:
        await log.append(bake(oven, pizza))
    kitchen = Kitchen()
    projector = await caught_up(log, engine, kitchen)
    parking = EntryParking(log, engine, kitchen.projection)
    assert await parking.retry() == 0
    assert await log.pool.fetchval("SELECT attempts FROM parked WHERE position = 1") == 2
    kitchen.spoilt = False
    assert await parking.retry("oven-o2") == 2
    assert await positions(engine) == [3, 4]
    assert await parking.retry() == 2
    assert (await parked(log), await positions(engine)) == ([], [1, 2, 3, 4])
    await log.append(bake("o1", "c"))
    await projector.catch_up()
    assert await positions(engine) == [1, 2, 3, 4, 5]


async def test_a_rebuild_applies_what_was_parked_and_parks_what_still_fails(log: Log, engine: AsyncEngine) -> None:
    for pizza in ("a", POISON, "b"):
        await log.append(bake("o1", pizza))
    kitchen = Kitchen()
    projector = await caught_up(log, engine, kitchen)
    await projector.rebuild("menu")
    assert [position for position, _ in await parked(log)] == [2, 3]
    kitchen.spoilt = False
    await projector.rebuild("menu")
    assert (await parked(log), await positions(engine)) == ([], [1, 2, 3])


async def test_what_no_database_text_can_hold_is_parked_and_a_stored_text_holds_it(
    log: Log, engine: AsyncEngine
) -> None:
    await log.append(bake("o1", "a\0b"))
    await log.append(bake("o2", "c"))
    await caught_up(log, engine, Kitchen())
    assert await positions(engine) == [2]
    [(position, error)] = await parked(log)
    assert position == 1
    assert "invalid byte sequence" in error
    assert "SQL" not in error

    async def store(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
        rows = [{"position": each.position, "said": each.fact.pizza} for each in recorded]
        await connection.execute(insert(MENU), rows)

    await Projector(log, engine, [Projection("menu", 2, TABLES, store)]).prepare()
    projector = Projector(log, engine, [Projection("menu", 2, TABLES, store)])
    await projector.prepare()
    await projector.catch_up()
    async with live_engine(engine).connect() as connection:
        rows = await connection.execute(select(MENU.c.said).order_by(MENU.c.position))
        assert list(rows.scalars()) == ["a\N{REPLACEMENT CHARACTER}b", "c"]


@pytest.mark.parametrize("raw", [b"{}", b"", b"\xff", b'{"v":2'], ids=["no entry", "nothing", "no text", "cut off"])
async def test_bytes_that_are_no_entry_are_parked(log: Log, engine: AsyncEngine, raw: bytes) -> None:
    for oven in ("o1", "o2", "o3"):
        await log.append(bake(oven))
    await log.pool.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
    await log.pool.execute("UPDATE events SET entry = $1 WHERE position = 2", raw)
    await caught_up(log, engine, Kitchen())
    assert await positions(engine) == [1, 3]
    assert [position for position, _ in await parked(log)] == [2]


async def test_an_entry_of_a_newer_program_is_not_parked_and_the_entries_before_it_are_applied(
    log: Log, engine: AsyncEngine
) -> None:
    for oven in ("o1", "o2", "o3"):
        await log.append(bake(oven))
    await log.pool.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
    await log.pool.execute(OF_A_NEWER_PROGRAM, "PizzaBaked", "PizzaFlown", 2)
    projector = Projector(log, engine, [Kitchen().projection])
    await projector.prepare()
    with pytest.raises(UnknownEventError, match="PizzaFlown"):
        await projector.catch_up()
    assert (await positions(engine), await parked(log)) == ([1], [])
    await log.pool.execute(OF_A_NEWER_PROGRAM, "PizzaFlown", "PizzaBaked", 2)
    await projector.catch_up()
    assert await positions(engine) == [1, 2, 3]


async def test_a_log_that_ends_before_its_head_stops_the_projection_with_that_word(
    log: Log, engine: AsyncEngine
) -> None:
    for oven in ("o1", "o2", "o3"):
        await log.append(bake(oven))
    await log.pool.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
    await log.pool.execute("DELETE FROM events WHERE position > 1")
    projector = Projector(log, engine, [Kitchen().projection])
    await projector.prepare()
    with pytest.raises(EntriesMissingError):
        await projector.catch_up()
    assert await positions(engine) == [1]
    assert await parked(log) == []


async def test_a_missing_table_stops_the_projection_and_parks_nothing(log: Log, engine: AsyncEngine) -> None:
    await log.append(bake("o1"))
    projector = Projector(log, engine, [Kitchen().projection])
    await projector.prepare()
    await log.pool.execute("ALTER TABLE menu_v1.menu DROP COLUMN said CASCADE")
    with pytest.raises(ProgrammingError):
        await projector.catch_up()
    assert await parked(log) == []


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=12))
async def test_the_projection_holds_exactly_what_no_poison_precedes_in_its_stream(
    log: Log, engine: AsyncEngine, baked: list[tuple[str, bool]]
) -> None:
    before = await log.head()
    kitchen = Kitchen()
    projector = await caught_up(log, engine, kitchen)
    spoilt: set[str] = set()
    expected: list[int] = []
    for number, (oven, poison) in enumerate(baked, start=before + 1):
        await log.append(bake(f"{oven}-{before}", POISON if poison else "a"))
        spoilt |= {oven} if poison else set()
        expected += [] if oven in spoilt else [number]
    await projector.catch_up()
    assert [each for each in await positions(engine) if each > before] == expected
    kitchen.spoilt = False
    await EntryParking(log, engine, kitchen.projection).retry()
    assert await positions(engine) == list(range(1, await log.head() + 1))
