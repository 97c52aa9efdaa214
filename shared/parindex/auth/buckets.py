"""How often something may be done: so many at once, and then so many a minute. In memory, of an agreed size.

Pure but for the clock, which comes in from outside: it counts seconds and never goes back.
"""

import hashlib
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_KEYS = 20_000
"""Keys that one memory holds at most; a key costs some 200 bytes."""
HAIR = 1e-6
"""Seconds that additions of floating-point numbers may be off. They are times to wait, and never near a score."""

LONGEST_KEY = 64
"""Characters of a text that is remembered as it is; of a longer one, the hash is."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Rate:
    """`at_once` may come without a pause between them; `a_minute` come back in each minute after that."""

    at_once: int
    a_minute: int

    def __post_init__(self) -> None:
        if min(self.at_once, self.a_minute) < 1:
            raise ValueError("a rate that lets nobody in is none")


def mark(*texts: str) -> str:
    """Return what is remembered of texts that strangers may invent: as long as ours are, and no longer."""
    text = "\0".join(texts)
    if len(text) <= LONGEST_KEY:
        return text
    return "sha256 " + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Recent(Generic[Key, Value]):
    """What was noted last, by key: at least the newest `most // 2` keys, and never more than `most`.

    Two halves: when the newer one is full it becomes the older one, whose keys are forgotten. Nothing is ever searched.
    """

    def __init__(self, most: int = MOST_KEYS) -> None:
        self._half = most // 2
        self._newer: dict[Key, Value] = {}
        self._older: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """Return what was noted of a key, if that is still known."""
        found = self._newer.get(key)
        return self._older.get(key) if found is None else found

    def put(self, key: Key, value: Value) -> None:
        """Note something of a key."""
        if len(self._newer) >= self._half and key not in self._newer:
            self._newer, self._older = {}, self._newer
        self._newer[key] = value

    def pop(self, key: Key) -> None:
        """Forget a key."""
        self._newer.pop(key, None)
        self._older.pop(key, None)


class Buckets(Generic[Key]):
    """One bucket per key, full at first. Of each, one number is kept: when it will be full again."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: int = MOST_KEYS) -> None:
        self._each = 60 / rate.a_minute  # seconds in which one comes back
        self._depth = rate.at_once * self._each + HAIR
        self._clock = clock
        self._full_at = Recent[Key, float](most)

    def take(self, key: Key) -> float:
        """Take one out and return 0; or take nothing, and return for how many seconds the bucket is empty."""
        now = self._clock()
        full_at = self._full_at.get(key)
        full_at = self._each + (now if full_at is None or full_at < now else full_at)
        if full_at - now > self._depth:
            return full_at - now - self._depth
        self._full_at.put(key, full_at)
        return 0

    def wait(self, key: Key) -> float:
        """Return for how many seconds the bucket is empty; 0 where something is in it. Takes nothing."""
        full_at = self._full_at.get(key)
        return 0 if full_at is None else max(0, full_at + self._each - self._clock() - self._depth)
