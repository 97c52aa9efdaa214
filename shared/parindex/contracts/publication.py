"""The integration events of publication: a result is frozen, a result is public."""

from typing import ClassVar

from parindex.contracts.base import Contract
from parindex.contracts.scoring import SourcePosition


class ResultsFrozen(Contract, frozen=True, kw_only=True):
    """A settled round was frozen as an edition. `checksum` is the SHA-256, hex, of the snapshot's bytes."""

    TYPE: ClassVar[str] = "publication.results-frozen.v1"
    round: str
    edition: int
    checksum: str
    vector: list[SourcePosition]
    supersedes: str = ""  # checksum of the edition before


class ResultsAnnounced(Contract, frozen=True, kw_only=True):
    """An edition was made public."""

    TYPE: ClassVar[str] = "publication.results-announced.v1"
    round: str
    edition: int
    checksum: str
