"""Announcing a round, the whole way."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient

from publication.freezing.state import ReceivedRound

Announce = Callable[..., Awaitable[None]]


@pytest.fixture
def announce(
    http: AsyncClient,
    bearer: Callable[..., dict[str, str]],
    receive_all: Callable[[ReceivedRound], Awaitable[None]],
    catch_up: Callable[[], Awaitable[None]],
) -> Announce:
    """Receives a settled round, freezes it and makes the edition public: `await announce(materials, "H62")`."""

    async def announced(received: ReceivedRound, authority: str = "H09", reason: str = "") -> None:
        await receive_all(received)
        office, editions = bearer(f"office@{authority}"), f"/v1/rounds/{received.opened.round}/editions"
        frozen = await http.post(editions, headers=office, json={"reason": reason})
        assert frozen.status_code == 201, frozen.text
        number = received.settlements[0].settling
        chairman = bearer(f"publisher@{authority}", subject="chu-tich")
        answer = await http.post(f"{editions}/{number}/announcement", headers=chairman)
        assert answer.status_code == 201, answer.text
        await catch_up()

    return announced
