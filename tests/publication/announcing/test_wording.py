"""Numbers, days and policies as people in Việt Nam read them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.contracts.criteria import Band, CriteriaSet, RoundingPolicy
from parindex.contracts.survey import SetAside
from parindex.numbers import Mode, Rounding, show, show_total
from publication.announcing import wording
from publication.freezing.snapshot import Presses


def test_bands_are_shown_with_both_ends() -> None:
    bands = (Band(name="A", at_least="90"), Band(name="B", at_least="80.5"))
    assert wording.bands(bands) == "A: từ 90 trở lên; B: từ 80,5 đến dưới 90"


@pytest.mark.parametrize("mode", ["half_up", "half_even", "down"])
@pytest.mark.parametrize("total", ["rounded_sum", "sum_of_rounded"])
def test_every_policy_that_a_set_may_have_has_a_text(mode: str, total: str) -> None:
    rounding = RoundingPolicy(decimals=3, mode=mode, total=total)
    sentences = wording.policies(CriteriaSet(code="s", title="", reference="", criteria=[], rounding=rounding))
    assert len(sentences) == 6
    assert "3 chữ số" in sentences[0]


@pytest.mark.parametrize(("decimals", "last"), [(0, "1"), (1, "0,1"), (2, "0,01"), (3, "0,001"), (6, "0,000001")])
def test_how_far_parts_may_be_from_their_total_depends_on_the_decimals(decimals: int, last: str) -> None:
    rounding = RoundingPolicy(decimals=decimals)
    sentence = wording.policies(CriteriaSet(code="s", title="", reference="", criteria=[], rounding=rounding))[0]
    assert sentence.endswith(f"có thể lệch tổng {last}).")


@given(
    parts=st.lists(st.fractions(min_value=0, max_value=100, max_denominator=997), min_size=2, max_size=2),
    decimals=st.integers(0, 6),
    mode=st.sampled_from(list(Mode)),
)
def test_two_printed_parts_are_never_further_from_their_total_than_the_page_says(
    parts: list[Fraction], decimals: int, mode: Mode
) -> None:
    rounding = Rounding(decimals, mode)
    off = abs(sum(Fraction(show(part, rounding)) for part in parts) - Fraction(show_total(parts, rounding)))
    assert off <= Fraction(wording.last_place(decimals).replace(",", "."))


def test_numbers_without_decimals_are_whole() -> None:
    known = CriteriaSet(code="s", title="", reference="", criteria=[], rounding=RoundingPolicy(decimals=0))
    assert wording.policies(known)[0].startswith("Số in ra là số nguyên")


def test_presses_with_a_reason_that_is_not_known_here_are_shown_by_its_name() -> None:
    text = wording.presses(Presses(counted=1_234_567, set_aside=[SetAside(reason="moi", count=1_000)]))
    assert text == "1.234.567 lượt bấm được tính; 1.000 lượt không được tính (1.000 lượt moi)"
    assert wording.presses(None) == ""
