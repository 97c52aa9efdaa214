"""Every way of going wrong over HTTP ends in a problem document that people and programs can use."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, ClassVar, Literal

import asyncpg
import pytest
import structlog
from fastapi import FastAPI, Query, Request
from fastapi.responses import StreamingResponse
from httpx import ASGITransport, AsyncClient, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from parindex.http.correlation import HEADER, correlation_of
from parindex.http.limits import limit_body
from parindex.http.problems import MOST_PLACES, Problem, install, problems
from parindex.refusal import Kind, Place, Refused

LIMIT = 1_000
STATUSES = {
    Kind.INVALID: 422,
    Kind.UNKNOWN: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.FORBIDDEN: 403,
    Kind.UNAUTHENTICATED: 401,
    Kind.TOO_LARGE: 413,
    Kind.TOO_SLOW: 408,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}


class StepsRule(BaseModel):
    kind: Literal["steps"]
    bounds: list[int]


class ChoiceRule(BaseModel):
    kind: Literal["choice"]
    options: list[str]


class SetIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=3)
    year: int = Field(ge=2000)
    rule: Annotated[StepsRule | ChoiceRule, Field(discriminator="kind")] | None = None
    notes: list[int] = []


class RoundFrozenError(Refused):
    code: ClassVar[str] = "round-frozen"
    kind: ClassVar[Kind] = Kind.CONFLICT

    def __init__(self) -> None:
        place = Place("/round", "Đợt 2026 đã chốt.", "The 2026 round is frozen.")
        super().__init__("Đợt 2026 đã chốt.", "The 2026 round is frozen.", [place])


class RestingError(Refused):
    code: ClassVar[str] = "resting"
    kind: ClassVar[Kind] = Kind.TOO_MANY
    retry_after: ClassVar[float] = 12.2

    def __init__(self) -> None:
        super().__init__("Chờ một chút.", "Wait a little.")


def make_app(limit: int = LIMIT) -> FastAPI:
    app = FastAPI()

    @app.get("/frozen", responses=problems(409))
    async def frozen() -> None:
        raise RoundFrozenError

    @app.get("/resting")
    async def resting() -> None:
        raise RestingError

    @app.get("/kinds/{kind}")
    async def refuse(kind: Kind) -> None:
        made = type("AnyError", (Refused,), {"kind": kind, "code": f"is-{kind}"})
        raise made("Không.", "No.")

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
    async def enact(body: SetIn, limit: Annotated[int, Query(le=5)] = 1) -> dict[str, int]:
        return {"year": body.year, "limit": limit}

    @app.post("/stream")
    async def stream(request: Request) -> dict[str, int]:
        return {"bytes": sum([len(chunk) async for chunk in request.stream()])}

    @app.get("/whoami")
    async def whoami(request: Request) -> dict[str, Any]:
        bound = structlog.contextvars.get_contextvars()
        return {"id": correlation_of(request.scope), "logged": bound["correlation_id"]}

    app.add_middleware(limit_body, max_bytes=limit)
    install(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(make_app()), base_url="http://round") as http:
        yield http


def problem_in(response: Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert Problem.model_validate(body).model_dump() == body
    assert (body["status"], body["correlation_id"]) == (response.status_code, response.headers[HEADER])
    assert body["type"] == f"/problems/{body['code']}"
    return body


async def test_a_refusal_is_told_whole_in_vietnamese_and_english(client: AsyncClient) -> None:
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


async def test_a_malformed_body_gets_every_mistake_at_once_each_with_its_place(client: AsyncClient) -> None:
    wrong = {"name": "x", "extra/field": 1, "rule": {"kind": "steps", "bounds": [1, "two"]}, "notes": [1, 2, "b"]}
    response = await client.post("/sets?limit=9", json=wrong)
    problem = problem_in(response)
    assert (response.status_code, problem["code"]) == (422, "malformed-request")
    assert {(place["at"], place["vi"]) for place in problem["places"]} == {
        ("query/limit", "Phải nhỏ hơn hoặc bằng 5."),
        ("/name", "Cần ít nhất 3 ký tự."),
        ("/year", "Thiếu trường bắt buộc này."),
        ("/extra~1field", "Không có trường nào mang tên này."),
        ("/rule/bounds/1", "Phải là số nguyên."),
        ("/notes/2", "Phải là số nguyên."),
    }
    assert "String should have at least 3 characters." in {place["en"] for place in problem["places"]}
    assert problem["detail"] == "Yêu cầu có 6 lỗi cần sửa."


async def test_an_unknown_member_of_a_union_is_placed_at_the_union(client: AsyncClient) -> None:
    response = await client.post("/sets", json={"name": "abc", "year": 2026, "rule": {"kind": "magic"}})
    [place] = problem_in(response)["places"]
    assert place["at"] == "/rule"
    assert place["vi"] == "Loại không được hỗ trợ; chỉ có: 'steps', 'choice'."


async def test_what_is_not_json_is_said_to_be_so(client: AsyncClient) -> None:
    response = await client.post("/sets", content=b'{"name": ', headers={"content-type": "application/json"})
    [place] = problem_in(response)["places"]
    assert place == {
        "at": "",
        "vi": "Nội dung gửi lên không phải là JSON hợp lệ.",
        "en": "This is not JSON: Expecting value.",
    }


async def test_the_places_in_one_answer_are_bounded() -> None:
    async with AsyncClient(transport=ASGITransport(make_app(limit=50_000)), base_url="http://round") as http:
        response = await http.post("/sets", json={"name": "abc", "year": 2026, "notes": ["x"] * 2_000})
    problem = problem_in(response)
    assert len(problem["places"]) == MOST_PLACES
    assert problem["detail"] == "Yêu cầu có 2000 lỗi cần sửa."


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


async def test_a_request_keeps_its_correlation_id_in_log_and_answer(client: AsyncClient) -> None:
    response = await client.get("/whoami", headers={HEADER: "kiosk-5.batch_9"})
    assert response.json() == {"id": "kiosk-5.batch_9", "logged": "kiosk-5.batch_9"}
    assert response.headers[HEADER] == "kiosk-5.batch_9"


@pytest.mark.parametrize("given", ["", "a b", 'x"y', "x" * 65, "{}"])
async def test_an_ill_formed_correlation_id_is_replaced(client: AsyncClient, given: str) -> None:
    response = await client.get("/whoami", headers={HEADER: given})
    assert response.headers[HEADER] == response.json()["id"] != given
    assert len(response.json()["id"]) == 49  # the name of a span


async def test_the_correlation_id_does_not_stay_behind_after_the_request(client: AsyncClient) -> None:
    await client.get("/whoami")
    assert "correlation_id" not in structlog.contextvars.get_contextvars()


async def test_a_body_up_to_the_limit_goes_through(client: AsyncClient) -> None:
    assert (await client.post("/stream", content=b"x" * LIMIT)).json() == {"bytes": LIMIT}


async def test_a_body_that_announces_too_much_is_refused_unread(client: AsyncClient) -> None:
    response = await client.post("/stream", content=b"x" * (LIMIT + 1))
    assert (response.status_code, problem_in(response)["code"]) == (413, "body-too-large")
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/stream", "/sets"])
async def test_a_body_that_grows_too_big_is_refused_while_it_comes(client: AsyncClient, path: str) -> None:
    sent: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        for number in range(1_000):
            sent.append(number)
            yield b"[" * 100

    response = await client.post(path, content=endless(), headers={"content-type": "application/json"})
    assert (response.status_code, problem_in(response)["code"]) == (413, "body-too-large")
    assert len(sent) == 2 * LIMIT // 100 + 1  # what is too much, and a little more so that the sender hears the answer


@pytest.mark.parametrize("order", ["inside", "outside"])
async def test_the_limit_works_on_either_side_of_the_problem_handlers(order: str) -> None:
    app = FastAPI()
    steps: list[Callable[[], None]] = [lambda: app.add_middleware(limit_body, max_bytes=3), lambda: install(app)]
    for step in steps if order == "inside" else reversed(steps):
        step()
    async with AsyncClient(transport=ASGITransport(app), base_url="http://round") as http:
        response = await http.post("/", content=b"four", headers={HEADER: "abc"})
    assert (response.status_code, problem_in(response)["correlation_id"]) == (413, "abc")


async def test_openapi_documents_problems_and_nothing_of_the_frameworks_own(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert document["paths"]["/frozen"]["get"]["responses"]["409"]["content"] == problem
    assert document["paths"]["/sets"]["post"]["responses"]["422"]["content"] == problem
    assert document["paths"]["/frozen"]["get"]["responses"]["default"]["content"] == problem
    assert set(document["components"]["schemas"]) >= {"Problem", "ProblemPlace", "SetIn"}
    assert "ValidationError" not in str(document)


async def test_openapi_follows_routes_that_are_added_later() -> None:
    app = make_app()
    app.openapi()

    @app.get("/later")
    async def later(limit: int) -> int:
        return limit

    assert "application/problem+json" in app.openapi()["paths"]["/later"]["get"]["responses"]["422"]["content"]


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection"),
        ConnectionRefusedError(),
        DBAPIError("SELECT 1", None, Exception("gone"), connection_invalidated=True),
    ],
)
async def test_a_database_that_went_away_is_told_as_such_and_not_as_our_mistake(error: Exception) -> None:
    assert await answer_to(error) == (503, "database-away", "5")


async def test_a_statement_that_the_database_refuses_is_our_mistake() -> None:
    assert await answer_to(DBAPIError("SELEKT 1", None, Exception("syntax"))) == (500, "internal-error", None)


async def answer_to(error: Exception) -> tuple[int, str, str | None]:
    app = FastAPI()

    @app.get("/")
    async def fail() -> None:
        raise error

    install(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as http:
        answer = await http.get("/")
    return answer.status_code, answer.json()["code"], answer.headers.get("Retry-After")
