"""Command of the council."""

from dataclasses import dataclass

from parindex.contracts.criteria import CriteriaSet


@dataclass(frozen=True, slots=True)
class EnactCriteriaSet:
    """Put a set in force under its code. `pointer` is the place of the set in the body, for the places of mistakes."""

    authority: str
    criteria_set: CriteriaSet
    pointer: str = ""
