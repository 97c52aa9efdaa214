"""The command by which the office records units."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.registering.units import UnitLine


@dataclass(frozen=True, slots=True)
class RecordUnits:
    """Record units of an authority's register: all of these lines, or none."""

    authority: str
    lines: Sequence[UnitLine]
