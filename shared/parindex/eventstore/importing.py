"""An auditor's copy of a log: entries from a feed into an empty one, each looked at before it is believed."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from parindex.eventstore.entries import canonical, decode_entry
from parindex.eventstore.log import PAGE, Log
from parindex.eventstore.registry import Recorded
from parindex.instant import moment
from parindex.refusal import Kind, Refused

COLUMNS = ("position", "stream", "version", "type", "partition", "recorded_at", "entry")
FINISH = """
WITH heads AS (
    INSERT INTO streams (stream, version) SELECT stream, max(version) FROM events GROUP BY stream RETURNING version
)
UPDATE log_head SET position = $1 WHERE (SELECT count(*) FROM heads) >= 0
"""
HOLES = "SELECT stream FROM events GROUP BY stream HAVING count(*) <> max(version) LIMIT 1"


See = Callable[[Recorded], None]


class FeedBrokenError(Refused):
    """A feed is not what a log can be: the text says at which position, and why."""

    code = "feed-broken"
    kind = Kind.CONFLICT

    def __init__(self, origin: str, position: int, why: str) -> None:
        super().__init__(
            f"Sổ {origin} sai ở vị trí {position}: {why}.", f"The feed of {origin} is broken at {position}: {why}."
        )


class FeedLine(msgspec.Struct, kw_only=True):
    """One line of an audit feed; `entry` stays the exact bytes, and is absent where the reader may not see it."""

    entry: msgspec.Raw = msgspec.Raw()
    position: int
    recorded_at: str
    sha256: str = ""


@dataclass(slots=True)
class Imported:
    """What an import found: the newest position, how many entries of others it did not get to see, facts by type."""

    position: int = 0
    hidden: int = 0
    by_type: dict[str, int] = field(default_factory=dict)


async def import_feed(log: Log, lines: AsyncIterator[bytes], see: See | None = None) -> Imported:
    """Copy a feed into an empty log, bounded in memory; `see(recorded)` is shown every fact in order.

    Entries of authorities that the reader does not audit are counted, so that the chain stays whole, and left out.

    Raises FeedBrokenError where positions are not dense, bytes are not in the profile, the origin is another, or a
    stream has a hole; UnknownEventError where this program is older than the log.
    """
    found, page = Imported(), list[tuple[object, ...]]()
    async for line in lines:
        read = msgspec.json.decode(line, type=FeedLine)
        _follow(log, read, found)
        if read.sha256:
            found.hidden += 1
            continue
        page.append(_row(log, read, found, see))
        if len(page) >= PAGE:
            await log.pool.copy_records_to_table("events", records=page, columns=COLUMNS)
            page.clear()
    await log.pool.copy_records_to_table("events", records=page, columns=COLUMNS)
    if stream := await log.pool.fetchval(HOLES):
        raise FeedBrokenError(log.origin, found.position, f"the stream {stream} has a hole")
    await log.pool.execute(FINISH, found.position)
    return found


def _follow(log: Log, line: FeedLine, found: Imported) -> None:
    if line.position != found.position + 1:
        raise FeedBrokenError(log.origin, line.position, f"{found.position + 1} was expected")
    found.position = line.position


def _row(log: Log, line: FeedLine, found: Imported, see: See | None) -> tuple[object, ...]:
    raw = bytes(line.entry)
    entry = decode_entry(raw)
    if entry.origin != log.origin:
        raise FeedBrokenError(log.origin, line.position, f"its origin is {entry.origin}")
    if canonical(msgspec.json.decode(raw, type=Mapping[str, Any])) != raw:
        raise FeedBrokenError(log.origin, line.position, "its bytes are not in the profile")
    fact = log.types.decode(entry)
    found.by_type[entry.type] = found.by_type.get(entry.type, 0) + 1
    if see is not None:
        see(Recorded(line.position, entry, fact))
    partition = log.types.partition(fact, log.partitions)
    return line.position, entry.stream, entry.version, entry.type, partition, moment(line.recorded_at), raw
