"""When a reminder is due, in Vietnamese time, and to whom it goes."""

import pytest

from assessment.opening.stages import ValueStage
from assessment.reminding.occasions import (
    Awaited,
    MailboxRole,
    Occasion,
    next_occasion,
    occasion_now,
    periods,
    wanted_for,
)

UNTIL = "2026-07-10T10:00:00.000000Z"  # 17:00 in Việt Nam
MIDNIGHT = "2026-07-10T17:00:00.000000Z"  # the end of 10 July in Việt Nam


def at(text: str) -> str:
    return f"2026-07-{text}:00.000000Z"


@pytest.mark.parametrize(
    ("now", "occasion"),
    [
        (at("02T23:59"), None),
        (at("03T00:00"), Occasion.WEEK_BEFORE),  # 7:00 in Việt Nam
        (at("09T23:59"), Occasion.WEEK_BEFORE),
        (at("10T00:00"), Occasion.ON_THE_DAY),
        (at("10T09:59"), Occasion.ON_THE_DAY),
        (at("10T10:00"), None),  # the evening of the deadline
        (at("11T00:00"), Occasion.OVERDUE),
        (at("17T09:59"), Occasion.OVERDUE),
        (at("17T10:00"), None),  # nothing is made a week later
    ],
)
def test_a_deadline_has_three_occasions_that_begin_at_seven(now: str, occasion: Occasion | None) -> None:
    assert occasion_now(UNTIL, now) is occasion


def test_a_deadline_at_midnight_belongs_to_the_day_that_it_ends() -> None:
    assert [since for _, since, _ in periods(MIDNIGHT)] == [at("03T00:00"), at("10T00:00"), at("11T00:00")]


def test_a_deadline_early_in_the_morning_has_no_reminder_on_its_day() -> None:
    early = at("09T23:00")  # 6:00 in Việt Nam on 10 July
    assert occasion_now(early, at("09T22:59")) is Occasion.WEEK_BEFORE
    assert next_occasion(early, at("09T22:59")) == (Occasion.OVERDUE, at("11T00:00"))


def test_the_next_occasion_says_when_it_begins_and_no_deadline_has_none() -> None:
    assert next_occasion(UNTIL, at("01T12:00")) == (Occasion.WEEK_BEFORE, at("03T00:00"))
    assert next_occasion(UNTIL, at("03T00:00")) == (Occasion.ON_THE_DAY, at("10T00:00"))
    assert next_occasion(UNTIL, at("12T00:00")) is None
    assert (next_occasion("", UNTIL), occasion_now("", UNTIL)) == (None, None)


@pytest.mark.parametrize(
    ("stage", "occasion", "has", "roles"),
    [
        (ValueStage.SELF, Occasion.ON_THE_DAY, {MailboxRole.LEADER}, [MailboxRole.UNIT]),
        (ValueStage.SELF, Occasion.OVERDUE, {MailboxRole.LEADER}, [MailboxRole.UNIT, MailboxRole.LEADER]),
        (ValueStage.EXPLANATION, Occasion.OVERDUE, set(), [MailboxRole.UNIT]),
        (ValueStage.APPRAISAL_2, Occasion.OVERDUE, {MailboxRole.LEADER}, [MailboxRole.APPRAISER]),
    ],
)
def test_a_leader_with_an_address_hears_of_what_is_overdue(
    stage: ValueStage, occasion: Occasion, has: set[MailboxRole], roles: list[MailboxRole]
) -> None:
    wanted = wanted_for(Awaited("H16.01", stage, UNTIL, ("H16.01",)), occasion, frozenset(has))
    assert [one.role for one in wanted] == roles
