"""A consumer rejects a message for another consumer, and a page for another request."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from parindex.bus.contract_feed import contract_feed
from parindex.bus.feed import FeedClient
from parindex.bus.message import encode_message
from parindex.bus.protocols import FeedAwayError, Subscription
from parindex.bus.rabbit_consuming import _read
from parindex.bus.signing import SIGNATURE, Signer
from parindex.eventstore.registry import partition_of
from parindex.testing.bus_fixture import BusFixture

K = partition_of("o1", 4)
OTHER = (K + 1) % 4


@pytest.mark.parametrize(("source", "partition"), [("shop", OTHER), ("bakery", K)])
async def test_a_true_message_in_anothers_queue_is_not_read(
    bus_fixture: BusFixture, source: str, partition: int
) -> None:
    await bus_fixture.bake_many(3, "o1")
    body, signer = encode_message(await contract_feed(bus_fixture.shop, K, 0)), Signer("k")
    incoming: Any = SimpleNamespace(body=body, headers={SIGNATURE: signer.signature(body)})
    assert _read(incoming, Subscription("guest.eating", "shop", K, lambda: 0), signer) is not None
    assert _read(incoming, Subscription("guest.eating", source, partition, lambda: 0), signer) is None


@pytest.mark.parametrize("asked", [(K, 2), (OTHER, 0)])
async def test_an_answer_to_another_question_is_not_believed(bus_fixture: BusFixture, asked: tuple[int, int]) -> None:
    await bus_fixture.bake_many(3, "o1")
    body = encode_message(await contract_feed(bus_fixture.shop, K, 0))

    async def shop(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async with httpx.AsyncClient(transport=httpx.ASGITransport(shop), base_url="http://shop") as door:
        feed = FeedClient({"shop": door})
        assert (await feed.read("shop", K, 0)).last == 3
        with pytest.raises(FeedAwayError):
            await feed.read("shop", *asked)
