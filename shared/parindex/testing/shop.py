"""A sample log, for tests of the event store and the bus: a pizza shop's events: versioned, private, for all.

It has no rules, routes or tables, so that a test appends exactly what it wants. `testing.toy` is a whole service.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import asyncpg

from parindex.contracts.survey import TallyUpdated
from parindex.eventstore import schema
from parindex.eventstore.appending import Append, Decided, Idempotency, Metadata, if_still
from parindex.eventstore.registry import EventTypes, Recorded, Translation
from parindex.instant import instant

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PizzaBaked:
    """A pizza was baked. Version 2 has the oven; version 1 had only the pizza."""

    SCHEMA: ClassVar[int] = 2
    pizza: str
    oven: str


@dataclass(frozen=True, slots=True)
class OvenCleaned:
    oven: str


@dataclass(frozen=True, slots=True)
class ShopClosed:
    shop: str


def _baked(recorded: Recorded) -> TallyUpdated:
    return TallyUpdated(round="r", unit=recorded.fact.oven, question=recorded.fact.pizza, covers=recorded.position)


def _closed(recorded: Recorded) -> TallyUpdated:
    return TallyUpdated(round=recorded.fact.shop, unit="", question="closed", covers=recorded.position)


def _with_oven(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "oven": "the only one"}


TYPES = EventTypes(
    {cls.__name__: cls for cls in (PizzaBaked, OvenCleaned, ShopClosed)},
    upcasters={("PizzaBaked", 1): _with_oven},
    translations={PizzaBaked: Translation(_baked, about=lambda fact: fact.oven), ShopClosed: Translation(_closed)},
)


async def build(dsn: str) -> None:
    """Create the shop's database."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(schema.TODAY)
    await connection.execute("INSERT INTO log_head (origin, partitions) VALUES ('shop', 4)")
    await connection.close()


def metadata(key: str = "", request: str = "", **more: Any) -> Metadata:
    """Return the metadata of an append by the baker at noon."""
    idempotency = Idempotency(key, request.encode()) if key else None
    return Metadata("baker", instant(NOON), "H09", "c-1", idempotency=idempotency, **more)


def bake(oven: str = "o1", pizza: str = "margherita", acting: Metadata | None = None) -> Append:
    """An append that bakes one pizza."""
    return Append(f"oven-{oven}", acting or metadata(), lambda _: Decided([PizzaBaked(pizza, oven)]))


def bake_at(version: int) -> Append:
    """An append that was decided on a certain version of the oven's stream."""
    return Append("oven-o1", metadata(), if_still("oven-o1", version, [PizzaBaked(f"after {version}", "o1")]))
