"""A question has so many respondent groups at a unit that a score which pools them can be recorded, and no more."""

import asyncio

import httpx
from tests.survey.conftest import Bench

from parindex.contracts.survey import MOST_GROUPS


async def bring(survey: Bench, *groups: str, unit: str = "H09.05") -> httpx.Response:
    rows = [{"unit": unit, "question": "hai-long", "group": group, "score": "1", "out_of": "3"} for group in groups]
    answer: httpx.Response = await survey.office.post("/v1/rounds/r-2026/tallies", json=rows)
    return answer


def places(answer: httpx.Response) -> list[str]:
    return [place["at"] for place in answer.json()["places"]]


async def test_an_outside_survey_of_one_group_more_is_refused_at_its_row(survey: Bench) -> None:
    await survey.opened()
    groups = [f"nhom-{number}" for number in range(MOST_GROUPS + 2)]
    refused = await bring(survey, *groups)
    assert (refused.status_code, refused.json()["code"]) == (422, "tallies-invalid")
    assert places(refused) == [f"/{MOST_GROUPS}/group", f"/{MOST_GROUPS + 1}/group"]
    assert (await bring(survey, *groups[:MOST_GROUPS])).status_code == 201
    assert places(await bring(survey, groups[0], groups[MOST_GROUPS])) == ["/1/group"]
    assert (await bring(survey, groups[0])).status_code == 201
    assert (await bring(survey, groups[MOST_GROUPS], unit="H09.06")).status_code == 201


async def test_a_kiosk_for_one_group_more_is_not_registered(survey: Bench) -> None:
    async def register(number: int, group: str, **other: str) -> httpx.Response:
        body = {"kiosk": f"k{number}", "unit": "H09.05", "question": "hai-long", "group": group, **other}
        answer: httpx.Response = await survey.office.post(
            "/v1/kiosks", json=body, headers={"Idempotency-Key": f"k{number}"}
        )
        return answer

    for number in range(MOST_GROUPS):
        assert (await register(number, f"nhom-{number}")).status_code == 201
    refused = await register(100, "nhom-100")
    assert (refused.status_code, refused.json()["code"], places(refused)) == (409, "too-many-groups", ["/group"])
    assert [(await register(number, "nhom-0")).status_code for number in (0, 101)] == [201, 201]
    assert (await register(102, "nhom-100", question="can-bo")).status_code == 201
    assert (await register(103, "nhom-100", unit="H09.06")).status_code == 201


async def test_of_two_kiosks_at_once_that_would_each_be_the_last_group_one_is_registered(
    two_processes: tuple[Bench, Bench],
) -> None:
    async def register(survey: Bench, number: int) -> int:
        body = {"kiosk": f"k{number}", "unit": "H09.05", "question": "hai-long", "group": f"nhom-{number}"}
        return int((await survey.office.post("/v1/kiosks", json=body)).status_code)

    one, other = two_processes
    for number in range(MOST_GROUPS - 1):
        assert await register(one, number) == 201
    answers = await asyncio.gather(*(register(each, 100 + number) for number, each in enumerate([one, other] * 3)))
    assert sorted(answers) == [201, 409, 409, 409, 409, 409]
