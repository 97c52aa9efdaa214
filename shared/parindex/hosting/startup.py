"""The start-up gate: an ASGI app that opens the real app at start-up, and retries while its database is missing.

So processes may start in any order, and a process without its database reports that at `/health/ready` and stays up.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from parindex.backoff import Backoff
from parindex.hosting.process_limits import allow_many_connections, tune_garbage_collection
from parindex.http import problem_handlers, problems
from parindex.http.routes import add_routes
from parindex.http.way_in import check_requests
from parindex.monitoring.health import Check, health_routes
from parindex.monitoring.troubles import Trouble, explain, for_the_log
from parindex.refusal import Kind, Refused
from parindex.tracing.requests import SILENT

TRY_AGAIN_S = 1.0

logger = structlog.stdlib.get_logger(__name__)


class NotOpenYetError(Refused):
    """The service has not found its database yet."""

    code = "not-open-yet"
    kind = Kind.UNAVAILABLE
    vi, en = "Dịch vụ đang khởi động; hãy thử lại sau.", "The service is starting; try again soon."


class StartupGate:
    """ASGI app: opens the real app at start-up and closes it at shutdown; until it is open, answers NotOpenYetError.

    `show` renders that answer as a page for browsers, in a service that has pages.
    """

    def __init__(
        self,
        service: str,
        opened: Callable[[], AbstractAsyncContextManager[ASGIApp]],
        show: problems.ProblemPage | None = None,
    ) -> None:
        self._service = service
        self._show = show
        self._opened = opened
        self._backoff = Backoff(first=TRY_AGAIN_S, most=TRY_AGAIN_S)
        self._app: ASGIApp = self._waiting_room()
        self._trouble: Trouble | None = Trouble("Chưa mở xong.", "Not open yet.")
        self._closing = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._app(scope, receive, send)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Open the app, or start to retry, and close it at the end. Raises an error that a retry can't fix."""
        allow_many_connections()
        tried = asyncio.Event()
        keeper = asyncio.create_task(self._keep_open(tried), name=f"startup-{self._service}")
        keeper.add_done_callback(lambda _: tried.set())
        try:
            await tried.wait()
            if keeper.done():
                keeper.result()
            yield
        finally:
            self._closing.set()
            await asyncio.gather(keeper)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()  # lifespan.startup
        try:
            async with self.open():
                await send({"type": "lifespan.startup.complete"})
                await receive()  # lifespan.shutdown
        except Exception as error:  # reported to the server, which then stops
            logger.exception("service_failed", service=self._service)
            await send({"type": "lifespan.startup.failed", "message": repr(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep_open(self, tried: asyncio.Event) -> None:
        while not self._closing.is_set():
            try:
                async with self._opened() as app:
                    self._app, self._trouble = app, None
                    tune_garbage_collection()
                    tried.set()
                    await self._closing.wait()
            except Exception as error:
                self._trouble = explain(error, self._service)
                if self._trouble is None or self._closing.is_set():
                    raise
                logger.warning(
                    "not_open_yet", service=self._service, trouble=self._trouble.en, error=for_the_log(error)
                )
                tried.set()
                await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._backoff.pause()):
                await self._closing.wait()
        except TimeoutError:
            return

    def _waiting_room(self) -> ASGIApp:
        async def look() -> Trouble | None:
            return self._trouble

        async def wait(request: Request, _: Exception) -> Response:
            return problems.refused_response(request, NotOpenYetError())

        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, telemetry=SILENT)
        app.state.problem_page = self._show
        add_routes(app, health_routes(self._service, [Check("database", look)]))
        check_requests(app, strangers_counted=False)
        problem_handlers.install(app)
        for elsewhere in (404, 405):
            app.exception_handler(elsewhere)(wait)
        return app
