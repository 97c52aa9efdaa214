"""Any bytes from a bus are a message with typed contracts, or they are refused with a known error."""

from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parindex.bus.applying import Applier, ContractBatch
from parindex.bus.consumer import HandlerContext
from parindex.bus.contract_feed import contract_feed
from parindex.bus.handler_context import HandlerContexts, prepare_consumer
from parindex.bus.message import Envelope, Message, UnknownContractError, decode_message, encode_message, read_contract
from parindex.contracts import CONTRACTS, Contract
from parindex.eventstore.checkpoints import CheckpointKey, load
from parindex.eventstore.registry import partition_of
from parindex.testing.bus_fixture import BusFixture
from parindex.testing.shop import NOON

pytestmark = pytest.mark.slow

GOLDENS = Path(__file__).parents[2] / "contracts"
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises; the last two for bytes that are not UTF-8, and for nesting deeper than Python's stack."""


def enveloped(name: str, position: int, data: bytes) -> Envelope:
    return Envelope(
        id=f"assessment/{position}", source="assessment", type=name, subject=f"s-{position % 2}", time="2026-07-01",
        position=position, authority="H09", correlationid="c", data=msgspec.Raw(data),
    )  # fmt: skip


def every_contract() -> bytes:
    """A message that holds each contract that was ever sent."""
    golden = [(name, (GOLDENS / f"{name}.json").read_bytes().strip()) for name in sorted(CONTRACTS)]
    events = [enveloped(name, position, data) for position, (name, data) in enumerate(golden, 1)]
    return encode_message(
        Message(source="assessment", epoch=1, partition=0, prev=0, first=1, last=len(events), events=events)
    )


WHOLE = every_contract()
PIECES = [
    b"",
    b'"',
    b"null",
    b"1e9",
    b"0.5",
    b"[]",
    b"{}",
    b'"\\ud800"',
    b"\xff",
    b"\x00",
    b',"unit":7',
    b"-1",
    b"{" * 2_000,
]


@st.composite
def mutated(draw: st.DrawFn, raw: bytes) -> bytes:
    """The bytes with some pieces cut out, put in, doubled or swapped."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from([0, 0, 1, 2, 5, 40, 400])))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.just(raw[start:end] * 2), st.binary(max_size=3)))
        raw = raw[:start] + piece + raw[end:]
    return raw


def seen(raw: bytes) -> list[Contract]:
    """What a handler would see of a message."""
    found = []
    for event in decode_message(raw).events:
        try:
            found.append(read_contract(event))
        except (*UNREADABLE, UnknownContractError):
            continue  # parked
    return found


def test_the_message_that_is_mutated_is_whole() -> None:
    assert [contract.TYPE for contract in seen(WHOLE)] == sorted(CONTRACTS)


@settings(max_examples=300)
@given(raw=st.one_of(st.binary(max_size=60), mutated(WHOLE)))
@example(raw=WHOLE.replace(b"assessment", b"assess\xff", 1))
@example(raw=b'{"x":' + b"[" * 100_000)
def test_any_bytes_are_typed_contracts_or_refused(raw: bytes) -> None:
    try:
        contracts = seen(raw)
    except UNREADABLE:
        return
    for contract in contracts:
        plain: dict[str, Any] = msgspec.to_builtins(contract)
        assert type(contract) is CONTRACTS[contract.TYPE]
        # every field is of its type, however deep
        assert msgspec.convert(plain, type(contract), strict=True) == contract
        assert msgspec.json.decode(msgspec.json.encode(contract), type=type(contract)) == contract


@settings(max_examples=200)
@given(name=st.sampled_from(sorted(CONTRACTS)), value=st.recursive(
    st.sampled_from(["1", "true", "null", None, True, 7, 0.5]) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6,
), data=st.data())  # fmt: skip
def test_a_contract_with_one_member_of_another_type_is_never_seen(
    name: str, value: object, data: st.DataObject
) -> None:
    members: dict[str, Any] = msgspec.json.decode((GOLDENS / f"{name}.json").read_bytes())
    member = data.draw(st.sampled_from(sorted(members)), "member")
    right = type(members[member])
    changed = enveloped(name, 1, msgspec.json.encode({**members, member: value}))
    try:
        contract = read_contract(changed)
    except UNREADABLE:
        return
    assert type(value) is right  # no number for a text, no text for a number, no null for anything
    assert type(contract) is CONTRACTS[name]


@pytest.mark.parametrize("seed", range(2))
async def test_of_a_batch_with_broken_contracts_the_rest_is_applied_in_order(
    bus_fixture: BusFixture, seed: int
) -> None:
    chance, partition = Random(seed), partition_of("o1", 4)
    ovens = [oven for oven in (f"o{n}" for n in range(1, 40)) if partition_of(oven, 4) == partition][:5]
    for _ in range(30):
        await bus_fixture.bake_many(1, chance.choice(ovens))
    batch = (await contract_feed(bus_fixture.shop, partition, 0)).events
    broken = {at: broken_by(chance, batch[at]) for at in chance.sample(range(len(batch)), 4)}
    sent = [broken.get(at, event) for at, event in enumerate(batch)]
    await prepare_consumer(bus_fixture.engine, bus_fixture.consumer())
    handler_contexts = HandlerContexts(bus_fixture.consumer(), bus_fixture.guest, bus_fixture.engine, lambda: NOON)
    key = CheckpointKey(handler_contexts.reader, "shop", partition)
    async with handler_contexts.begin(key, 1) as context:
        checkpoint = await position_in(context, key)
    parked = await Applier(handler_contexts).apply(ContractBatch(key, checkpoint, 1, sent))
    first_broken = {sent[at].subject: at for at in sorted(broken, reverse=True)}  # the first broken one of each subject
    expected = [event.position for at, event in enumerate(batch) if at < first_broken.get(event.subject, len(batch))]
    assert await bus_fixture.eaten(partition) == expected
    assert parked == len(batch) - len(expected) >= 4
    assert await bus_fixture.guest.pool.fetchval("SELECT position FROM reader_positions") == batch[-1].position


async def position_in(context: HandlerContext, key: CheckpointKey) -> int:
    return (await load(context.connection, key)).position


def broken_by(chance: Random, event: Envelope) -> Envelope:
    """The same event with a contract that can't be read."""
    data = bytes(event.data)
    cut = chance.randrange(1, len(data))
    damage = [
        data[:cut],
        b'{"round":7}',
        b"\xff" + data,
        data.replace(b"unit", b"unti"),
        data.replace(b'"o', b'"\xc3', 1),
    ]
    return msgspec.structs.replace(event, data=msgspec.Raw(chance.choice(damage)))
