"""The state of settling: a round's watermarks after an event, and the list of the rounds that wait to be settled.

`rounds-waiting` is a state store: its stream has no events. The rounds' own streams hold the closings and settlings
that it repeats.
"""

from collections.abc import Sequence
from typing import Any, assert_never

import msgspec
from msgspec.structs import replace

from parindex.contracts.scoring import SourcePosition
from parindex.eventstore.appending import StreamHead
from parindex.eventstore.decider import Codec
from scoring.computing.events import RoundPrepared
from scoring.computing.state import RoundState, Watermark
from scoring.settling.events import ClosingSeen, ReopeningSeen, RoundSettled

RoundFact = RoundPrepared | ClosingSeen | ReopeningSeen | RoundSettled

WAITING = "rounds-waiting"


def watermark_of(state: RoundState, source: str, partition: int) -> Watermark:
    """Return the watermark of a source in a partition."""
    found = (each for each in state.watermarks if (each.source, each.partition) == (source, partition))
    return next(found, Watermark(source, partition))


def newest_closing(state: RoundState, source: str) -> int:
    """Return the source's newest closing in any partition; 0 is none."""
    return max((each.closing for each in state.watermarks if each.source == source), default=0)


def newest_reopened(state: RoundState, source: str) -> int:
    """Return the source's newest closing that was reopened; 0 is none."""
    return max((each.reopened for each in state.watermarks if each.source == source), default=0)


def has_new_closing(state: RoundState) -> bool:
    """Return whether some closing has come that no settling contains."""
    settled = {(at.source, at.closing) for at in state.settled}
    return any(each.closing and (each.source, each.closing) not in settled for each in state.watermarks)


def sources_of(*, survey: bool) -> tuple[str, ...]:
    """Return the sources whose closing a round waits for: survey only where tallies score something."""
    return ("assessment", "survey") if survey else ("assessment",)


def vector_of(state: RoundState, *, survey: bool) -> tuple[SourcePosition, ...]:
    """Return the newest closings as partition 0 has seen them; where nothing is missing, all partitions have."""
    return tuple(_position(watermark_of(state, source, 0)) for source in sources_of(survey=survey))


def evolve(state: RoundState, fact: RoundFact) -> RoundState:
    """Return the round after an event."""
    match fact:
        case RoundPrepared():
            return replace(state, plan=fact)
        case ClosingSeen():
            closed = {name: getattr(fact, name) for name in ("closing", "epoch", "position", "entry_sha256")}
            return _changed(state, fact.source, fact.partition, closed)
        case ReopeningSeen():
            return _changed(state, fact.source, fact.partition, {"reopened": fact.closing})
        case RoundSettled():
            return replace(state, settled=fact.vector, settling=fact.settling)
        case _:
            assert_never(fact)


def read_waiting(head: StreamHead | None) -> list[str]:
    """Return the rounds that were closed and are not settled."""
    return _names.decode(head.state) if head and head.state else []


def _position(watermark: Watermark) -> SourcePosition:
    return SourcePosition(
        source=watermark.source,
        epoch=watermark.epoch,
        position=watermark.position,
        closing=watermark.closing,
        entry_sha256=watermark.entry_sha256,
    )


def _changed(state: RoundState, source: str, partition: int, change: dict[str, Any]) -> RoundState:
    before = watermark_of(state, source, partition)
    others = [each for each in state.watermarks if each is not before]
    ordered = sorted([*others, replace(before, **change)], key=lambda each: (each.source, each.partition))
    return replace(state, watermarks=tuple(ordered))


_names = msgspec.msgpack.Decoder(list[str])

WAITING_CODEC: Codec[Sequence[str]] = Codec(read_waiting, msgspec.msgpack.Encoder().encode)
