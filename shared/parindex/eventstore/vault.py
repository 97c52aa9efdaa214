"""The vault: it holds personal texts outside of the log; an event holds only a salted commitment to its text.

Erasing salt and content leaves each entry, hash and proof unchanged, and makes the commitment impossible to open. A
text that does not match its commitment is never shown, and a note replaces each text that is not shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog
from asyncpg import Record
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.appending import Append, Appended
from parindex.eventstore.entries import Entry
from parindex.eventstore.log import Log, driver_of
from parindex.eventstore.sealing import matches
from parindex.instant import instant

ROWS = """
SELECT commitment, salt, content, erased_position, erased_at, (
    SELECT position(convert_to(commitment, 'UTF8') IN e.entry) > 0 FROM events AS e
    WHERE e.position = erased_position AND e.position > vault.position
) AS erased_by_event
FROM vault WHERE commitment = ANY($1::text[])
"""
ERASE = """
SELECT erase_sealed($1, position) FROM events
WHERE position BETWEEN $2 AND $3 AND position(convert_to($1, 'UTF8') IN entry) > 0 LIMIT 1
"""

COMMITMENT = "[a-z0-9-]{1,40}:[0-9a-f]{64}"
"""The form of every commitment: a domain tag, a colon, 32 bytes in hex."""

_QUOTED = re.compile(f'"({COMMITMENT})"'.encode())

logger = structlog.stdlib.get_logger(__name__)


def commitments_of(entry: Entry) -> list[str]:
    """Return the commitments in the data of an entry. A stream's name may have the same form and does not count."""
    return [found.decode() for found in _QUOTED.findall(entry.data)]


class Opening(StrEnum):
    """The outcome of opening a commitment."""

    VERIFIED = "verified"  # the text matches its commitment
    TAMPERED = "tampered"  # the text, its salt or its erasure mark was changed in the database
    ERASED = "erased"  # an event of the log erased the text
    MISSING = "missing"  # the row was deleted, although texts are only ever erased


SHOWN = {
    Opening.TAMPERED: "[Nội dung không khớp mã cam kết: dữ liệu đã bị sửa. The text does not match its commitment.]",
    Opening.MISSING: "[Nội dung không còn trong kho: dữ liệu đã bị xóa trái phép. The text is missing.]",
    Opening.ERASED: "[Nội dung đã được xóa ngày {on}, bản ghi {at}. Erased on {on}, entry {at}.]",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """The result of opening a commitment. `text` and `salt` (hex) are set only where the text matches it."""

    commitment: str
    opening: Opening
    text: str = ""
    salt: str = ""
    erased_position: int = 0
    erased_at: str = ""

    @property
    def shown(self) -> str:
        """The text, or a note with the reason, so that a text which cannot be shown never looks like an empty one."""
        if self.opening is Opening.VERIFIED:
            return self.text
        return SHOWN[self.opening].format(on=self.erased_at[:10], at=self.erased_position)


async def open_sealed(log: Log, commitments: Sequence[str]) -> dict[str, Opened]:
    """Open commitments, checking each against its text and salt; the result has each of them.

    A text that was changed or removed is logged as an error, and its content is not returned.
    """
    rows = {row["commitment"]: row for row in await log.pool.fetch(ROWS, list(commitments))}
    opened = {one: _opened(one, rows.get(one)) for one in commitments}
    for one in opened.values():
        if one.opening in {Opening.TAMPERED, Opening.MISSING}:
            logger.error("sealed_text_not_shown", commitment=one.commitment, opening=one.opening.value)
    return opened


async def erase(log: Log, connection: AsyncConnection, append: Append, commitments: Sequence[str]) -> Appended:
    """Append the event that names these commitments and erase their texts, in the caller's transaction.

    Raises the errors of `Log.append_within`; asyncpg.RaiseError where a commitment was never sealed; ValueError where
    no event of the append names it. Then the caller must roll back.
    """
    [done] = await log.append_within(connection, [append])
    driver = await driver_of(connection)
    for commitment in () if done.repeated else commitments:
        if await driver.fetchval(ERASE, commitment, done.first, done.last) is None:
            raise ValueError(f"no event of this append names {commitment}")
    return done


def _opened(commitment: str, row: Record | None) -> Opened:
    if row is None:
        return Opened(commitment, Opening.MISSING)
    if row["erased_by_event"] and not row["salt"] and not row["content"]:
        return Opened(
            commitment, Opening.ERASED, erased_position=row["erased_position"], erased_at=instant(row["erased_at"])
        )
    try:
        text = bytes(row["content"]).decode()
    except UnicodeDecodeError:
        return Opened(commitment, Opening.TAMPERED)
    if row["erased_position"] is not None or not matches(commitment, row["salt"], row["content"]):
        return Opened(commitment, Opening.TAMPERED)
    return Opened(commitment, Opening.VERIFIED, text, bytes(row["salt"]).hex())
