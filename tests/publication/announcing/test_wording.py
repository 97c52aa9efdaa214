"""Numbers, days and policies as people in Việt Nam read them."""

from fractions import Fraction

import pytest

from parindex.contracts.criteria import Band, CriteriaSet, RoundingPolicy
from publication.announcing import wording


def test_decimals_have_a_comma() -> None:
    assert wording.comma("84.58") == "84,58"
    assert wording.shown(Fraction(1, 3), 2) == "0,33"


def test_a_day_is_a_day_in_viet_nam() -> None:
    assert wording.day("2020-04-23T17:30:00.000000Z") == "24/04/2020"
    assert wording.minute("2020-04-23T17:30:00.000000Z") == "00:30 ngày 24/04/2020"


def test_bands_are_told_with_both_ends() -> None:
    bands = (Band(name="A", at_least="90"), Band(name="B", at_least="80.5"))
    assert wording.bands(bands) == "A: từ 90 trở lên; B: từ 80,5 đến dưới 90"


@pytest.mark.parametrize("mode", ["half_up", "half_even", "down"])
@pytest.mark.parametrize("total", ["rounded_sum", "sum_of_rounded"])
def test_every_policy_that_a_set_may_have_can_be_told(mode: str, total: str) -> None:
    rounding = RoundingPolicy(decimals=3, mode=mode, total=total)
    sentences = wording.policies(CriteriaSet(code="s", title="", reference="", criteria=[], rounding=rounding))
    assert len(sentences) == 4
    assert "3 chữ số" in sentences[0]
