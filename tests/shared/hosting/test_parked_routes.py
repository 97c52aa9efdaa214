"""Each authority sees its own dead letters, however many of other authorities come before them."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from parindex.bus.handler_context import encode_envelope
from parindex.bus.message import Envelope
from parindex.hosting.parked_routes import MOST, PAGE
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served
from parindex.testing.toy import MIGRATIONS, SERVICE

PARK = """
INSERT INTO parked (reader, source, partition, position, stream, contract, error)
SELECT 'r:1', 'elsewhere', 0, n, 's-' || n, $3, 'boom' FROM generate_series($1::bigint, $2::bigint) AS n
"""


@pytest.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy:
        yield toy


def contract_of(authority: str) -> bytes:
    return encode_envelope(
        Envelope(
            id="elsewhere/1",
            source="elsewhere",
            type="x.y.v1",
            subject="s",
            time="2026-07-01T12:00:00.000000Z",
            position=1,
            authority=authority,
            correlationid="c",
            data=msgspec.Raw(b"{}"),
        )
    )


async def test_an_authority_sees_its_own_behind_any_number_of_anothers(toy: Served) -> None:
    await toy.log.pool.execute(PARK, 1, MOST + PAGE, contract_of("H10"))
    await toy.log.pool.execute(PARK, 5_001, 5_003, contract_of("H09"))
    async with toy.http("so-noi-vu", "office@H09") as office:
        found = (await office.get("/v1/parked", params={"limit": 2})).json()
        assert [row["subject"] for row in found] == ["s-5001", "s-5002"]
        tried = (await office.post("/v1/parked/retries", json={})).json()
        assert tried == {"applied": 0, "still_parked": 3}


async def test_a_limit_bounds_the_list_and_an_empty_table_is_an_empty_list(toy: Served) -> None:
    async with toy.http("scoring", "service@services") as service, toy.http("so-noi-vu", "office@H09") as office:
        assert (await office.get("/v1/parked")).json() == []
        await toy.log.pool.execute(PARK, 1, 7, contract_of("H10"))
        assert len((await service.get("/v1/parked", params={"limit": 5})).json()) == 5
        assert (await office.get("/v1/parked")).json() == []
