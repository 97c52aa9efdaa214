"""The streams of computing, each with its small state: an append decides on that state and folds nothing.

`index-<round>/<unit>` holds what is known of a unit, `round-<id>` the watermarks, `set-<code>` a criteria set, and
`rounds-waiting` the rounds that were closed and are not settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from parindex.eventstore.appending import Append, Metadata, StreamHead
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.decider import Codec, Decider, StatefulDecider
from scoring.computing import decisions, preparing, settling
from scoring.computing.commands import ComputeIndex, NeedSet, PrepareSet
from scoring.computing.decisions import Standing
from scoring.computing.preparing import PreparedSet
from scoring.computing.settling import Round, RoundCommand

WAITING = "rounds-waiting"


@dataclass(frozen=True, slots=True)
class Wait:
    """Put a round on the list of those that wait to be settled, or take it off."""

    round: str
    waits: bool


def wait(command: Wait, waiting: Sequence[str]) -> tuple[Sequence[Any], Sequence[str]]:
    """Return no event, and the list; the rounds' own events say the same."""
    if (command.round in waiting) is command.waits:
        return (), waiting
    return (), sorted({*waiting, command.round} if command.waits else {*waiting} - {command.round})


ROUND = Decider(Round(), settling.decide, settling.evolve)
SET = Decider(PreparedSet(), preparing.decide, preparing.evolve)
_encode = msgspec.msgpack.Encoder().encode
_standings = msgspec.msgpack.Decoder(Standing)
_rounds = msgspec.msgpack.Decoder(Round)
_sets = msgspec.msgpack.Decoder(PreparedSet)
_names = msgspec.msgpack.Decoder(list[str])


def index_stream(round_id: str, unit: str) -> str:
    """Name a unit's stream."""
    return f"index-{round_id}/{unit}"


def round_stream(round_id: str) -> str:
    """Name a round's stream."""
    return f"round-{round_id}"


def set_stream(code: str) -> str:
    """Name a criteria set's stream."""
    return f"set-{code}"


def read_standing(head: StreamHead | None) -> Standing:
    """Return a unit's standing; an empty one before anything came."""
    return _standings.decode(head.state) if head and head.state else Standing()


def read_round(head: StreamHead | None) -> Round:
    """Return a round; an empty one before anything came."""
    return _rounds.decode(head.state) if head and head.state else Round()


def read_set(head: StreamHead | None) -> PreparedSet:
    """Return a set; an empty one before anything came."""
    return _sets.decode(head.state) if head and head.state else PreparedSet()


def read_waiting(head: StreamHead | None) -> list[str]:
    """Return the rounds that were closed and are not settled."""
    return _names.decode(head.state) if head and head.state else []


INDEX: StatefulDecider[ComputeIndex, Standing] = StatefulDecider(Standing(), decisions.decide)
LIST: StatefulDecider[Wait, Sequence[str]] = StatefulDecider((), wait)

STANDING: Codec[Standing] = Codec(read_standing, _encode)
ROUND_STATE: Codec[Round] = Codec(read_round, _encode)
SET_STATE: Codec[PreparedSet] = Codec(read_set, _encode)
NAMES: Codec[Sequence[str]] = Codec(read_waiting, _encode)


def index_append(command: ComputeIndex, metadata: Metadata) -> Append:
    """Compute a unit's index from what is new about it."""
    return Append(index_stream(command.round, command.unit), metadata, decide_at_head(INDEX, command, STANDING))


def round_append(round_id: str, command: RoundCommand, metadata: Metadata) -> Append:
    """Execute a command on a round."""
    return Append(round_stream(round_id), metadata, decide_at_head(ROUND, command, ROUND_STATE))


def set_append(code: str, command: PrepareSet | NeedSet, metadata: Metadata) -> Append:
    """Execute a command on a criteria set."""
    return Append(set_stream(code), metadata, decide_at_head(SET, command, SET_STATE))


def waiting_append(round_id: str, metadata: Metadata, *, waits: bool) -> Append:
    """Put a round on the list of those that wait to be settled, or take it off. It makes no event of its own."""
    return Append(WAITING, metadata, decide_at_head(LIST, Wait(round_id, waits), NAMES))
