"""Collectors of spans in tests: a list in memory, or a small OTLP collector over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Sampler
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from parindex.hosting.server import listening
from parindex.tracing.sdk import tracing_by


class SpanRecorder:
    """Records the spans of a process, in the order in which they ended."""

    def __init__(self, sampler: Sampler | None = None) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracing = tracing_by(provider)

    def spans(self, name: str = "") -> list[ReadableSpan]:
        """Return the spans whose name begins with `name`."""
        return [span for span in self._exporter.get_finished_spans() if span.name.startswith(name)]


@dataclass(slots=True)
class Collector:
    """An OTLP/HTTP receiver. While `open` is clear it accepts requests and does not answer."""

    url: str = ""
    raw: list[bytes] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a process that exports to this collector without delay."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url, "OTEL_BSP_SCHEDULE_DELAY": "50", "NO_PROXY": "127.0.0.1"}

    def spans(self) -> list[tuple[str, Span]]:
        """Return each received span with the name of its service."""
        return [
            (attribute.value.string_value, span)
            for batch in map(ExportTraceServiceRequest.FromString, self.raw)
            for of_one in batch.resource_spans
            for attribute in of_one.resource.attributes
            if attribute.key == "service.name"
            for scope in of_one.scope_spans
            for span in scope.spans
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await Request(scope, receive).body()
        self.asked.set()
        await self.open.wait()
        self.raw.append(body)
        await Response(b"", media_type="application/x-protobuf")(scope, receive, send)


@asynccontextmanager
async def collecting(*, hangs: bool = False) -> AsyncIterator[Collector]:
    """Run a collector on a free port. One that hangs answers at the end, so that the server can stop."""
    collector = Collector()
    if not hangs:
        collector.open.set()
    async with listening(collector) as url:
        collector.url = url
        yield collector
        collector.open.set()
