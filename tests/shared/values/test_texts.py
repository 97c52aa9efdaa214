import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.values.texts import LINE, NAME, NOTE, REASON, TextRule, compared, forbidden, invisible_in, tidy

RULES = [LINE, NAME, NOTE, REASON]
ANY = st.text(st.characters())  # surrogates too


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "a\x07b",
        "a\x7fb",
        "a\x85b",
        "a\ud800b",
        "a\ufffeb",
        "a\ufdd0b",
        "a\U0001ffffb",
        "a\u0378b",
        "a\u202eb",
        "a\u2066b",
        "a\u200fb",
        "a\x1b[31mb",
    ],
)
def test_a_character_that_no_text_may_have_is_named(text: str) -> None:
    wrong = LINE.fault(tidy(text))
    assert wrong is not None
    assert f"U+{ord(text[1]):04X}" in wrong.vi
    assert f"U+{ord(text[1]):04X}" in wrong.en


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\u2028b", "a\tb"])
def test_a_line_end_makes_sense_in_some_texts_only(text: str) -> None:
    assert LINE.fault(LINE.tidy(text)) is not None
    assert NOTE.fault(NOTE.tidy(text)) is None
    assert NOTE.tidy(text) in {"a\nb", "a b"}


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\u200b", "\ufeff\u00ad", "\u3164", "\u2800", "\u00a0", "\u0301", "\ue000"]
)
def test_what_nobody_can_see_says_nothing(text: str) -> None:
    for rule in (NAME, REASON):
        assert rule.fault(rule.tidy(text)) is not None
    for rule in (LINE, NOTE):
        assert rule.fault(rule.tidy(text)) is None


@pytest.mark.parametrize(
    "text", ["Sở Nội vụ", "UBND xã Ea H'leo", "x²", "7", "…", "👨‍👩‍👧", "Ђ", "中", "a\u200db", "QĐ-UBND/№ 5"]
)
def test_what_people_write_is_taken(text: str) -> None:
    assert NAME.fault(NAME.tidy(text)) is None


def test_a_text_is_as_long_as_it_is_when_tidy() -> None:
    rule = TextRule(3)
    assert rule.fault(rule.tidy("  ẵẵẵ  ")) is None
    assert rule.fault(rule.tidy(unicodedata.normalize("NFD", "ẵẵẵ"))) is None
    assert rule.fault(rule.tidy("ẵẵẵẵ")) is not None


@given(ANY)
def test_a_tidy_text_is_tidy_and_in_normal_form(text: str) -> None:
    for rule in RULES:
        once = rule.tidy(text)
        assert rule.tidy(once) == once
        assert unicodedata.is_normalized("NFC", once)


@given(ANY)
def test_what_is_taken_can_be_stored_shown_and_sent(text: str) -> None:
    for rule in RULES:
        tidied = rule.tidy(text)
        if rule.fault(tidied) is None:
            assert "\0" not in tidied
            tidied.encode()
            assert all(unicodedata.category(each) not in {"Cc", "Cs", "Cn"} or each == "\n" for each in tidied)


def test_the_short_way_forbids_nothing_less_than_the_long_one() -> None:
    alone = {chr(code) for code in range(sys.maxunicode + 1) if forbidden(chr(code)) is None}
    beside = {chr(code) for code in range(sys.maxunicode + 1) if forbidden(chr(code) + "\ue000") is None}
    assert alone == beside


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Xã Hòa Bình", unicodedata.normalize("NFD", "Xã Hòa Bình")),
        ("Xã Hòa Bình", "Xã\u00a0Hòa  Bình "),
        ("Xã Hòa Bình", "Xã Hòa\u200b Bình\ufeff"),
        ("Xã Hòa Bình", "Xã Hòa Bì\u00adnh"),
    ],
)
def test_texts_that_look_alike_compare_equal(one: str, other: str) -> None:
    assert one != other
    assert compared(one) == compared(other)


@given(ANY)
def test_the_compared_form_of_the_compared_form_is_itself(text: str) -> None:
    assert compared(compared(text)) == compared(text)
    assert compared(tidy(text)) == compared(text)


def test_what_is_not_seen_is_named() -> None:
    assert invisible_in("Xã\u00a0Hòa\u200b Bình") == ["U+00A0", "U+200B"]
    assert invisible_in("Xã Hòa Bình") == []
