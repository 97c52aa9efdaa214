"""What the log promises: dense positions, one version each, the first answer again, nothing ever changed."""

import asyncio

import asyncpg
import msgspec
import pytest

from parindex.canonical import ProfileError
from parindex.eventstore.appending import Append, Appended, Decided, KeyReusedError, StreamHead, StreamMovedError
from parindex.eventstore.log import Log
from parindex.eventstore.registry import EVERY_PARTITION, UnknownEventError, partition_of
from parindex.eventstore.sealing import seal
from parindex.eventstore.vault import Opening, open_sealed
from parindex.refusal import Refused
from parindex.testing import shop
from parindex.testing.postgres import Database
from parindex.testing.shop import OvenCleaned, PizzaBaked, ShopClosed, bake, bake_at, metadata


async def positions(log: Log) -> list[int]:
    return [row["position"] for row in await log.pool.fetch("SELECT position FROM events ORDER BY position")]


async def test_positions_are_dense_whatever_is_refused_between(log: Log) -> None:
    appends = [bake(f"o{n % 7}") if n % 3 else bake_at(99) for n in range(300)]
    outcomes = await asyncio.gather(*map(log.append, appends), return_exceptions=True)
    assert sum(isinstance(outcome, StreamMovedError) for outcome in outcomes) == 100
    assert await positions(log) == list(range(1, 201))
    assert await log.head() == 200


async def test_of_many_who_decided_on_one_version_one_wins(log: Log) -> None:
    outcomes = await asyncio.gather(*(log.append(bake_at(0)) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 1
    assert [r.entry.version for r in await log.read_stream("oven-o1")] == [1]


async def test_two_processes_share_one_log_without_gap_or_double(shop_database: Database) -> None:
    async with Log.open(shop_database.dsn, shop.TYPES) as one, Log.open(shop_database.dsn, shop.TYPES) as other:
        await asyncio.gather(*(log.append(bake("o1")) for log in (one, other) * 200))
        assert await positions(one) == list(range(1, 401))
        assert [r.entry.version for r in await one.read_stream("oven-o1")] == list(range(1, 401))


async def test_a_decision_sees_other_streams_as_they_are_when_it_is_made(log: Log) -> None:
    seen: list[int] = []

    def look(own: StreamHead, other: StreamHead, unknown: StreamHead) -> Decided:
        seen.extend((own.version, other.version, unknown.version))
        return Decided(())

    await log.append(bake("o1"))
    looking = Append("oven-o2", metadata(), look, reads=("oven-o1", "oven-o9"))
    await asyncio.gather(log.append(bake("o1")), log.append(looking), log.append(bake("o1")))
    assert seen == [0, 2, 0]  # appends are decided in the order in which they came


async def test_a_refusal_in_a_batch_concerns_its_caller_alone(log: Log) -> None:
    class OvenColdError(Refused):
        code = "oven-cold"
        vi, en = "Lò nguội.", "The oven is cold."

    def refuse(_: StreamHead) -> Decided:
        raise OvenColdError

    def stumble(_: StreamHead) -> Decided:
        raise ZeroDivisionError

    appends = [bake("o1"), Append("oven-o2", metadata(), refuse), Append("oven-o3", metadata(), stumble), bake("o4")]
    outcomes = await asyncio.gather(*map(log.append, appends), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Appended, OvenColdError, ZeroDivisionError, Appended]
    assert await log.head() == 2


async def test_an_append_is_all_or_nothing(log: Log) -> None:
    facts = [PizzaBaked("good", "o1"), PizzaBaked("e\u0301", "o1")]
    with pytest.raises(ProfileError):
        await log.append(Append("oven-o1", metadata(), lambda _: Decided(facts), 2))
    assert await log.head() == 0
    assert await log.stream_head("oven-o1") == StreamHead(0)


async def test_a_retry_gets_the_first_answer(log: Log) -> None:
    first = await log.append(bake(acting=metadata("k-1", "one pizza")))
    again = await log.append(bake(acting=metadata("k-1", "one pizza")))
    assert (again.first, again.last, again.repeated) == (first.first, first.last, True)
    assert await log.head() == 1


async def test_a_key_with_another_request_is_refused(log: Log) -> None:
    await log.append(bake(acting=metadata("k-1", "one pizza")))
    with pytest.raises(KeyReusedError):
        await log.append(bake(acting=metadata("k-1", "two pizzas")))
    assert await log.head() == 1


async def test_ten_retries_at_once_are_one_fact(log: Log) -> None:
    answers = await asyncio.gather(*(log.append(bake(acting=metadata("k-1", "one pizza"))) for _ in range(10)))
    assert {(answer.first, answer.last) for answer in answers} == {(1, 1)}
    assert sum(not answer.repeated for answer in answers) == 1


async def test_a_hot_stream_is_decided_on_its_small_state(log: Log) -> None:
    def count(head: StreamHead) -> Decided:
        number = int(head.state or b"0") + 1
        return Decided([PizzaBaked(f"number {number}", "o1")], str(number).encode())

    await asyncio.gather(*(log.append(Append("oven-o1", metadata(), count)) for _ in range(100)))
    assert [r.fact.pizza for r in await log.read_stream("oven-o1")] == [f"number {n}" for n in range(1, 101)]
    assert await log.stream_head("oven-o1") == StreamHead(100, b"100")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET type = 'x'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE commands SET answer = 'x'",
        "DELETE FROM commands",
    ],
)
async def test_nothing_in_the_log_can_be_changed(log: Log, statement: str) -> None:
    await log.append(bake(acting=metadata("k-1", "one pizza")))
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await log.pool.execute(statement)


async def test_a_fact_is_published_in_its_units_partition_in_all_or_in_none(log: Log) -> None:
    facts = [PizzaBaked("margherita", "o1"), ShopClosed("s"), OvenCleaned("o1")]
    await log.append(Append("oven-o1", metadata(), lambda _: Decided(facts)))
    rows = await log.pool.fetch("SELECT partition FROM events ORDER BY position")
    assert [row["partition"] for row in rows] == [partition_of("o1", 4), EVERY_PARTITION, None]


def test_a_units_partition_never_changes() -> None:
    assert [partition_of(code, 8) for code in ("H09.01", "H09.02", "H56.07")] == [4, 6, 7]


async def test_an_older_version_is_lifted_and_its_bytes_stay(log: Log) -> None:
    await log.append(bake())
    entry = (await log.read_stream("oven-o1"))[0].entry
    old = msgspec.structs.replace(entry, v=1, data=msgspec.Raw(b'{"pizza":"calzone"}'))
    assert log.types.decode(old) == PizzaBaked("calzone", "the only one")
    newer = msgspec.structs.replace(entry, v=3)
    with pytest.raises(UnknownEventError, match="newer than this program"):
        log.types.decode(newer)
    unknown = msgspec.structs.replace(entry, type="PizzaEaten")
    with pytest.raises(UnknownEventError, match="PizzaEaten"):
        log.types.decode(unknown)


async def test_what_is_personal_is_in_the_vault_alone(log: Log) -> None:
    sealed = seal("Bà Nguyễn Thị A, 0901234567", "comment")
    await log.append(bake(pizza=sealed.commitment, acting=metadata(sealed=(sealed,))))
    raw = bytes(await log.pool.fetchval("SELECT entry FROM events"))
    assert sealed.commitment.encode() in raw
    assert b"0901234567" not in raw
    opened = (await open_sealed(log, [sealed.commitment]))[sealed.commitment]
    assert (opened.opening, opened.text) == (Opening.VERIFIED, "Bà Nguyễn Thị A, 0901234567")


async def test_what_waits_when_the_log_closes_is_written(shop_database: Database) -> None:
    async with Log.open(shop_database.dsn, shop.TYPES) as log:
        waiting = [asyncio.create_task(log.append(bake(f"o{n}"))) for n in range(500)]
        await asyncio.sleep(0)  # let each task reach the queue
    assert [(await task).first for task in waiting] == list(range(1, 501))


async def test_recorded_times_never_run_backwards(log: Log) -> None:
    await log.pool.execute("UPDATE log_head SET recorded_at = '2050-01-01'")  # as if the clock had been ahead
    await log.append(bake())
    await log.append(bake())
    rows = await log.pool.fetch("SELECT recorded_at FROM events")
    assert {row["recorded_at"].year for row in rows} == {2050}
