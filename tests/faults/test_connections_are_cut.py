"""All connections to the database are cut at once, repeatedly: clients are asked to retry, and a retry succeeds."""

import asyncio

import httpx
from sqlalchemy import text

from parindex.testing.postgres import Databases
from parindex.testing.serving import served
from parindex.testing.toy import MIGRATIONS, SERVICE

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
ROUNDS = 12
AT_ONCE = 8


async def test_a_cut_connection_is_a_503_and_the_retry_is_written_once(database: Databases) -> None:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy, toy.http("fan", "office@H09") as http:

        async def order(shop: str) -> httpx.Response:
            headers = {"Idempotency-Key": shop}
            return await http.post(f"/v1/shops/H09.{shop}/orders", json={"count": 1}, headers=headers)

        async def warm() -> None:
            async with toy.resources.context.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))

        name, sent = await toy.log.pool.fetchval("SELECT current_database()"), 0
        for _ in range(ROUNDS):
            await asyncio.gather(*(warm() for _ in range(AT_ONCE)))
            asking = [asyncio.create_task(order(f"{sent + n:03}")) for n in range(AT_ONCE)]
            asking += [asyncio.create_task(http.get("/v1/shops/H09.05/orders")) for _ in range(AT_ONCE)]
            await asyncio.sleep(0)
            await toy.log.pool.execute(CUT, name)
            asking += [asyncio.create_task(http.get("/v1/shops/H09.05/orders")) for _ in range(AT_ONCE)]
            for answer in await asyncio.gather(*asking):
                assert answer.status_code in {200, 201} or (answer.status_code, answer.headers["Retry-After"]) == (
                    503,
                    "5",
                )
            async with asyncio.timeout(60):
                for shop in (f"{sent + n:03}" for n in range(AT_ONCE)):
                    while (again := await order(shop)).status_code != 201:
                        assert again.status_code == 503, again.text
            sent += AT_ONCE
        assert await toy.log.head() == sent
