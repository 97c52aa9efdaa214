"""Request bodies are limited in size, declared or streamed, and in their upload rate."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from fastapi import FastAPI, Request
from httpx import AsyncClient
from tests.shared.http.answers import asking, problem_in

from parindex.auth.fastapi import public
from parindex.http import limits
from parindex.http.correlation import HEADER
from parindex.http.limits import limit_body
from parindex.http.problem_handlers import install
from parindex.http.way_in import check_requests

LIMIT = 1_000


def make_app() -> FastAPI:
    app = FastAPI()

    @app.post("/sets")
    async def enact(body: list[int]) -> int:
        return len(body)

    @app.post("/stream")
    async def stream(request: Request) -> dict[str, int]:
        return {"bytes": sum([len(chunk) async for chunk in request.stream()])}

    app.add_middleware(limit_body, max_bytes=LIMIT)
    install(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with asking(make_app()) as http:
        yield http


async def test_a_body_up_to_the_limit_goes_through(client: AsyncClient) -> None:
    assert (await client.post("/stream", content=b"x" * LIMIT)).json() == {"bytes": LIMIT}


async def test_a_body_that_announces_too_much_is_refused_unread(client: AsyncClient) -> None:
    response = await client.post("/stream", content=b"x" * (LIMIT + 1))
    assert (response.status_code, problem_in(response)["code"]) == (413, "body-too-large")
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/stream", "/sets"])
async def test_a_body_that_grows_too_big_is_refused_while_it_comes(client: AsyncClient, path: str) -> None:
    sent: list[int] = []

    async def giant() -> AsyncIterator[bytes]:
        for number in range(1_000):
            sent.append(number)
            yield b"[" * 100

    response = await client.post(path, content=giant(), headers={"content-type": "application/json"})
    assert (response.status_code, problem_in(response)["code"]) == (413, "body-too-large")
    assert len(sent) == 1_000  # read and discarded to its end, so that the client gets to read the answer


async def test_a_body_too_big_for_a_public_door_is_read_to_its_end_however_big() -> None:
    sent: list[int] = []

    async def giant() -> AsyncIterator[bytes]:
        for number in range(1_000):
            sent.append(number)
            yield b"[" * 100

    app = FastAPI()

    @app.post("/sets", dependencies=[public])
    async def enact(body: list[int]) -> int:
        return len(body)

    check_requests(app, public_body=LIMIT // 2)
    app.add_middleware(limit_body, max_bytes=LIMIT)
    install(app)
    async with asking(app) as http:
        response = await http.post("/sets", content=giant(), headers={"content-type": "application/json"})
    assert (response.status_code, problem_in(response)["code"]) == (413, "body-too-large")
    assert len(sent) == 1_000  # a connection closed before that is reset, and the answer is lost with it


async def test_a_sender_without_end_is_let_go(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINGER", 0.2)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            yield b"[" * 100

    async with asyncio.timeout(30):
        response = await client.post("/stream", content=endless())
    assert (response.status_code, problem_in(response)["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("order", ["inside", "outside"])
async def test_the_limit_works_on_either_side_of_the_problem_handlers(order: str) -> None:
    app = FastAPI()
    steps: list[Callable[[], None]] = [lambda: app.add_middleware(limit_body, max_bytes=3), lambda: install(app)]
    for step in steps if order == "inside" else reversed(steps):
        step()
    async with asking(app) as http:
        response = await http.post("/", content=b"four", headers={HEADER: "abc"})
    assert (response.status_code, problem_in(response)["correlation_id"]) == (413, "abc")


async def test_a_sender_that_is_never_silent_and_never_ready_is_let_go() -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(300):
            await asyncio.sleep(0.1)
            yield b"x"

    app = FastAPI()

    @app.post("/stream")
    async def stream(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(limit_body, max_bytes=LIMIT, silence=0.5)
    install(app)
    async with asking(app) as http:
        answer = await http.post("/stream", content=drip())
    assert (answer.status_code, problem_in(answer)["code"]) == (408, "body-stalled")
