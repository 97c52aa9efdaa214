"""Writers of one stream who saw no version wait for their turn: none of them is asked to load anything again."""

import asyncio

import httpx
import pytest

from parindex.eventstore.appending import Appended, StreamBusyError
from parindex.eventstore.log import Log
from parindex.testing.postgres import Databases
from parindex.testing.serving import NOON, home_of, served, served_in
from parindex.testing.shop import bake, bake_at
from parindex.testing.toy import MIGRATIONS, ROOM, SERVICE


async def order(http: httpx.AsyncClient) -> httpx.Response:
    return await http.post("/v1/shops/H09.05/orders", json={"count": 1})


async def test_many_writers_at_once_are_all_written(database: Databases) -> None:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy, toy.http("fan", "office@H09") as http:
        answers = await asyncio.gather(*(order(http) for _ in range(ROOM)))
    assert [answer.status_code for answer in answers] == [201] * ROOM
    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, ROOM + 1))


async def test_writers_in_two_processes_are_written_or_asked_to_retry(database: Databases) -> None:
    home = await home_of(database, SERVICE, MIGRATIONS)
    async with served_in(home, SERVICE, lambda: NOON) as one, served_in(home, SERVICE, lambda: NOON) as other:
        async with one.http("fan", "office@H09") as here, other.http("fan", "office@H09") as there:
            answers = await asyncio.gather(*(order(http) for http in (here, there) * (ROOM // 2)))
        written = [answer for answer in answers if answer.status_code == 201]
        assert await one.log.head() == len(written) > 0
    for answer in answers:
        assert answer.status_code == 201 or (answer.json()["code"], answer.headers["Retry-After"]) == (
            "stream-busy",
            "1",
        )


async def test_a_stream_that_others_always_move_is_busy_and_not_stale(log: Log) -> None:
    tried = []

    async def attempt() -> Appended:
        tried.append(await log.append(bake()))  # as another process would, between reading and appending
        return await log.append(bake_at(len(tried) - 1))

    with pytest.raises(StreamBusyError):
        await log.queue.take("oven-o1", attempt)
    assert len(tried) == 5
    assert log.queue.under_way == 0
