"""The export of spans to a collector, set by OpenTelemetry's own environment variables (OTLP over HTTP, protobuf).

Spans wait in a bounded queue and a thread sends them: a collector that is down or hangs loses spans, never a request.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from parindex.tracing.spans import Tracing

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
LAST_WORDS_S = 3.0
"""Seconds for which an ending process waits for the export of its last spans."""

logger = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def open_tracing(
    service: str, environment: Mapping[str, str] = os.environ, last_words: float = LAST_WORDS_S
) -> AsyncIterator[Tracing | None]:
    """Trace under a service's name while the block lasts; yield None where the environment names no collector."""
    if not is_wanted(environment):
        yield None
        return
    from parindex.tracing import sdk  # noqa: PLC0415  # 0.15 s that most processes never need

    try:
        provider = sdk.exporting_provider(service)
    except Exception:  # an invalid variable for tracing must not keep a service from starting
        logger.exception("tracing_off", service=service)
        yield None
        return
    logger.info("tracing_on", service=service)
    try:
        yield sdk.tracing_by(provider)
    finally:
        ending = threading.Thread(target=provider.shutdown, name="tracing-ends", daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, last_words)


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Return whether the environment names a collector and does not switch tracing off."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return environment.get("OTEL_TRACES_EXPORTER", "otlp") == "otlp" and any(map(environment.get, ENDPOINTS))
