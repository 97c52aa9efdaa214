"""Envelopes: a published event becomes a contract in an envelope, and envelopes become the next message."""

from typing import Any

from parindex.bus.message import Envelope, Message, encode_contract
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded


def cut(events: list[Envelope], largest: int) -> list[Envelope]:
    """Return the leading events that fit into `largest` bytes, at least one."""
    size = 0
    for index, event in enumerate(events):
        size += len(bytes(event.data)) + 300
        if index and size > largest:
            return events[:index]
    return events


def message_after(source: str, epoch: int, partition: int, prev: int, events: list[Envelope]) -> Message:
    """Make the message that follows `prev` in its partition."""
    first, last = (events[0].position, events[-1].position) if events else (prev, prev)
    return Message(source=source, epoch=epoch, partition=partition, prev=prev, first=first, last=last, events=events)


def envelope(log: Log, recorded: Recorded) -> Envelope:
    """Translate a published event into its contract, in an envelope."""
    entry, contract = recorded.entry, translate(log.types.translations, recorded)
    return Envelope(
        id=f"{log.origin}/{recorded.position}", source=log.origin, type=contract.TYPE, subject=entry.stream,
        time=entry.occurred_at, position=recorded.position, authority=entry.authority,
        correlationid=entry.correlation, causationid=entry.causation, entry_sha256=recorded.sha256,
        data=encode_contract(contract),
    )  # fmt: skip


def translate(translations: Any, recorded: Recorded) -> Any:
    """Return the contract of a published event; raise KeyError where the event is private."""
    return translations[type(recorded.fact)].contract(recorded)
