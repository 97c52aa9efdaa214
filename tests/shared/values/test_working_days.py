from datetime import date

import pytest

from parindex.values.working_days import add_working_days, is_working_day

ANNOUNCED_DAYS_OFF = [
    # Tết 2025: 27 to 31 January; 2026: 16 to 20 February (announced by the ministries of labour and of home affairs)
    *(date(2025, 1, day) for day in range(27, 32)),
    *(date(2026, 2, day) for day in range(16, 21)),
    date(2024, 4, 29),  # for Saturday 4 May
    date(2025, 5, 2),  # for Saturday 26 April
    date(2026, 8, 31),  # for Saturday 22 August
    date(2026, 4, 27),  # the Hùng Kings' day is a Sunday
    date(2026, 9, 1),
    date(2026, 9, 2),
]


@pytest.mark.parametrize("day", ANNOUNCED_DAYS_OFF)
def test_offices_are_closed_on_the_announced_days(day: date) -> None:
    assert not is_working_day(day)


@pytest.mark.parametrize("day", [date(2024, 5, 4), date(2025, 4, 26), date(2026, 8, 22)])
def test_offices_work_on_the_saturdays_that_pay_for_a_day_off(day: date) -> None:
    assert is_working_day(day)


def test_weekends_are_no_working_days() -> None:
    assert [is_working_day(date(2026, 6, day)) for day in range(5, 9)] == [True, False, False, True]


def test_working_days_pass_over_tet() -> None:
    assert add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert add_working_days(date(2026, 2, 18), 0) == date(2026, 2, 18)
    assert add_working_days(date(2026, 2, 10), 10) == date(2026, 3, 3)


def test_a_number_of_days_is_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative"):
        add_working_days(date(2026, 2, 10), -1)
