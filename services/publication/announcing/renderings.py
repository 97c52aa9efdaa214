"""What was rendered of an edition, kept in memory up to a bound: it is rendered once and asked for often.

The stored bytes are read and checked at every request; what is saved is the reading and the rendering of them.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_BYTES = 32 * 1024 * 1024


class Renderings:
    """A cache that forgets what was not asked for the longest once it holds more than so many bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self.size = 0

    def of(self, key: Hashable, render: Callable[[], bytes]) -> bytes:
        """Return what was rendered under this key, or render it. The key holds all that the bytes depend on."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        body = render()
        self._kept[key], self.size = body, self.size + len(body)
        while self.size > self._most_bytes:
            _, forgotten = self._kept.popitem(last=False)
            self.size -= len(forgotten)
        return body
