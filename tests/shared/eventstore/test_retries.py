"""A retry gets the first answer to the letter, also where nothing had to be recorded, and though things moved on."""

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.eventstore.appending import Append, Appended, Decided, Idempotency
from parindex.eventstore.log import Log
from parindex.hosting.settings import url_of
from parindex.testing.postgres import Database
from parindex.testing.shop import bake, metadata


def nothing(key: str) -> Append:
    """A command without events, because the state is already as commanded."""
    return Append("oven-o1", metadata(key, "nothing"), lambda _: Decided([]))


async def test_what_recorded_nothing_is_answered_with_the_version_of_then(log: Log) -> None:
    await log.append(bake())
    first = await log.append(nothing("k-1"))
    await log.append(bake("o2"))
    await log.append(bake())
    again = await log.append(nothing("k-1"))
    assert (first.first, first.last, first.version, first.facts) == (2, 1, 1, ())
    assert again == replace(first, repeated=True)


async def test_what_recorded_nothing_on_an_unknown_stream_is_answered_alike(log: Log) -> None:
    first = await log.append(nothing("k-1"))
    await log.append(bake())
    assert await log.append(nothing("k-1")) == replace(first, repeated=True)
    assert first.version == 0


async def test_a_retry_asked_before_deciding_gets_the_same(log: Log) -> None:
    await log.append(bake())
    first = await log.append(nothing("k-1"))
    await log.append(bake())
    assert await log.answered(Idempotency("k-1", b"nothing"), "oven-o1") == replace(first, repeated=True)


async def test_within_a_callers_transaction_a_retry_gets_the_first_answer_too(
    log: Log, shop_database: Database
) -> None:
    async def twice(append: Append) -> list[Appended]:
        engine, done = create_async_engine(url_of(shop_database.url)), []
        for _ in range(2):
            async with engine.begin() as connection:
                done += await log.append_within(connection, [append])
            await log.append(bake())
        await engine.dispose()
        return done

    first, again = await twice(bake(acting=metadata("k-1", "one pizza")))
    assert again == replace(first, repeated=True)
    assert again.facts
    first, again = await twice(nothing("k-2"))
    assert again == replace(first, repeated=True)
