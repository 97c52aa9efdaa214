"""What a projection is: tables that answer questions, kept from this service's own facts.

Its tables are declared in the schema PROJECTION, which stands for two real ones: each version of a projection writes
into a schema of its own (`rounds_v2`), and readers ask the views in `live`, which are swapped when a new version has
caught up (blue/green). So a changed projection is a raised version, and nothing else.
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
"""The placeholder schema of every projection's tables; the engine translates it."""
READER_PREFIX = "projection:"
"""How the reader name of every projection begins; a consumer's never does."""

Apply = Callable[[AsyncConnection, Sequence[Recorded]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Projection:
    """A named, versioned reading of the own log. `apply` gets all facts in order, some hundred at a time.

    It runs in the transaction that also moves its position: each fact is applied exactly once. No clock, no network,
    no chance in it, so that a rebuild gives the same rows.
    """

    name: str
    version: int
    tables: MetaData
    apply: Apply

    @property
    def reader(self) -> str:
        """The name under which it reads the log, without its version."""
        return f"{READER_PREFIX}{self.name}"


class StoredText(TypeDecorator[str]):
    """A text column for what people wrote: U+0000, which old logs may hold and no PostgreSQL text can, becomes U+FFFD.

    A projection with such columns can store whatever a log can hold.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's form
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if value else value


async def replace_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows, each in place of the one that had its key; no key may stand twice among them."""
    wish = insert(table)
    others = {column.name: wish.excluded[column.name] for column in table.columns if not column.primary_key}
    keys = [column.name for column in table.primary_key]
    newest = wish.on_conflict_do_update(index_elements=keys, set_=others) if others else wish.on_conflict_do_nothing()
    await connection.execute(newest, rows)
