"""What the batcher says when it could not write, and after it has closed."""

import asyncio
from typing import Any

import asyncpg
import pytest

from parindex.eventstore.appending import (
    Append,
    Appended,
    Decided,
    LogBusyError,
    NotWrittenError,
    OutcomeUnknownError,
    StorageFullError,
)
from parindex.eventstore.batcher import Batcher, _refusal
from parindex.eventstore.command_handling import execute
from parindex.eventstore.decider import Decider
from parindex.eventstore.log import Log
from parindex.testing import shop
from parindex.testing.postgres import Database
from parindex.testing.shop import PizzaBaked, bake, metadata

REFUSALS = {
    "53100": StorageFullError, "53200": NotWrittenError, "40P01": NotWrittenError, "55P03": NotWrittenError,
    "57P01": OutcomeUnknownError, "57P02": OutcomeUnknownError, "08006": OutcomeUnknownError,
    "XX000": OutcomeUnknownError,
}  # fmt: skip
ONCE: Decider[PizzaBaked, int, PizzaBaked] = Decider(
    0, lambda pizza, baked: [] if baked else [pizza], lambda n, _: n + 1
)


async def test_a_log_that_has_closed_takes_nothing_more(shop_database: Database) -> None:
    async with Log.open(shop_database.dsn, shop.TYPES) as log:
        pass
    async with asyncio.timeout(10):
        with pytest.raises(LogBusyError):
            await log.append(bake())


@pytest.mark.parametrize("state", REFUSALS)
def test_only_what_the_server_has_surely_undone_is_called_unwritten(state: str) -> None:
    assert type(_refusal(asyncpg.PostgresError.new({"C": state, "M": "m"}))) is REFUSALS[state]


def test_a_lost_connection_says_nothing_of_what_was_written() -> None:
    assert type(_refusal(ConnectionResetError())) is OutcomeUnknownError


async def test_no_two_entries_have_the_same_nonce(log: Log) -> None:
    baked = [PizzaBaked("x", "o1")] * 50
    await log.append(Append("oven-o1", metadata(), lambda _: Decided(baked), 50))
    await asyncio.gather(*(log.append(bake()) for _ in range(50)))
    await log.append(Append("oven-o1", metadata(), lambda _: Decided(baked)))  # heavier than it said
    nonces = {one.entry.nonce for one in await log.read_after(0)}
    assert (len(nonces), {len(nonce) for nonce in nonces}) == (150, {22})


async def test_of_ten_who_wish_the_same_at_once_one_does_it(log: Log) -> None:
    pizza = PizzaBaked("x", "o1")
    done = await asyncio.gather(*(execute(log, "oven-o1", ONCE, pizza, metadata()) for _ in range(10)))
    assert sorted(len(each.facts) for each in done) == [0] * 9 + [1]
    assert await log.head() == 1


async def test_what_fails_after_the_commit_is_no_refusal(shop_database: Database, log: Log) -> None:
    async def spoil(_: Any) -> None:
        raise asyncpg.PostgresError.new({"C": "53200", "M": "out of memory"})

    async with asyncpg.create_pool(shop_database.dsn, min_size=1, max_size=2, reset=spoil) as pool:
        batcher = Batcher(pool, shop.TYPES, lambda _: None)
        batcher.start()
        done = await batcher.append(bake())
        assert isinstance(done, Appended)
        assert done.last == await log.head() == 1
        await batcher.stop()
