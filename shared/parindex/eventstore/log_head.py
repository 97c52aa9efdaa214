"""The head of a log: its newest position, the hash of that entry, and the epoch. Each answer of a feed carries it."""

from collections.abc import Mapping
from dataclasses import dataclass

from parindex.eventstore.log import Log
from parindex.eventstore.write_batch import origin_of
from parindex.instant import instant
from parindex.refusal import Kind, Refused

HEAD = "SELECT origin, installation, epoch, position, hash, recorded_at FROM log_head"


@dataclass(frozen=True, slots=True)
class LogHead:
    """The head of a log. `hash` is the SHA-256 of the entry at `position`, in hex; 64 zeros in an empty log."""

    origin: str
    source: str
    epoch: int
    position: int
    hash: str
    recorded_at: str

    @property
    def headers(self) -> dict[str, str]:
        """The head as headers of an HTTP response."""
        return {
            "Parindex-Log-Origin": self.origin,
            "Parindex-Log-Epoch": str(self.epoch),
            "Parindex-Log-Head": str(self.position),
            "Parindex-Log-Hash": self.hash,
        }


class BeyondHeadError(Refused):
    """A client reads after a position that the log does not have: it has read more entries than the log holds.

    Then the log was restored from an earlier copy, or its end was cut off.
    """

    code = "beyond-log-head"
    kind = Kind.CONFLICT
    vi = "Sổ {head.source} chỉ có đến vị trí {head.position} (kỷ nguyên {head.epoch}), không có vị trí {after}."
    en = "The log of {head.source} ends at {head.position} (epoch {head.epoch}); there is no position {after}."

    head: LogHead
    after: int

    @property
    def members(self) -> Mapping[str, str | int]:
        """What the problem document has besides: the log's end."""
        head = self.head
        return {"head": head.position, "epoch": head.epoch, "hash": head.hash, "origin": head.origin}


async def log_head(log: Log) -> LogHead:
    """Return the present head of a log."""
    row = await log.pool.fetchrow(HEAD)
    if row is None:
        raise RuntimeError("the log was never created: run the migrations")
    return LogHead(
        origin_of(row["installation"], row["origin"]),
        row["origin"],
        row["epoch"],
        row["position"],
        row["hash"],
        instant(row["recorded_at"]),
    )


async def head_after(log: Log, after: int) -> LogHead:
    """Return the present head for a client that has read up to `after`; raise BeyondHeadError where it is lower."""
    head = await log_head(log)
    if after > head.position:
        raise BeyondHeadError(head, after)
    return head
