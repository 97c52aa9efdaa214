"""Checkpoints: each reader advances in each partition of each source by itself, and only from where it is."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from parindex.eventstore.checkpoints import (
    Checkpoint,
    CheckpointKey,
    advance,
    database_time,
    delete,
    load,
    note_epoch,
    note_start,
    note_unverified,
    note_verified,
    reset,
)
from parindex.testing.postgres import Database

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
KEY = CheckpointKey("guest.eating:1", "shop", 3)
OTHERS = [
    CheckpointKey("guest.eating:2", "shop", 3),
    CheckpointKey("guest.eating:1", "bakery", 3),
    CheckpointKey("guest.eating:1", "shop", 2),
]
START = Checkpoint(0, 0)
ROWS = text("""
SELECT reader, source, partition, position, epoch, told_epoch, feed_verified_at IS NOT NULL FROM reader_positions
ORDER BY 1, 2, 3
""")
TIMES = text("SELECT feed_verified_at FROM reader_positions")

Row = tuple[CheckpointKey, int, int, int, bool]


@pytest_asyncio.fixture
async def connection(shop_database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection on which four readers have their first checkpoints."""
    engine = create_async_engine(shop_database.url)
    async with engine.begin() as connection:
        for key in (KEY, *OTHERS):
            assert await load(connection, key) == START
        yield connection
    await engine.dispose()


async def rows(connection: AsyncConnection) -> list[Row]:
    """The checkpoint of KEY with its noted epoch and whether its source was verified; all others are at the start."""
    found = [(CheckpointKey(*row[:3]), *row[3:]) for row in await connection.execute(ROWS)]
    assert {row for row in found if row[0] != KEY} == {(key, 0, 0, 0, False) for key in OTHERS}
    return [row for row in found if row[0] == KEY]


async def test_a_new_reader_begins_before_the_first_entry_and_has_one_row(connection: AsyncConnection) -> None:
    assert await load(connection, KEY) == START
    assert await rows(connection) == [(KEY, 0, 0, 0, False)]


async def test_a_checkpoint_advances_from_where_it_is_and_from_nowhere_else(connection: AsyncConnection) -> None:
    assert await advance(connection, KEY, 0, Checkpoint(7, 2))
    assert await load(connection, KEY) == Checkpoint(7, 2)
    assert not await advance(connection, KEY, 0, Checkpoint(9, 3))
    assert not await advance(connection, KEY, 8, Checkpoint(9, 3))
    assert await rows(connection) == [(KEY, 7, 2, 0, False)]
    assert await advance(connection, KEY, 7, Checkpoint(9, 3))
    assert await rows(connection) == [(KEY, 9, 3, 0, False)]


async def test_an_epoch_that_a_reader_found_is_noted_beside_that_of_its_checkpoint(connection: AsyncConnection) -> None:
    assert await advance(connection, KEY, 0, Checkpoint(7, 2))
    await note_epoch(connection, KEY, 4)
    assert await rows(connection) == [(KEY, 7, 2, 4, False)]


async def test_a_verification_is_stored_until_the_reader_starts_again(connection: AsyncConnection) -> None:
    await note_epoch(connection, KEY, 4)
    await note_verified(connection, KEY, NOON)
    assert await rows(connection) == [(KEY, 0, 0, 4, True)]
    await note_start(connection, KEY)
    assert await rows(connection) == [(KEY, 0, 0, 0, False)]


async def test_a_verification_is_stored_with_its_time(connection: AsyncConnection) -> None:
    await note_verified(connection, KEY, NOON)
    assert [at for at in (await connection.execute(TIMES)).scalars() if at] == [NOON]


async def test_the_time_is_that_of_the_databases_clock_and_goes_on_in_a_transaction(
    connection: AsyncConnection,
) -> None:
    began = (await connection.execute(text("SELECT now()"))).scalar_one()
    assert began < await database_time(connection) < await database_time(connection)


async def test_a_withdrawn_verification_is_of_its_reader_alone(connection: AsyncConnection) -> None:
    await note_epoch(connection, KEY, 4)
    await note_verified(connection, KEY, NOON)
    for key in OTHERS:
        await note_unverified(connection, key)
    assert await rows(connection) == [(KEY, 0, 0, 4, True)]
    await note_unverified(connection, KEY)
    assert await rows(connection) == [(KEY, 0, 0, 4, False)]


async def test_a_start_leaves_what_other_readers_have_found(connection: AsyncConnection) -> None:
    await note_epoch(connection, KEY, 4)
    await note_verified(connection, KEY, NOON)
    for key in OTHERS:
        await note_start(connection, key)
    assert await rows(connection) == [(KEY, 0, 0, 4, True)]


async def test_a_checkpoint_is_reset_to_any_position(connection: AsyncConnection) -> None:
    assert await advance(connection, KEY, 0, Checkpoint(7, 2))
    await reset(connection, KEY, 3)
    assert await rows(connection) == [(KEY, 3, 2, 0, False)]


async def test_a_checkpoint_is_deleted_and_its_reader_begins_anew(connection: AsyncConnection) -> None:
    assert await advance(connection, KEY, 0, Checkpoint(7, 2))
    await delete(connection, KEY)
    assert await rows(connection) == []
    assert await load(connection, KEY) == START
