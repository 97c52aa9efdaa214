"""Checks of assignments, pure: every mistake is found at once, each with its place."""

import re
from collections.abc import Mapping, Sequence

from assessment.assigning.commands import AssignCriteria
from assessment.assigning.state import AssignmentLine
from assessment.enacting.mistakes import Mistakes
from assessment.opening.terms import Terms
from parindex.contracts.criteria import CriteriaSet
from parindex.refusal import Place

_MADE_ID = re.compile(r"a[0-9a-f]{20}")


def is_made_id(text: str) -> bool:
    """Return whether a text has the form of the ids that sign-in makes, which no name has: an event may hold it."""
    return _MADE_ID.fullmatch(text) is not None


def criteria_under(criteria_set: CriteriaSet, terms: Terms) -> Mapping[str, Sequence[str]]:
    """Return the self-scored criteria of each row of the set, in the set's order; a criterion has itself."""
    parents = {row.code: row.parent for row in criteria_set.criteria}
    found: dict[str, list[str]] = {row.code: [] for row in criteria_set.criteria}
    for criterion in terms.appraisers:
        above = criterion
        while above:
            found[above].append(criterion)
            above = parents[above]
    return found


def mistakes_in_assignments(command: AssignCriteria) -> Sequence[Place]:
    """Return every mistake of a command, each with its JSON pointer."""
    mistakes, handed = Mistakes(), dict[str, str]()
    with mistakes:
        for line in command.assignments:
            _check_criterion(command, line, mistakes)
            mistakes.unless(
                line.to in {"", *command.people} or is_made_id(line.to), f"{line.pointer}/to",
                f"Chưa thấy “{line.to}” làm việc cho đơn vị, và đó không phải mã của một tài khoản.",
                f"“{line.to}” is not known to work for the unit, and is not the id of an account.",
            )  # fmt: skip
            twice = [one for one in command.under.get(line.criterion, ()) if handed.setdefault(one, line.to) != line.to]
            mistakes.unless(
                not twice, f"{line.pointer}/criterion", f"Tiêu chí {', '.join(twice)} được giao cho hai người.",
                f"Criterion {', '.join(twice)} is assigned to two persons.",
            )  # fmt: skip
    return mistakes.places


def _check_criterion(command: AssignCriteria, line: AssignmentLine, mistakes: Mistakes) -> None:
    if line.criterion not in command.under:
        mistakes.add(
            f"{line.pointer}/criterion", f"Phiếu không có tiêu chí hay lĩnh vực “{line.criterion}”.",
            f"The sheet has no criterion or area “{line.criterion}”.",
        )  # fmt: skip
    elif not command.under[line.criterion]:
        mistakes.add(
            f"{line.pointer}/criterion", f"Đơn vị không tự chấm “{line.criterion}” nên không phân công.",
            f"The unit does not claim “{line.criterion}”, so it is not assigned.",
        )  # fmt: skip
