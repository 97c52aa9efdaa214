"""Wrong enrolment codes: a few tries for each address, one by one or at once; no guesser holds a kiosk up."""

import asyncio

import pytest
from httpx import ASGITransport, AsyncClient
from tests.survey.conftest import Bench

from parindex.auth.buckets import Rate
from parindex.auth.rate_limits import RateLimits, Rates

KIOSK = {"kiosk": "k1", "unit": "H09.05", "question": "hai-long"}
RATES = Rates(wrong_code_address=Rate(3, 6))  # 10 s


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(survey: Bench) -> Clock:
    clock = Clock()
    survey.served.app.state.rate_limits = RateLimits(RATES, clock)
    return clock


async def code_of(survey: Bench, kiosk: str = "k1") -> str:
    return str((await survey.office.post("/v1/kiosks", json=KIOSK | {"kiosk": kiosk})).json()["code"])


async def enrol(survey: Bench, code: str, kiosk: str = "k1", address: str = "10.0.0.1") -> tuple[int, str, str]:
    transport = ASGITransport(survey.served.app, client=(address, 5))
    async with AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.post(f"/v1/kiosks/{kiosk}/enrolment", json={"code": code})
    return answer.status_code, answer.json().get("code", ""), answer.headers.get("Retry-After", "")


def wrong(n: int) -> str:
    return f"0000-0000-{n:04}"


WRONG = (403, "enrolment-code-invalid", "")


async def test_an_address_that_guesses_waits_even_with_the_right_code(survey: Bench, clock: Clock) -> None:
    code = await code_of(survey)
    assert [await enrol(survey, wrong(n), f"k{n}") for n in range(3)] == [WRONG] * 3
    assert await enrol(survey, code) == (429, "too-many-attempts", "10")
    assert (await enrol(survey, code, address="10.0.0.2"))[0] == 201


async def test_a_device_enrols_however_many_addresses_guess_at_its_kiosk(survey: Bench, clock: Clock) -> None:
    code = await code_of(survey)
    assert [await enrol(survey, wrong(n), address=f"10.0.0.{n}") for n in range(30)] == [WRONG] * 30
    assert len(code.replace("-", "")) * 5 == 80  # bits: that is what keeps it
    assert (await enrol(survey, code, address="10.0.0.99"))[0] == 201


async def test_guesses_at_once_get_no_more_tries_than_the_database_has_hands(survey: Bench, clock: Clock) -> None:
    answers = await asyncio.gather(*(enrol(survey, wrong(n)) for n in range(60)))
    assert answers.count(WRONG) <= 3 + survey.served.resources.settings.connections
    assert {answer[0] for answer in answers} == {403, 429}
