from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.values.days import (
    FIRST_YEAR,
    LAST_YEAR,
    NotADayError,
    NotAnInstantError,
    day,
    day_text,
    ends_before_it_begins,
    moment,
)

DIGITS = st.text(st.sampled_from("0123456789-:+TtZz. ٣２"), max_size=30)


def test_a_day_is_read() -> None:
    assert day("2026-06-30") == date(2026, 6, 30)
    assert day("2024-02-29") == date(2024, 2, 29)


def test_a_day_is_written_as_it_is_read() -> None:
    assert (day_text(date(2026, 6, 30)), day_text(None)) == ("2026-06-30", "")


def test_a_period_of_one_day_is_not_reversed_and_an_open_one_neither() -> None:
    assert ends_before_it_begins("2026-06-30", "2026-06-29")
    assert not ends_before_it_begins("2026-06-30", "2026-06-30")
    assert not ends_before_it_begins("2026-06-30", "")
    assert not ends_before_it_begins("", "2026-06-30")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "2026-6-30",
        "30/06/2026",
        "2026-06-31",
        "2026-02-29",
        "20260630",
        "2026-W10-1",
        "2026-06-30T00:00:00Z",
        "0001-01-01",
        "1900-01-01",
        "2099-01-01",
        "9999-12-31",
        "2026-06-30\n",
        "２０２６-06-30",
        " 2026-06-30",
        "1751241600",
    ],
)
def test_what_is_no_day_of_this_domain_is_refused(text: str) -> None:
    with pytest.raises(NotADayError):
        day(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-06-30T17:00:00Z", datetime(2026, 6, 30, 17, tzinfo=UTC)),
        ("2026-06-30t17:00:00z", datetime(2026, 6, 30, 17, tzinfo=UTC)),
        ("2026-07-01T00:00:00+07:00", datetime(2026, 6, 30, 17, tzinfo=UTC)),
        ("2026-06-30T17:00:00.5Z", datetime(2026, 6, 30, 17, microsecond=500_000, tzinfo=UTC)),
        ("2026-06-30T17:00:00.123456789Z", datetime(2026, 6, 30, 17, microsecond=123_456, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_utc(text: str, read: datetime) -> None:
    assert moment(text) == read
    assert moment(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1800000000",
        "2026-06-30",
        "2026-06-30T17:00:00",
        "2026-06-30 17:00:00Z",
        "2026-06-30T17:00Z",
        "2026-06-30T25:00:00Z",
        "2026-06-30T17:00:60Z",
        "2026-06-31T17:00:00Z",
        "2026-06-30T17:00:00+7",
        "2026-06-30T17:00:00+99:00",
        "0001-01-01T00:00:00+07:00",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59-07:00",
    ],
)
def test_what_is_no_instant_of_this_domain_is_refused(text: str) -> None:
    with pytest.raises(NotAnInstantError):
        moment(text)


@given(DIGITS)
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (day, moment):
        with suppress(NotADayError):
            assert FIRST_YEAR - 1 <= read(text).year <= LAST_YEAR + 1
