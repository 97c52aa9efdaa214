"""The rule of assigning: all lines of a command count, or none; the same person again is no new event. Pure."""

from collections.abc import Sequence

from assessment.assigning.checks import mistakes_in_assignments
from assessment.assigning.commands import AssignCriteria
from assessment.assigning.refusals import AssignmentsInvalidError
from assessment.assigning.state import Assignments, evolve
from assessment.self_scoring.events import CriterionAssigned
from parindex.eventstore.decider import Decider


def decide(command: AssignCriteria, assignments: Assignments) -> Sequence[CriterionAssigned]:
    """Return the events of a command; raise AssignmentsInvalidError."""
    if places := mistakes_in_assignments(command):
        raise AssignmentsInvalidError(places)
    wanted = {one: line.to for line in command.assignments for one in command.under[line.criterion]}
    return [
        CriterionAssigned(command.terms.round, command.terms.unit, criterion, to)
        for criterion, to in wanted.items()
        if assignments.persons.get(criterion, "") != to
    ]


assigning = Decider(Assignments(), decide, evolve)
