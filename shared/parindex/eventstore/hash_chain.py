"""The hash chain: it checks a log entry by entry for hash, position, time and origin. It is pure.

An auditor's copy and the check of a log in its database share this code, so they find the same.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from parindex.eventstore.entries import FIRST, Entry


@dataclass(frozen=True, slots=True)
class Break:
    """A broken rule of the chain. `check` is its stable name; the texts describe the finding."""

    check: str
    vi: str
    en: str


@dataclass(slots=True)
class HashChain:
    """The state of a check along the log of one source. `hash` is that of the newest entry, `origin` that of profile 2.

    `seal` is the hash over all lines so far; the first entry of profile 2 holds that of the lines before it
    (`earlier`). It is the SHA-256 of the seal before and `<position> <recorded_at> <sha256>` with a line feed, and
    begins with 32 zero bytes.
    """

    source: str
    position: int = 0
    recorded_at: str = ""
    hash: str = FIRST
    origin: str = ""
    seal: bytes = bytes(32)
    _last_profile: int | None = field(default=None)  # None: there is no entry before, or it is hidden

    def follow(self, position: int, recorded_at: str, sha256: str, entry: Entry | None) -> Iterator[Break]:
        """Yield the errors of the next line, and advance past it. A hidden or unreadable line has no `entry`."""
        if position != self.position + 1:
            yield _expected("positions", "vị trí", "the position", position, self.position + 1)
        if recorded_at < self.recorded_at:
            yield Break(
                "time-order",
                f"giờ ghi lùi lại: {recorded_at} sau {self.recorded_at}",
                f"the time of recording goes back: {recorded_at} after {self.recorded_at}",
            )
        if entry is not None:
            yield from self._check_origin(entry)
            yield from self._check_bound(position, recorded_at, entry)
        self._move(position, recorded_at, sha256, entry)

    def _check_origin(self, entry: Entry) -> Iterator[Break]:
        wanted = self.source if entry.profile == 1 else self.origin or f"{entry.origin.partition('/')[0]}/{self.source}"
        if entry.origin != wanted:
            yield _expected("origin", "nguồn", "the origin", entry.origin, wanted)

    def _check_bound(self, position: int, recorded_at: str, entry: Entry) -> Iterator[Break]:
        if entry.profile == 1:
            if self.origin:
                yield Break("profile", "bản ghi kiểu 1 sau kiểu 2", "an entry of profile 1 after one of profile 2")
            return
        if entry.position != position:
            yield _expected(
                "position-bound", "vị trí trong bản ghi", "the position in the entry", entry.position, position
            )
        if entry.recorded_at != recorded_at:
            yield _expected(
                "time-bound", "giờ ghi trong bản ghi", "the time in the entry", entry.recorded_at, recorded_at
            )
        if entry.previous != self.hash:
            yield _expected(
                "previous", "mã băm của bản ghi trước", "the hash of the entry before", entry.previous, self.hash
            )
        yield from self._check_earlier(entry)

    def _check_earlier(self, entry: Entry) -> Iterator[Break]:
        wanted = self.seal.hex() if not self.origin and self.position else ""
        must = self._last_profile == 1 or bool(entry.earlier)  # else the entry with the seal was hidden
        if must and entry.earlier != wanted:
            yield _expected("earlier", "niêm của phần kiểu 1", "the seal of the entries before", entry.earlier, wanted)

    def _move(self, position: int, recorded_at: str, sha256: str, entry: Entry | None) -> None:
        line = f"{position} {recorded_at} {sha256}\n".encode()
        self.seal = hashlib.sha256(self.seal + line).digest()
        self.position, self.recorded_at, self.hash = position, recorded_at, sha256
        self._last_profile = entry.profile if entry is not None else None
        if entry is not None and entry.profile > 1:
            self.origin = self.origin or entry.origin


def _expected(check: str, vi: str, en: str, found: object, wanted: object) -> Break:
    return Break(
        check, f"{vi} là {found or '–'}, lẽ ra {wanted or '–'}", f"{en} is {found or '–'}, not {wanted or '–'}"
    )
