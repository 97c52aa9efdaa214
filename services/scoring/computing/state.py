"""The state of computing's streams, as it is stored beside the log: an append decides on it and folds nothing.

`index-<round>/<unit>` is a state store: a UnitState holds contracts that wait for their round or set, and the newest
tallies. The events of received input hold them too (docs/decisions/0051), but older entries have none, so no fold gives
every state again. To rebuild it, an operator gives scoring an empty
database, and its consumer reads the contracts of assessment and survey from the first position (docs/decisions/0002;
the commands are in step 4 of deploy/runbooks/restore-a-database.md). `parindex replay` rebuilds nothing: it computes
the indices again in databases of its own, and compares. `round-<id>` and `set-<code>` can be folded from their facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar, assert_never

import msgspec

from parindex.contracts.assessment import Claim, Finding
from parindex.contracts.scoring import SourcePosition
from parindex.contracts.survey import TallyUpdated
from parindex.eventstore.appending import StreamHead
from parindex.eventstore.decider import Codec
from scoring.computing.events import (
    ClaimsReceived,
    FindingsReceived,
    IndexComputed,
    Input,
    RoundPrepared,
    TallyReceived,
)
from scoring.computing.prepared_sets import Leaf, PreparedSet

LogPosition = tuple[int, int]
"""Where a contract was published: its source's epoch and position. The contract with the later one holds."""
NEVER: LogPosition = (0, 0)


class ClaimsChange(msgspec.Struct, frozen=True):
    """All that a unit claims now; a withdrawn self-score claims nothing."""

    at: LogPosition
    claims: tuple[Claim, ...] = ()


class FindingsChange(msgspec.Struct, frozen=True):
    """The findings of a unit's appraisal; they replace all earlier ones."""

    at: LogPosition
    findings: tuple[Finding, ...]


class TallyChange(msgspec.Struct, frozen=True, array_like=True):
    """The newest tally of one question, group and origin. A UnitState stores it in this form."""

    at: LogPosition
    tally: TallyUpdated


Change = ClaimsChange | FindingsChange | TallyChange
"""A change of a unit's inputs, which one contract has brought."""


Entered = TypeVar("Entered", Claim, Finding)
MOST_PIECE_BYTES = 32_768
"""Bytes of claims or findings in one event: an entry holds them with their metadata."""


class Assignment(msgspec.Struct, frozen=True):
    """A unit's block in its round, the prepared set that scores it, and the codes that do not apply to the unit."""

    block: str
    criteria_set: PreparedSet
    not_applicable: tuple[str, ...] = ()

    def excludes(self, leaf: Leaf) -> bool:
        """Return whether the round does not ask a criterion of the unit."""
        return bool(self.not_applicable) and not leaf.within.isdisjoint(self.not_applicable)


class UnitState(msgspec.Struct, frozen=True, array_like=True):
    """The inputs of a unit's index and the index. Claims and findings are stored until they are computed, then None."""

    claimed_at: LogPosition = NEVER
    claims: tuple[Claim, ...] | None = None
    found_at: LogPosition = NEVER
    findings: tuple[Finding, ...] | None = None
    tallies: tuple[TallyChange, ...] = ()
    beside_survey: tuple[Finding, ...] = ()  # findings about criteria that a survey scores
    score: IndexComputed | None = None


class Watermark(msgspec.Struct, frozen=True, array_like=True):
    """The newest closing and the newest reopening of one source in one partition; 0 is none."""

    source: str
    partition: int
    closing: int = 0
    epoch: int = 0
    position: int = 0
    reopened: int = 0
    entry_sha256: str = ""  # of the closing's entry in the source's log


class PlannedUnit(NamedTuple):
    """A unit's block, the code of its criteria set, and the codes that do not apply to it."""

    block: str
    criteria_set: str
    not_applicable: tuple[str, ...]


class RoundState(msgspec.Struct, frozen=True, array_like=True):
    """A round: its units, which computing prepares, and its watermarks and last settling, which settling records."""

    plan: RoundPrepared | None = None
    watermarks: tuple[Watermark, ...] = ()
    settled: tuple[SourcePosition, ...] = ()  # the vector of the last settling
    settling: int = 0

    def units(self) -> Mapping[str, PlannedUnit]:
        """Return each unit's place in the round; nothing while the round is unknown."""
        blocks = self.plan.blocks if self.plan else ()
        return {
            unit.code: PlannedUnit(block.code, block.criteria_set, tuple(unit.not_applicable))
            for block in blocks
            for unit in block.units
        }


class SetState(msgspec.Struct, frozen=True, array_like=True):
    """A criteria set as JSON bytes (none before it is known), and the rounds that it scores."""

    raw: bytes = b""
    rounds: tuple[str, ...] = ()


def index_stream(round_id: str, unit: str) -> str:
    """Return the name of a unit's stream."""
    return f"index-{round_id}/{unit}"


def round_stream(round_id: str) -> str:
    """Return the name of a round's stream."""
    return f"round-{round_id}"


def set_stream(code: str) -> str:
    """Return the name of a criteria set's stream."""
    return f"set-{code}"


def read_unit(head: StreamHead | None) -> UnitState:
    """Return a unit's state; an empty one for a new stream."""
    return _units.decode(head.state) if head and head.state else UnitState()


def read_round(head: StreamHead | None) -> RoundState:
    """Return a round's state; an empty one for a new stream."""
    return _rounds.decode(head.state) if head and head.state else RoundState()


def read_set(head: StreamHead | None) -> SetState:
    """Return a set's state; an empty one for a new stream."""
    return _sets.decode(head.state) if head and head.state else SetState()


def scores_in(heads: Mapping[str, StreamHead], round_id: str, units: Iterable[str]) -> dict[str, IndexComputed | None]:
    """Return each unit's index from the heads of their streams; None where it is not computed yet."""
    return {unit: read_unit(heads.get(index_stream(round_id, unit))).score for unit in units}


def finds_anew(state: UnitState, changes: Iterable[Change]) -> bool:
    """Return whether findings are computed with these changes, so that values may move that are compared."""
    return state.findings is not None or any(isinstance(change, FindingsChange) for change in changes)


def inputs_of(round_id: str, unit: str, change: Change) -> Sequence[Input]:
    """Return a change as events: several pieces where one entry might not hold its claims or findings."""
    of, at = (round_id, unit), change.at
    match change:
        case ClaimsChange():
            claims = _pieces(change.claims)
            return [ClaimsReceived(*of, *at, piece, n, len(claims)) for n, piece in enumerate(claims, 1)]
        case FindingsChange():
            findings = _pieces(change.findings)
            return [FindingsReceived(*of, *at, piece, n, len(findings)) for n, piece in enumerate(findings, 1)]
        case TallyChange():
            tally = change.tally
            counts = tuple(tally.counts)
            return [
                TallyReceived(
                    *of, *at, tally.question, tally.group, tally.origin, counts, tally.score, tally.out_of, tally.covers
                )
            ]
        case _:
            assert_never(change)


def change_of(inputs: Sequence[Input]) -> Change:
    """Return the change that these events hold: all pieces of one `inputs_of`."""
    first, at = inputs[0], (inputs[0].epoch, inputs[0].position)
    match first:
        case ClaimsReceived():
            claims = (each.claims for each in inputs if isinstance(each, ClaimsReceived))
            return ClaimsChange(at, tuple(chain.from_iterable(claims)))
        case FindingsReceived():
            findings = (each.findings for each in inputs if isinstance(each, FindingsReceived))
            return FindingsChange(at, tuple(chain.from_iterable(findings)))
        case TallyReceived():
            named = {name: getattr(first, name) for name in TallyUpdated.__struct_fields__}
            return TallyChange(at, TallyUpdated(**{**named, "counts": list(first.counts)}))
        case _:
            assert_never(first)


def _pieces(parts: Sequence[Entered]) -> list[tuple[Entered, ...]]:
    """Return the parts in order, in pieces of bounded size (a part alone may have more); one piece for none."""
    pieces, size = list[list[Entered]]([[]]), 0
    for part in parts:
        length = len(msgspec.json.encode(part))
        if pieces[-1] and size + length > MOST_PIECE_BYTES:
            pieces.append([])
            size = 0
        pieces[-1].append(part)
        size += length
    return [tuple(piece) for piece in pieces]


_encode = msgspec.msgpack.Encoder().encode
_units = msgspec.msgpack.Decoder(UnitState)
_rounds = msgspec.msgpack.Decoder(RoundState)
_sets = msgspec.msgpack.Decoder(SetState)

UNIT_CODEC: Codec[UnitState] = Codec(read_unit, _encode)
ROUND_CODEC: Codec[RoundState] = Codec(read_round, _encode)
SET_CODEC: Codec[SetState] = Codec(read_set, _encode)
