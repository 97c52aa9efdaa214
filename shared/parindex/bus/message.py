"""What travels: up to 100 contracts of one source and partition, chained to the message before.

Contracts carry CloudEvents 1.0 attributes; the batch around them (`prev`, `first`, `last`) is our own extension, by
which a consumer sees a missing message at once.
"""

from typing import Any

import msgspec

from parindex.contracts import CONTRACTS, Contract

MOST_CONTRACTS = 100
LARGEST = 256 * 1024
"""Bytes of contracts after which a message is cut."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    data: msgspec.Raw


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A run of contracts in one partition. All after `prev` up to `last` is in it, or is not of this partition."""

    source: str
    epoch: int
    partition: int
    prev: int
    first: int
    last: int
    events: list[Envelope]


class Received(msgspec.Struct, frozen=True):
    """A contract as a handler gets it: typed, with its envelope."""

    contract: Any
    envelope: Envelope


class UnknownContractError(Exception):
    """A contract has a type that this program does not know."""


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Message).decode
_contracts = {name: msgspec.json.Decoder(contract) for name, contract in CONTRACTS.items()}


def encode_message(message: Message) -> bytes:
    """Write a message's bytes, the same on every bus."""
    return _encode(message)


def decode_message(raw: bytes) -> Message:
    """Read a message; msgspec.DecodeError or ValidationError where it is none."""
    return _decode(raw)


def read_contract(envelope: Envelope) -> Contract:
    """Read the contract in an envelope; raise UnknownContractError, msgspec.ValidationError."""
    decoder = _contracts.get(envelope.type)
    if decoder is None:
        raise UnknownContractError(envelope.type)
    contract: Contract = decoder.decode(envelope.data)
    return contract
