"""A route that takes a file reads it as it comes: with a limit of its own, in bounded memory, and not for ever."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from httpx import AsyncClient, Response
from tests.shared.http.answers import asking, problem_in

from parindex.auth.fastapi import public
from parindex.hosting.server import listening
from parindex.http.limits import FileLimit, limit_body
from parindex.http.problem_handlers import install
from parindex.http.route_table import STREAMED
from parindex.http.way_in import check_requests, takes_files
from parindex.refusal import Refused

LIMIT, LARGEST = 1_000, 100_000


class ShelfFullError(Refused):
    code = "no-room-for-files"
    vi, en = "Đầy.", "Full."


def make_app(largest: int = LARGEST, silence: float = 20) -> FastAPI:
    app = FastAPI()

    @app.post("/files", dependencies=[public], openapi_extra=STREAMED)
    async def upload(request: Request) -> dict[str, int]:
        seen = 0
        async for chunk in request.stream():
            seen += len(chunk)
        return {"bytes": seen}

    @app.post("/full", dependencies=[public], openapi_extra=STREAMED)
    async def refuse(request: Request) -> None:
        async for _ in request.stream():
            raise ShelfFullError

    @app.post("/lists", dependencies=[public])
    async def listed(body: list[int]) -> int:
        return len(body)

    check_requests(app)
    app.add_middleware(limit_body, max_bytes=LIMIT, silence=silence, files=FileLimit(largest, takes_files(app)))
    install(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with asking(make_app()) as http:
        yield http


def chunks(count: int, sent: list[int] | None = None) -> AsyncIterator[bytes]:
    async def each() -> AsyncIterator[bytes]:
        for number in range(count):
            if sent is not None:
                sent.append(number)
            yield b"x" * 100

    return each()


def refused(answer: Response) -> tuple[int, Any]:
    return answer.status_code, problem_in(answer)["code"]


async def test_a_file_has_a_limit_of_its_own_announced_or_not(client: AsyncClient) -> None:
    assert (await client.post("/files", content=b"x" * LARGEST)).json() == {"bytes": LARGEST}
    assert (await client.post("/files", content=chunks(900))).json() == {"bytes": 90_000}
    assert refused(await client.post("/files", content=b"x" * (LARGEST + 1))) == (413, "file-too-large")
    assert refused(await client.post("/files", content=chunks(1_001))) == (413, "file-too-large")


async def test_every_other_route_keeps_the_limit_of_a_request(client: AsyncClient) -> None:
    json = {"Content-Type": "application/json"}
    assert refused(await client.post("/lists", content=b"1" * 1_001, headers=json)) == (413, "body-too-large")
    assert refused(await client.post("/lists", content=chunks(11), headers=json)) == (413, "body-too-large")
    assert refused(await client.post("/nowhere", content=b"x" * 1_001)) == (413, "body-too-large")


async def test_a_file_needs_no_media_type_and_may_not_be_compressed(client: AsyncClient) -> None:
    assert (await client.post("/files", content=b"x", headers={"Content-Type": "text/html"})).status_code == 200
    compressed = await client.post("/files", content=b"x", headers={"Content-Encoding": "gzip"})
    assert refused(compressed) == (415, "content-encoding-not-supported")


async def test_a_route_that_refuses_in_the_middle_is_heard(client: AsyncClient) -> None:
    sent: list[int] = []
    answer = await client.post("/full", content=chunks(500, sent))
    assert refused(answer) == (422, "no-room-for-files")
    assert answer.headers["connection"] == "close"
    assert len(sent) == 500  # read and discarded to its end, so that the client gets to read the answer


async def test_a_slow_sender_of_a_file_is_cut_off_as_elsewhere() -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(300):
            await asyncio.sleep(0.1)
            yield b"x"

    async with asking(make_app(silence=0.5)) as http:
        assert refused(await http.post("/files", content=drip())) == (408, "body-stalled")


async def test_three_hundred_megabytes_go_through_in_bounded_memory() -> None:
    block = bytes(250_000)

    async def large() -> AsyncIterator[bytes]:
        for _ in range(1_200):
            yield block

    app = make_app(largest=2**30)
    async with listening(app) as url, AsyncClient(timeout=120, trust_env=False) as http:
        tracemalloc.start()
        try:
            answer = await http.post(f"{url}/files", content=large())
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert answer.json() == {"bytes": 300_000_000}
    assert most < 16 * 2**20
