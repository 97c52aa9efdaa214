"""A request is answered by its deadline, also when the database hangs; an unknown outcome of a write is stated."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from tests.shared.http.answers import asking, problem_in

from parindex.auth.fastapi import authenticate_with
from parindex.hosting.databases import settings_in
from parindex.hosting.http_process import service_app
from parindex.hosting.resources import open_authenticator, open_resources
from parindex.hosting.server import listening
from parindex.http.deadline import AnswerInTime
from parindex.http.problem_handlers import install
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, NOON, home_of, signed_in
from parindex.testing.toy import MIGRATIONS, SERVICE

SOON = 3.0  # a health check takes at most two seconds
KEY = {"Idempotency-Key": "k-1", **signed_in("fan", "office@H09")}


def processes_of(server: EmbeddedPostgres) -> list[int]:
    """Return the server's main process and all its children."""
    first = int((server._data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


@contextmanager
def frozen(server: EmbeddedPostgres) -> Iterator[None]:
    pids = processes_of(server)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
async def http(database: Databases) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the toy service on a port, with a deadline of SOON."""
    settings = settings_in(await home_of(database, SERVICE, MIGRATIONS)).model_copy(update={"answer_within": SOON})
    async with open_resources(SERVICE, settings, lambda: NOON) as resources:
        app = service_app(SERVICE, resources.context, settings)
        async with open_authenticator(resources, ISSUER.keys()) as authenticator:
            authenticate_with(app, authenticator)
            async with listening(app) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
                yield http


async def test_a_frozen_database_is_said_in_time_and_a_retry_settles_it(
    http: httpx.AsyncClient, database: Databases
) -> None:
    async def order() -> httpx.Response:
        return await http.post("/v1/shops/H09.05/orders", json={"count": 1}, headers=KEY)

    with frozen(database.server):
        began = asyncio.get_running_loop().time()
        answers = await asyncio.gather(*(order() for _ in range(12)), http.get("/v1/shops/H09.05/orders"))
        took, ready = asyncio.get_running_loop().time() - began, await http.get("/health/ready")
    *writes, read = answers
    assert took < 10 * SOON
    for answer in answers:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert problem_in(answer)["code"] == "no-answer-in-time"
    assert all("not known whether this was written" in write.json()["detail_en"] for write in writes)
    assert "written" not in read.json()["detail_en"]
    assert ready.status_code == 503
    assert [check["code"] for check in ready.json()["checks"] if not check["ok"]] == ["database-away"]
    async with asyncio.timeout(60):
        while (settled := await order()).status_code != 201:
            assert settled.status_code == 503
    assert settled.json()["version"] == 1, "once, however often it was sent"
    assert (await http.get("/health/ready")).status_code == 200


def make_app() -> FastAPI:
    app = FastAPI()

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            yield b"one row\n"
            await asyncio.Event().wait()

        return StreamingResponse(rows())

    @app.get("/held")
    async def held(wait: float) -> float:
        await asyncio.sleep(wait)
        return wait

    @app.post("/body")
    async def body(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(AnswerInTime, within=0.2)
    install(app)
    return app


async def test_a_slow_sender_and_a_question_that_is_held_have_their_time() -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(5):
            await asyncio.sleep(0.1)
            yield b"x"

    async with asking(make_app()) as http:
        assert (await http.get("/held", params={"wait": "0.5"})).json() == 0.5
        assert (await http.post("/body", content=slowly())).json() == 5
        assert (await http.get("/held", params={"wait": "0"})).status_code == 200


async def test_an_answer_that_had_begun_is_broken_off() -> None:
    async with listening(make_app()) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/half")


async def test_an_app_that_ends_while_the_late_answer_is_sent_does_not_cut_it_off() -> None:
    late, sent = asyncio.Event(), list[Message]()

    async def ends_too_late(scope: Scope, receive: Receive, send: Send) -> None:
        await late.wait()

    async def send(message: Message) -> None:
        late.set()
        for _ in range(3):
            await asyncio.sleep(0)  # a slow client
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    await AnswerInTime(ends_too_late, within=0.01)(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 503
    await asyncio.sleep(0)  # no late cancellation reaches the caller
