"""Criteria sets prepared for computing: the leaves of a set in order, by code and by survey question. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import msgspec

from parindex.contracts.applicability import codes_above
from parindex.contracts.criteria import CriteriaSet, Criterion, NormalisedToBest, NotApplicable, Rule, SurveyPoints
from parindex.contracts.extras import Extras, extras_of
from parindex.contracts.formula import number

MOST_SETS = 32
"""Prepared sets that a process caches; a set is immutable, so the same bytes always mean the same set."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A criterion that is scored itself; `at` is its index among the set's leaves.

    `extra` is the kind of its area if that is a bonus or penalty area: its maximum then is not part of the scale.
    `within` has the leaf's own code, and those of the rows that it is under.
    """

    at: int
    code: str
    rule: Rule
    maximum: Fraction
    extra: str = ""
    within: frozenset[str] = frozenset()

    @property
    def part(self) -> str:
        """The part of the index that its points belong to."""
        return self.extra or ("survey" if isinstance(self.rule, SurveyPoints) else "appraisal")

    @property
    def compared(self) -> bool:
        """True if its points depend on the values of the other units of the block."""
        return isinstance(self.rule, NormalisedToBest)


@dataclass(frozen=True, slots=True)
class PreparedSet:
    """The leaves of a criteria set: in order, by code and by survey question."""

    code: str
    leaves: tuple[Leaf, ...]
    by_code: Mapping[str, Leaf]
    asked: Mapping[str, tuple[Leaf, ...]]  # by question
    full_marks: bool  # a criterion that is not applicable earns its maximum, instead of leaving the applicable maximum
    extras: Extras

    @property
    def survey(self) -> bool:
        """True if some points come from tallies."""
        return bool(self.asked)

    @property
    def compared(self) -> Sequence[Leaf]:
        """The leaves whose points depend on the values of the other units of the block."""
        return [leaf for leaf in self.leaves if leaf.compared]


def prepare(criteria_set: CriteriaSet) -> PreparedSet:
    """Prepare a set; raise FigureUnreadableError where a maximum is not a number."""
    extras = extras_of(criteria_set)
    kinds = {code: area.area_kind.value for area in extras.areas for code in area.leaves}
    rows = {row.code: row for row in criteria_set.criteria}
    scored = [(row, row.rule) for row in criteria_set.criteria if row.rule is not None]
    leaves = tuple(
        Leaf(at, row.code, rule, number(row.maximum), kinds.get(row.code, ""), frozenset(codes_above(row, rows)))
        for at, (row, rule) in enumerate(scored)
    )
    return PreparedSet(
        criteria_set.code,
        leaves,
        {leaf.code: leaf for leaf in leaves},
        _asked(leaves),
        criteria_set.not_applicable is NotApplicable.FULL_MARKS,
        extras,
    )


@lru_cache(MOST_SETS)
def prepared_from(raw: bytes) -> PreparedSet:
    """Prepare the set in these JSON bytes."""
    return prepare(msgspec.json.decode(raw, type=CriteriaSet))


def slim(criteria_set: CriteriaSet) -> CriteriaSet:
    """Return the set without its legal texts, so that it fits into an entry wherever it fitted at its source."""
    return msgspec.structs.replace(criteria_set, criteria=[_slim_row(row) for row in criteria_set.criteria])


def _asked(leaves: tuple[Leaf, ...]) -> dict[str, tuple[Leaf, ...]]:
    asked: dict[str, tuple[Leaf, ...]] = {}
    for leaf in leaves:
        if isinstance(leaf.rule, SurveyPoints):
            asked[leaf.rule.question] = (*asked.get(leaf.rule.question, ()), leaf)
    return asked


def _slim_row(row: Criterion) -> Criterion:
    return msgspec.structs.replace(row, rule_text="", reference="", evidence_required=False)
