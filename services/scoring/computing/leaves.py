"""A criteria set made ready for computing: its leaves in order, by code and by survey question."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import msgspec

from parindex.contracts.criteria import CriteriaSet, NotApplicable, Rule, SurveyPoints
from scoring.computing.formula import number

MOST_SETS = 32
"""Sets kept ready in memory; a set is immutable, so any bytes mean the same for ever."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A criterion that is scored itself, at its place in the set."""

    at: int
    code: str
    rule: Rule
    maximum: Fraction

    @property
    def part(self) -> str:
        """The part of the index that its points belong to."""
        return "survey" if isinstance(self.rule, SurveyPoints) else "appraisal"


@dataclass(frozen=True, slots=True)
class Leaves:
    """All that computing needs of a criteria set."""

    code: str
    leaves: tuple[Leaf, ...]
    by_code: Mapping[str, Leaf]
    asked: Mapping[str, tuple[Leaf, ...]]  # by question
    full_marks: bool  # what is not applicable earns its maximum, instead of leaving the applicable maximum

    @property
    def survey(self) -> bool:
        """True if some points come from tallies."""
        return bool(self.asked)


def leaves_of(criteria_set: CriteriaSet) -> Leaves:
    """Make a set ready."""
    scored = [(row.code, row.rule, row.maximum) for row in criteria_set.criteria if row.rule is not None]
    leaves = tuple(Leaf(at, code, rule, number(maximum)) for at, (code, rule, maximum) in enumerate(scored))
    return Leaves(
        criteria_set.code,
        leaves,
        {leaf.code: leaf for leaf in leaves},
        _asked(leaves),
        criteria_set.not_applicable is NotApplicable.FULL_MARKS,
    )


@lru_cache(MOST_SETS)
def leaves_in(raw: bytes) -> Leaves:
    """Make the set in these JSON bytes ready, or find it ready."""
    return leaves_of(msgspec.json.decode(raw, type=CriteriaSet))


def _asked(leaves: tuple[Leaf, ...]) -> dict[str, tuple[Leaf, ...]]:
    asked: dict[str, tuple[Leaf, ...]] = {}
    for leaf in leaves:
        if isinstance(leaf.rule, SurveyPoints):
            asked[leaf.rule.question] = (*asked.get(leaf.rule.question, ()), leaf)
    return asked
