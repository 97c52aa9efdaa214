import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.values.texts import (
    LINE,
    MOST_MARKS,
    NAME,
    NOTE,
    REASON,
    TextRule,
    compared,
    forbidden,
    invisible_in,
    tidy,
)

RULES = [LINE, NAME, NOTE, REASON]
ANY = st.text(st.characters())  # surrogates too
WRITTEN = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u3164"))
UNTYPED = [*range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)]
TAGS = range(0xE0000, 0xE0080)
MARKS = st.characters(categories=["M"])
UNSEEN = st.sampled_from(["", "", "\u200c", "\u200d", "\u200b", "\u00ad", "\u2060"])


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


@pytest.mark.parametrize("code", [*UNTYPED, *TAGS])
def test_each_format_character_that_hides_text_is_refused(code: int) -> None:
    for text in (chr(code), f"a{chr(code)}", f"{chr(code)}a", f"Xã{chr(code)}Hòa Bình"):
        assert all(rule.fault(rule.tidy(text)) is not None for rule in RULES)


@given(code=st.sampled_from([*UNTYPED, *TAGS]), before=WRITTEN, after=WRITTEN)
def test_a_format_character_that_hides_text_is_named_wherever_it_is(code: int, before: str, after: str) -> None:
    for rule in RULES:
        wrong = rule.fault(rule.tidy(f"{before}{chr(code)}{after}"))
        assert wrong is not None
        assert f"U+{code:04X}" in wrong.vi
        assert f"U+{code:04X}" in wrong.en


@given(before=WRITTEN, after=WRITTEN, pile=st.lists(st.tuples(MARKS, UNSEEN), min_size=MOST_MARKS + 1))
def test_marks_are_not_piled_up_on_one_letter(before: str, after: str, pile: list[tuple[str, str]]) -> None:
    text = tidy(f"{before}\ue000{''.join(mark + unseen for mark, unseen in pile)}{after}")
    assert LINE.fault(text) is not None


@given(letters=WRITTEN, marks=st.lists(MARKS, max_size=MOST_MARKS))
def test_as_many_marks_as_are_written_are_taken_on_each_letter(letters: str, marks: list[str]) -> None:
    rule = TextRule(10_000)
    assert rule.fault(rule.tidy("".join(letter + "".join(marks) for letter in f"a{letters}"))) is None


@given(
    st.text(st.sampled_from("aăâeêioôơuưyđ"), min_size=1), st.lists(st.sampled_from("\u0300\u0301\u0303\u0309\u0323"))
)
def test_vietnamese_typed_letter_by_mark_is_the_same_text(letters: str, tones: list[str]) -> None:
    composed = unicodedata.normalize("NFC", "".join(f"{one}{tone}" for one, tone in zip(letters, tones, strict=False)))
    apart = unicodedata.normalize("NFD", composed)
    assert LINE.tidy(apart) == composed
    assert LINE.fault(LINE.tidy(apart)) is None


def test_the_tallest_letter_that_is_written_is_taken() -> None:
    tibetan = "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82"
    assert NAME.fault(NAME.tidy(tibetan)) is None


@pytest.mark.slow
def test_a_text_of_plain_letters_is_checked_as_any_other() -> None:
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
