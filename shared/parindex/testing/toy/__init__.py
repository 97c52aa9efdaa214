"""A sample service in one file, for tests of its processes: a pizzeria takes orders, and anyone may read their number.

It has what a service has: a rule, a refusal, routes, a projection and migrations. `testing.shop` is only a log.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, Column, MetaData, String, Table, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, public
from parindex.contracts.survey import TallyUpdated
from parindex.eventstore.command_handling import execute
from parindex.eventstore.decider import Decider
from parindex.eventstore.projection import PROJECTION, Projection
from parindex.eventstore.registry import Recorded, Translation, event_types
from parindex.http.write_endpoints import WRITE, IncomingWrite, receipt
from parindex.refusal import Kind, Refused
from parindex.service import Service, ServiceContext


@dataclass(frozen=True, slots=True)
class OrderPizza:
    shop: str
    count: int


@dataclass(frozen=True, slots=True)
class PizzaOrdered:
    shop: str
    count: int


@dataclass(frozen=True, slots=True)
class Oven:
    baking: int = 0


ROOM = 10  # pizzas in an oven


class OvenFullError(Refused):
    code = "oven-full"
    kind = Kind.CONFLICT
    vi, en = "Lò đã đầy.", "The oven is full."


def decide(command: OrderPizza, oven: Oven) -> Sequence[PizzaOrdered]:
    if oven.baking + command.count > ROOM:
        raise OvenFullError
    return [PizzaOrdered(command.shop, command.count)]


def evolve(oven: Oven, fact: PizzaOrdered) -> Oven:
    return replace(oven, baking=oven.baking + fact.count)


baking = Decider(Oven(), decide, evolve)

TABLES = MetaData(schema=PROJECTION)
ORDERS = Table("pizza_orders", TABLES, Column("shop", String, primary_key=True), Column("count", BigInteger))


async def count_orders(connection: AsyncConnection, facts: Sequence[Recorded]) -> None:
    for recorded in facts:
        shop, added = recorded.fact.shop, ORDERS.c.count + recorded.fact.count
        await connection.execute(insert(ORDERS).values(shop=shop, count=0).on_conflict_do_nothing())
        await connection.execute(update(ORDERS).where(ORDERS.c.shop == shop).values(count=added))


def tallied(recorded: Recorded) -> TallyUpdated:
    return TallyUpdated(round="2026", unit=recorded.fact.shop, question="pizza", covers=recorded.position)


class OrderIn(BaseModel):
    count: int = Field(ge=1)


class OrdersOut(BaseModel):
    shop: str
    count: int


def routes(context: ServiceContext) -> Sequence[APIRouter]:
    router = APIRouter(tags=["baking"])

    @router.post("/v1/shops/{shop}/orders", **WRITE)
    async def order_pizza(
        shop: str,
        body: OrderIn,
        write: IncomingWrite,
        asker: Annotated[Asker, allow(Role.UNIT, Role.OFFICE, at="shop")],
    ) -> Response:
        stream, metadata = f"oven-{shop}", write.metadata(asker, shop.partition(".")[0], context.now())
        command = OrderPizza(shop, body.count)
        return receipt(await execute(context.log, stream, baking, command, metadata, expected=write.if_match), stream)

    @router.get("/v1/shops/{shop}/orders", dependencies=[public])
    async def orders(shop: str) -> OrdersOut:
        async with context.engine.connect() as connection:
            count = await connection.scalar(select(ORDERS.c.count).where(ORDERS.c.shop == shop))
        return OrdersOut(shop=shop, count=count or 0)

    return [router]


MIGRATIONS = Path(__file__).parent / "migrations"

SERVICE = Service(
    name="toy",
    title="Tiệm bánh",
    types=event_types([sys.modules[__name__]], [{PizzaOrdered: Translation(tallied, about=lambda fact: fact.shop)}]),
    routes=routes,
    projections=[Projection("pizza_orders", 1, TABLES, count_orders)],
)
