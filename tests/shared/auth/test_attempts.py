"""After five failures in a minute, an account has to wait at that address, and no other account does."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from parindex.auth.attempts import Attempts, SprayingLimit
from parindex.auth.buckets import MOST_KEYS, Rate
from parindex.auth.rate_limits import Rates
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


def test_four_failures_stop_no_sign_in() -> None:
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


def test_a_name_takes_no_more_room_than_a_short_one() -> None:
    attempts, spraying = Attempts(limit=1), SprayingLimit(Rates())
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(500):
        key = (f"{number}" + "x" * 40_000, "10.0.0.9")
        attempts.failed(key, NOON)
        spraying.failed(key)
        spraying.succeeded(key)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert taken < 500 * 2_000
    with pytest.raises(TooManyAttemptsError):
        attempts.check(("7" + "x" * 40_000, "10.0.0.9"), NOON)


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


SPRAYING = Rates(wrong_password_address=Rate(3, 6), wrong_password_account=Rate(5, 6))


def waits(spraying: SprayingLimit, name: str, address: str) -> bool:
    try:
        spraying.check((name, address))
    except TooManyAttemptsError as refused:
        return refused.retry_after > 0
    return False


def test_one_address_that_tries_many_names_waits_and_others_do_not() -> None:
    clock = Seconds()
    spraying = SprayingLimit(SPRAYING, clock)
    for n in range(3):
        spraying.failed((f"name-{n}", "10.0.0.1"))
    assert waits(spraying, "lan", "10.0.0.1")
    assert not waits(spraying, "lan", "10.0.0.2")
    clock.now += 10
    assert not waits(spraying, "lan", "10.0.0.1")


def test_one_name_that_is_tried_from_many_addresses_waits_and_others_do_not() -> None:
    spraying = SprayingLimit(SPRAYING, Seconds())
    for n in range(5):
        spraying.failed(("lan", f"10.0.0.{n}"))
    assert waits(spraying, "lan", "10.9.9.9")
    assert not waits(spraying, "hoa", "10.9.9.9")


def test_an_account_that_signed_in_from_this_address_before_is_not_delayed_by_others() -> None:
    spraying = SprayingLimit(SPRAYING, Seconds())
    spraying.succeeded(("lan", "10.0.0.1"))
    for n in range(9):
        spraying.failed(("lan", f"10.0.0.{n}"))
        spraying.failed((f"name-{n}", "10.0.0.1"))
    assert not waits(spraying, "lan", "10.0.0.1")
    assert waits(spraying, "hoa", "10.0.0.1")
