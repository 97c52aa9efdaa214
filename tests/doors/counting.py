"""Counts the queries that a served service sends."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from sqlalchemy import event

from parindex.testing.serving import Served


@asynccontextmanager
async def counted(served: Served) -> AsyncIterator[Counter[str]]:
    """Count the queries that the service sends, by their text; all connections of its pools are watched."""
    sent: Counter[str] = Counter()
    pool = served.log.pool

    def from_log(record: Any) -> None:
        sent[record.query] += 1

    def from_engine(*called: Any) -> None:
        sent[called[2]] += 1

    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(pool.acquire()) for _ in range(pool.get_max_size())]
        for connection in connections:
            connection.add_query_logger(from_log)
    engine = served.resources.engine.sync_engine
    event.listen(engine, "before_cursor_execute", from_engine)
    yield sent
    event.remove(engine, "before_cursor_execute", from_engine)
