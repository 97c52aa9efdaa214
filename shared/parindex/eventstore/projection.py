"""The projection: read-model tables, computed from this service's own events.

Its tables are declared in the placeholder schema PROJECTION, for two real ones: each version of a projection writes
into its own schema (`rounds_v2`), and queries read the views in `live`, which are swapped when a new version has
caught up (blue/green). So a change of a projection only needs a higher version.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, Table, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

from parindex.eventstore.registry import Recorded

PROJECTION = "projection"
"""The placeholder schema of all projections' tables; the engine translates it."""
READER_PREFIX = "projection:"
"""The prefix of a projection's reader name; a consumer's name never has it."""

Apply = Callable[[AsyncConnection, Sequence[Recorded]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Projection:
    """A named, versioned projection of the own log. `apply` gets all events in order, some hundred at a time.

    It runs in the transaction that also advances the checkpoint: each event is applied exactly once. It uses no clock,
    network or randomness, so that a rebuild gives the same rows.
    """

    name: str
    version: int
    tables: MetaData
    apply: Apply

    @property
    def reader(self) -> str:
        """Its reader name in checkpoints, without the version."""
        return f"{READER_PREFIX}{self.name}"


class StoredText(TypeDecorator[str]):
    """A column for texts of users: it stores U+0000, which old logs may hold and PostgreSQL refuses, as U+FFFD.

    So a projection with such columns can store each text that a log can hold.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's form
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if value else value


async def replace_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Upsert rows by their primary key; a key may occur only once among them."""
    new = insert(table)
    others = {column.name: new.excluded[column.name] for column in table.columns if not column.primary_key}
    keys = [column.name for column in table.primary_key]
    upsert = new.on_conflict_do_update(index_elements=keys, set_=others) if others else new.on_conflict_do_nothing()
    await connection.execute(upsert, rows)
