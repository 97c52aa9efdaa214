"""Every entry of an audited round is in the stream that the page on events has for its type."""

import json
import re
from collections.abc import Mapping
from typing import Any

import asyncpg

from parindex.testing.postgres import Database
from parindex_cli.documents.event_page import stream_pattern


def _filled(pattern: str, data: Mapping[str, Any]) -> str:
    return re.sub(r"<(\w+)>", lambda at: _value(data, at[1]), pattern)


def _value(data: Mapping[str, Any], name: str) -> str:
    if name != "code":
        return str(data[name])
    named = data["criteria_set"]
    return str(named if isinstance(named, str) else named["code"])


async def test_every_entry_is_in_the_stream_that_the_page_on_events_names(databases: Mapping[str, Database]) -> None:
    for source, database in databases.items():
        connection = await asyncpg.connect(database.dsn)
        try:
            rows = await connection.fetch("SELECT entry FROM events")
        finally:
            await connection.close()
        assert rows
        for entry in map(json.loads, [row["entry"] for row in rows]):
            assert entry["stream"] == _filled(stream_pattern(source, entry["type"]), entry["data"])
