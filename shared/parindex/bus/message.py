"""What travels: contracts of one source and partition, chained to the message before.

Contracts carry CloudEvents 1.0 attributes; the batch around them (`prev`, `first`, `last`) is our own extension, by
which a consumer sees a missing message at once.
"""

from typing import Any

import msgspec

from parindex.contracts import CONTRACTS, Contract

MOST_CONTRACTS = 100
LARGEST = 256 * 1024
"""Bytes of contracts after which a message is cut."""
MOST_IN_PAGE = 2_000
"""Contracts in one answer of a feed: brokers like small messages, but whoever has much to read likes large ones."""
LARGEST_PAGE = 2 * 1024 * 1024
"""Bytes of contracts after which a page is cut."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One contract with its CloudEvents attributes. `subject` is the stream that it belongs to at its source."""

    specversion: str = "1.0"
    id: str  # source/position
    source: str
    type: str
    subject: str
    time: str
    position: int
    authority: str
    correlationid: str
    causationid: str = ""
    entry_sha256: str = msgspec.field(default="", name="entrysha256")  # of the source's entry; an older source: none
    data: msgspec.Raw


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run of contracts in one partition. All after `prev` up to `last` is in it, or is not of this partition.

    `head` is the source's newest position, in an answer of its feed; a message that a broker carries has none (-1).
    """

    source: str
    epoch: int
    partition: int
    prev: int
    first: int
    last: int
    head: int = -1
    events: list[Envelope]


class Received(msgspec.Struct, frozen=True, gc=False):
    """A contract as a handler gets it: typed, with its envelope."""

    contract: Any
    envelope: Envelope


class UnknownContractError(Exception):
    """A contract has a type that this program does not know."""


class InconsistentMessageError(msgspec.ValidationError):
    """A message says one thing of itself and holds another: nothing of it is believed."""


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Message).decode
_contracts = {name: msgspec.json.Decoder(contract) for name, contract in CONTRACTS.items()}


def joined(one: Message, other: Message) -> Message | None:
    """Return two messages as one that holds both, or None: the other does not follow directly upon the one."""
    follows = (other.source, other.epoch, other.partition, other.prev) == (
        one.source, one.epoch, one.partition, one.last
    )  # fmt: skip
    if not (follows and one.events and other.events):
        return None
    return msgspec.structs.replace(one, last=other.last, events=[*one.events, *other.events])


def encode_contract(contract: Contract) -> msgspec.Raw:
    """Write a contract's bytes. Its types are its profile: none of them has room for a float or null."""
    return msgspec.Raw(_encode(contract))


def encode_message(message: Message) -> bytes:
    """Write a message's bytes, the same on every bus."""
    return _encode(message)


def decode_message(raw: bytes) -> Message:
    """Read a message; msgspec.DecodeError or ValidationError where it is none, or contradicts itself."""
    try:
        message = _decode(raw)
    except (UnicodeDecodeError, RecursionError) as error:  # no UTF-8; nested deeper than Python's stack
        raise msgspec.DecodeError(type(error).__name__) from None
    _check(message)
    return message


def _check(message: Message) -> None:
    """A consumer goes by `prev` and `last`, so they have to be true of the contracts: some 0.3 µs for each."""
    source, at = message.source, message.prev
    for event in message.events:
        position = event.position
        if position <= at or event.source != source or event.id != f"{source}/{position}":
            raise InconsistentMessageError(f"contract {event.id!r} after {source}/{at}")
        at = position
    first = message.events[0].position if message.events else at
    if message.prev < 0 or message.epoch < 1 or (message.first, message.last) != (first, at):
        raise InconsistentMessageError(f"{source}: {message.first}..{message.last} after {message.prev}, up to {at}")


def read_contract(envelope: Envelope) -> Contract:
    """Read the contract in an envelope; raise UnknownContractError, msgspec.ValidationError."""
    decoder = _contracts.get(envelope.type)
    if decoder is None:
        raise UnknownContractError(envelope.type)
    contract: Contract = decoder.decode(envelope.data)
    return contract
