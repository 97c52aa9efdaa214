"""Whether the index of a unit by a set fits into an entry of the log, whatever its figures are. Pure.

A criterion that divides brings a denominator of its own, and an exact sum carries all of them. So a set has a limit
of such criteria, and a declared number one of characters (`LONGEST_DECLARED`).
"""

import msgspec

from assessment.enacting.figures import leaves_of
from assessment.enacting.mistakes import Mistakes
from parindex.contracts.criteria import CriteriaSet, Criterion, Proportional, SurveyPoints
from parindex.contracts.scoring import IndexComputed, ScoreLine
from parindex.contracts.survey import MOST_GROUPS
from parindex.eventstore.entries import LARGEST
from parindex.numbers import LONGEST_DECLARED, LONGEST_WIRE

ENVELOPE = 1_500
"""Bytes of an entry beside the data, and of the names in it."""
TENS = 100
"""Digits of a sum that its quotients share: decimals of figures and maxima, whole points, and the index's hundred."""
POOLED = 2
"""How much longer a denominator is where respondent groups are added up: with decimals of one, digits of another."""
PLAIN = "9" * max(LONGEST_DECLARED, 24)
"""Points that are entered or chosen, not divided; or the name of the fault that takes their place."""
ORIGINS = 2
"""A group has a tally of kiosks and one of an outside survey."""
CAUSE = "assessment/999999999"


def check_weight(criteria_set: CriteriaSet, mistakes: Mistakes) -> None:
    """Note that a set has more criteria than can be computed and written down exactly."""
    digits = digits_of_sum(criteria_set)
    if 2 * digits + 2 > LONGEST_WIRE or widest_index(criteria_set, digits) > LARGEST - ENVELOPE:
        mistakes.add(
            "/criteria",
            "Bộ chỉ số có quá nhiều tiêu chí để tính và ghi chính xác; hãy bớt, trước hết loại tỷ lệ, điều tra.",
            "The set has too many criteria to be computed and recorded exactly; fewer of them, above all of those that "
            "divide (proportional, surveyed).",
        )  # fmt: skip


def digits_of_sum(criteria_set: CriteriaSet) -> int:
    """Return how many digits the denominator, and the numerator, of a unit's index may have at most."""
    return TENS + sum(_digits(leaf) for leaf in leaves_of(criteria_set))


def widest_index(criteria_set: CriteriaSet, digits: int) -> int:
    """Return how many bytes the index of a unit may take, with its sums of so many digits."""
    widest = f"{'9' * digits}/{'9' * digits}" if digits > TENS else "9" * LONGEST_DECLARED
    lines = [_line(leaf) for leaf in leaves_of(criteria_set)]
    index = IndexComputed(
        round="", unit="", block="", criteria_set=criteria_set.code, lines=lines,
        appraisal=widest, survey=widest, points=widest, maximum="9" * TENS, index=widest,
    )  # fmt: skip
    return len(msgspec.json.encode(index))


def _digits(leaf: Criterion) -> int:
    match leaf.rule:
        case Proportional():
            return LONGEST_DECLARED
        case SurveyPoints(group=""):
            return LONGEST_DECLARED * POOLED
        case SurveyPoints():
            return LONGEST_DECLARED
        case _:
            return 0


def _line(leaf: Criterion) -> ScoreLine:
    own = _digits(leaf)
    widest = f"{'9' * (own + TENS // 3)}/{'9' * (own + TENS // 3)}" if own else PLAIN
    part = "survey" if isinstance(leaf.rule, SurveyPoints) else "appraisal"
    claimed = "" if part == "survey" else widest
    return ScoreLine(
        criterion=leaf.code, part=part, maximum=leaf.maximum, points=widest, claimed=claimed, causes=_causes(leaf)
    )  # fmt: skip


def _causes(leaf: Criterion) -> list[str]:
    match leaf.rule:
        case SurveyPoints(group=""):
            return [CAUSE] * (ORIGINS * MOST_GROUPS)
        case SurveyPoints():
            return [CAUSE] * ORIGINS
        case _:
            return [CAUSE]
