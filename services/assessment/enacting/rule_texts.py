"""The wording of the rules (nội dung thang điểm), kept beside the set. Pure.

A national set with the wording of its hundred rows is larger than an entry of the log may be, and nobody computes with
wording. So the set is recorded and told without it, and the wording follows in pages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from parindex.contracts.criteria import CriteriaSet

PAGE = 40_000
"""Bytes of wording in one fact: well below what an entry may have, with room for the longest single text."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """How the decision words the rule of a row."""

    criterion: str
    text: str


def without_texts(criteria_set: CriteriaSet) -> CriteriaSet:
    """Return the set as it is told: whatever points depend on."""
    rows = [msgspec.structs.replace(row, rule_text="") for row in criteria_set.criteria]
    return msgspec.structs.replace(criteria_set, criteria=rows)


def with_texts(criteria_set: CriteriaSet, texts: Iterable[RuleText]) -> CriteriaSet:
    """Return the set with its wording."""
    worded = {text.criterion: text.text for text in texts}
    rows = [msgspec.structs.replace(row, rule_text=worded.get(row.code, "")) for row in criteria_set.criteria]
    return msgspec.structs.replace(criteria_set, criteria=rows)


def pages_of(criteria_set: CriteriaSet) -> Iterator[Sequence[RuleText]]:
    """Yield the wording of a set in pages; a set without wording has none."""
    page: list[RuleText] = []
    size = 0
    for row in criteria_set.criteria:
        length = len(row.rule_text.encode())
        if page and size + length > PAGE:
            yield page
            page, size = [], 0
        if row.rule_text:
            page.append(RuleText(row.code, row.rule_text))
            size += length + 60  # the keys and the row's code
    if page:
        yield page
