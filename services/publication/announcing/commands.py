"""Command of the publisher."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnnounceResult:
    """Make an edition public. `by` is the actor who announces it, `frozen_by` the actor who froze it.

    `frozen_by` is empty where the edition was not there when that was looked up.
    """

    round: str
    edition: int
    by: str
    frozen_by: str
