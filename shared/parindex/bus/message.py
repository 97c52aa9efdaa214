"""The message of the bus: integration events of one source and partition, linked to the message before.

Each integration event (contract) carries CloudEvents 1.0 attributes. The batch around them (`prev`, `first`, `last`)
is our own extension: with it a consumer detects a missing message at once.
"""

from typing import Any

import msgspec

from parindex.contracts import CONTRACTS, Contract

MOST_CONTRACTS = 100
LARGEST = 256 * 1024
"""Bytes of contracts after which a message is cut."""
MOST_IN_PAGE = 2_000
"""Contracts in one page of a feed: a broker works best with small messages, a consumer that is behind with large ones.
"""
LARGEST_PAGE = 2 * 1024 * 1024
"""Bytes of contracts after which a page is cut."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One contract with its CloudEvents attributes. `subject` is its stream at the source."""

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
    """A batch of contracts of one partition, complete: it holds each contract after `prev` up to `last`.

    `head` is the source's newest position in a page of its feed; a message from a broker has -1.
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
    """A contract as a handler receives it: typed, with its envelope."""

    contract: Any
    envelope: Envelope


class UnknownContractError(Exception):
    """A contract has a type that this program does not know."""


class InconsistentMessageError(msgspec.ValidationError):
    """The positions of a message contradict its contracts. The consumer discards the whole message."""


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Message).decode
_contracts = {name: msgspec.json.Decoder(contract) for name, contract in CONTRACTS.items()}


def joined(one: Message, other: Message) -> Message | None:
    """Join two messages into one; return None where the second does not directly follow the first."""
    follows = (other.source, other.epoch, other.partition, other.prev) == (
        one.source, one.epoch, one.partition, one.last
    )  # fmt: skip
    if not (follows and one.events and other.events):
        return None
    return msgspec.structs.replace(one, last=other.last, events=[*one.events, *other.events])


def encode_contract(contract: Contract) -> msgspec.Raw:
    """Encode a contract. Its field types permit no float and no null, so the bytes need no further check."""
    return msgspec.Raw(_encode(contract))


def encode_message(message: Message) -> bytes:
    """Encode a message. The bytes are the same on every bus."""
    return _encode(message)


def decode_message(raw: bytes) -> Message:
    """Decode a message; raise msgspec.DecodeError or ValidationError where the bytes are no consistent message."""
    try:
        message = _decode(raw)
    except (UnicodeDecodeError, RecursionError) as error:  # no UTF-8; nested deeper than Python's stack
        raise msgspec.DecodeError(type(error).__name__) from None
    _check(message)
    return message


def _check(message: Message) -> None:
    """Check `prev`, `first` and `last`, on which consumers rely, against the contracts: 0.3 µs for each contract."""
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
    """Decode the contract in an envelope; raise UnknownContractError, msgspec.ValidationError."""
    decoder = _contracts.get(envelope.type)
    if decoder is None:
        raise UnknownContractError(envelope.type)
    contract: Contract = decoder.decode(envelope.data)
    return contract
