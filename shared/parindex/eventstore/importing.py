"""An auditor's copy of a log: entries from a feed into an empty one, each looked at before it is believed."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec

from parindex.eventstore.entries import ProfileError, canonical, decode_entry
from parindex.eventstore.log import PAGE, Log
from parindex.eventstore.registry import Recorded, UnknownEventError
from parindex.instant import moment
from parindex.patience import in_one_line
from parindex.refusal import Kind, Refused

COLUMNS = ("position", "stream", "version", "type", "partition", "recorded_at", "entry")
FINISH = """
WITH heads AS (
    INSERT INTO streams (stream, version) SELECT stream, max(version) FROM events GROUP BY stream RETURNING version
)
UPDATE log_head SET position = $1 WHERE (SELECT count(*) FROM heads) >= 0
"""
HOLES = "SELECT stream FROM events GROUP BY stream HAVING min(version) <> 1 OR max(version) <> count(*) LIMIT 1"

UNREADABLE = (msgspec.MsgspecError, UnknownEventError, ValueError, RecursionError)
"""How bytes show that they are no line, no entry, no fact, or no instant."""
UNWRITABLE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError, OverflowError)
"""How a database shows that it can't hold such an entry: a version that stands there twice, a text with NUL in it."""

See = Callable[[Recorded], None]


class FeedBrokenError(Refused):
    """A feed is not what a log can be: the text says at which position, and why (`vi` and `en` are the reason)."""

    code = "feed-broken"
    kind = Kind.CONFLICT

    def __init__(self, origin: str, position: int, vi: str, en: str) -> None:
        super().__init__(
            f"Sổ {origin} sai ở vị trí {position}: {vi}.", f"The feed of {origin} is broken at {position}: {en}."
        )


class FeedLine(msgspec.Struct, kw_only=True):
    """One line of an audit feed; `entry` stays the exact bytes, and is absent where the reader may not see it."""

    entry: msgspec.Raw = msgspec.Raw()
    position: int
    recorded_at: str
    sha256: str = ""


_lines = msgspec.json.Decoder(FeedLine)


@dataclass(slots=True)
class Imported:
    """What an import found: the newest position, how many entries of others it did not get to see, facts by type."""

    position: int = 0
    hidden: int = 0
    by_type: dict[str, int] = field(default_factory=dict)


async def import_feed(log: Log, lines: AsyncIterator[bytes], see: See | None = None) -> Imported:
    """Copy a feed into an empty log, bounded in memory; `see(recorded)` is shown every fact in order.

    Entries of authorities that the reader does not audit are counted, so that the chain stays whole, and left out.

    Raises FeedBrokenError where a line is none, positions are not dense, bytes are not in the profile, the origin is
    another, a fact is not one that this program knows, or a stream has a hole.
    """
    found, page = Imported(), list[tuple[object, ...]]()
    async for line in lines:
        if (row := _read(log, line, found, see)) is not None:
            page.append(row)
        if len(page) >= PAGE:
            await _write(log, found, page)
    await _write(log, found, page)
    if stream := await log.pool.fetchval(HOLES):
        vi, en = f"luồng {stream} bị khuyết", f"the stream {stream} has a hole"
        raise FeedBrokenError(log.origin, found.position, vi, en)
    await log.pool.execute(FINISH, found.position)
    return found


def _read(log: Log, line: bytes, found: Imported, see: See | None) -> tuple[object, ...] | None:
    try:
        read = _lines.decode(line)
        _follow(log, read, found)
        if read.sha256:
            found.hidden += 1
            return None
        return _row(log, read, found, see)
    except (*UNREADABLE, ProfileError) as error:
        why = in_one_line(error)
        raise FeedBrokenError(
            log.origin, found.position, f"không đọc được ({why})", f"it cannot be read ({why})"
        ) from error


async def _write(log: Log, found: Imported, page: list[tuple[object, ...]]) -> None:
    try:
        await log.pool.copy_records_to_table("events", records=page, columns=COLUMNS)
    except UNWRITABLE as error:
        why = in_one_line(error)
        raise FeedBrokenError(
            log.origin, found.position, f"không cơ sở dữ liệu nào ghi được ({why})", f"no database can hold it ({why})"
        ) from error
    page.clear()


def _follow(log: Log, line: FeedLine, found: Imported) -> None:
    if line.position != found.position + 1:
        expected = found.position + 1
        raise FeedBrokenError(log.origin, line.position, f"lẽ ra là {expected}", f"{expected} was expected")
    found.position = line.position


def _row(log: Log, line: FeedLine, found: Imported, see: See | None) -> tuple[object, ...]:
    raw = bytes(line.entry)
    entry = decode_entry(raw)
    if entry.origin != log.origin:
        vi, en = f"nguồn ghi là {entry.origin}", f"its origin is {entry.origin}"
        raise FeedBrokenError(log.origin, line.position, vi, en)
    if canonical(msgspec.json.decode(raw, type=Mapping[str, Any])) != raw:
        vi, en = "byte không đúng quy cách", "its bytes are not in the profile"
        raise FeedBrokenError(log.origin, line.position, vi, en)
    fact = log.types.decode(entry)
    found.by_type[entry.type] = found.by_type.get(entry.type, 0) + 1
    if see is not None:
        see(Recorded(line.position, entry, fact))
    partition = log.types.partition(fact, log.partitions)
    return line.position, entry.stream, entry.version, entry.type, partition, moment(line.recorded_at), raw
