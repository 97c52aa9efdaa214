"""Following a log entry by entry: what each has to say of the one before, of its place and of its time. Pure.

An auditor's copy and the check of a log in its database look at the same things here, so they find the same.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from parindex.eventstore.entries import FIRST, Entry


@dataclass(frozen=True, slots=True)
class Break:
    """Something that no log can be; `check` is its stable name, the texts say what was found."""

    check: str
    vi: str
    en: str


@dataclass(slots=True)
class HashChain:
    """Follows the log of one source. `hash` is that of the newest entry, `origin` what entries of profile 2 say.

    `seal` is over all lines so far, as the first entry of profile 2 holds it of those before (`earlier`):
    SHA-256 of the seal before and `<position> <recorded_at> <sha256>` with a line feed, beginning with 32 zero bytes.
    """

    source: str
    position: int = 0
    recorded_at: str = ""
    hash: str = FIRST
    origin: str = ""
    seal: bytes = bytes(32)
    _last_profile: int | None = field(default=None)  # None: nothing before, or it could not be seen

    def follow(self, position: int, recorded_at: str, sha256: str, entry: Entry | None) -> Iterator[Break]:
        """Yield what is wrong with the next line, and go on from it. `entry` is None where it cannot be seen."""
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
        must = self._last_profile == 1 or bool(entry.earlier)  # else the entry that held the seal was hidden from us
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
