"""After five failures in a minute somebody waits, and only they."""

from datetime import UTC, datetime, timedelta

import pytest

from parindex.auth.attempts import MOST_KEYS, Attempts
from parindex.auth.refusals import TooManyAttemptsError

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
LAN = ("lan", "10.0.0.1")


def fail(attempts: Attempts, *seconds: int) -> None:
    for second in seconds:
        attempts.failed(LAN, NOON + timedelta(seconds=second))


def test_the_sixth_attempt_waits_until_the_first_failure_is_a_minute_old() -> None:
    attempts = Attempts()
    fail(attempts, 0, 10, 20, 30, 40)
    with pytest.raises(TooManyAttemptsError) as refused:
        attempts.check(LAN, NOON + timedelta(seconds=45))
    assert refused.value.retry_after == 15
    attempts.check(LAN, NOON + timedelta(seconds=60))


def test_four_failures_stop_nobody() -> None:
    attempts = Attempts()
    fail(attempts, 0, 1, 2, 3)
    attempts.check(LAN, NOON + timedelta(seconds=4))


@pytest.mark.parametrize("other", [("lan", "10.0.0.2"), ("binh", "10.0.0.1")])
def test_another_address_and_another_account_go_on(other: tuple[str, str]) -> None:
    attempts = Attempts()
    fail(attempts, 0, 0, 0, 0, 0)
    attempts.check(other, NOON)


def test_a_success_forgives_the_failures_before_it() -> None:
    attempts = Attempts()
    fail(attempts, 0, 0, 0, 0)
    attempts.succeeded(LAN)
    fail(attempts, 1)
    attempts.check(LAN, NOON + timedelta(seconds=1))


def test_what_is_remembered_of_invented_names_is_bounded() -> None:
    attempts = Attempts(limit=1)
    fail(attempts, 0)
    for number in range(MOST_KEYS):
        attempts.failed((f"invented-{number}", "10.0.0.9"), NOON)
    attempts.check(LAN, NOON)
    with pytest.raises(TooManyAttemptsError):
        attempts.check((f"invented-{MOST_KEYS - 1}", "10.0.0.9"), NOON)
