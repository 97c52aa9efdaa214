"""Serves an app on a port: uvicorn in the running event loop, so that other tasks may run beside it."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from parindex.hosting.process_limits import allow_many_connections
from parindex.hosting.slow_clients import HEAD_WITHIN_S, protocol_with
from parindex.refusal import Kind, Refused

LOOPBACK = "127.0.0.1"
GRACE_S = 5
"""Seconds in which pending requests may finish; long polls of feeds are cut off, and their clients retry."""


class PortTakenError(Refused):
    """Another program listens on this port."""

    code = "port-taken"
    kind = Kind.CONFLICT
    vi = "Cổng {host}:{port} đang được chương trình khác dùng; hãy chọn cổng khác, ví dụ `make serve PORT={another}`."
    en = "Another program listens on {host}:{port}; choose another port, for example `make serve PORT={another}`."

    host: str
    port: int

    @property
    def another(self) -> int:
        """A port that may be free."""
        return self.port + 1


class NotStartedError(RuntimeError):
    """The app failed to start; its log has the reason."""


async def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C, then let pending requests finish."""
    async with listening(app, host, port):
        await stop_asked()


@asynccontextmanager
async def listening(
    app: ASGIApp, host: str = LOOPBACK, port: int = 0, head_within: float = HEAD_WITHIN_S
) -> AsyncIterator[str]:
    """Serve an app, by default on a free port; yield its base URL. Raises PortTakenError, NotStartedError."""
    allow_many_connections()
    with _bound(host, port) as bound:
        server = _Server(app, head_within)
        task = asyncio.create_task(server.serve([bound]), name="http-server")
        await server.tried.wait()
        if not server.started:
            await task
            raise NotStartedError
        try:
            yield f"http://{host}:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


def check_port(host: str, port: int) -> None:
    """Raise PortTakenError if another program listens there, before anything else is started."""
    _bound(host, port).close()


async def stop_asked() -> None:
    """Return on SIGTERM or Ctrl-C."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers; `tried` is set once it has started or failed to."""

    def __init__(self, app: ASGIApp, head_within: float) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol_with(head_within),
                ws="none",
                access_log=False,  # the metrics count requests, and refusals are logged
                log_config=None,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self.tried = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.tried.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise PortTakenError(host, port) from error
