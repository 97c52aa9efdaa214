"""Which agency appraises which criterion. Pure.

Responsibility is given per criterion, not per area: one area of the law is often split among departments. An entry for
a row counts for everything beneath it that has no entry of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parindex.auth.principal import covers
from parindex.contracts.criteria import Criterion


@dataclass(frozen=True, slots=True)
class CriterionAppraiser:
    """The agency that appraises a row, in one block or (block "") in every block."""

    criterion: str
    appraiser: str
    block: str = ""


def appraiser_of(
    criterion: str, rows: Mapping[str, Criterion], given: Sequence[CriterionAppraiser], block: str
) -> str | None:
    """Return the agency that appraises a row of a block's set: the nearest entry upwards, a block's own one first."""
    entries = {(entry.block, entry.criterion): entry.appraiser for entry in given}
    row: Criterion | None = rows[criterion]
    while row is not None:
        for scope in (block, ""):
            if (scope, row.code) in entries:
                return entries[scope, row.code]
        row = rows.get(row.parent)
    return None


def appraiser_for(unit: str, appraiser: str | None, authority: str) -> str:
    """Return who appraises a unit: the authority's office where the agency of the field belongs to the unit itself."""
    return authority if appraiser is None or covers(unit, appraiser) else appraiser
