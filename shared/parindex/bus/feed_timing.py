"""The timing of feeds: when a consumer reads the feed of a source, however the bus delivers. All are seconds.

The silence after which a feed is read is the runner's `look_every`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedTiming:
    """When a feed is read, how long it may take, and when it is stored that it was verified."""

    answer_within: float = 15.0
    """A feed that does not answer in this time counts as unreachable."""
    rest: float = 2.0
    """A feed that did not answer is not read again for so long; meanwhile the partition's other sources go on."""
    again: float = 5.0
    """A feed that was unreachable, or whose messages were dropped, is read again after this time."""
    at_least: float = 60.0
    """The feed of a busy source is read this often, too: a queued message does not say what its source is now."""
    stored_every: float = 30.0
    """A further verification is stored after this time: other processes see by it that this one still verifies."""


FEED_TIMING = FeedTiming()
