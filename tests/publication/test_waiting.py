"""What waits for whom at publication: a settled round to freeze, and an edition that another person froze."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient
from msgspec import structs
from tests.publication.conftest import settled

from parindex.contracts.assessment import RoundReopened
from parindex.hosting.desk_routes import desk_routes
from parindex.http.routes import add_routes
from parindex.service import ServiceContext
from publication.freezing.state import ReceivedRound
from publication.service import SERVICE

Receive = Callable[..., Awaitable[None]]
ReceiveAll = Callable[[ReceivedRound], Awaitable[None]]
Bearer = Callable[..., dict[str, str]]

EDITIONS = "/v1/rounds/binh-duong-2017/editions"


async def test_a_settled_round_waits_for_the_office_then_for_another_publisher(  # fixtures
    app: FastAPI,
    http: AsyncClient,
    context: ServiceContext,
    bearer: Bearer,
    receive: Receive,
    receive_all: ReceiveAll,
    binh_duong: ReceivedRound,
) -> None:
    add_routes(app, desk_routes(SERVICE, context))

    async def kinds(*rights: str, subject: str = "lan") -> list[str]:
        answer = await http.get("/v1/desk", headers=bearer(*rights, subject=subject))
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return [one["kind"] for one in found]

    await receive("assessment", *binh_duong.sets, binh_duong.opened)
    assert await kinds("office@H09") == []
    await receive_all(binh_duong)
    assert await kinds("office@H09") == ["freeze"]
    assert await kinds("publisher@H09") == []
    assert await kinds("office@H62", "publisher@H62", "council@H09", "unit@H09.district-01") == []
    assert (await http.post(EDITIONS, headers=bearer("office@H09"))).status_code == 201
    assert await kinds("office@H09") == []
    assert await kinds("publisher@H09", "office@H09", subject="lan") == []  # who froze it does not announce it
    assert await kinds("publisher@H09", subject="chu-tich") == ["announce"]
    announced = await http.post(f"{EDITIONS}/1/announcement", headers=bearer("publisher@H09", subject="chu-tich"))
    assert announced.status_code == 201, announced.text
    assert await kinds("publisher@H09", subject="chu-tich") == []
    await receive_all(settled(binh_duong.opened, binh_duong.sets, binh_duong.scores, 2))
    assert await kinds("office@H09") == ["freeze"]
    await receive("assessment", RoundReopened(round="binh-duong-2017", closing=2))
    assert await kinds("office@H09") == []


async def test_a_settled_training_round_waits_for_nobody_and_is_not_frozen(
    app: FastAPI,
    http: AsyncClient,
    context: ServiceContext,
    bearer: Bearer,
    receive_all: ReceiveAll,
    binh_duong: ReceivedRound,
) -> None:
    add_routes(app, desk_routes(SERVICE, context))
    opened = structs.replace(binh_duong.opened, training=True)
    await receive_all(settled(opened, binh_duong.sets, binh_duong.scores, 1))
    assert (await http.get("/v1/desk", headers=bearer("office@H09"))).json() == []
    refused = await http.post(EDITIONS, headers=bearer("office@H09"))
    assert (refused.status_code, refused.json()["code"]) == (409, "training-round")
