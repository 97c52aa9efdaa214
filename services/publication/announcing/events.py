"""What may have happened at the announcement. Stream: `result-<round>`, the same as the sealing's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResultsAnnounced:
    """An edition became public; it stays so, also when a later one supersedes it."""

    round: str
    edition: int
    checksum: str
