"""The checks of a log that are queries in its database. Findings are streamed, so memory is bounded by a page."""

from collections.abc import AsyncIterator

import asyncpg

from parindex.eventstore.discrepancy import Discrepancies
from parindex.eventstore.sealing import matches
from parindex.eventstore.writing import DriverConnection

PAGE = 500
"""Rows in memory at once."""

VERSIONS = """
SELECT position, stream, version, count FROM (
    SELECT position, stream, version, row_number() OVER (PARTITION BY stream ORDER BY position) AS count FROM events
) AS counted WHERE version <> count ORDER BY position
"""
STREAMS = """
SELECT coalesce(s.stream, e.stream) AS stream, coalesce(s.version, 0) AS version, coalesce(e.count, 0) AS count
FROM streams AS s FULL JOIN (SELECT stream, count(*) FROM events GROUP BY stream) AS e ON e.stream = s.stream
WHERE coalesce(s.version, 0) <> coalesce(e.count, 0) ORDER BY 1
"""
COMMANDS = """
SELECT first_position, last_position FROM commands AS c WHERE first_position NOT BETWEEN 1 AND last_position + 1
OR last_position > (SELECT position FROM log_head)
OR (first_position <= last_position AND (
    SELECT count(*) FROM events AS e
    WHERE e.position IN (first_position, last_position) AND e.recorded_at = c.recorded_at
) <> CASE WHEN first_position = last_position THEN 1 ELSE 2 END)
ORDER BY first_position
"""
NONCES = """
SELECT array_agg(position ORDER BY position) AS positions FROM (
    SELECT position, substring(encode(entry, 'escape') FROM '.*"nonce":"([^"]*)","occurred_at"') AS nonce FROM events
) AS drawn GROUP BY nonce HAVING count(*) > 1 ORDER BY 1
"""
VAULT = """
SELECT commitment, salt, content, position, erased_position, (
    SELECT position(convert_to(commitment, 'UTF8') IN e.entry) > 0 FROM events AS e
    WHERE e.position = erased_position AND e.position > v.position
) AS erased_by_event
FROM vault AS v ORDER BY commitment
"""


async def check_rows(connection: DriverConnection, source: str, found: Discrepancies) -> None:
    """Check versions, stream heads, stored results of commands, nonces and the vault, in the caller's transaction."""
    async for row in _rows(connection, VERSIONS):
        text = f"{row['stream']}: {row['version']} ≠ {row['count']}"
        found.add("L09", f"{source}/{row['position']}", text, text)
    async for row in _rows(connection, STREAMS):
        text = f"{row['version']} ≠ {row['count']}"
        found.add("L10", f"{source}: {row['stream']}", text, text)
    async for row in _rows(connection, COMMANDS):
        at = f"{source}/{row['first_position']}–{row['last_position']}"
        found.add("L12", at, "lệnh không khớp bản ghi nào", "the command matches no events")
    async for row in _rows(connection, NONCES):
        positions = ", ".join(map(str, row["positions"][:5]))
        found.add("L14", f"{source}/{positions}", "cùng một nonce", "one nonce for all")
    async for row in _rows(connection, VAULT):
        _check_text(row, found)


def _check_text(row: asyncpg.Record, found: Discrepancies) -> None:
    if row["erased_position"] is None:
        found.unless(
            matches(row["commitment"], row["salt"], row["content"]), "L16", row["commitment"],
            "văn bản không khớp mã cam kết", "the text does not match its commitment",
        )  # fmt: skip
        return
    erased = row["erased_by_event"] and not row["salt"] and not row["content"]
    found.unless(
        bool(erased), "L16", row["commitment"],
        "xóa mà không có sự kiện nào ghi lại", "it was erased without an event that says so",
    )  # fmt: skip


async def pages(connection: DriverConnection, query: str) -> AsyncIterator[list[asyncpg.Record]]:
    """Yield a query's rows, page by page, inside the caller's transaction."""
    cursor = await connection.cursor(query)
    while page := await cursor.fetch(PAGE):
        yield page


async def _rows(connection: DriverConnection, query: str) -> AsyncIterator[asyncpg.Record]:
    async for page in pages(connection, query):
        for row in page:
            yield row
