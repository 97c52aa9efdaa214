"""One number for the scores of a whole round, so that two services know that they hold the same."""

import hashlib
from collections.abc import Iterable

from parindex.canonical import canonical
from parindex.contracts.scoring import IndexComputed, ScoreLine


def digest_of(scores: Iterable[IndexComputed]) -> str:
    """Return the SHA-256, hex, over what counts of each unit's score, by unit code: claims are left out."""
    ordered = sorted(scores, key=lambda score: score.unit)
    return hashlib.sha256(canonical([_row(score) for score in ordered])).hexdigest()


def _row(score: IndexComputed) -> list[object]:
    lines = [_line(line) for line in score.lines]
    totals = [score.appraisal, score.survey, score.points, score.maximum, score.index]
    return [score.unit, score.block, score.criteria_set, lines, totals]


def _line(line: ScoreLine) -> list[object]:
    compared = [line.value, line.best, line.best_unit] if line.value else []
    return [line.criterion, line.part, line.maximum, line.points, line.causes, *compared]
