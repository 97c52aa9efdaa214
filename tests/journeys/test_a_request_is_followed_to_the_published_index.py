"""Tracing of a whole round: from a unit's request, its consequences in every service can be found."""

from collections.abc import Iterator

from opentelemetry.sdk.trace import ReadableSpan
from tests.journeys.all_kinds import ALL_KINDS

from parindex.service import installed_services
from parindex.testing.collector import SpanRecorder
from parindex.testing.postgres import Databases
from parindex.tracing.origins import correlation_id
from parindex_cli.testing.embedded import system_over
from parindex_cli.testing.journeys import drive, gateway_of

COMPLETION = "POST /assessment/v1/rounds/{round}/units/{unit}/appraisal/completion"


def linked(spans: list[ReadableSpan], origin: str) -> Iterator[str]:
    """Yield the names of the spans that are linked to one."""
    for span in spans:
        if origin in {correlation_id(link.context) for link in span.links}:
            yield span.name


async def test_from_the_completed_appraisal_to_the_service_that_publishes_it(database: Databases) -> None:
    notebook = SpanRecorder()
    async with (
        system_over(database, installed_services(), tracing=notebook.tracing) as system,
        gateway_of(system) as gateway,
    ):
        await drive(gateway, ALL_KINDS)
    processed = notebook.spans("process")
    asked = [correlation_id(span.context) for span in notebook.spans(COMPLETION)]
    assert asked
    for origin in asked:
        assert {name for name in linked(processed, origin) if name in CONSUMERS} == CONSUMERS


CONSUMERS = {"process scoring.computing", "process publication.freezing"}
