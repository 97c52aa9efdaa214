"""A second sample service: it receives each order of the pizzeria and appends it to its own log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from parindex.bus.consumer import Consumer, Handle, HandlerContext
from parindex.bus.message import Received
from parindex.eventstore.appending import Append, Decided, StreamHead
from parindex.eventstore.registry import event_types
from parindex.service import Service
from parindex.testing import toy


async def write_down(context: HandlerContext, received: Sequence[Received]) -> None:
    """Append each order, with its contract as the cause."""
    for each in received:
        fact = toy.PizzaOrdered(each.contract.unit, each.envelope.position)
        append = Append(f"book-{fact.shop}", context.metadata(each.envelope), _just(fact))
        await context.log.append_within(context.connection, [append])


def with_bookkeeper(handle: Handle = write_down) -> Mapping[str, Service]:
    """Return the pizzeria and its bookkeeper, whose consumer has this handler."""
    consumer = Consumer("bookkeeper.writing", 1, ("toy",), handle)
    bookkeeper = replace(toy.SERVICE, name="bookkeeper", types=event_types([toy]), projections=(), consumers=[consumer])
    return {"toy": toy.SERVICE, "bookkeeper": bookkeeper}


def _just(fact: toy.PizzaOrdered) -> Callable[[StreamHead], Decided]:
    return lambda _: Decided([fact])
