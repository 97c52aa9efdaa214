"""`kill -9` of an HTTP process between commit and answer: who sends the same again gets the answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.fault_injection import count
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served
from parindex.testing.toy import MIGRATIONS, SERVICE
from parindex.testing.toy.process import client, process


@pytest_asyncio.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy:
        yield toy


async def order(http: httpx.AsyncClient, shop: str, key: str) -> dict[str, Any]:
    """Send the same until it is answered, as a client should."""
    async with asyncio.timeout(120):
        while True:
            headers = {"Idempotency-Key": key}
            try:
                answer = await http.post(f"/v1/shops/{shop}/orders", json={"count": 1}, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            assert answer.status_code == 201, answer.text
            receipt: dict[str, Any] = answer.json()
            return receipt


async def test_a_retry_after_a_kill_between_commit_and_answer_gets_the_answer(toy: Served, tmp_path: Path) -> None:
    [port] = free_ports(1)
    async with client(tmp_path, port) as http:
        async with process(toy, tmp_path, port, strike=1) as struck:
            asking = asyncio.create_task(order(http, "H09.05", "k-1"))
            await struck.killed()
        assert await count(toy.log) == 1  # committed, without a response
        async with process(toy, tmp_path, port):
            told = await asking
            again = await order(http, "H09.05", "k-1")
    assert (told["position"], told["version"], told["facts"]) == (1, 1, ["PizzaOrdered"])
    assert again == told
    assert await count(toy.log) == 1


async def test_of_many_clients_none_is_forgotten_or_counted_twice(toy: Served, tmp_path: Path) -> None:
    [port] = free_ports(1)
    async with client(tmp_path, port) as http:

        async def fan(number: int) -> list[dict[str, Any]]:
            return [await order(http, f"H09.{10 + number}", f"{number}-{n}") for n in range(10)]

        async with process(toy, tmp_path, port, strike=40) as struck:
            asking = asyncio.gather(*(fan(number) for number in range(12)))
            await struck.killed()
        async with process(toy, tmp_path, port):
            receipts = [receipt for each in await asking for receipt in each]
    assert sorted(receipt["position"] for receipt in receipts) == list(range(1, 121))
    assert await count(toy.log) == 120
    for receipt in receipts:
        [recorded] = await toy.log.read_after(receipt["position"] - 1, 1)
        assert (recorded.stream, recorded.entry.version) == (receipt["stream"], receipt["version"])
