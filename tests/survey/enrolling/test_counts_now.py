"""What counts nowhere is said when a kiosk is registered, and shown to its office and to the device."""

from typing import Any

import pytest
from tests.survey.conftest import Bench

KIOSK = {"kiosk": "k1", "unit": "H09.05", "question": "hai-long"}


async def register(survey: Bench, **other: Any) -> list[tuple[str, list[str]]]:
    answer = await survey.office.post("/v1/kiosks", json=KIOSK | other)
    assert answer.status_code == 201
    return [(each["reason"], each["options"]) for each in answer.json()["warnings"]]


async def test_a_kiosk_that_a_round_counts_is_registered_without_a_warning(survey: Bench) -> None:
    await survey.opened()
    assert await register(survey) == []
    assert await register(survey, kiosk="k2", question="can-bo", group="official", options=["5"]) == []


@pytest.mark.parametrize(
    ("other", "warning"),
    [
        ({"question": "hai_long"}, ("not-asked", [])),
        ({"question": "can-bo", "group": "citizen"}, ("not-asked", [])),
        ({"question": "can-bo"}, ("not-asked", [])),
        ({"unit": "H09.99"}, ("no-round", [])),
        ({"options": ["1", "tot", "5", "kem"]}, ("option-unknown", ["tot", "kem"])),
        ({"options": ["tot"]}, ("option-unknown", [])),
    ],
)
async def test_a_registration_warns_of_presses_that_count_nowhere(
    survey: Bench, other: dict[str, Any], warning: tuple[str, list[str]]
) -> None:
    await survey.opened()
    assert await register(survey, **other) == [warning]


async def test_a_round_that_opens_or_closes_changes_what_is_shown(survey: Bench) -> None:
    device = await survey.kiosk()

    async def standing() -> tuple[str, list[str]]:
        found = (await device.get("/v1/kiosks/k1")).json()
        return found["counts_in"], [each["reason"] for each in found["not_counted"]]

    assert await standing() == ("", ["no-round"])
    await survey.opened()
    assert await standing() == ("r-2026", [])
    await survey.office.post("/v1/rounds/r-2026/tally-closing")
    assert await standing() == ("", ["late"])


async def test_an_outside_survey_is_a_reason(survey: Bench) -> None:
    await survey.opened()
    tally = {"unit": "H09.05", "question": "hai-long", "score": "8", "out_of": "10"}
    await survey.office.post("/v1/rounds/r-2026/tallies", json=[tally])
    assert await register(survey) == [("outside-survey", [])]


async def test_the_office_lists_its_kiosks_with_what_became_of_their_presses(survey: Bench) -> None:
    await survey.opened()
    for name, other in (("k1", {}), ("a-2", {"question": "hai_long"}), ("b", {"unit": "H09.06"})):
        device = await survey.kiosk(name, **other)
        press = {"seq": 1, "stars": 5, "pressed_at": "2026-07-01T12:00:00Z"}
        await device.post(f"/v1/kiosks/{name}/ratings", json=[press])
    listed = (await survey.office.get("/v1/kiosks")).json()
    assert [(each["kiosk"], each["counts_in"], each["aside"]) for each in listed["kiosks"]] == [
        ("a-2", "", [{"reason": "not-asked", "presses": 1}]), ("b", "r-2026", []), ("k1", "r-2026", []),
    ]  # fmt: skip
    assert listed["next"] == ""


async def test_the_list_is_paged_and_of_ones_own_nodes_alone(survey: Bench) -> None:
    for name in ("a", "b", "c"):
        await register(survey, kiosk=name)
    other = survey.signed_in("x", "office@H10")
    await other.post("/v1/kiosks", json=KIOSK | {"kiosk": "b-2", "unit": "H10.01"})
    first = (await survey.office.get("/v1/kiosks?limit=2")).json()
    rest = (await survey.office.get("/v1/kiosks", params={"limit": 2, "after": first["next"]})).json()
    assert [[each["kiosk"] for each in page["kiosks"]] for page in (first, rest)] == [["a", "b"], ["c"]]
    assert rest["next"] == ""
    assert [each["kiosk"] for each in (await other.get("/v1/kiosks")).json()["kiosks"]] == ["b-2"]
