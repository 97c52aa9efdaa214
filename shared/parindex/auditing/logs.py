"""Checks one copied feed line by line, and recounts what its service derived from its own events. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from parindex.auditing.copying import LogStatement
from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.entries import Entry
from parindex.eventstore.importing import FeedLine
from parindex.eventstore.verifying import UNREADABLE, End, LogChecker
from parindex.service import Service

_lines = msgspec.json.Decoder(FeedLine)


def check_log(
    service: Service, lines: Iterable[bytes], stated: LogStatement, heads: Mapping[str, int]
) -> list[Discrepancy]:
    """Return everything that is wrong with a log whose head was stated before its feed was read.

    `heads` says where the other logs end. Memory is bounded by the streams, the nonces, and what the recount keeps.
    """
    found, streams = Discrepancies(), Streams(service.name)
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
    checker.check_end(End(stated.head, stated.hash, recorded_at=stated.recorded_at))
    return [*found.all(), *(recount.differences() if recount else ())]


class Streams:
    """What a database answers by itself, and an auditor remembers: versions of streams, and nonces."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._versions: dict[str, int] = {}
        self._nonces: set[str] = set()

    def check(self, entry: Entry, position: int, found: Discrepancies) -> None:
        """Check the version of an entry in its stream (L09) and that its nonce is new (L14)."""
        at, expected = f"{self._source}/{position}", self._versions.get(entry.stream, 0) + 1
        text = f"{entry.stream}: {entry.version} ≠ {expected}"
        found.unless(entry.version == expected, "L09", at, text, text)
        found.unless(entry.nonce not in self._nonces, "L14", at, "nonce đã dùng", "its nonce was used before")
        self._versions[entry.stream] = entry.version
        self._nonces.add(entry.nonce)
