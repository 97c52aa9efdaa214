"""Where a fact comes from: its correlation id is the name of the request's span, so nothing need be added to a fact.

An id that the caller brought, or that a loop of ours made, names no span; then there is no origin to be linked to.
"""

import re
from collections.abc import Iterable

from opentelemetry.trace import SpanContext, TraceFlags

MOST = 128
"""Links of one span; what OpenTelemetry's SDK keeps by default, too."""

_SPAN = re.compile(r"(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})")


def correlation_id(span: SpanContext) -> str:
    """Write a span's name as the correlation id of what happens in it (see `parindex.http.correlation`)."""
    return f"{span.trace_id:032x}-{span.span_id:016x}"


def origins(correlations: Iterable[str]) -> list[SpanContext]:
    """Return the spans that correlation ids name, each once, in their order; at most MOST."""
    found = []
    for correlation in dict.fromkeys(correlations):
        if named := _SPAN.fullmatch(correlation):
            found.append(SpanContext(int(named[1], 16), int(named[2], 16), is_remote=True, trace_flags=_SAMPLED))
            if len(found) == MOST:
                break
    return found


_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
