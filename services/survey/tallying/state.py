"""How a unit's tallies are stored, and what tallying adds to them: counted presses, and an outside survey's tally."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from parindex.eventstore.decider import Codec
from survey.admitting.state import UnitTallies, tallies_of_unit


@dataclass(frozen=True, slots=True)
class Presses:
    """Presses at one question of one unit since the last count: by option, and by reason what belongs in no tally."""

    counts: Mapping[str, int] = field(default_factory=dict)
    aside: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutsideTally:
    """A result from outside: a score out of a maximum (exact numbers in wire form), or counts by option."""

    question: str
    group: str
    score: str = ""
    out_of: str = ""
    counts: tuple[tuple[str, int], ...] = ()


TALLIES_CODEC: Codec[UnitTallies] = Codec(lambda head: tallies_of_unit(head.state), msgspec.json.encode)
