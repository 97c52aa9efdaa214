"""Metrics of consumers, batches and dead letters are correct, per consumer, source and partition."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from parindex.bus.contract_feed import ahead, contract_feed
from parindex.bus.protocols import Delivery, Subscription
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.checkpoints import CheckpointStatus
from parindex.eventstore.log import Log
from parindex.eventstore.registry import partition_of
from parindex.monitoring.lag import ASK_EVERY_S, Lag
from parindex.monitoring.log_metrics import Work
from parindex.monitoring.metrics import Metrics
from parindex.monitoring.stalls import StallDetector
from parindex.testing.bus_fixture import BusFixture, client_of, open_bus_fixture, running
from parindex.testing.postgres import Databases
from parindex.testing.queues import NoFeed
from parindex.testing.shop import OvenCleaned, metadata

K = partition_of("o1", 4)
READER = "guest.eating:1"
FAR = 3_600.0  # seconds between two polls of the feed, so that the consumer receives nothing by itself


@pytest.fixture
async def bus_fixture(database: Databases) -> AsyncIterator[BusFixture]:
    async with open_bus_fixture(database) as bus_fixture:
        yield bus_fixture


class LostQueues:
    """A subscriber that never delivers: a broker that lost its queues."""

    async def deliveries(self, _: Subscription) -> AsyncGenerator[Delivery, None]:
        await asyncio.Event().wait()
        for delivery in list[Delivery]():
            yield delivery


def measures(scraped: bytes) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(scraped.decode())
        for sample in family.samples
    }


async def scraped(
    log: Log, *statuses: CheckpointStatus, sizes: Counter[int] | None = None
) -> dict[tuple[str, ...], float]:
    async def look() -> Work:
        return Work(statuses, StallDetector().seconds(statuses), {"guest.eating": sizes or Counter()})

    return measures(await Metrics("guest").scrape(log, look))


def status(position: int, **more: int) -> CheckpointStatus:
    return CheckpointStatus(READER, "shop", K, position, more.pop("lag", 0), live=True, **more)  # type: ignore[arg-type]


async def test_each_consumer_tells_its_lag_refills_and_parked_contracts_by_partition(bus_fixture: BusFixture) -> None:
    found = await scraped(bus_fixture.guest, status(12, lag=5, applied=12, duplicates=2, gaps_filled=3, parked=4))
    about = (str(K), READER, "guest", "shop")
    assert found["parindex_reader_position", *about] == 12
    assert found["parindex_reader_lag", *about] == 5
    assert found["parindex_reader_refills_total", *about] == 3
    assert found["parindex_reader_duplicates_total", *about] == 2
    assert found["parindex_reader_applied_total", *about] == 12
    assert found["parindex_parked_contracts", *about] == 4
    assert found["parindex_reader_still_seconds", *about] == 0


async def test_a_refill_and_what_is_parked_are_counted_where_they_happen(bus_fixture: BusFixture) -> None:
    bus_fixture.allergens.add("hawaii")
    async with running(bus_fixture.runner(LostQueues(), look_every=0.05)) as runner:
        await bus_fixture.bake(8, pizza="hawaii")
        await bus_fixture.all_arrived(runner)
    # The runner is stopped: only one task at a time may use an inbox.
    [inbox] = [each for key, each in runner._inboxes.items() if key == ("shop", K)]
    await bus_fixture.bake_many(3, "o1")
    await inbox.fill_gap(await bus_fixture.shop.head())
    found = await scraped(bus_fixture.guest, *await runner.status())
    about = (str(K), READER, "guest", "shop")
    assert found["parindex_reader_refills_total", *about] == 1
    assert found["parindex_parked_contracts", *about] == len(await bus_fixture.published(K))


async def test_the_lag_is_measured_at_the_source_and_not_by_what_the_consumer_received(bus_fixture: BusFixture) -> None:
    bus_fixture.feeds = NoFeed()  # and it reads nothing from the feed
    async with running(bus_fixture.runner(LostQueues(), look_every=FAR)) as runner:
        await bus_fixture.bake_many(7, "o1")
        [received] = [each for each in await runner.status() if each.partition == K]
        measured = await Lag({"shop": bus_fixture.client}).measured([received], bus_fixture.shop.partitions)
    assert (received.lag, measured[0].lag) == (0, 7)


async def test_a_source_that_is_away_keeps_its_last_word(bus_fixture: BusFixture) -> None:
    clock = [0.0]
    lag, client = Lag({"shop": bus_fixture.client}, lambda: clock[0]), bus_fixture.client
    await bus_fixture.bake_many(7, "o1")
    assert [each.lag for each in await lag.measured([status(0)], 4)] == [7]
    await bus_fixture.bake_many(7, "o1")
    assert [each.lag for each in await lag.measured([status(0)], 4)] == [7]  # reused
    clock[0] += ASK_EVERY_S
    assert [each.lag for each in await lag.measured([status(0)], 4)] == [14]
    clock[0] += ASK_EVERY_S
    await client.aclose()
    assert [each.lag for each in await lag.measured([status(0)], 4)] == [14]


async def test_only_services_may_ask_how_much_is_ahead(bus_fixture: BusFixture) -> None:
    stands = {"after": [0, 0, 0, 0]}
    async with client_of(bus_fixture.shop, "office@H09") as office:
        assert (await office.get("/v1/contracts/ahead", params=stands)).status_code == 403
    assert (await bus_fixture.client.get("/v1/contracts/ahead", params=stands)).json() == [0, 0, 0, 0]


@pytest.mark.parametrize("stands", [[0, 0, 0], [0, 0, 0, -1], [0] * 5])
async def test_a_question_for_other_partitions_than_there_are_is_refused(
    bus_fixture: BusFixture, stands: list[int]
) -> None:
    answer: httpx.Response = await bus_fixture.client.get("/v1/contracts/ahead", params={"after": stands})
    assert answer.status_code == 422


async def test_what_is_ahead_is_what_the_feed_would_give(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake(40)
    await bus_fixture.close_shop()
    counted = await ahead(bus_fixture.shop, [0, 10, 20, 30])
    for partition, after in enumerate((0, 10, 20, 30)):
        assert counted[partition] == len((await contract_feed(bus_fixture.shop, partition, after)).events)


async def test_a_relays_lag_counts_contracts_and_no_private_fact(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake_many(3, "o1")
    cleaned = Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned("o1")] * 9), 9)
    await bus_fixture.shop.append(cleaned)
    cursor = "INSERT INTO reader_positions (reader, source, partition, position) VALUES ('relay', 'shop', $1, $2)"
    await bus_fixture.shop.pool.executemany(cursor, [(k, 2) for k in range(bus_fixture.shop.partitions)])
    found = measures(await Metrics("shop").scrape(bus_fixture.shop))
    lags = {
        k: found["parindex_reader_lag", str(k), "relay", "shop", "shop"] for k in range(bus_fixture.shop.partitions)
    }
    assert lags == {k: int(k == K) for k in range(bus_fixture.shop.partitions)}


async def test_the_sizes_of_commits_and_of_what_is_handled_at_once_are_histograms(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake_many(40, "o1")
    await bus_fixture.bake_many(1, "o1")
    found = measures(await Metrics("shop").scrape(bus_fixture.shop))
    name = "parindex_append_batch_facts"
    assert [found[f"{name}_bucket", most, "shop"] for most in ("1.0", "20.0", "50.0", "+Inf")] == [1, 1, 2, 2]
    assert (found[f"{name}_sum", "shop"], found[f"{name}_count", "shop"]) == (41, 2)
    handled = await scraped(bus_fixture.guest, sizes=Counter({100: 2, 5_000: 1}))
    name = "parindex_handled_contracts"
    assert [handled[f"{name}_bucket", most, "guest.eating", "guest"] for most in ("50.0", "100.0", "+Inf")] == [0, 2, 3]


async def test_two_who_ask_at_once_get_the_same(bus_fixture: BusFixture) -> None:
    metrics = Metrics("shop")
    await bus_fixture.bake_many(3, "o1")
    one, two = await asyncio.gather(metrics.scrape(bus_fixture.shop), metrics.scrape(bus_fixture.shop))
    assert measures(one) == measures(two)
