"""Checks one copied feed line by line, and recounts the values that its service derived from its events. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from parindex.eventstore.discrepancy import Discrepancies, Discrepancy, Unchecked
from parindex.eventstore.entries import Entry
from parindex.eventstore.importing import FeedLine
from parindex.eventstore.verifying import UNREADABLE, End, LogChecker
from parindex.service import PartialRecount, Service
from parindex_cli.auditing.copying import LogStatement

_lines = msgspec.json.Decoder(FeedLine)


@dataclass(frozen=True, slots=True)
class CheckedLog:
    """The discrepancies of a log, and how many values its recount could not check."""

    discrepancies: list[Discrepancy]
    unchecked: Unchecked


def check_log(service: Service, lines: Iterable[bytes], stated: LogStatement, heads: Mapping[str, int]) -> CheckedLog:
    """Check a log; its head (`stated`) was read before its feed.

    `heads` has the last position of each log. Memory grows with the streams, the nonces, and the recount's state.
    """
    found, streams = Discrepancies(), Streams(service.name, shared=service.shared_streams)
    recount = service.recount() if service.recount else None
    checker = LogChecker(service.name, service.types, heads, found, recount.see if recount else None)
    for number, raw in enumerate(lines, start=1):
        try:
            line = _lines.decode(raw)
        except UNREADABLE as error:
            checker.unreadable(error, f"{service.name}/{number}")
            continue
        entry, _ = checker.check(line.position, line.recorded_at, bytes(line.entry), line.sha256)
        if entry is not None:
            streams.check(entry, line.position, found)
        elif line.sha256:
            streams.hidden += 1
    checker.check_end(End(stated.head, stated.hash, recorded_at=stated.recorded_at))
    unchecked = recount.unchecked() if isinstance(recount, PartialRecount) else Unchecked()
    return CheckedLog([*found.all(), *(recount.differences() if recount else ())], unchecked)


class Streams:
    """Checks of uniqueness that a database makes by constraints, here in memory: versions of streams, and nonces.

    `shared`: entries of a stream may be hidden between shown ones, so a version counts as missing only if fewer lines
    were hidden since the stream's last shown entry.
    """

    def __init__(self, source: str, *, shared: bool = False) -> None:
        self.hidden = 0
        self._source = source
        self._shared = shared
        self._last: dict[str, tuple[int, int]] = {}
        self._nonces: set[str] = set()

    def check(self, entry: Entry, position: int, found: Discrepancies) -> None:
        """Check an entry's version in its stream (L09), and that its nonce is new (L14)."""
        version, hidden = self._last.get(entry.stream, (0, 0))
        at, least = f"{self._source}/{position}", version + 1
        most = least + (self.hidden - hidden if self._shared else 0)
        text = f"{entry.stream}: {entry.version} ≠ {least}" + (f"…{most}" if most > least else "")
        found.unless(least <= entry.version <= most, "L09", at, text, text)
        found.unless(entry.nonce not in self._nonces, "L14", at, "nonce đã dùng", "its nonce was used before")
        self._last[entry.stream] = entry.version, self.hidden
        self._nonces.add(entry.nonce)
