"""Token buckets: a rate limit with a burst and a refill per minute, in memory of bounded size.

Pure but for the clock, a parameter: it counts seconds and is monotonic.
"""

import hashlib
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_KEYS = 20_000
"""Keys of one limiter at most; a key takes some 200 bytes."""
HAIR = 1e-6
"""Seconds of tolerance for sums of floats. Floats are times to wait here; no score is ever a float."""

LONGEST_KEY = 64
"""Characters of a key that is stored as it is; a longer one is stored as its hash."""

LimitKey = TypeVar("LimitKey", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate limit: a burst of `at_once`, refilled by `a_minute` per minute."""

    at_once: int
    a_minute: int

    def __post_init__(self) -> None:
        if min(self.at_once, self.a_minute) < 1:
            raise ValueError("a rate has to be at least 1")


def mark(*texts: str) -> str:
    """Return a key of bounded length for texts that clients may invent; a long text is hashed."""
    text = "\0".join(texts)
    if len(text) <= LONGEST_KEY:
        return text
    return "sha256 " + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Recent(Generic[LimitKey, Value]):
    """A bounded cache: it has at least the newest `most // 2` keys, and at most `most`.

    It has two halves: when the newer one is full, it replaces the older one, whose keys are dropped. So eviction needs
    no search. `cachetools.LRUCache` orders its keys at every look and took three times as long.
    """

    def __init__(self, most: int = MOST_KEYS) -> None:
        self._half = most // 2
        self._newer: dict[LimitKey, Value] = {}
        self._older: dict[LimitKey, Value] = {}

    def get(self, key: LimitKey) -> Value | None:
        """Return the value of a key; None if the key was dropped or never stored."""
        found = self._newer.get(key)
        return self._older.get(key) if found is None else found

    def put(self, key: LimitKey, value: Value) -> None:
        """Store the value of a key."""
        if len(self._newer) >= self._half and key not in self._newer:
            self._newer, self._older = {}, self._newer
        self._newer[key] = value

    def pop(self, key: LimitKey) -> None:
        """Drop a key."""
        self._newer.pop(key, None)
        self._older.pop(key, None)


class Buckets(Generic[LimitKey]):
    """One token bucket per key, full at first. Each is stored as one number: the time at which it is full again."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: int = MOST_KEYS) -> None:
        self._each = 60 / rate.a_minute  # seconds until one is refilled
        self._depth = rate.at_once * self._each + HAIR
        self._clock = clock
        self._full_at = Recent[LimitKey, float](most)

    def take(self, key: LimitKey) -> float:
        """Take one and return 0; or take nothing, and return the seconds until the bucket has one."""
        now = self._clock()
        full_at = self._full_at.get(key)
        full_at = self._each + (now if full_at is None or full_at < now else full_at)
        if full_at - now > self._depth:
            return full_at - now - self._depth
        self._full_at.put(key, full_at)
        return 0

    def wait(self, key: LimitKey) -> float:
        """Return the seconds until the bucket has one; 0 if it has. Takes nothing."""
        full_at = self._full_at.get(key)
        return 0 if full_at is None else max(0, full_at + self._each - self._clock() - self._depth)
