"""The streams of computing, each with its small state: an append decides on that state and folds nothing.

`index-<round>/<unit>` holds what is known of a unit, `round-<id>` the watermarks, `set-<code>` a criteria set, and
`rounds-waiting` the rounds that were closed and are not settled.
"""

import msgspec

from parindex.eventstore.appending import Act, Append, Decided, StreamHead
from parindex.eventstore.decider import Decider
from parindex.eventstore.deciding import at_head
from scoring.computing import decisions, preparing, settling
from scoring.computing.commands import ComputeIndex, NeedSet, PrepareSet
from scoring.computing.decisions import Standing
from scoring.computing.preparing import PreparedSet
from scoring.computing.settling import Round, RoundCommand

WAITING = "rounds-waiting"

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


def index_append(command: ComputeIndex, act: Act) -> Append:
    """Take what is new about a unit in."""

    def decide(head: StreamHead) -> Decided:
        standing = read_standing(head)
        facts, after = decisions.decide(command, standing)
        return Decided(facts, None if after is standing else _encode(after))

    return Append(index_stream(command.round, command.unit), act, decide)


def round_append(round_id: str, command: RoundCommand, act: Act) -> Append:
    """Carry out a wish about a round."""
    return Append(round_stream(round_id), act, at_head(ROUND, command, read_round, _encode))


def set_append(code: str, command: PrepareSet | NeedSet, act: Act) -> Append:
    """Carry out a wish about a criteria set."""
    return Append(set_stream(code), act, at_head(SET, command, read_set, _encode))


def waiting_append(round_id: str, act: Act, *, waits: bool) -> Append:
    """Put a round on the list of those that wait to be settled, or take it off. No fact: the rounds' own tell it."""

    def decide(head: StreamHead) -> Decided:
        waiting = set(read_waiting(head))
        after = waiting | {round_id} if waits else waiting - {round_id}
        return Decided((), None if after == waiting else _encode(sorted(after)))

    return Append(WAITING, act, decide)
