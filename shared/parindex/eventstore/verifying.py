"""The verification of a log in its database: each entry, the rows beside it, and the head, as an auditor checks them.

Each check keeps its number forever. One pass streams the entries, and queries check the rest, so memory is bounded by a
page. All checks read one snapshot, so a log that grows meanwhile is checked as of the start.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec

from parindex.canonical import ProfileError, canonical
from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.entries import Entry, decode_entry, digest_of
from parindex.eventstore.hash_chain import HashChain
from parindex.eventstore.registry import EventTypes, Recorded, UnknownEventError
from parindex.eventstore.vault import commitments_of
from parindex.eventstore.verifying_rows import check_rows, pages
from parindex.eventstore.writing import DriverConnection
from parindex.instant import instant, moment
from parindex.reasons import reason
from parindex.wording import Wording

CHECKS = {
    "L01": "positions are 1, 2, 3, … without a gap",
    "L02": "every entry can be read, is in the profile, and holds an event that this program knows",
    "L03": "every entry holds the hash of the entry before",
    "L04": "position and time of recording in the entry are those of its row",
    "L05": "the time of recording never goes back",
    "L06": "every entry is of this installation's log of this source",
    "L07": "entries of profile 1 come first, and are sealed by the first entry of profile 2",
    "L08": "stream, version, type and partition of the row are those of the entry",
    "L09": "the versions of every stream are 1, 2, 3, … in the order of positions",
    "L10": "every stream's head is the number of its events",
    "L11": "position, hash and time of the log's head are those of the newest entry",
    "L12": "every answered command points to events that exist and were recorded with it",
    "L13": "the cause of every event exists, and is earlier where it is in this log",
    "L14": "no nonce is used twice",
    "L15": "no event occurred after it was recorded",
    "L16": "every text of the vault matches its commitment, or was erased by an event that names it",
    "L17": "the vault has a row for every commitment in an event that began in this log",
}
"""The rule of each check by its number; docs/formats/feed.md lists them."""

NUMBERS = {
    "positions": "L01", "previous": "L03", "position-bound": "L04", "time-bound": "L04", "time-order": "L05",
    "origin": "L06", "profile": "L07", "earlier": "L07",
}  # fmt: skip
"""The numbers of the checks of `HashChain`."""

SKEW = timedelta(seconds=5)
"""The permitted difference between the clocks of a service and of its database."""
CAUSE = re.compile(r"([a-z_]+)/([0-9]+)\Z")
NOT_CANONICAL = Wording("không ở dạng chuẩn tắc", "it is not canonical")
UNREAD = Wording("không đọc được: {why}", "it cannot be read: {why}")
UNREADABLE = (msgspec.MsgspecError, UnknownEventError, ProfileError, ValueError, RecursionError)

See = Callable[[Recorded], None]
"""A callback for each readable event, in the order of the log."""

HEAD = "SELECT origin, installation, partitions, position, hash, recorded_at FROM log_head"
ENTRIES = "SELECT position, stream, version, type, partition, recorded_at, entry FROM events ORDER BY position"
UNKNOWN = "SELECT wanted FROM unnest($1::text[]) AS wanted WHERE wanted NOT IN (SELECT commitment FROM vault)"


async def verify_log(
    connection: DriverConnection, types: EventTypes, heads: Mapping[str, int] | None = None, see: See | None = None
) -> list[Discrepancy]:
    """Return the discrepancies of a log, by number (CHECKS); nothing is written.

    `heads` has the head positions of other sources' logs, so that causes there are checked too. `see` gets each event.
    Raises asyncpg's errors where the database cannot be read.
    """
    found = Discrepancies()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        head = await connection.fetchrow(HEAD)
        if head is None:
            found.add("L11", "", "sổ không có đầu", "the log has no head")
            return found.all()
        end = End(head["position"], head["hash"], head["installation"], instant(head["recorded_at"]))
        checker = LogChecker(head["origin"], types, heads or {}, found, see)
        async for page in pages(connection, ENTRIES):
            unknown = await connection.fetch(
                UNKNOWN, [one for row in page for one in checker.check_row(row, head["partitions"])]
            )
            for row in unknown:
                found.add("L17", row["wanted"], "không có trong kho văn bản", "it is not in the vault")
        checker.check_end(end)
        await check_rows(connection, head["origin"], found)
    return found.all()


@dataclass(frozen=True, slots=True)
class End:
    """The end of a log according to its head. An empty field is unknown."""

    position: int
    hash: str
    installation: str = ""
    recorded_at: str = ""


class LogChecker:
    """The checks that need the entries in order, from a database's rows or a feed's lines."""

    def __init__(
        self,
        source: str,
        types: EventTypes,
        heads: Mapping[str, int],
        found: Discrepancies,
        see: See | None = None,
    ) -> None:
        self._types = types
        self._heads = heads
        self._found = found
        self._source = source
        self._chain = HashChain(source)
        self._see = see

    def check_row(self, row: asyncpg.Record, partitions: int) -> Sequence[str]:
        """Check an entry and its row; return the commitments that must be in this log's vault."""
        position, recorded_at = int(row["position"]), instant(row["recorded_at"])
        entry, event = self.check(position, recorded_at, bytes(row["entry"]))
        if entry is None:
            return ()
        self._check_columns(row, entry, event, partitions)
        began_here = not entry.causation or entry.causation.startswith(f"{self._source}/")
        return commitments_of(entry) if began_here else ()

    def check(self, position: int, recorded_at: str, raw: bytes, sha256: str = "") -> tuple[Entry | None, Any]:
        """Check the next entry; for a hidden one (`raw` is empty) only the hash is known.

        Return the entry and its event, each None where it is unreadable.
        """
        at = f"{self._source}/{position}"
        entry = self._read(raw, at) if raw else None
        for wrong in self._chain.follow(position, recorded_at, sha256 or digest_of(raw), entry):
            self._found.add(NUMBERS[wrong.check], at, wrong.vi, wrong.en)
        if entry is None:
            return None, None
        self._check_times(entry, recorded_at, at)
        self._check_cause(entry, position, at)
        event = self._event(entry, at)
        if event is not None and self._see:
            self._see(Recorded(position, entry, event, raw))
        return entry, event

    def check_end(self, end: End) -> None:
        """Check the newest entry against the log's head."""
        chain = self._chain
        for what, kept, newest in (
            ("position", end.position, chain.position),
            ("hash", end.hash, chain.hash),
            ("installation", end.installation, chain.origin.rpartition("/")[0]),
        ):
            agrees = kept == newest or not kept or not newest
            self._found.unless(agrees, "L11", self._source, f"{what}: {kept} ≠ {newest}", f"{what}: {kept} ≠ {newest}")
        if end.recorded_at and end.recorded_at < chain.recorded_at:
            self._found.add(
                "L11", self._source, "giờ của đầu sổ sớm hơn bản ghi cuối", "the head is older than the newest entry"
            )

    def _read(self, raw: bytes, at: str) -> Entry | None:
        try:
            entry = decode_entry(raw)
            if canonical(msgspec.json.decode(raw, type=dict[str, Any])) != raw:
                raise ProfileError(NOT_CANONICAL)
        except UNREADABLE as error:
            self.unreadable(error, at)
            return None
        return entry

    def _event(self, entry: Entry, at: str) -> Any:
        try:
            return self._types.decode(entry)
        except UNREADABLE as error:
            self.unreadable(error, at)
            return None

    def unreadable(self, error: Exception, at: str) -> None:
        """Add a finding for an unreadable entry."""
        self._found.add("L02", at, *UNREAD.of(why=reason(error)))

    def _check_columns(self, row: asyncpg.Record, entry: Entry, event: Any, partitions: int) -> None:
        at = f"{self._source}/{row['position']}"
        partition = row["partition"] if event is None else self._types.partition(event, partitions)
        said = {"stream": entry.stream, "version": entry.version, "type": entry.type, "partition": partition}
        for name, value in said.items():
            text = f"{name}: {row[name]} ≠ {value}"
            self._found.unless(row[name] == value, "L08", at, text, text)

    def _check_times(self, entry: Entry, recorded_at: str, at: str) -> None:
        try:
            late = moment(entry.occurred_at) > moment(recorded_at) + SKEW
        except (ValueError, OverflowError):
            late = True
        text = f"{entry.occurred_at} > {recorded_at}"
        self._found.unless(not late, "L15", at, text, text)

    def _check_cause(self, entry: Entry, position: int, at: str) -> None:
        if not entry.causation:
            return
        cause = CAUSE.match(entry.causation)
        source, number = (cause[1], int(cause[2])) if cause else ("", 0)
        last = position - 1 if source == self._source else self._heads.get(source, number)
        text = f"{entry.causation}"
        self._found.unless(1 <= number <= last, "L13", at, f"không có nguyên nhân {text}", f"there is no cause {text}")
