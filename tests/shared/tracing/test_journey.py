"""From the request to what another service does because of it, in spans; and nothing in them that is private."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import SpanKind, StatusCode

from parindex.bus.consumer import HandlerContext
from parindex.bus.message import Message, Received
from parindex.bus.relay import Relay
from parindex.eventstore.appending import Append, Decided
from parindex.testing.bus_fixture import BusFixture, open_bus_fixture, stop
from parindex.testing.collector import SpanRecorder
from parindex.testing.postgres import Databases
from parindex.testing.shop import PizzaBaked, metadata
from parindex.testing.toy import MIGRATIONS
from parindex.testing.toy.bookkeeper import with_bookkeeper, write_down
from parindex.tracing.messages import TracedPublisher
from parindex.tracing.origins import correlation_id
from parindex_cli.local.embedded import System
from parindex_cli.testing.embedded import system_over

POST = "POST /toy/v1/shops/{shop}/orders"
ORDERS = "/toy/v1/shops/H09.05/orders"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def on_orders(handling: HandlerContext, received: Sequence[Received]) -> None:
    if any(each.contract.unit == "H09.13" for each in received):
        raise ValueError("the bookkeeper is superstitious about Nguyễn Văn A")
    await write_down(handling, received)


SERVICES = with_bookkeeper(on_orders)


@pytest.fixture
def notebook() -> SpanRecorder:
    return SpanRecorder()


@pytest.fixture
async def system(database: Databases, notebook: SpanRecorder) -> AsyncIterator[System]:
    async with system_over(database, SERVICES, find=lambda _: MIGRATIONS, tracing=notebook.tracing) as system:
        yield system


async def order(system: System, shop: str = "H09.05", **headers: str) -> str:
    """Order a pizza and return the correlation id of the order."""
    async with system.client("pizza-fan", "office@H09") as http:
        answer = await http.post(f"/toy/v1/shops/{shop}/orders", json={"count": 1}, headers=headers)
        assert answer.status_code == 201
        return answer.headers["x-correlation-id"]


async def handled(system: System, position: int = 1) -> None:
    """Wait until the bookkeeper is past a position of the pizzeria's log, in the partition that has it."""
    [runner] = system.bus_processes["bookkeeper"].runners.values()
    query = "SELECT partition FROM events WHERE position = $1"
    async with asyncio.timeout(30):
        await runner.reached("toy", await system.resources["toy"].log.pool.fetchval(query, position), position)


def name_of(span: ReadableSpan) -> str:
    return correlation_id(span.context)


async def test_what_a_consumer_does_is_linked_to_the_request_and_part_of_its_trace(
    system: System, notebook: SpanRecorder
) -> None:
    correlation = await order(system)
    await handled(system)
    [asked], [done] = notebook.spans(POST), notebook.spans("process bookkeeper.writing")
    assert name_of(asked) == correlation
    assert [correlation_id(link.context) for link in done.links] == [correlation]
    assert done.parent is not None
    assert correlation_id(done.parent) == correlation
    assert (asked.kind, done.kind) == (SpanKind.SERVER, SpanKind.CONSUMER)


async def test_the_facts_that_follow_carry_the_requests_name_on(system: System) -> None:
    correlation = await order(system)
    await handled(system)
    [written] = await system.resources["bookkeeper"].log.read_after(0)
    assert (written.entry.correlation, written.entry.causation) == (correlation, "toy/1")


async def test_a_request_goes_on_with_its_callers_trace(system: System, notebook: SpanRecorder) -> None:
    await order(system, traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
    await handled(system)
    assert {f"{span.context.trace_id:032x}" for span in notebook.spans()} == {TRACE}
    [asked] = notebook.spans(POST)
    assert asked.parent is not None
    assert f"{asked.parent.span_id:016x}" == "00f067aa0ba902b7"


async def test_an_id_that_the_caller_brought_can_be_looked_for_though_nothing_is_linked(
    system: System, notebook: SpanRecorder
) -> None:
    assert await order(system, **{"X-Correlation-Id": "trip-7"}) == "trip-7"
    await handled(system)
    [asked], [done] = notebook.spans(POST), notebook.spans("process")
    assert (asked.attributes or {})["parindex.correlation_id"] == "trip-7"
    assert (done.links, done.parent) == ((), None)


async def test_what_machines_ask_all_day_is_not_traced(system: System, notebook: SpanRecorder) -> None:
    async with system.client("scoring", "service@services") as http:
        for path in ("contracts?partition=0", "contracts/ahead?" + "&".join(["after=0"] * 8)):
            assert (await http.get(f"/toy/v1/{path}")).status_code == 200
        assert (await http.get("/toy/health/ready")).status_code == 200
        assert (await http.get("/toy/metrics")).status_code == 200
    assert notebook.spans() == []


async def test_attributes_are_those_of_the_conventions_and_no_personal_data(
    system: System, notebook: SpanRecorder
) -> None:
    await order(system)
    await order(system, "H09.13")
    await handled(system, 2)
    async with system.client("kiem-toan", "auditor@H09") as http:
        assert (await http.get("/toy/v1/people/0912345678?name=Nguyen+Van+A")).status_code == 404
    server, consumer = {"http.request.method", "http.route", "http.response.status_code"}, {
        "messaging.system", "messaging.operation.name", "messaging.operation.type", "messaging.destination.name",
        "messaging.destination.partition.id", "messaging.batch.message_count", "messaging.consumer.group.name",
        "parindex.first", "parindex.last",
    }  # fmt: skip
    for span in notebook.spans():
        named = set(span.attributes or {}) - {"error.type"}
        assert named <= (server if span.kind is SpanKind.SERVER else consumer)
    told = " ".join(span.to_json() for span in notebook.spans())
    for secret in ("0912345678", "H09", "pizza-fan", "kiem-toan", "Nguy", "Bearer", "127.0.0.1"):
        assert secret not in told, secret


async def test_a_contract_that_cannot_be_applied_shows_as_an_error_by_its_kind(
    system: System, notebook: SpanRecorder
) -> None:
    await order(system, "H09.13")
    await handled(system)
    [failed, *_] = notebook.spans("process")
    assert (failed.status.status_code, failed.status.description) == (StatusCode.ERROR, None)
    assert (failed.attributes or {})["error.type"] == "ValueError"
    assert failed.events == ()  # an exception's text may hold a user's text


async def test_a_trace_that_was_not_chosen_is_left_out_everywhere(database: Databases) -> None:
    notebook = SpanRecorder(ParentBased(ALWAYS_OFF))
    async with system_over(database, SERVICES, find=lambda _: MIGRATIONS, tracing=notebook.tracing) as system:
        await order(system)
        await handled(system)
        [written] = await system.resources["bookkeeper"].log.read_after(0)
    assert notebook.spans() == []
    assert len(written.entry.correlation) == 49


class Board:
    """A Publisher that keeps what it was given."""

    def __init__(self) -> None:
        self.taken: asyncio.Queue[Message] = asyncio.Queue()

    async def publish(self, message: Message) -> None:
        await self.taken.put(message)


async def sent(bus_fixture: BusFixture, notebook: SpanRecorder) -> ReadableSpan:
    """Let a relay send one message, and return its span."""
    board = Board()
    relay = asyncio.create_task(Relay(bus_fixture.shop, TracedPublisher(board, notebook.tracing, "rabbitmq")).run())
    async with asyncio.timeout(30):
        await board.taken.get()
    await stop(relay)
    [span] = notebook.spans("send")
    return span


@pytest.fixture
async def bus_fixture(database: Databases) -> AsyncIterator[BusFixture]:
    async with open_bus_fixture(database) as bus_fixture:
        yield bus_fixture


async def test_a_message_from_many_requests_is_a_trace_of_its_own_with_a_link_to_each(
    bus_fixture: BusFixture, notebook: SpanRecorder
) -> None:
    asked = [f"{n:032x}-{n:016x}" for n in (1, 2, 3)]
    facts = [PizzaBaked("margherita", "o1")]
    for correlation in [*asked, asked[0], "trip-7"]:
        append = Append("oven-o1", replace(metadata(), correlation=correlation), lambda _: Decided(facts))
        await bus_fixture.shop.append(append)
    span = await sent(bus_fixture, notebook)
    assert [correlation_id(link.context) for link in span.links] == asked
    assert (span.parent, span.kind) == (None, SpanKind.PRODUCER)
    assert dict(span.attributes or {}) == {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": span.name.removeprefix("send "),
        "messaging.destination.partition.id": (span.attributes or {})["messaging.destination.partition.id"],
        "messaging.batch.message_count": 5,
        "parindex.first": 1,
        "parindex.last": 5,
    }


async def test_a_message_from_one_request_is_sent_in_that_requests_trace(
    bus_fixture: BusFixture, notebook: SpanRecorder
) -> None:
    asked = f"{7:032x}-{8:016x}"
    facts = [PizzaBaked("margherita", "o1"), PizzaBaked("tonno", "o1")]
    await bus_fixture.shop.append(
        Append("oven-o1", replace(metadata(), correlation=asked), lambda _: Decided(facts), 2)
    )
    span = await sent(bus_fixture, notebook)
    assert span.parent is not None
    assert correlation_id(span.parent) == asked
