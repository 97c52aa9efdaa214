"""What may have happened at the sealing. Stream: `result-<round>`."""

from dataclasses import dataclass

from parindex.contracts.scoring import SourcePosition


@dataclass(frozen=True, slots=True)
class ResultsFrozen:
    """A settling became an edition, counted from 1. `checksum` names the snapshot's bytes on the shelf.

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


def stream_of(round_id: str) -> str:
    """Return the name of the stream in which a round's editions are sealed and announced."""
    return f"result-{round_id}"
