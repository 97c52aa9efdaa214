"""The events of settling, in the stream `round-<id>`."""

from dataclasses import dataclass
from typing import Any, ClassVar

from parindex.contracts.scoring import SourcePosition


@dataclass(frozen=True, slots=True)
class ClosingSeen:
    """Every contract that a source published before this closing, in this partition, was handled.

    `position` is that of the closing in the source's log.

    `entry_sha256` is the SHA-256, hex, of the entry at that position; empty where the source did not say it, and in
    facts of version 1.
    """

    SCHEMA: ClassVar[int] = 2
    round: str
    source: str
    partition: int
    closing: int
    epoch: int
    position: int
    entry_sha256: str


@dataclass(frozen=True, slots=True)
class ReopeningSeen:
    """A source published a reopening in this partition: the closing no longer holds."""

    round: str
    source: str
    partition: int
    closing: int


@dataclass(frozen=True, slots=True)
class RoundSettled:
    """Every event before the closings is in the scores, and nothing is missing."""

    round: str
    settling: int
    vector: tuple[SourcePosition, ...]
    digest: str
    formula: str


def _without_hash(closing_seen: dict[str, Any]) -> dict[str, Any]:
    return closing_seen | {"entry_sha256": ""}


UPCASTERS = {("ClosingSeen", 1): _without_hash}
