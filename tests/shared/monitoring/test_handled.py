"""One correlation id is in all log lines of a request: of the request, its event, and the consumers of its contract."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import msgspec
import structlog
from structlog.testing import capture_logs

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Envelope, Received
from parindex.monitoring.handled import MOST_NAMED, requests_behind, watched
from parindex.testing.postgres import Databases
from parindex.testing.toy import MIGRATIONS
from parindex.testing.toy.bookkeeper import with_bookkeeper
from parindex_cli.testing.embedded import system_over


async def test_an_id_is_in_the_log_lines_of_every_service_that_its_fact_passes(database: Databases) -> None:
    services, order = with_bookkeeper(), "/toy/v1/shops/H09.05/orders"
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with (
            system_over(database, services, find=lambda _: MIGRATIONS) as system,
            system.client("pizza-fan", "office@H09") as http,
        ):
            await http.post(order, json={"count": 1}, headers={"X-Correlation-Id": "trip-7"})
            log = system.resources["bookkeeper"].log
            async with asyncio.timeout(30):
                while not (written := await log.read_after(0)):
                    await log.watcher.wait_past(0, None, 1)
                while all(line["event"] != "contracts_handled" for line in lines):  # noqa: ASYNC110  # a log line sets no event
                    await asyncio.sleep(0.01)
    [recorded] = [line for line in lines if line["event"] == "recorded"]
    [handled] = [line for line in lines if line["event"] == "contracts_handled"]
    assert (recorded["correlation_id"], recorded["stream"]) == ("trip-7", "oven-H09.05")
    assert (handled["correlation_ids"], handled["first"], handled["last"]) == (["trip-7"], 1, 1)
    assert (handled["consumer"], handled["source"]) == ("bookkeeper.writing", "toy")
    assert written[0].entry.correlation == "trip-7"


def received(*correlations: str) -> list[Received]:
    return [
        Received(
            None,
            Envelope(
                id=f"toy/{position}", source="toy", type="t", subject="s", time="2026-07-01T12:00:00.000000Z",
                position=position, authority="H09", correlationid=correlation, data=msgspec.Raw(b"{}"),
            ),
        )
        for position, correlation in enumerate(correlations, start=1)
    ]  # fmt: skip


def test_a_background_task_is_no_request() -> None:
    assert requests_behind(received("survey/120", "trip-7", "survey/121", "trip-7")) == ["trip-7"]


async def test_background_tasks_write_no_line_and_a_line_names_a_bounded_number_of_requests() -> None:
    async def handle(_: HandlerContext, __: Sequence[Received]) -> None:
        return

    sizes = Counter[int]()
    consumer = watched(Consumer("c", 1, ("toy",), handle), sizes)
    context: HandlerContext = HandlerContext(None, None, "c", "toy", 0, None, None, 1)  # type: ignore[arg-type]  # only named here
    with capture_logs() as lines:
        await consumer.handle(context, received("survey/120", "survey/121"))
        await consumer.handle(context, received(*(f"trip-{n}" for n in range(100))))
    [line] = lines
    assert (len(line["correlation_ids"]), line["requests"], line["count"]) == (MOST_NAMED, 100, 100)
    assert sizes == {2: 1, 100: 1}
