"""Numbers and days as people in Việt Nam write and read them."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.numbers import Mode, exact, round_exact
from parindex.values import Fault
from parindex.web import vietnamese
from parindex.web.vietnamese import NotReadError, read_day, read_number


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("83,25", "83.25"),
        ("83.25", "83.25"),
        (" 83 ", "83"),
        ("-0,5", "-0.5"),
        ("0.125", "0.125"),
        ("1,234", "1.234"),
        ("1.2345", "1.2345"),
        ("1234.567", "1234.567"),
        ("1234567", "1234567"),
    ],
)
def test_a_number_may_have_one_comma_or_point(typed: str, read: str) -> None:
    assert read_number(typed) == read


@pytest.mark.parametrize("typed", ["1.234,5", "1,234.5", "1.234", "12.345.678", "1,2,3", "1 234", "1 234,5", "-1.234"])
def test_a_number_that_may_be_two_is_refused_in_words(typed: str) -> None:
    with pytest.raises(NotReadError, match="several ways") as refused:
        read_number(typed)
    assert f"“{typed}” có thể hiểu theo nhiều cách" in refused.value.fault.vi


@pytest.mark.parametrize("typed", ["", "x", "-", ",", "5,", ",5", "+5", "1e3", "٣", "NaN", "5%", "83,25 điểm", "−5"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(NotReadError):
        read_number(typed)


def test_decimals_are_limited_where_the_set_limits_them() -> None:
    assert read_number("83,25", 2) == "83.25"
    with pytest.raises(NotReadError, match="At most 2 digits"):
        read_number("83,255", 2)
    with pytest.raises(NotReadError, match="whole number"):
        read_number("83,2", 0)
    assert read_number("83", 0) == "83"


def test_a_number_that_is_too_wide_for_the_log_is_refused() -> None:
    assert read_number("9" * 18) == "9" * 18
    with pytest.raises(NotReadError, match="18 characters"):
        read_number("9" * 19)


@given(value=st.fractions(-(10**6), 10**6), decimals=st.integers(0, 6).filter(lambda each: each != 3))
def test_a_number_that_a_page_shows_is_read_back_exactly(value: Fraction, decimals: int) -> None:
    typed = vietnamese.shown(value, decimals)
    assert exact(read_number(typed)) == Fraction(round_exact(value, decimals, Mode.HALF_UP))


SEVERAL = Fault(
    "có thể hiểu theo nhiều cách. Hãy viết liền, không có dấu phân cách hàng nghìn, và chỉ một dấu phẩy trước phần "
    "thập phân, ví dụ 1234,5.",
    "can be read in several ways. Write it without thousands separators, with one decimal comma.",
)


@pytest.mark.parametrize(
    ("read", "typed", "vi", "en"),
    [
        (
            read_number,
            "9" * 19,
            "Số có nhiều nhất 18 ký tự, kể cả dấu.",
            "A number has at most 18 characters, with sign and point.",
        ),
        (read_number, "x", "Phải là số, ví dụ 83,25.", "It has to be a number, such as 83,25."),
        (read_number, "1.234", f"“1.234” {SEVERAL.vi}", f"“1.234” {SEVERAL.en}"),
        (read_number, "1," * 21, f"“{'1,' * 20}” {SEVERAL.vi}", f"“{'1,' * 20}” {SEVERAL.en}"),
        (partial(read_number, most_decimals=0), "1,5", "Phải là số nguyên.", "It has to be a whole number."),
        (
            partial(read_number, most_decimals=2),
            "1,255",
            "Nhiều nhất 2 chữ số sau dấu phẩy.",
            "At most 2 digits after the comma.",
        ),
        (
            read_day,
            "x",
            "Phải là ngày dạng ngày/tháng/năm, ví dụ 30/06/2026.",
            "It has to be a day as day/month/year, such as 30/06/2026.",
        ),
        (read_day, "31/06/2026", "Không có ngày này.", "There is no such day."),
        (read_day, "01/01/1944", "Năm phải từ 1945 đến 2075.", "The year has to be from 1945 to 2075."),
    ],
)
def test_what_is_refused_is_said_in_both_languages(read: Callable[[str], str], typed: str, vi: str, en: str) -> None:
    with pytest.raises(NotReadError) as refused:
        read(typed)
    assert refused.value.fault == Fault(vi, en)
    assert str(refused.value) == en


def test_numbers_are_written_with_a_comma_and_thousands_with_points() -> None:
    assert vietnamese.comma("84.58") == "84,58"
    assert vietnamese.shown(Fraction(1, 3), 2) == "0,33"
    assert vietnamese.count(1_234_567) == "1.234.567"


def test_a_day_is_read_as_it_is_written() -> None:
    assert read_day("30/06/2026") == read_day(" 30/6/2026 ") == "2026-06-30"
    assert vietnamese.written_day(date(2026, 6, 3)) == "03/06/2026"


@given(of=st.dates(date(1945, 1, 1), date(2075, 12, 31)))
def test_every_day_is_read_back(of: date) -> None:
    assert read_day(vietnamese.written_day(of)) == of.isoformat()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2026-06-30", "day/month/year"),
        ("30.06.2026", "day/month/year"),
        ("30/06/26", "day/month/year"),
        ("30/06/2026 17:00", "day/month/year"),
        ("", "day/month/year"),
        ("31/06/2026", "no such day"),
        ("06/30/2026", "no such day"),
        ("00/01/2026", "no such day"),
        ("01/01/0000", "no such day"),
        ("01/01/1900", "from 1945"),
        ("01/01/2076", "to 2075"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(typed: str, why: str) -> None:
    with pytest.raises(NotReadError, match=why):
        read_day(typed)


def test_a_day_is_a_day_in_viet_nam() -> None:
    assert vietnamese.day("2020-04-23T17:30:00.000000Z") == "24/04/2020"
    assert vietnamese.minute("2020-04-23T17:30:00.000000Z") == "00:30 ngày 24/04/2020"


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        ("2026-06-30T10:00:00.000000Z", "17:00 thứ Ba, ngày 30/06/2026"),
        ("2026-06-27T17:00:00.000000Z", "00:00 Chủ nhật, ngày 28/06/2026"),
        ("2026-06-29T02:05:59.999999Z", "09:05 thứ Hai, ngày 29/06/2026"),
    ],
)
def test_a_deadline_names_the_weekday_in_viet_nam(instant: str, written: str) -> None:
    assert vietnamese.deadline(instant) == written
