"""Token buckets: a burst, then a rate per minute, for each key separately, in bounded memory."""

import math
from dataclasses import dataclass

from parindex.auth.buckets import Buckets, Rate, Recent
from parindex.auth.rate_limits import Rates


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_come_at_once_and_the_next_gets_the_time_to_wait() -> None:
    buckets = Buckets[str](Rate(at_once=3, a_minute=6), Clock())
    assert [buckets.take("lan") for _ in range(3)] == [0, 0, 0]
    assert 9.99 < buckets.take("lan") <= 10


def test_a_client_that_waits_as_retry_after_says_is_admitted_once_and_waits_again() -> None:
    clock = Clock()
    buckets = Buckets[str](Rate(at_once=3, a_minute=6), clock)
    taken = [buckets.take("lan") for _ in range(4)]
    clock.now += math.ceil(taken[-1])  # as Retry-After says
    assert buckets.take("lan") == 0
    assert buckets.take("lan") > 9.99


def test_being_turned_away_costs_nothing_more() -> None:
    clock = Clock()
    buckets = Buckets[str](Rate(at_once=1, a_minute=60), clock)
    buckets.take("lan")
    assert all(buckets.take("lan") for _ in range(1_000))
    clock.now += 1
    assert buckets.take("lan") == 0


def test_a_bucket_never_holds_more_than_at_first() -> None:
    clock = Clock()
    buckets = Buckets[str](Rate(at_once=2, a_minute=60), clock)
    buckets.take("lan")
    clock.now += 3_600
    assert [buckets.take("lan") > 0 for _ in range(3)] == [False, False, True]


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets = Buckets[str](Rate(at_once=1, a_minute=1), Clock())
    assert (buckets.take("lan"), buckets.take("hoa")) == (0, 0)
    assert buckets.take("lan") > 0


def test_looking_takes_nothing() -> None:
    buckets = Buckets[str](Rate(at_once=1, a_minute=1), Clock())
    assert [buckets.wait("lan") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("lan") == 0
    assert 59.9 < buckets.wait("lan") <= 60


def test_memory_keeps_the_newest_half_and_is_bounded() -> None:
    recent = Recent[int, int](most=100)
    for n in range(1_000):
        recent.put(n, n)
    assert [recent.get(n) for n in range(950, 1_000)] == list(range(950, 1_000))
    assert sum(recent.get(n) is not None for n in range(1_000)) <= 100


def test_what_is_forgotten_on_purpose_is_gone_from_both_halves() -> None:
    recent = Recent[int, int](most=4)
    for n in range(3):
        recent.put(n, n)
    recent.put(0, 0)
    recent.pop(0)
    assert recent.get(0) is None


def test_the_usual_figures_hold_up_no_honest_work() -> None:
    clock, rates = Clock(), Rates()
    claims = Buckets[str](rates.account, clock)
    assert not any(claims.take("vnpt") for _ in range(30_000)), "a province's claims, one by one, in no time"
    kiosks = Buckets[str](rates.device, clock)
    for _ in range(600 * 32):  # ten minutes of 2,000 single presses a second at 64 kiosks
        clock.now += 1 / 32
        assert not any(kiosks.take(f"kiosk-{n}") for n in range(64))
