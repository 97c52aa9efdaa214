"""The span of a request, as the outermost middleware."""

from http import HTTPMethod, HTTPStatus

from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import Span
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.http.correlation import correlation_of
from parindex.tracing.origins import correlation_id
from parindex.tracing.spans import Tracing, fail

SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""For `FastAPI(telemetry=…)`: its own telemetry would export addresses with their queries, and the texts of errors."""
METHODS = frozenset(HTTPMethod)
QUIET = ("/v1/contracts", "/v1/contracts/ahead", "/health/live", "/health/ready", "/metrics")
"""The ends of paths that machines poll all day; these requests are not traced."""


class TraceRequests:
    """ASGI middleware. The span's id becomes the request's correlation id, unless the client sent one."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].endswith(QUIET):
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        span = self._tracing.request(method, Headers(scope=scope).get("traceparent", ""))
        _correlate(scope, span)
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except BaseException as error:
            fail(span, type(error).__name__)
            raise
        finally:
            _describe(span, scope, method, status)
            span.end()


def _correlate(scope: Scope, span: Span) -> None:
    own = correlation_id(span.get_span_context())
    correlation = correlation_of(scope, lambda: own)
    if correlation != own:  # the client's: later spans cannot link to it, but it can be searched for
        span.set_attribute("parindex.correlation_id", correlation)


def _describe(span: Span, scope: Scope, method: str, status: int) -> None:
    """Name the span by the route, never by the address, which is the client's text."""
    route = getattr(scope.get("route"), "path", "")
    if route:
        route = scope.get("root_path", "") + route
        span.set_attribute("http.route", route)
        span.update_name(f"{method} {route}")
    span.set_attribute("http.response.status_code", status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        fail(span, str(status))
