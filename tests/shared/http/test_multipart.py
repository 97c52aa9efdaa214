"""Forms with files are read as they come, in bounded memory; a form that is cut off or malformed is refused."""

import tracemalloc
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request
from httpx import AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st
from tests.shared.http.answers import asking, problem_in

from parindex.auth.fastapi import public
from parindex.http.limits import FileLimit, limit_body
from parindex.http.multipart import FILES_FORM, MOST_PARTS, FormBrokenError, form_parts
from parindex.http.problem_handlers import install
from parindex.http.way_in import FILES_TAKEN, check_requests, takes_files

LARGEST = 20_000
BOUNDARY = "----a-boundary"
TYPE = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def make_app() -> FastAPI:
    app = FastAPI()

    @app.post("/files", dependencies=[public], **FILES_FORM)
    async def receive(request: Request) -> list[list[str | int]]:
        return [
            [part.name, part.file_name, sum([len(each) async for each in part])] async for part in form_parts(request)
        ]

    @app.post("/names", dependencies=[public], **FILES_FORM)
    async def names(request: Request) -> list[str]:
        return [part.file_name async for part in form_parts(request)]  # no byte of a file is read

    check_requests(app)
    app.add_middleware(limit_body, max_bytes=1_000, files=FileLimit(LARGEST, takes_files(app)))
    install(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with asking(make_app()) as http:
        yield http


def part(content: bytes, file_name: str = "a.pdf", name: str = "files") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n\r\n'
    return head.encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def refused(answer: Response) -> tuple[int, str]:
    return answer.status_code, problem_in(answer)["code"]


async def test_each_file_has_its_vietnamese_name_and_its_bytes(client: AsyncClient) -> None:
    sent = form(part(b"x" * 9_000, "Kế hoạch %22ký%22.pdf"), part(b"", ""), part(b"\r\n--\r\n", "b.png", "camera"))
    answer = await client.post("/files", content=sent, headers=TYPE)
    assert answer.json() == [["files", 'Kế hoạch "ký".pdf', 9_000], ["files", "", 0], ["camera", "b.png", 6]]


async def test_what_is_not_read_of_a_file_is_discarded(client: AsyncClient) -> None:
    answer = await client.post("/names", content=form(part(b"x" * 9_000), part(b"y", "b.pdf")), headers=TYPE)
    assert answer.json() == ["a.pdf", "b.pdf"]


async def test_several_files_have_the_limit_of_several(client: AsyncClient) -> None:
    size = LARGEST * 3
    assert (await client.post("/files", content=form(part(b"x" * size)), headers=TYPE)).status_code == 200
    too_large = form(part(b"x" * LARGEST * max(FILES_TAKEN.values())))
    assert refused(await client.post("/files", content=too_large, headers=TYPE)) == (413, "body-too-large")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form",
        part(b"cut off before the last boundary"),
        form(part(b"whole"))[:-6],
        f"--{BOUNDARY}\r\nContent-Disposition".encode(),
        f"--{BOUNDARY}\r\nNo colon at all\r\n\r\n".encode(),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n--{BOUNDARY}--\r\n'.encode(),
        form(part(b"x", "ten")).replace(b"ten", b"\xff"),
        f"--{BOUNDARY}\r\nX: {'x' * 9_000}\r\n\r\n".encode(),
        form(*[part(b"")] * (MOST_PARTS + 1)),
    ],
)  # fmt: skip
async def test_a_form_that_is_none_is_refused(client: AsyncClient, body: bytes) -> None:
    assert refused(await client.post("/files", content=body, headers=TYPE)) == (422, "form-broken")


async def test_another_type_or_no_boundary_is_refused(client: AsyncClient) -> None:
    other = await client.post("/files", content=b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert refused(other) == (415, "media-type-not-supported")
    for kind in ("multipart/form-data", f"multipart/form-data; boundary={'b' * 300}"):
        assert refused(await client.post("/files", content=form(part(b"x")), headers={"Content-Type": kind})) == (
            422,
            "form-broken",
        )


class _Body(Request):
    """A request whose body comes in given chunks."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        super().__init__({"type": "http", "headers": [(b"content-type", TYPE["Content-Type"].encode())]})
        self._chunks = chunks

    async def stream(self) -> AsyncIterator[bytes]:  # type: ignore[override]
        async for chunk in self._chunks:
            yield chunk


async def in_chunks(content: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


@given(
    st.lists(st.binary(max_size=60) | st.just(f"\r\n--{BOUNDARY}"[:-1].encode() * 2), max_size=4), st.integers(1, 70)
)
async def test_wherever_the_chunks_are_cut_each_part_has_its_bytes(contents: list[bytes], size: int) -> None:
    body = form(*map(part, contents)) if contents else form(part(b""))
    found = [b"".join([each async for each in one]) async for one in form_parts(_Body(in_chunks(body, size)))]
    assert found == (contents or [b""])


async def test_a_large_file_passes_through_bounded_memory() -> None:
    async def large() -> AsyncIterator[bytes]:
        yield part(b"")[:-2]
        for _ in range(2_000):
            yield b"x" * 60_000
        yield b"\r\n" + form()

    tracemalloc.start()
    try:
        [size] = [sum([len(each) async for each in one]) async for one in form_parts(_Body(large()))]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (size, peak < 2**20) == (120_000_000, True)


async def test_a_file_that_is_cut_off_never_looks_whole() -> None:
    read = []

    async def read_all() -> None:
        async for one in form_parts(_Body(in_chunks(part(b"x" * 100)[:-9], 30))):
            read.append([each async for each in one])  # noqa: PERF401  # the last one does not end

    with pytest.raises(FormBrokenError):
        await read_all()
    assert read == []
