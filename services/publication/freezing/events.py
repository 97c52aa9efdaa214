"""The events of a round's result, stream `result-<round>`: freezing appends editions, announcing makes them public."""

from dataclasses import dataclass

from parindex.contracts.scoring import SourcePosition


@dataclass(frozen=True, slots=True)
class ResultsFrozen:
    """A settling became an edition, counted from 1. `checksum` names the bytes in the snapshot store.

    `supersedes` is the checksum of the edition before, `reason` the commitment to the text that says why.
    """

    round: str
    edition: int
    settling: int
    year: int
    title: str
    checksum: str
    formula: str
    vector: tuple[SourcePosition, ...]
    supersedes: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResultsAnnounced:
    """An edition became public; it stays so, also when a later one supersedes it."""

    round: str
    edition: int
    checksum: str


def stream_of(round_id: str) -> str:
    """Return the name of the stream in which a round's editions are frozen and announced."""
    return f"result-{round_id}"
