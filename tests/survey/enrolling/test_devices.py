from httpx import AsyncClient
from tests.survey.conftest import Bench

from survey.enrolling.devices import TRUSTED, KnownKiosks


def token_of(kiosk: AsyncClient) -> str:
    return str(kiosk.headers["Authorization"].removeprefix("Bearer "))


async def test_a_token_is_known_as_its_kiosk_at_its_unit(survey: Bench) -> None:
    known = KnownKiosks(survey.log.pool)
    found = await known(token_of(await survey.kiosk()))
    assert found is not None
    assert (found.subject, [str(right) for right in found.rights]) == ("kiosk-k1", ["kiosk@H09.05"])
    assert await known("kiosk_nobody") is None


async def test_the_token_of_a_replaced_device_lives_on_for_seconds_only(survey: Bench) -> None:
    seconds = [0.0]
    old = token_of(await survey.kiosk())
    known = KnownKiosks(survey.log.pool, clock=lambda: seconds[0])
    assert await known(old)
    code = (await survey.office.post("/v1/kiosks/k1/enrolment-codes")).json()["code"]
    await survey.client().post("/v1/kiosks/k1/enrolment", json={"code": code})
    seconds[0] = TRUSTED - 0.01
    assert await known(old)
    seconds[0] = TRUSTED
    assert await known(old) is None
