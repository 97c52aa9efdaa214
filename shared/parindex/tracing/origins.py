"""The origin of an event: its correlation id is the id of the request's span, so events need no field for tracing.

An id of the client, or of a background task, names no span; then a span has no origin to link to.
"""

import re
from collections.abc import Iterable

from opentelemetry.trace import SpanContext, TraceFlags

MOST = 128
"""Links of one span, as in the default of OpenTelemetry's SDK."""

_SPAN = re.compile(r"(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})")


def correlation_id(span: SpanContext) -> str:
    """Return a span's id in the form of a correlation id (see `parindex.http.correlation`)."""
    return f"{span.trace_id:032x}-{span.span_id:016x}"


def origins(correlations: Iterable[str]) -> list[SpanContext]:
    """Return the spans of correlation ids, each once, in their order; at most MOST."""
    found = []
    for correlation in dict.fromkeys(correlations):
        if named := _SPAN.fullmatch(correlation):
            found.append(SpanContext(int(named[1], 16), int(named[2], 16), is_remote=True, trace_flags=_SAMPLED))
            if len(found) == MOST:
                break
    return found


_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
