"""State of a unit's assignments in a round, folded from their events; and a line of a command. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessment.self_scoring.events import CriterionAssigned


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """One line of a command: a criterion, or a row above criteria, and the account that gets it ("" for none).

    `pointer` is the place of the line in the body.
    """

    criterion: str
    to: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Assignments:
    """The account that has each criterion. A criterion without a person is not in it."""

    persons: Mapping[str, str] = field(default_factory=dict)


def evolve(assignments: Assignments, fact: CriterionAssigned) -> Assignments:
    """Return the assignments after an event."""
    others = {code: person for code, person in assignments.persons.items() if code != fact.criterion}
    return Assignments({**others, fact.criterion: fact.to} if fact.to else others)
