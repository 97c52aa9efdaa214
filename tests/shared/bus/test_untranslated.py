"""An entry that a program cannot translate stops its partition there, by name; a corrected program goes on."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from parindex.bus import relay as relay_module
from parindex.bus import untranslated
from parindex.bus.contract_feed import contract_feed
from parindex.bus.feed import FeedClient
from parindex.bus.lease import cursors, head_and_epoch, try_lease
from parindex.bus.outbox import read_outbox
from parindex.bus.untranslated import EntryUntranslatedError
from parindex.eventstore.log import Log
from parindex.eventstore.registry import EventTypes, Recorded, Translation, partition_of
from parindex.testing import shop
from parindex.testing.bus_fixture import SMALL_PAGE, BusFixture, client_of, running
from parindex.testing.conformance import Candidate, FeedCandidate, RabbitCandidate
from parindex.testing.shop import PizzaBaked, ShopClosed, bake

K = partition_of("o1", 4)
SECRET = "hawaii"


def failing(cls: type) -> EventTypes:
    """The shop's program with a defect: it cannot translate a certain pizza, or any closing."""
    sound = shop.TYPES.translations[cls]

    def contract(recorded: Recorded) -> Any:
        if getattr(recorded.fact, "pizza", SECRET) == SECRET:
            raise LookupError(SECRET)
        return sound.contract(recorded)

    return replace(shop.TYPES, translations={**shop.TYPES.translations, cls: Translation(contract, sound.about)})


@asynccontextmanager
async def run_by(bus_fixture: BusFixture, types: EventTypes) -> AsyncIterator[BusFixture]:
    """The same shop, run by another program."""
    async with Log.open(bus_fixture.shop_dsn, types) as log, client_of(log, "service@services") as client:
        yield replace(bus_fixture, shop=log, feeds=FeedClient({"shop": client}, page=SMALL_PAGE), client=client)


@pytest.fixture(params=["feed", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
def candidate(request: pytest.FixtureRequest) -> Candidate:
    return FeedCandidate() if request.param == "feed" else RabbitCandidate(request.getfixturevalue("broker_url"))


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    for module in (untranslated, relay_module):
        monkeypatch.setattr(module, "logger", structlog.get_logger())  # a logger that was used is bound for good
    with capture_logs() as lines:
        yield lines


async def bake_a_failing_one(bus_fixture: BusFixture) -> int:
    """Bake in all ovens, then what fails, then in all ovens again; close the shop; return the failing position."""
    await bus_fixture.bake(24)
    failing_at = (await bus_fixture.shop.append(bake("o1", SECRET))).first
    await bus_fixture.bake(24)
    await bus_fixture.close_shop()
    return failing_at


async def test_other_partitions_go_on_and_a_corrected_program_leaves_nothing_out(
    bus_fixture: BusFixture, candidate: Candidate, logged: list[Any]
) -> None:
    at = await bake_a_failing_one(bus_fixture)
    async with run_by(bus_fixture, failing(PizzaBaked)) as defective:
        async with candidate.open(defective) as subscriber, running(defective.runner(subscriber)) as runner:
            for partition in range(4):
                told = [p for p in await bus_fixture.published(partition) if partition != K or p < at]
                await runner.reached("shop", partition, told[-1])
                assert await bus_fixture.eaten(partition) == told  # no closing in K: what waits for it goes on waiting
        assert [each.line for each in defective.shop.untranslated.values()] == [f"shop/{at} PizzaBaked (LookupError)"]
    async with candidate.open(bus_fixture) as subscriber, running(bus_fixture.runner(subscriber)) as runner:
        await bus_fixture.all_arrived(runner)
        await bus_fixture.check()
    assert [line["event"] for line in logged if line["log_level"] in {"error", "critical"}] == ["entry_untranslated"]
    assert "relay_interrupted" not in [line["event"] for line in logged]
    assert not [line for line in logged if line["event"] == "entry_untranslated" and SECRET in str(line)]


async def test_the_feed_gives_what_comes_before_and_then_a_problem_by_its_code(
    bus_fixture: BusFixture, logged: list[Any]
) -> None:
    at = await bake_a_failing_one(bus_fixture)
    async with run_by(bus_fixture, failing(PizzaBaked)) as defective:
        page = await contract_feed(defective.shop, K, 0)
        assert [event.position for event in page.events] == [p for p in await bus_fixture.published(K) if p < at]
        for _ in range(3):
            answer = await defective.client.get(
                "/v1/contracts", params={"partition": K, "after": page.last, "wait": 20}
            )
            assert (answer.status_code, answer.json()["code"]) == (503, "entry-untranslated")
            assert f"shop/{at} PizzaBaked (LookupError)" in answer.text
            assert SECRET not in answer.text
        assert (await contract_feed(defective.shop, (K + 1) % 4, 0)).events
    assert len([line for line in logged if line["event"] == "entry_untranslated"]) == 1


async def outbox(log: Log, **at: int) -> dict[int, list[int]]:
    """The positions that the relay would publish next; `at` moves the cursor of a partition first (k0=…)."""
    async with try_lease(log) as lease:
        assert lease is not None
        stand = await cursors(lease, log.partitions) | {int(name[1:]): position for name, position in at.items()}
        found = await read_outbox(lease.connection, log, (await head_and_epoch(lease))[1], stand)
    return {k: [event.position for each in messages for event in each.events] for k, messages in found.items()}


async def test_an_entry_for_all_partitions_stops_all_of_them_before_it(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake(12)
    await bus_fixture.close_shop()
    await bus_fixture.bake(12)
    async with run_by(bus_fixture, failing(ShopClosed)) as defective:
        assert await outbox(defective.shop) == {
            k: [p for p in await bus_fixture.published(k) if p < 13] for k in range(4)
        }
        for k in range(4):
            with pytest.raises(EntryUntranslatedError, match="shop/13 ShopClosed"):
                await contract_feed(defective.shop, k, 12)
        passed = await outbox(defective.shop, k0=13)  # a newer program had published it there
        assert passed[0] == [p for p in await bus_fixture.published(0) if p > 13]


async def test_an_entry_of_a_newer_program_stops_only_its_partition(bus_fixture: BusFixture) -> None:
    await bus_fixture.close_shop()
    await bus_fixture.shop.append(bake("o1"))
    await bus_fixture.close_shop()
    older = replace(shop.TYPES, classes={"ShopClosed": ShopClosed})
    async with run_by(bus_fixture, older) as defective:
        assert await outbox(defective.shop) == {k: [1] if k == K else [1, 3] for k in range(4)}
        assert [each.error for each in defective.shop.untranslated.values()] == ["UnknownEventError"]


async def test_an_entry_that_is_translated_after_all_is_no_longer_named(bus_fixture: BusFixture) -> None:
    await bake_a_failing_one(bus_fixture)
    bus_fixture.shop.types = failing(PizzaBaked)
    await outbox(bus_fixture.shop)
    assert bus_fixture.shop.untranslated
    bus_fixture.shop.types = shop.TYPES
    await outbox(bus_fixture.shop)
    assert not bus_fixture.shop.untranslated
