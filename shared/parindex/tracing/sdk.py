"""The use of OpenTelemetry's SDK. It is imported only in a process that traces."""

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision

from parindex.tracing.spans import Tracing


def exporting_provider(service: str) -> TracerProvider:
    """Make the provider whose thread sends spans to the collector, until it is shut down."""
    resource = Resource.create({"service.namespace": "parindex", "service.name": service})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def tracing_by(provider: TracerProvider) -> Tracing:
    """Trace with a provider's exporters and sampler."""

    def is_chosen(trace: int) -> bool:
        return provider.sampler.should_sample(Context(), trace, "").decision is Decision.RECORD_AND_SAMPLE

    return Tracing(provider.get_tracer("parindex"), is_chosen)
