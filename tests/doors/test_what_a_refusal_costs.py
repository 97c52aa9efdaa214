"""The cost of refusing any body is bounded, because all requests of a process share one event loop.

Costs are CPU time of the loop's thread, in units of the time in which Python's decoder reads the same body once.
Before there was a bound, each unknown key became an error and a place: more than fifteen units.
"""

import gc
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from tests.doors.announced_round import REAL
from tests.doors.test_what_is_true_of_every_door import writes

from parindex.auth import Role
from parindex.auth.principal import OWN_NODE
from parindex.http.bounded import MOST_COUNTED
from parindex.http.json_text import MOST_TWICE, MOST_VALUES, faults_in
from parindex.http.route_table import BodyForm
from parindex.refusal import MOST_PLACES
from parindex_cli.local.embedded import System

pytestmark = pytest.mark.slow

EVERYTHING = [f"{role}@{'H10.01' if role in {*OWN_NODE, Role.KIOSK} else 'H10'}" for role in Role]
JSON = {"Content-Type": "application/json"}
MOST = 8
"""Units that a refusal may cost."""
ENROLMENT = f"/survey/v1/kiosks/{REAL['kiosk']}/enrolment"
MANY = 2_600_000


def unknown_keys(count: int) -> bytes:
    return ("{" + ",".join(f'"k{number}":1' for number in range(count)) + "}").encode()


def cost(do: Callable[[], object]) -> float:
    began = time.thread_time()
    do()
    return time.thread_time() - began


UNKNOWN = unknown_keys(660_000)
UNIT = min(cost(lambda: json.loads(UNKNOWN)) for _ in range(3))


async def asked(http: httpx.AsyncClient, method: str, address: str, body: bytes) -> tuple[httpx.Response, float]:
    """Return the answer, and its CPU time in seconds."""
    began = time.thread_time()
    answer = await http.request(method, address, content=body, headers=JSON)
    return answer, time.thread_time() - began


async def in_units(http: httpx.AsyncClient, method: str, address: str, body: bytes) -> tuple[httpx.Response, float]:
    """Return the answer and its cost, in units that are measured immediately before it.

    A request that costs too much is repeated, because another process may have taken the caches; a cost without a
    bound is too high each time.
    """
    tries = 40  # some seconds, because other workers may compute all the while
    while True:
        unit = cost(lambda: json.loads(body))
        answer, spent = await asked(http, method, address, body)
        tries -= 1
        if spent <= MOST * unit or not tries:
            return answer, spent / unit


ALSO = {BodyForm.RAW: {403}, BodyForm.STREAM: {404}, BodyForm.PAGE: {404, 415}, BodyForm.FILES: {404, 415}}
"""Only a kiosk may send presses, and a file or a form of a page is not read before its round is found."""


@pytest.fixture
def frozen_start(embedded_system: System) -> Iterator[System]:
    """Freeze the objects of the start, as each process of the system does: no search for cycles looks at them."""
    gc.collect()
    gc.freeze()
    yield embedded_system
    gc.unfreeze()


async def test_no_door_works_long_to_refuse_a_body(frozen_start: System) -> None:
    """Each route gets a body of the largest size that is read; larger ones are refused by code common to all routes."""
    body, wrong, seen = unknown_keys(80_000), [], set[BodyForm]()
    async with frozen_start.client("moi-vai", *EVERYTHING) as http:
        token = http.headers["Authorization"].removeprefix("Bearer ")
        http.headers.update({"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin"})
        for method, address, form in writes(frozen_start):
            for sent in [body, *[UNKNOWN] * (form not in seen)]:
                answer, units = await in_units(http, method, address, sent)
                refused = {413, 422} | ALSO.get(form, set())
                if answer.status_code not in refused or units > MOST:
                    wrong.append(f"{method} {address}: {answer.status_code}, {units:.1f} {answer.text[:150]}")
                assert len(answer.content) < 1_000_000
            seen.add(form)
    assert wrong == []


async def test_a_public_door_reads_no_body_beyond_a_kibibyte(embedded_system: System) -> None:
    """Other requests are answered while the rest of the body still arrives: their answers come before the refusal."""
    answers: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        for at in range(0, len(UNKNOWN), 65_536):
            yield UNKNOWN[at : at + 65_536]
            if at < 10 * 65_536:
                answers.append((await http.get("/publication/health/live")).status_code)

    async with embedded_system.client() as http:
        streamed = await http.post(ENROLMENT, content=body(), headers=JSON)
        assert answers == [200] * 10
        announced = await http.post(ENROLMENT, content=UNKNOWN, headers=JSON)
        small = await http.post(ENROLMENT, content=unknown_keys(90), headers=JSON)
    assert [each.status_code for each in (announced, streamed, small)] == [413, 413, 422]
    assert announced.json()["code"] == streamed.json()["code"] == "body-too-large"
    assert len(small.request.content) < 1_024


async def test_mistakes_are_counted_up_to_a_bound(embedded_system: System) -> None:
    async with embedded_system.client("moi-vai", *EVERYTHING) as http:
        some, more = [
            await http.post("/survey/v1/kiosks", content=unknown_keys(count), headers=JSON)
            for count in (MOST_COUNTED - 10, MOST_COUNTED + 1)
        ]
    assert (some.status_code, some.json()["code"], len(some.json()["places"])) == (
        422,
        "malformed-request",
        MOST_PLACES,
    )
    assert (more.status_code, more.json()["code"], len(more.json()["places"])) == (422, "too-many-mistakes", 1)


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\",' * MANY,
        b'"' + b'\\",' * MANY + b"\\",
        b'"' + b"\\," * MANY,
        b"[" + b'"",' * MANY,
        b'"a,' * MANY,
        b"[" + b"," * MANY,
        b"[" * MANY,
        b'{"a":' * MOST_VALUES,
        b"[" + (b"1" * 4_300 + b",") * 1_500 + b"1" * 4_301 + b"]",
        b"[" + b'{"a":1,"a":1},' * (MOST_VALUES // 5) + b"1]",
        b'["' + b"NaN" * MANY + b'",NaN]',
    ],
    ids=range(11),
)
def test_what_is_no_json_is_found_out_in_one_pass(body: bytes) -> None:
    assert cost(lambda: faults_in(body)) / UNIT < MOST
    assert len(faults_in(body)) in range(1, MOST_TWICE + 1)
