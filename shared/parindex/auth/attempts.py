"""How often somebody may fail before they have to wait. In memory: one process signs people in."""

from collections import OrderedDict
from datetime import datetime, timedelta

from parindex.auth.refusals import TooManyAttemptsError

MOST_KEYS = 10_000  # names are the caller's to invent; what is remembered of them is bounded

Key = tuple[str, str]  # account name, client address


class Attempts:
    """Counts failures per account and client address: after `limit` of them within `window`, no more is tried."""

    def __init__(self, limit: int = 5, window: timedelta = timedelta(minutes=1)) -> None:
        self._limit = limit
        self._window = window
        self._failures: OrderedDict[Key, list[datetime]] = OrderedDict()

    def check(self, key: Key, now: datetime) -> None:
        """Raises TooManyAttemptsError, which says how long to wait."""
        recent = self._recent(key, now)
        if len(recent) >= self._limit:
            raise TooManyAttemptsError((recent[-self._limit] + self._window - now).total_seconds())

    def failed(self, key: Key, now: datetime) -> None:
        self._failures[key] = [*self._recent(key, now), now]
        self._failures.move_to_end(key)
        if len(self._failures) > MOST_KEYS:
            self._failures.popitem(last=False)  # the one that has been quiet the longest

    def succeeded(self, key: Key) -> None:
        self._failures.pop(key, None)

    def _recent(self, key: Key, now: datetime) -> list[datetime]:
        return [at for at in self._failures.get(key, ()) if at > now - self._window]
