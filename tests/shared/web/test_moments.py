"""A person asks for a moment as people in Việt Nam write it."""

import pytest

from parindex.web.moments import moment_in, typed


@pytest.mark.parametrize(
    ("day", "time", "at"),
    [
        ("", "", ""),
        ("30/06/2026", "09:30", "2026-06-30T02:30:59.999999Z"),
        ("30/6/2026", "9h30", "2026-06-30T02:30:59.999999Z"),
        ("1/7/2026", "6", "2026-06-30T23:00:59.999999Z"),
        ("30/06/2026", "", "2026-06-30T16:59:59.999999Z"),
    ],
)
def test_a_minute_is_meant_with_all_its_seconds(day: str, time: str, at: str) -> None:
    asked = moment_in(day, time)
    assert (asked.at, asked.errors) == (at, {})


@pytest.mark.parametrize(
    ("day", "time", "wrong"),
    [
        ("hôm qua", "", {"day"}),
        ("31/02/2026", "09:30", {"day"}),
        ("", "09:30", {"day"}),
        ("30/06/2026", "25:00", {"time"}),
        ("30/06/2026", "9:60", {"time"}),
        ("x", "y", {"day", "time"}),
    ],
)
def test_a_text_that_is_no_moment_is_named_at_its_field(day: str, time: str, wrong: set[str]) -> None:
    asked = moment_in(day, time)
    assert (asked.at, set(asked.errors)) == ("", wrong)


def test_an_instant_is_shown_as_it_is_typed() -> None:
    assert typed("2026-06-30T02:30:59.999999Z") == {"day": "30/06/2026", "time": "09:30"}
    assert typed("") == {"day": "", "time": ""}
