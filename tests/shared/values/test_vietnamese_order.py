"""The order of Vietnamese names, and how they are searched."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.values.vietnamese_order import ALPHABET, searched, sort_key

LETTERS = [
    "a",
    "ă",
    "â",
    "b",
    "c",
    "d",
    "đ",
    "e",
    "ê",
    "g",
    "h",
    "i",
    "k",
    "l",
    "m",
    "n",
    "o",
    "ô",
    "ơ",
    "p",
    "q",
    "r",
    "s",
    "t",
    "u",
    "ư",
    "v",
    "x",
    "y",
]
"""The 29 letters in the order of the schoolbook."""
VOWELS = {
    "a": "aàảãáạ",
    "ă": "ăằẳẵắặ",
    "â": "âầẩẫấậ",
    "e": "eèẻẽéẹ",
    "ê": "êềểễếệ",
    "i": "iìỉĩíị",
    "o": "oòỏõóọ",
    "ô": "ôồổỗốộ",
    "ơ": "ơờởỡớợ",
    "u": "uùủũúụ",
    "ư": "ưừửữứự",
    "y": "yỳỷỹýỵ",
}
"""Each vowel with its tones: ngang, huyền, hỏi, ngã, sắc, nặng."""
NAMES = st.text(st.sampled_from("".join(VOWELS.values()) + "bcdđ Đ-12"), max_size=12)


def in_order(*names: str) -> list[str]:
    return sorted(names, key=sort_key)


def test_every_letter_with_every_tone_has_its_place() -> None:
    tones = {letter: VOWELS.get(letter, letter) for letter in LETTERS}
    words = [letter + tone + after for letter in LETTERS for after in ("", "b") for tone in tones[letter]]
    assert in_order(*reversed(words)) == words
    assert [letter for letter in ALPHABET if letter in LETTERS] == LETTERS


def test_the_letters_follow_the_vietnamese_alphabet() -> None:
    alphabet = ["An", "Ăn", "Ân", "Ba", "Da", "Đa", "Em", "Êm", "Om", "Ôm", "Ơm", "Un", "Ưn", "Yên"]
    assert in_order(*reversed(alphabet)) == alphabet


def test_hai_duong_comes_before_hung_yen() -> None:
    provinces = ["An Giang", "Bà Rịa", "Bạc Liêu", "Bắc Giang", "Đà Nẵng", "Hà Nam", "Hải Dương", "Hưng Yên", "Yên Bái"]
    assert in_order(*reversed(provinces)) == provinces


def test_tones_count_only_where_all_letters_are_equal() -> None:
    assert in_order("Bạ", "Bá", "Bã", "Bả", "Bà", "Ba") == ["Ba", "Bà", "Bả", "Bã", "Bá", "Bạ"]
    assert in_order("Bàu", "Ban") == ["Ban", "Bàu"]


@given(name=NAMES)
def test_a_name_in_two_unicode_forms_has_one_place(name: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert sort_key(composed) == sort_key(decomposed)
    assert searched(composed) == searched(decomposed)


@given(names=st.lists(NAMES, max_size=8))
def test_names_with_one_key_are_the_same_text(names: list[str]) -> None:
    for before, after in pairwise(in_order(*names)):
        assert sort_key(before) < sort_key(after) or before == after


def test_a_number_counts_as_a_whole() -> None:
    assert in_order("Quận 10", "Quận 2", "Quận 1") == ["Quận 1", "Quận 2", "Quận 10"]


def test_a_word_that_ends_comes_first() -> None:
    assert in_order("Thanh", "Thành phố", "Than Uyên") == ["Than Uyên", "Thanh", "Thành phố"]


def test_names_that_differ_in_case_alone_still_have_an_order() -> None:
    assert in_order("an", "AN") == in_order("AN", "an")


def test_a_letter_without_a_tone_comes_before_one_with_huyen_whatever_the_case() -> None:
    assert in_order("B à", "b a") == ["b a", "B à"]


def test_signs_come_first_and_foreign_letters_last() -> None:
    assert in_order("漢", "y", "1", "-") == ["-", "1", "y", "漢"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Đắk Lắk", "dak lak"),
        ("Thừa Thiên  Huế", "thua thien hue"),
        ("HƯNG YÊN", "Hưng yên"),
        ("Bà Rịa\u00a0– Vũng Tàu", "ba ria – vung tau"),
    ],
)
def test_a_search_matches_with_and_without_marks(name: str, typed: str) -> None:
    assert searched(name) == searched(typed)


def test_a_search_tells_letters_apart_that_differ_in_more_than_a_mark() -> None:
    assert searched("Đà") != searched("Ta")
    assert searched("Đắk Lắk") == "dak lak"
