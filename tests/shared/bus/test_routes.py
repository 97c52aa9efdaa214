"""The feeds over HTTP: for services and auditors only, waiting when asked to, showing nobody else's entries."""

import asyncio
import hashlib
from typing import Any

import msgspec
import pytest

from parindex.bus.buses import FeedAwayError, Subscription
from parindex.bus.contract_feed import contract_feed
from parindex.bus.feed import FeedBus, FeedClient
from parindex.bus.message import MOST_IN_PAGE, Message, encode_message
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.registry import partition_of
from parindex.testing.hall import Hall, door_of
from parindex.testing.shop import OvenCleaned, act, bake

K = partition_of("o1", 4)


class CountedFeed(FeedClient):
    """A feed that counts the questions."""

    def __init__(self, hall: Hall) -> None:
        super().__init__({"shop": hall.door})
        self.questions = 0

    async def read(self, source: str, partition: int, after: int, *more: Any) -> Message:
        self.questions += 1
        return await super().read(source, partition, after, *more)


async def test_the_contract_feed_answers_in_the_bytes_of_the_bus(hall: Hall) -> None:
    await hall.bake_many(3, "o1")
    answer = await hall.door.get("/v1/contracts", params={"partition": K, "after": 1})
    assert answer.content == encode_message(await contract_feed(hall.shop, K, 1))


@pytest.mark.parametrize(
    "asked", [{"partition": 4}, {"partition": 0, "after": -1}, {"partition": 0, "limit": MOST_IN_PAGE + 1}, {}]
)
async def test_a_question_that_makes_no_sense_is_refused(hall: Hall, asked: dict[str, int]) -> None:
    assert (await hall.door.get("/v1/contracts", params=asked)).status_code == 422


@pytest.mark.parametrize("right", ["office@H09", "unit@H09.05", "auditor@H09", "kiosk@H09"])
async def test_only_services_read_contracts(hall: Hall, right: str) -> None:
    async with door_of(hall.shop, right) as door:
        assert (await door.get("/v1/contracts", params={"partition": 0})).status_code == 403


async def test_a_question_that_waits_is_answered_when_something_is_told(hall: Hall) -> None:
    asking = asyncio.create_task(hall.feeds.read("shop", K, 0, wait=30))
    await hall.shop.append(bake("o1"))
    async with asyncio.timeout(20):
        assert [event.position for event in (await asking).events] == [1]


async def test_a_waiting_consumer_asks_nothing_while_only_private_facts_are_recorded(hall: Hall) -> None:
    feed = CountedFeed(hall)
    deliveries = FeedBus(feed).deliveries(Subscription("guest", "shop", K, lambda: 0))
    await hall.shop.append(bake("o1"))
    await anext(deliveries)
    coming = asyncio.create_task(anext(deliveries))
    for _ in range(20):
        await hall.shop.append(Append("oven-o1", act(), lambda _: Decided([OvenCleaned("o1")])))
    await hall.shop.append(bake("o1"))
    assert (await coming).message.last == 22
    assert feed.questions == 2


async def test_a_feed_that_refuses_or_is_gone_is_away(hall: Hall) -> None:
    async with door_of(hall.shop, "office@H09") as door:
        with pytest.raises(FeedAwayError, match="403"):
            await FeedClient({"shop": door}).read("shop", K, 0)
    await hall.shop.pool.execute("ALTER TABLE events RENAME TO gone")
    with pytest.raises(FeedAwayError):
        await hall.feeds.read("shop", K, 0)


async def lines(hall: Hall, right: str, **asked: int) -> list[Any]:
    async with door_of(hall.shop, right) as door:
        answer = await door.get("/v1/feed", params=asked)
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


async def test_an_auditor_reads_every_entry_private_ones_too(hall: Hall) -> None:
    await hall.shop.append(Append("oven-o1", act(), lambda _: Decided([OvenCleaned("o1")] * 2_500), 2_500))
    assert [line["position"] for line in await lines(hall, "auditor@H09", after=100, limit=2_300)] == list(
        range(101, 2_401)
    )
    assert len(await lines(hall, "auditor@H09")) == 1_000


async def test_an_auditor_of_another_authority_gets_hashes_only(hall: Hall) -> None:
    await hall.bake(5)
    hidden = await lines(hall, "auditor@H10")
    assert [line["position"] for line in hidden] == [1, 2, 3, 4, 5]
    assert all("entry" not in line and len(line["sha256"]) == 64 for line in hidden)
    assert all(
        "entry" in line for line in await lines(hall, "service@services")
    )  # our own processes read for everybody


async def test_others_do_not_read_the_feed(hall: Hall) -> None:
    async with door_of(hall.shop, "office@H09") as door:
        assert (await door.get("/v1/feed")).status_code == 403


async def test_every_answer_of_the_feed_names_the_head_and_ends_there(hall: Hall) -> None:
    await hall.bake(5)
    async with door_of(hall.shop, "auditor@H10") as door:
        log = (await door.get("/v1/log")).json()
        answers = [await door.get("/v1/feed", params={"after": after, "limit": 2}) for after in (0, 4, 5)]
    newest = await hall.shop.pool.fetchval("SELECT entry FROM events WHERE position = 5")
    assert log["origin"] == f"{hall.shop.installation}/shop"
    assert (log["source"], log["epoch"], log["head"]) == ("shop", 1, 5)
    assert log["hash"] == hashlib.sha256(newest).hexdigest()
    for answer, lines in zip(answers, (2, 1, 0), strict=True):
        said = {name: answer.headers[f"parindex-log-{name}"] for name in ("origin", "epoch", "head", "hash")}
        assert said == {"origin": log["origin"], "epoch": "1", "head": "5", "hash": log["hash"]}
        assert len(answer.content.splitlines()) == lines


async def test_a_reader_who_has_seen_more_than_there_is_is_told_where_the_log_ends(hall: Hall) -> None:
    await hall.bake(3)
    async with door_of(hall.shop, "auditor@H09") as door:
        answer = await door.get("/v1/feed", params={"after": 4})
        log = (await door.get("/v1/log")).json()
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "beyond-log-head")
    assert (problem["head"], problem["epoch"], problem["hash"]) == (3, 1, log["hash"])


async def test_the_contract_feed_names_the_head_too(hall: Hall) -> None:
    await hall.bake(3)
    async with door_of(hall.shop, "service@services") as door:
        answer = await door.get("/v1/contracts", params={"partition": 0, "after": 9})
    assert answer.headers["parindex-log-head"] == "3"
    assert (answer.json()["head"], answer.json()["last"]) == (3, 9)


async def test_a_contract_names_the_entry_that_it_was_made_of(hall: Hall) -> None:
    await hall.shop.append(bake("o1"))
    message = await hall.feeds.read("shop", K, 0)
    entry = await hall.shop.pool.fetchval("SELECT entry FROM events WHERE position = 1")
    assert message.events[0].entry_sha256 == hashlib.sha256(entry).hexdigest()
