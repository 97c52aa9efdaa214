"""Which criteria of a set a round does not ask of a unit. Pure."""

from collections.abc import Collection

from parindex.contracts.criteria import CriteriaSet, Criterion


def codes_above(row: Criterion, rows: dict[str, Criterion]) -> list[str]:
    """Return the codes of a row and of the rows that it is under, from the row up."""
    codes = [row.code]
    while row.parent in rows and row.parent not in codes:
        row = rows[row.parent]
        codes.append(row.code)
    return codes


def excluded_leaves(criteria_set: CriteriaSet, not_applicable: Collection[str]) -> frozenset[str]:
    """Return the codes of the scored rows that are named, or are under a row that is named."""
    if not not_applicable:
        return frozenset()
    rows, named = {row.code: row for row in criteria_set.criteria}, frozenset(not_applicable)
    leaves = (row for row in criteria_set.criteria if row.rule is not None)
    return frozenset(row.code for row in leaves if not named.isdisjoint(codes_above(row, rows)))
