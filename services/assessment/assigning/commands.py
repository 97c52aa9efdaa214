"""The command by which a unit hands criteria to its people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.assigning.state import AssignmentLine
from assessment.opening.terms import Terms


@dataclass(frozen=True, slots=True)
class AssignCriteria:
    """Hand criteria to persons, or take them back: all of these lines, or none.

    `under` has the self-scored criteria of each row of the set, `people` the accounts that are known to act for the
    unit; beside them an id that sign-in made is taken.
    """

    terms: Terms
    assignments: Sequence[AssignmentLine]
    under: Mapping[str, Sequence[str]]
    people: frozenset[str]
