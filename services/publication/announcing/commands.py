"""What may be asked of the announcement."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnnounceResult:
    """Make an edition public."""

    round: str
    edition: int
