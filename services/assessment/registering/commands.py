"""The command by which the office records units."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.registering.units import Predecessor, UnitKind


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What a list says of a unit: what it is from a day on, and, where that is known, its end (`valid_to`).

    `pointer` is the place of the line in the body.
    """

    code: str
    valid_from: str
    name: str
    kind: UnitKind
    parent: str = ""
    seat: str = ""
    reference: str = ""
    valid_to: str = ""
    predecessors: tuple[Predecessor, ...] = ()
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class RecordUnits:
    """Record units of an authority's register: all of these lines, or none."""

    authority: str
    lines: Sequence[UnitLine]
