"""Limits of failed sign-ins. They are in memory, because one process signs people in."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from parindex.auth.buckets import Buckets, Recent, mark
from parindex.auth.rate_limits import Rates
from parindex.auth.refusals import TooManyAttemptsError

LimitKey = tuple[str, str]  # account name, client address


class Attempts:
    """Counts failures per account and client address: after `limit` of them within `window`, attempts are refused.

    It is a window and no bucket (`Buckets`): a bucket gives one attempt back every few seconds, so within its first
    minute it allows twice as many. And a bucket keeps one number per key, a window an instant for each failure: five
    passwords are few enough for that, the requests of an account are not.
    """

    def __init__(self, limit: int = 5, window: timedelta = timedelta(minutes=1)) -> None:
        self._limit = limit
        self._window = window
        self._failures = Recent[str, list[datetime]]()  # bounded, because clients can invent names

    def check(self, key: LimitKey, now: datetime) -> None:
        """Raise TooManyAttemptsError, with the seconds to wait, if the limit is reached."""
        recent = self._recent(key, now)
        if len(recent) >= self._limit:
            raise TooManyAttemptsError((recent[-self._limit] + self._window - now).total_seconds())

    def failed(self, key: LimitKey, now: datetime) -> None:
        self._failures.put(mark(*key), [*self._recent(key, now), now])

    def succeeded(self, key: LimitKey) -> None:
        self._failures.pop(mark(*key))

    def _recent(self, key: LimitKey, now: datetime) -> list[datetime]:
        # instants in the future don't count: after a clock was set back, they would lock people out until then
        return [at for at in self._failures.get(mark(*key)) or () if now - self._window < at <= now]


class SprayingLimit:
    """Limits password spraying: one address that tries many names, and many addresses that try one name.

    An account that has signed in from an address before is not limited there by the failures of others.
    """

    def __init__(self, rates: Rates, clock: Callable[[], float] = time.monotonic) -> None:
        self._names = Buckets[str](rates.wrong_password_account, clock)
        self._addresses = Buckets[str](rates.wrong_password_address, clock)
        self._at_home = Recent[str, str]()  # account and address
        self._good_addresses = Recent[str, str]()

    def check(self, key: LimitKey) -> None:
        """Raise TooManyAttemptsError, with the seconds to wait, if a limit is reached."""
        name, address = key
        if self._at_home.get(mark(*key)) is not None:
            return
        if wait := max(self._names.wait(mark(name)), self._addresses.wait(mark(address))):
            raise TooManyAttemptsError(wait)

    def knows(self, address: str) -> bool:
        """Return whether an account has signed in from this address before."""
        return self._good_addresses.get(mark(address)) is not None

    def failed(self, key: LimitKey) -> None:
        name, address = key
        self._names.take(mark(name))
        self._addresses.take(mark(address))

    def succeeded(self, key: LimitKey) -> None:
        home, address = mark(*key), mark(key[1])
        self._at_home.put(home, home)
        self._good_addresses.put(address, address)
