"""The import of a feed into an empty log: an auditor's copy. Each entry is checked before it is written."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec

from parindex.canonical import ProfileError, canonical
from parindex.eventstore.entries import Entry, decode_entry, digest_of
from parindex.eventstore.hash_chain import HashChain
from parindex.eventstore.log import PAGE, Log
from parindex.eventstore.registry import Recorded, UnknownEventError
from parindex.instant import moment
from parindex.reasons import in_one_line, reason
from parindex.refusal import Kind, Refused
from parindex.wording import Wording

COLUMNS = ("position", "stream", "version", "type", "partition", "recorded_at", "entry")
FINISH = """
WITH heads AS (
    INSERT INTO streams (stream, version) SELECT stream, max(version) FROM events GROUP BY stream RETURNING version
)
UPDATE log_head SET position = $1, hash = $2, installation = coalesce(nullif($3, ''), installation)
WHERE (SELECT count(*) FROM heads) >= 0
"""
MISCOUNTED = """
SELECT position, stream, version, count FROM (
    SELECT position, stream, version, row_number() OVER (PARTITION BY stream ORDER BY position) AS count FROM events
) AS counted WHERE version <> count ORDER BY position LIMIT 1
"""
HASH = re.compile(r"[0-9a-f]{64}\Z")

UNREADABLE = (msgspec.MsgspecError, UnknownEventError, ValueError, RecursionError)
"""The errors of bytes that are no line, no entry, no event, or no instant."""
UNWRITABLE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError, OverflowError)
"""The errors of a database that cannot store an entry: the version exists already, or a text holds NUL."""

See = Callable[[Recorded], None]


class FeedBrokenError(Refused):
    """A feed is not what a log can be: the text says at which position, and why."""

    code = "feed-broken"
    kind = Kind.CONFLICT
    vi, en = "Sổ {origin} sai ở vị trí {position}: {why}.", "The feed of {origin} is broken at {position}: {why}."

    origin: str
    position: int
    why: Wording


class FeedLine(msgspec.Struct, kw_only=True):
    """One line of an audit feed. `entry` is the exact bytes, and absent where the auditor may not read it."""

    entry: msgspec.Raw = msgspec.Raw()
    position: int
    recorded_at: str
    sha256: str = ""


_lines = msgspec.json.Decoder(FeedLine)


@dataclass(slots=True)
class Imported:
    """The result of an import: the number of hidden entries, the number of events by type, and the chain's end."""

    chain: HashChain
    hidden: int = 0
    by_type: dict[str, int] = field(default_factory=dict)

    @property
    def position(self) -> int:
        """The newest position."""
        return self.chain.position


async def import_feed(log: Log, lines: AsyncIterator[bytes], see: See | None = None) -> Imported:
    """Copy a feed into an empty log, in bounded memory; call `see(recorded)` with each event in order.

    Entries of authorities that the auditor may not read are only counted; their hashes keep the chain whole.

    Raises FeedBrokenError at the first line that is invalid, that breaks the chain (`HashChain`), whose bytes are not
    in the profile, or whose event this program does not know; and where the versions of a stream are not in order.
    """
    found, page = Imported(HashChain(log.origin)), list[tuple[object, ...]]()
    async for line in lines:
        if (row := _read(log, line, found, see)) is not None:
            page.append(row)
        if len(page) >= PAGE:
            await _write(log, found, page)
    await _write(log, found, page)
    if wrong := await log.pool.fetchrow(MISCOUNTED):
        version, count, stream = wrong["version"], wrong["count"], wrong["stream"]
        why = Wording(
            f"luồng {stream} bị khuyết: phiên bản {version}, lẽ ra {count}",
            f"the stream {stream} has a hole: version {version}, not {count}",
        )
        raise FeedBrokenError(log.origin, wrong["position"], why)
    chain = found.chain
    await log.pool.execute(FINISH, chain.position, chain.hash, chain.origin.rpartition("/")[0])
    return found


def _read(log: Log, line: bytes, found: Imported, see: See | None) -> tuple[object, ...] | None:
    try:
        return _row(log, _lines.decode(line), found, see)
    except (*UNREADABLE, ProfileError) as error:
        why = Wording("không đọc được ({why})", "it cannot be read ({why})").of(why=reason(error))
        raise FeedBrokenError(log.origin, found.position, why) from error


def _row(log: Log, line: FeedLine, found: Imported, see: See | None) -> tuple[object, ...] | None:
    raw, at = bytes(line.entry), moment(line.recorded_at)
    entry = decode_entry(raw) if raw else None
    _follow(log, line, entry, found)
    if entry is None:
        found.hidden += 1
        return None
    fact = _fact(log, line.position, raw, entry)
    found.by_type[entry.type] = found.by_type.get(entry.type, 0) + 1
    if see is not None:
        see(Recorded(line.position, entry, fact, raw))
    partition = log.types.partition(fact, log.partitions)
    return line.position, entry.stream, entry.version, entry.type, partition, at, raw


async def _write(log: Log, found: Imported, page: list[tuple[object, ...]]) -> None:
    try:
        await log.pool.copy_records_to_table("events", records=page, columns=COLUMNS)
    except UNWRITABLE as error:
        why = Wording("không cơ sở dữ liệu nào ghi được", f"no database can hold it ({in_one_line(error)})")
        raise FeedBrokenError(log.origin, found.position, why) from error
    page.clear()


def _follow(log: Log, line: FeedLine, entry: Entry | None, found: Imported) -> None:
    """Advance the chain by a line; raise FeedBrokenError for its first error."""
    if (entry is None) != bool(HASH.match(line.sha256)) or (entry is not None and line.sha256):
        why = Wording("dòng phải có bản ghi hoặc mã băm", "a line holds either the entry or its SHA-256")
        raise FeedBrokenError(log.origin, line.position, why)
    digest = line.sha256 or digest_of(bytes(line.entry))
    for wrong in found.chain.follow(line.position, line.recorded_at, digest, entry):
        raise FeedBrokenError(log.origin, line.position, Wording(wrong.vi, wrong.en))


def _fact(log: Log, position: int, raw: bytes, entry: Entry) -> Any:
    if canonical(msgspec.json.decode(raw, type=Mapping[str, Any])) != raw:
        why = Wording("byte không đúng quy cách", "its bytes are not in the profile")
        raise FeedBrokenError(log.origin, position, why)
    return log.types.decode(entry)
