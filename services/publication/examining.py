"""Checks publication's tables beside its log: snapshots have their checksum, the list equals the events."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.entries import Entry, decode_entry
from parindex.eventstore.writing import DriverConnection

SNAPSHOTS = "SELECT checksum, content FROM snapshots ORDER BY checksum"
ENTRIES = """
SELECT entry FROM events WHERE type IN ('ResultsFrozen', 'ResultsAnnounced') AND position <= (
    SELECT max(p.position) FROM reader_positions AS p JOIN readers AS r ON p.reader = r.name || ':' || r.version
    WHERE r.name = 'projection:editions' AND r.live
) ORDER BY position
"""
LISTED = "SELECT round, edition, authority, year, title, checksum, announced_at FROM live.editions"


async def examine(connection: DriverConnection) -> list[Discrepancy]:
    """Return the snapshots that do not have their checksum (E1), and the rows of the list that differ (E3)."""
    found = Discrepancies()
    for row in await connection.fetch(SNAPSHOTS):
        digest = hashlib.sha256(row["content"]).hexdigest()
        found.unless(
            digest == row["checksum"], "E1", row["checksum"], f"các byte có mã {digest}", f"its bytes have {digest}"
        )
    expected = await _expected(connection)
    listed = {(row["round"], row["edition"]): dict(row) for row in await connection.fetch(LISTED)}
    for key in sorted({*expected, *listed}):
        found.unless(
            listed.get(key) == expected.get(key), "E3", f"{key[0]}, ấn bản {key[1]}",
            "danh sách khác sổ", "the list differs from the log",
        )  # fmt: skip
    return found.all()


async def _expected(connection: DriverConnection) -> dict[tuple[str, int], Mapping[str, Any]]:
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for record in await connection.fetch(ENTRIES):
        try:
            entry = decode_entry(record["entry"])
        except msgspec.MsgspecError:
            continue  # the check of the log itself names it
        _enter(rows, entry, msgspec.json.decode(entry.data))
    return dict(rows)


def _enter(rows: dict[tuple[str, int], dict[str, Any]], entry: Entry, data: Mapping[str, Any]) -> None:
    key = data["round"], data["edition"]
    if entry.type == "ResultsFrozen":
        frozen = {name: data[name] for name in ("round", "edition", "year", "title", "checksum")}
        rows[key] = {**frozen, "authority": entry.authority, "announced_at": ""}
    elif key in rows:
        rows[key]["announced_at"] = entry.occurred_at
