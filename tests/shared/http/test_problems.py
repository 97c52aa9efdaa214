"""Every refusal and error over HTTP is answered with a problem document for people and programs."""

from collections.abc import AsyncIterator
from typing import ClassVar

import asyncpg
import pytest
import structlog
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from httpx import AsyncClient
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from structlog.testing import capture_logs
from tests.shared.http.answers import asking, problem_in

from parindex.http.correlation import HEADER
from parindex.http.problem_handlers import install
from parindex.refusal import Kind, Refused

STATUSES = {
    Kind.BAD_REQUEST: 400,
    Kind.INVALID: 422,
    Kind.UNKNOWN: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.FORBIDDEN: 403,
    Kind.UNAUTHENTICATED: 401,
    Kind.TOO_LARGE: 413,
    Kind.NOT_TAKEN: 415,
    Kind.TOO_SLOW: 408,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
    Kind.DAMAGED: 500,
}


class RoundFrozenError(Refused):
    code: ClassVar[str] = "round-frozen"
    kind: ClassVar[Kind] = Kind.CONFLICT

    vi, en = "Đợt 2026 đã chốt.", "The 2026 round is frozen."
    at = "/round"


class RestingError(Refused):
    code: ClassVar[str] = "resting"
    kind: ClassVar[Kind] = Kind.TOO_MANY
    retry_after: ClassVar[float] = 12.2

    vi, en = "Chờ một chút.", "Wait a little."


def make_app() -> FastAPI:
    app = FastAPI()

    @app.get("/frozen")
    async def frozen() -> None:
        raise RoundFrozenError

    @app.get("/resting")
    async def resting() -> None:
        raise RestingError

    @app.get("/kinds/{kind}")
    async def refuse(kind: Kind) -> None:
        made = type("AnyError", (Refused,), {"kind": kind, "code": f"is-{kind}", "vi": "Không.", "en": "No."})
        raise made

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("password=hunter2")

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            yield b"one row\n"
            raise RuntimeError("lost the database")

        return StreamingResponse(rows())

    @app.post("/sets")
    async def enact() -> None: ...

    install(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with asking(make_app()) as http:
        yield http


async def test_a_refusal_is_answered_in_vietnamese_and_english(client: AsyncClient) -> None:
    response = await client.get("/frozen", headers={HEADER: "abc-1"})
    assert problem_in(response) == {
        "type": "/problems/round-frozen",
        "title": "Không phù hợp với tình trạng hiện tại",
        "status": 409,
        "code": "round-frozen",
        "detail": "Đợt 2026 đã chốt.",
        "detail_en": "The 2026 round is frozen.",
        "places": [{"at": "/round", "vi": "Đợt 2026 đã chốt.", "en": "The 2026 round is frozen."}],
        "correlation_id": "abc-1",
    }


@pytest.mark.parametrize("kind", Kind)
async def test_every_kind_of_refusal_has_its_status(client: AsyncClient, kind: Kind) -> None:
    response = await client.get(f"/kinds/{kind}")
    assert response.status_code == STATUSES[kind]
    assert problem_in(response)["code"] == f"is-{kind}"
    assert response.headers.get("www-authenticate") == ("Bearer" if kind is Kind.UNAUTHENTICATED else None)
    assert ("retry-after" in response.headers) == (kind in {Kind.TOO_MANY, Kind.UNAVAILABLE})


async def test_a_refusal_may_say_itself_how_long_to_wait(client: AsyncClient) -> None:
    assert (await client.get("/resting")).headers["retry-after"] == "13"


async def test_what_the_framework_refuses_is_a_problem_too(client: AsyncClient) -> None:
    nowhere = await client.get("/nowhere")
    assert (nowhere.status_code, problem_in(nowhere)["code"]) == (404, "no-such-address")
    wrong_method = await client.delete("/sets")
    assert (wrong_method.status_code, problem_in(wrong_method)["code"]) == (405, "method-not-allowed")
    assert wrong_method.headers["allow"] == "POST"


async def test_an_unexpected_error_tells_the_caller_nothing_and_the_log_everything(client: AsyncClient) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        response = await client.get("/broken", headers={HEADER: "trip-7"})
    assert (response.status_code, problem_in(response)["code"]) == (500, "internal-error")
    assert "hunter2" not in response.text
    assert "RuntimeError" not in response.text
    [line] = [line for line in logs if line["event"] == "unexpected_error"]
    assert (line["correlation_id"], str(line["exc_info"])) == ("trip-7", "password=hunter2")


async def test_an_answer_that_breaks_half_way_is_broken_off_and_not_ended_well(client: AsyncClient) -> None:
    with pytest.raises(RuntimeError, match="lost the database"):
        await client.get("/half")


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection"),
        ConnectionRefusedError(),
        DBAPIError("SELECT 1", None, Exception("gone"), connection_invalidated=True),
        asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
        asyncpg.InterfaceError("pool is closing"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
        asyncpg.LockNotAvailableError("canceling statement due to lock timeout"),
        DBAPIError("SELECT 1", None, asyncpg.CannotConnectNowError("the database system is starting up")),
        PoolTimeoutError("QueuePool limit of size 8 overflow 0 reached"),
        PendingRollbackError("Can't reconnect until invalid transaction is rolled back."),
        ExceptionGroup("at once", [ConnectionResetError(), asyncpg.AdminShutdownError("terminating connection")]),
        FileNotFoundError(2, "No such file or directory"),  # the socket of a stopped server
        TimeoutError(),
    ],
)
async def test_a_database_that_went_away_is_answered_as_unavailable_and_not_as_an_error(error: Exception) -> None:
    assert await answer_to(error) == (503, "database-away", "5")


@pytest.mark.parametrize(
    "error",
    [
        DBAPIError("SELEKT 1", None, Exception("syntax")),
        asyncpg.PostgresSyntaxError("syntax error"),
        asyncpg.UniqueViolationError("duplicate key"),
        FileNotFoundError(2, "No such file or directory", "/a/file/of/ours"),
        ExceptionGroup("at once", [ConnectionResetError(), ValueError()]),
    ],
)
async def test_a_statement_that_the_database_refuses_is_our_mistake(error: Exception) -> None:
    assert await answer_to(error) == (500, "internal-error", None)


async def answer_to(error: Exception) -> tuple[int, str, str | None]:
    app = FastAPI()

    @app.get("/")
    async def fail() -> None:
        raise error

    install(app)
    async with asking(app) as http:
        answer = await http.get("/")
    return answer.status_code, answer.json()["code"], answer.headers.get("Retry-After")
