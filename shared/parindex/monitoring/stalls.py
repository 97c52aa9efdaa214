"""Tells a dead reader from a slow one: a slow one moves."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from parindex.eventstore.checkpoints import CheckpointKey, CheckpointStatus
from parindex.monitoring.health import Trouble, cause_in

DEAD_AFTER_S = 60.0
"""Seconds for which a reader may stand where it is though it has something to read. No transaction takes as long."""
FAR_BEHIND = 10_000
"""Entries, or contracts, by which a reader that moves may be behind without a word."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """For how many seconds a reader may stand still before work, and how far one that moves may be behind."""

    dead_after: float = DEAD_AFTER_S
    far_behind: int = FAR_BEHIND


USUAL = Tolerance()


class StallDetector:
    """Since when each reader has stood still with work before it, as far as somebody looked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[CheckpointKey, tuple[int, float]] = {}

    def seconds(self, statuses: Sequence[CheckpointStatus]) -> dict[CheckpointKey, float]:
        """Look, and return for how long each reader that has work has been where it is; 0 where it moved since."""
        now, before = self._clock(), self._since
        self._since = {}
        for status in statuses:
            if status.lag:
                key = key_of(status)
                position, since = before.get(key, (-1, now))
                self._since[key] = (status.position, since if position == status.position else now)
        return {key: now - since for key, (_, since) in self._since.items()}


def key_of(status: CheckpointStatus) -> CheckpointKey:
    """Return whose status it is."""
    return CheckpointKey(status.reader, status.source, status.partition)


def dead_or_slow(
    statuses: Sequence[CheckpointStatus], still: Mapping[CheckpointKey, float], tolerance: Tolerance = USUAL
) -> Trouble | None:
    """Say which readers can't go on or do not move; failing that, which move and are far behind: no reason to stop.

    What keeps one from going on has a name here; the rest is in the log: anybody may ask after health.
    """
    failing = [f"{_named(each)}: {cause_in(each.error)}" for each in statuses if each.error]
    dead = [(each, round(still.get(key_of(each), 0))) for each in statuses if not each.error]
    dead = [(each, seconds) for each, seconds in dead if seconds >= tolerance.dead_after]
    if failing or dead:
        vi = [
            *failing,
            *(f"{_named(each)} đứng yên {seconds} giây, còn {each.lag} mục chưa đọc" for each, seconds in dead),
        ]
        en = [
            *failing,
            *(f"{_named(each)} has stood still for {seconds} s, {each.lag} still to read" for each, seconds in dead),
        ]
        code = "reader-failing" if failing else "reader-still"
        return Trouble("Chưa đọc tiếp được: " + "; ".join(vi), "Can't read on: " + "; ".join(en), code=code)
    slow = [f"{_named(each)}: {each.lag}" for each in statuses if each.lag >= tolerance.far_behind]
    if not slow:
        return None
    far = "; ".join(slow)
    return Trouble(f"Đọc chậm, nhưng vẫn tiến: {far}", f"Slow, but moving: {far}", stops=False, code="reader-slow")


def _named(status: CheckpointStatus) -> str:
    return f"{status.reader} ← {status.source}/{status.partition}"
