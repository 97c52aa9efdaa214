"""The three kinds of spans: a request, a message that is sent, and a batch of contracts that is processed.

A message with events of one request is part of that request's trace; one with events of many is a trace of its own,
with a link to each. Attributes are OpenTelemetry's for HTTP and messaging. They name routes, partitions and counts,
never a requested address, a person, a device or the text of an error.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from parindex.bus.message import Envelope
from parindex.tracing.origins import origins

Attributes = Mapping[str, AttributeValue]

ALONE = Context()
_CALLERS = TraceContextTextMapPropagator()


class Tracing:
    """Makes the spans of this process. `open_tracing` creates it; without a collector nothing is traced."""

    def __init__(self, tracer: Tracer, is_chosen: Callable[[int], bool]) -> None:
        self._tracer = tracer
        self._is_chosen = is_chosen

    def request(self, method: str, traceparent: str) -> Span:
        """Begin the span of a request, in the client's trace if there is one. The caller must end it."""
        parent = _CALLERS.extract({"traceparent": traceparent}, ALONE)
        attributes = {"http.request.method": method}
        return self._tracer.start_span(method, parent, SpanKind.SERVER, attributes)

    @contextmanager
    def sending(self, where: str, envelopes: Sequence[Envelope], attributes: Attributes) -> Iterator[None]:
        """Make the span of a message that the block publishes."""
        with self._message("send", where, SpanKind.PRODUCER, envelopes, attributes):
            yield

    @contextmanager
    def processing(self, where: str, envelopes: Sequence[Envelope], attributes: Attributes) -> Iterator[None]:
        """Make the span of contracts that the block handles."""
        with self._message("process", where, SpanKind.CONSUMER, envelopes, attributes):
            yield

    @contextmanager
    def _message(
        self, what: str, where: str, kind: SpanKind, envelopes: Sequence[Envelope], attributes: Attributes
    ) -> Iterator[None]:
        found = origins(envelope.correlationid for envelope in envelopes)
        parent = self._of(found[0]) if len(found) == 1 else ALONE
        span = self._tracer.start_span(
            f"{what} {where}", parent, kind, {**attributes, **_about(what, envelopes)}, [Link(each) for each in found]
        )
        try:
            yield
        except BaseException as error:
            fail(span, type(error).__name__)
            raise
        finally:
            span.end()

    def _of(self, origin: SpanContext) -> Context:
        """Return a context in a request's trace; sampling is decided again from its id, with the same result."""
        if not self._is_chosen(origin.trace_id):
            origin = SpanContext(origin.trace_id, origin.span_id, is_remote=True)
        return set_span_in_context(NonRecordingSpan(origin), ALONE)


def fail(span: Span, error: str) -> None:
    """Mark a span as failed, by the type of the error only: its text may hold a user's text."""
    span.set_attribute("error.type", error)
    span.set_status(StatusCode.ERROR)


def _about(what: str, envelopes: Sequence[Envelope]) -> Attributes:
    """Return the attributes of contracts, the same for the sender and the consumer."""
    return {
        "messaging.operation.name": what,
        "messaging.operation.type": what,
        "messaging.batch.message_count": len(envelopes),
        "parindex.first": envelopes[0].position,
        "parindex.last": envelopes[-1].position,
    }
