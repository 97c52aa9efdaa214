"""An attacker with the broker's password publishes in the shop's name: the guest accepts only the shop's messages.

A forged message could advance a checkpoint and so lose contracts forever; therefore a consumer rejects it. Without
signatures, a consumer rejects inconsistent messages, and accepts no epoch that the source's own feed does not have.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

import aio_pika
import msgspec
import pytest
from msgspec.structs import replace

from parindex.bus import topology
from parindex.bus.contract_feed import contract_feed
from parindex.bus.envelopes import message_after
from parindex.bus.feed import FeedClient
from parindex.bus.message import Envelope, Message, decode_message, encode_message
from parindex.bus.protocols import Delivery, Subscription, nothing_to_ack
from parindex.bus.signing import SIGNATURE, Signer
from parindex.eventstore.registry import partition_of
from parindex.testing.bus_fixture import BusFixture, running
from parindex.testing.conformance import RabbitCandidate
from parindex.testing.fault_injection import count
from parindex.testing.queues import CONSUMER, declared, queue

K = partition_of("o1", 4)
KEY = "shared by shop and guest alone"
AHEAD = 1_000
HUGE = 10_000_000

Forge = Callable[[Message], Message]


def at(envelope: Envelope, position: int) -> Envelope:
    """The same contract at another position."""
    return replace(envelope, id=f"{envelope.source}/{position}", position=position)


def next_to(true: Message, *positions: int) -> Message:
    """Contracts that the shop never published, right after the guest's checkpoint."""
    events = [at(true.events[0], position) for position in positions]
    return message_after(true.source, true.epoch, true.partition, true.last, events)


WELL_MADE: dict[str, Forge] = {
    "a contract that was never published": lambda true: next_to(true, true.last + 1),
    "a jump ahead": lambda true: next_to(true, true.last + AHEAD),
    "a lie about what came before": lambda true: replace(next_to(true, true.last + AHEAD), prev=0),
    "other content at a published position": lambda true: replace(next_to(true, true.last), prev=0),
    "a future epoch": lambda true: replace(next_to(true, true.last + 1), epoch=99),
    "a contract of another partition's unit": lambda true: message_after(
        true.source, true.epoch, true.partition, true.last,
        [replace(at(true.events[0], true.last + 1), subject="oven-o2")],
    ),
}  # fmt: skip
CONTRADICTIONS: dict[str, Forge] = {
    "a last far ahead": lambda true: replace(next_to(true, true.last + 1), last=true.last + AHEAD),
    "a first that is not there": lambda true: replace(next_to(true, true.last + 2), first=true.last + 1),
    "a prev behind its own contracts": lambda true: replace(next_to(true, true.last + 1), prev=true.last + AHEAD),
    "a position before the first": lambda true: replace(next_to(true, true.last + 1), prev=-1),
    "contracts out of order": lambda true: next_to(true, true.last + 2, true.last + 1),
    "a contract twice": lambda true: next_to(true, true.last + 1, true.last + 1),
    "an epoch before the first": lambda true: replace(next_to(true, true.last + 1), epoch=0),
    "another source": lambda true: replace(next_to(true, true.last + 1), source="bakery"),
    "a contract of another source": lambda true: replace(
        true, events=[replace(event, source="bakery") for event in true.events]
    ),
    "a contract under another's name": lambda true: replace(
        true, events=[replace(event, id="shop/1000") for event in true.events]
    ),
    "no contracts, far ahead": lambda true: replace(true, prev=true.last, last=true.last + AHEAD, events=[]),
}
NO_MESSAGES = (b"", b"{not ours", b"[]", b'{"source":"\xff"}', b'{"x":' + b"[" * 100_000, b" " * HUGE)


def forged(true: Message) -> Iterator[bytes]:
    for forge in (WELL_MADE | CONTRADICTIONS).values():
        yield encode_message(forge(true))
    yield encode_message(replace(next_to(true, true.last + 1), partition=(K + 1) % 4))
    yield from NO_MESSAGES


async def put(url: str, body: bytes, signature: str | None) -> None:
    """Publish to the shop's exchange, as an attacker that knows all names."""
    headers = {} if signature is None else {SIGNATURE: signature}
    async with await aio_pika.connect(url) as connection:
        exchange = await (await connection.channel()).get_exchange(topology.exchange_of("shop"))
        await exchange.publish(aio_pika.Message(body, headers=headers), topology.routing_key(K))  # type: ignore[arg-type]


async def dead_letters(url: str, expected: int) -> None:
    """Wait until the dead-letter queue has this many messages."""
    async with asyncio.timeout(60):
        while True:
            async with queue(url, topology.dead_letters_of(CONSUMER)) as dead:
                if dead.declaration_result.message_count == expected:
                    return
            await asyncio.sleep(0.1)


@pytest.mark.rabbitmq
async def test_a_message_without_the_shop_s_signature_is_a_dead_letter(
    bus_fixture: BusFixture, broker_url: str
) -> None:
    async with (
        RabbitCandidate(broker_url, key=KEY).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        await declared(bus_fixture, broker_url)
        await bus_fixture.bake(60)
        await bus_fixture.all_arrived(runner)
        true = await contract_feed(bus_fixture.shop, K, 0)
        bodies = list(forged(true))
        signatures = [None, "", "é", Signer("another key").signature(bodies[0]), Signer(KEY).signature(b"a true one")]
        for number, body in enumerate(bodies):
            await put(broker_url, body, signatures[number % len(signatures)])
        for signature in signatures:
            await put(broker_url, bodies[0], signature)
        await put(broker_url, signed := encode_message(true), Signer(KEY).signature(signed))  # intercepted and replayed
        await bus_fixture.bake(60)
        await bus_fixture.all_arrived(runner)
        await dead_letters(broker_url, len(bodies) + len(signatures))
    await bus_fixture.check()
    assert await count(bus_fixture.shop) == 120


@pytest.mark.parametrize("forge", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
async def test_a_message_that_contradicts_itself_is_refused(bus_fixture: BusFixture, forge: Forge) -> None:
    await bus_fixture.bake(24)
    true = await contract_feed(bus_fixture.shop, K, 0)
    assert decode_message(encode_message(true)) == true
    with pytest.raises(msgspec.ValidationError):
        decode_message(encode_message(forge(true)))


@pytest.mark.parametrize("body", NO_MESSAGES, ids=["empty", "no JSON", "no object", "no UTF-8", "too deep", "huge"])
async def test_bytes_that_are_no_message_are_refused_in_one_way(body: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode_message(body)


class OneMessage:
    """A Subscriber that delivers one message, once, before the feed can be read."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.delivered = asyncio.Event()

    async def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        if subscription.partition == self.message.partition:
            yield Delivery(self.message, nothing_to_ack)
            self.delivered.set()
        await asyncio.Event().wait()


class LaterFeed(FeedClient):
    """The shop's feed, which answers after the forged message was delivered."""

    def __init__(self, bus_fixture: BusFixture, forged_first: OneMessage) -> None:
        super().__init__({"shop": bus_fixture.client})
        self._forged_first = forged_first

    async def read(self, *asked: Any, **more: Any) -> Message:
        await self._forged_first.delivered.wait()
        return await super().read(*asked, **more)


@pytest.mark.parametrize("epoch", [1, 99], ids=["of the past", "of the future"])
async def test_an_epoch_is_accepted_only_from_the_source_s_own_feed(bus_fixture: BusFixture, epoch: int) -> None:
    await bus_fixture.bake(24)
    lost = replace(next_to(replace(await contract_feed(bus_fixture.shop, K, 0), last=0), 1, 500), epoch=epoch)
    await bus_fixture.shop.pool.execute(
        "UPDATE log_head SET epoch = 2"
    )  # restored, while the queue of a new guest was full
    forged_first = OneMessage(lost)
    bus_fixture.feeds = LaterFeed(bus_fixture, forged_first)
    async with running(bus_fixture.runner(forged_first)) as runner:
        await bus_fixture.all_arrived(runner)
        assert not any(status.stopped for status in await runner.status())
    await bus_fixture.check()
