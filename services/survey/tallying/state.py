"""Results that tallying adds to a unit's tallies: counted presses, and an outside survey's tally."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
