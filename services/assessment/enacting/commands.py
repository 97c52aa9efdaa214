"""What the council may ask."""

from dataclasses import dataclass

from parindex.contracts.criteria import CriteriaSet


@dataclass(frozen=True, slots=True)
class EnactCriteriaSet:
    """Put a set in force under its code. `place` is where the set lies in what was sent, for the places of mistakes."""

    authority: str
    criteria_set: CriteriaSet
    place: str = ""
