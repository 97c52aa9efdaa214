"""The feeds over HTTP: for services and auditors only, with long polls, and without entries of other authorities."""

import asyncio
import hashlib
from typing import Any

import msgspec
import pytest

from parindex.bus.contract_feed import contract_feed
from parindex.bus.feed import FeedBus, FeedClient
from parindex.bus.message import MOST_IN_PAGE, Message, encode_message
from parindex.bus.protocols import FeedAwayError, Subscription
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.registry import partition_of
from parindex.testing.bus_fixture import BusFixture, client_of
from parindex.testing.shop import OvenCleaned, bake, metadata

K = partition_of("o1", 4)


class CountedFeed(FeedClient):
    """A feed that counts its reads."""

    def __init__(self, bus_fixture: BusFixture) -> None:
        super().__init__({"shop": bus_fixture.client})
        self.questions = 0

    async def read(self, source: str, partition: int, after: int, *more: Any) -> Message:
        self.questions += 1
        return await super().read(source, partition, after, *more)


async def test_the_contract_feed_answers_in_the_bytes_of_the_bus(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake_many(3, "o1")
    answer = await bus_fixture.client.get("/v1/contracts", params={"partition": K, "after": 1})
    assert answer.content == encode_message(await contract_feed(bus_fixture.shop, K, 1))


@pytest.mark.parametrize(
    "asked", [{"partition": 4}, {"partition": 0, "after": -1}, {"partition": 0, "limit": MOST_IN_PAGE + 1}, {}]
)
async def test_a_question_that_makes_no_sense_is_refused(bus_fixture: BusFixture, asked: dict[str, int]) -> None:
    assert (await bus_fixture.client.get("/v1/contracts", params=asked)).status_code == 422


@pytest.mark.parametrize("right", ["office@H09", "unit@H09.05", "auditor@H09", "kiosk@H09"])
async def test_only_services_read_contracts(bus_fixture: BusFixture, right: str) -> None:
    async with client_of(bus_fixture.shop, right) as client:
        assert (await client.get("/v1/contracts", params={"partition": 0})).status_code == 403


async def test_a_long_poll_is_answered_when_something_is_published(bus_fixture: BusFixture) -> None:
    asking = asyncio.create_task(bus_fixture.feeds.read("shop", K, 0, wait=30))
    await bus_fixture.shop.append(bake("o1"))
    async with asyncio.timeout(20):
        assert [event.position for event in (await asking).events] == [1]


async def test_a_waiting_consumer_asks_nothing_while_only_private_facts_are_recorded(bus_fixture: BusFixture) -> None:
    feed = CountedFeed(bus_fixture)
    deliveries = FeedBus(feed).deliveries(Subscription("guest", "shop", K, lambda: 0))
    await bus_fixture.shop.append(bake("o1"))
    await anext(deliveries)
    coming = asyncio.create_task(anext(deliveries))
    for _ in range(20):
        await bus_fixture.shop.append(Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned("o1")])))
    await bus_fixture.shop.append(bake("o1"))
    assert (await coming).message.last == 22
    assert feed.questions == 2


async def test_a_feed_that_refuses_or_is_gone_is_away(bus_fixture: BusFixture) -> None:
    async with client_of(bus_fixture.shop, "office@H09") as client:
        with pytest.raises(FeedAwayError, match="403"):
            await FeedClient({"shop": client}).read("shop", K, 0)
    await bus_fixture.shop.pool.execute("ALTER TABLE events RENAME TO gone")
    with pytest.raises(FeedAwayError):
        await bus_fixture.feeds.read("shop", K, 0)


async def lines(bus_fixture: BusFixture, right: str, **asked: int) -> list[Any]:
    async with client_of(bus_fixture.shop, right) as client:
        answer = await client.get("/v1/feed", params=asked)
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


async def test_an_auditor_reads_every_entry_private_ones_too(bus_fixture: BusFixture) -> None:
    await bus_fixture.shop.append(Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned("o1")] * 2_500), 2_500))
    assert [line["position"] for line in await lines(bus_fixture, "auditor@H09", after=100, limit=2_300)] == list(
        range(101, 2_401)
    )
    assert len(await lines(bus_fixture, "auditor@H09")) == 1_000


async def test_an_auditor_of_another_authority_gets_hashes_only(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake(5)
    hidden = await lines(bus_fixture, "auditor@H10")
    assert [line["position"] for line in hidden] == [1, 2, 3, 4, 5]
    assert all("entry" not in line and len(line["sha256"]) == 64 for line in hidden)
    assert all(
        "entry" in line for line in await lines(bus_fixture, "service@services")
    )  # the system's own processes read for every authority


async def test_others_do_not_read_the_feed(bus_fixture: BusFixture) -> None:
    async with client_of(bus_fixture.shop, "office@H09") as client:
        assert (await client.get("/v1/feed")).status_code == 403


async def test_every_answer_of_the_feed_names_the_head_and_ends_there(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake(5)
    async with client_of(bus_fixture.shop, "auditor@H10") as client:
        log = (await client.get("/v1/log")).json()
        answers = [await client.get("/v1/feed", params={"after": after, "limit": 2}) for after in (0, 4, 5)]
    newest = await bus_fixture.shop.pool.fetchval("SELECT entry FROM events WHERE position = 5")
    assert log["origin"] == f"{bus_fixture.shop.installation}/shop"
    assert (log["source"], log["epoch"], log["head"]) == ("shop", 1, 5)
    assert log["hash"] == hashlib.sha256(newest).hexdigest()
    for answer, lines in zip(answers, (2, 1, 0), strict=True):
        said = {name: answer.headers[f"parindex-log-{name}"] for name in ("origin", "epoch", "head", "hash")}
        assert said == {"origin": log["origin"], "epoch": "1", "head": "5", "hash": log["hash"]}
        assert len(answer.content.splitlines()) == lines


async def test_a_reader_beyond_the_end_of_the_log_gets_its_end(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake(3)
    async with client_of(bus_fixture.shop, "auditor@H09") as client:
        answer = await client.get("/v1/feed", params={"after": 4})
        log = (await client.get("/v1/log")).json()
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "beyond-log-head")
    assert (problem["head"], problem["epoch"], problem["hash"]) == (3, 1, log["hash"])


async def test_the_contract_feed_names_the_head_too(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake(3)
    async with client_of(bus_fixture.shop, "service@services") as client:
        answer = await client.get("/v1/contracts", params={"partition": 0, "after": 9})
    assert answer.headers["parindex-log-head"] == "3"
    assert (answer.json()["head"], answer.json()["last"]) == (3, 9)


async def test_a_contract_names_the_entry_that_it_was_made_of(bus_fixture: BusFixture) -> None:
    await bus_fixture.shop.append(bake("o1"))
    message = await bus_fixture.feeds.read("shop", K, 0)
    entry = await bus_fixture.shop.pool.fetchval("SELECT entry FROM events WHERE position = 1")
    assert message.events[0].entry_sha256 == hashlib.sha256(entry).hexdigest()
