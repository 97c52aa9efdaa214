"""A stall detector: it distinguishes a stalled consumer from a slow one, whose position moves."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from parindex.eventstore.checkpoints import CheckpointKey, CheckpointStatus
from parindex.monitoring.troubles import Trouble, cause_in

DEAD_AFTER_S = 60.0
"""Seconds for which a consumer with a backlog may stay at its position. No transaction takes as long."""
FAR_BEHIND = 10_000
"""Entries, or contracts, by which a moving consumer may lag before it is reported as slow."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Limits of a consumer: the seconds of a stall, and the lag of a moving one."""

    dead_after: float = DEAD_AFTER_S
    far_behind: int = FAR_BEHIND


USUAL = Tolerance()


class StallDetector:
    """Tracks how long each consumer has been stalled with a backlog, as of the last poll."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[CheckpointKey, tuple[int, float]] = {}

    def seconds(self, statuses: Sequence[CheckpointStatus]) -> dict[CheckpointKey, float]:
        """Poll: return the seconds for which each consumer with a backlog has not moved; 0 if it has moved since."""
        now, before = self._clock(), self._since
        self._since = {}
        for status in statuses:
            if status.lag:
                key = key_of(status)
                position, since = before.get(key, (-1, now))
                self._since[key] = (status.position, since if position == status.position else now)
        return {key: now - since for key, (_, since) in self._since.items()}


def key_of(status: CheckpointStatus) -> CheckpointKey:
    """Return the checkpoint's key of a status."""
    return CheckpointKey(status.reader, status.source, status.partition)


def dead_or_slow(
    statuses: Sequence[CheckpointStatus], stalls: Mapping[CheckpointKey, float], tolerance: Tolerance = USUAL
) -> Trouble | None:
    """Return the consumers that fail or are stalled; without any, the slow ones, which don't affect readiness.

    It contains only the name of an error, because health is public; the log has the details.
    """
    failing = [f"{_named(each)}: {cause_in(each.error)}" for each in statuses if each.error]
    dead = [(each, round(stalls.get(key_of(each), 0))) for each in statuses if not each.error]
    dead = [(each, seconds) for each, seconds in dead if seconds >= tolerance.dead_after]
    if failing or dead:
        vi = [
            *failing,
            *(f"{_named(each)} đứng yên {seconds} giây, còn {each.lag} mục chưa đọc" for each, seconds in dead),
        ]
        en = [
            *failing,
            *(f"{_named(each)} has been stalled for {seconds} s with a lag of {each.lag}" for each, seconds in dead),
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
