"""Reads the arithmetic of a sentence back, so that a test compares it with the points that the formula gives.

points_in("17 trên 20 là 85 %: 17 ÷ 20 × 2 = 1,7 điểm")
"""

import re
from fractions import Fraction

from parindex.contracts.expression import parse, value_of


def points_in(sentence: str) -> Fraction:
    """Compute the points that a sentence ends with, from the part after its last colon and before the “=”."""
    arithmetic = sentence.removesuffix(" điểm").rpartition(": ")[2].partition(" = ")[0]
    return value_of(parse(re.sub(r"(?<=[0-9]),(?=[0-9])", ".", arithmetic)), {})
