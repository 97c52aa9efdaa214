"""The order of Vietnamese names."""

from publication.freezing.ranking import vietnamese


def in_order(*names: str) -> list[str]:
    return sorted(names, key=vietnamese)


def test_the_letters_follow_the_vietnamese_alphabet() -> None:
    alphabet = ["An", "Ăn", "Ân", "Ba", "Da", "Đa", "Em", "Êm", "Om", "Ôm", "Ơm", "Un", "Ưn", "Yên"]
    assert in_order(*reversed(alphabet)) == alphabet


def test_tones_count_only_where_all_letters_are_equal() -> None:
    assert in_order("Bạ", "Bá", "Bã", "Bả", "Bà", "Ba") == ["Ba", "Bà", "Bả", "Bã", "Bá", "Bạ"]
    assert in_order("Bàu", "Ban") == ["Ban", "Bàu"]


def test_a_name_in_two_unicode_forms_has_one_place() -> None:
    assert vietnamese("Bình") == vietnamese("Bi\u0300nh")


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
