"""What waits for whom at survey: rounds whose tallies are open, and kiosks without a device."""

import asyncio
from typing import Any

from httpx import AsyncClient
from msgspec.structs import replace
from tests.survey.conftest import Bench, criteria_set, round_opened

from parindex.contracts.assessment import RoundOpened, RoundUnit
from parindex.contracts.criteria import EnteredPoints


async def tasks(client: AsyncClient) -> list[tuple[str, str, str, int]]:
    answer = await client.get("/v1/desk")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return [(one["kind"], one["round"] or one["unit"], one["until"], one["count"]) for one in found]


async def test_an_open_tally_waits_for_the_office_and_the_surveyor(survey: Bench) -> None:
    until = "2026-12-01T00:00:00.000000Z"
    await survey.opened("r-2026", until=until)
    waits = [("close-survey", "r-2026", until, 0)]
    surveyor = survey.signed_in("dieu-tra", "surveyor@H09")
    assert (await tasks(survey.office), await tasks(surveyor)) == (waits, waits)
    for other in ("surveyor@H09.05", "office@H10", "council@H09", "unit@H09.05"):
        assert await tasks(survey.signed_in("nguoi-khac", other)) == []
    assert (await surveyor.post("/v1/rounds/r-2026/tally-closing")).status_code == 201
    assert await tasks(surveyor) == []


async def test_a_round_that_asks_nothing_has_only_its_tallies_to_close_and_no_deadline(survey: Bench) -> None:
    enacted = criteria_set()
    rows = [replace(row, rule=EnteredPoints()) if row.rule else row for row in enacted.criteria_set.criteria]
    await survey.receive(
        replace(enacted, criteria_set=replace(enacted.criteria_set, criteria=rows)), round_opened("r-2026", ["H09.05"])
    )
    assert await tasks(survey.office) == [("close-survey", "r-2026", "", 0)]
    [one] = (await survey.office.get("/v1/desk")).json()
    assert "Không có kết quả điều tra để nạp" in one["what"]
    assert (await survey.office.post("/v1/rounds/r-2026/tally-closing")).status_code == 201
    assert await tasks(survey.office) == []


async def test_a_kiosk_without_a_device_waits_for_the_office_and_its_counter(survey: Bench) -> None:
    for kiosk, unit in (("k1", "H09.05"), ("k2", "H09.05"), ("k3", "H09.06")):
        body = {"kiosk": kiosk, "unit": unit, "question": "hai-long"}
        assert (await survey.office.post("/v1/kiosks", json=body)).status_code == 201
    await survey.kiosk("k4", "H09.05")  # has one
    counter = survey.signed_in("mot-cua", "counter@H09.05")
    assert await tasks(counter) == [("install-kiosks", "H09.05", "", 2)]
    assert await tasks(survey.office) == [("install-kiosks", "H09.05", "", 2), ("install-kiosks", "H09.06", "", 1)]
    assert await tasks(survey.signed_in("nguoi-khac", "counter@H09.07", "office@H10")) == []
    assert (await survey.office.post("/v1/kiosks/k3/revocation")).status_code == 201
    assert await tasks(survey.office) == [("install-kiosks", "H09.05", "", 2)]


async def said(client: AsyncClient) -> list[str]:
    return [one["about"] for one in (await client.get("/v1/desk")).json()]


async def test_people_read_the_title_of_the_round_and_the_name_of_the_unit(survey: Bench) -> None:
    await survey.receive(criteria_set(), named("r-2026", "Đợt 2026", "Sở Y tế", "Ủy ban nhân dân xã Bình An"))
    body = {"kiosk": "k1", "unit": "H09.05", "question": "hai-long"}
    assert (await survey.office.post("/v1/kiosks", json=body)).status_code == 201
    assert await said(survey.office) == ["Đợt 2026", "Kiosk của Sở Y tế"]
    await survey.receive(named("r-2027", "Đợt 2026", "Sở Y tế mới", "Sở Y tế mới"))  # renamed; the title is the same
    assert (await survey.office.post("/v1/kiosks", json={**body, "kiosk": "k2", "unit": "H09.06"})).status_code == 201
    assert await said(survey.office) == [
        "Đợt 2026 (r-2026)",
        "Đợt 2026 (r-2027)",
        "Kiosk của Sở Y tế mới (H09.05)",
        "Kiosk của Sở Y tế mới (H09.06)",
    ]


async def test_names_that_come_twice_and_in_two_partitions_are_stored_once(survey: Bench) -> None:
    contracts = criteria_set(), named("r-2026", "Đợt 2026", "Sở Y tế", "Sở Tài chính")
    await asyncio.gather(*(survey.receive(*contracts, partition=partition) for partition in range(4)))
    await survey.receive(*contracts)
    assert await said(survey.office) == ["Đợt 2026"]


async def test_a_unit_that_was_in_no_round_is_said_by_its_code(survey: Bench) -> None:
    body = {"kiosk": "k1", "unit": "H09.05", "question": "hai-long"}
    assert (await survey.office.post("/v1/kiosks", json=body)).status_code == 201
    assert await said(survey.office) == ["Kiosk của H09.05"]


def named(code: str, title: str, *names: str) -> RoundOpened:
    """A round whose two units have these names."""
    made = round_opened(code, ("H09.05", "H09.06"))
    [block] = made.blocks
    units = [RoundUnit(code=unit.code, name=name) for unit, name in zip(block.units, names, strict=True)]
    return replace(made, title=title, blocks=[replace(block, units=units)])


async def test_the_page_of_the_part_says_the_same(survey: Bench) -> None:
    await survey.opened("r-2026")
    token = survey.office.headers["Authorization"].removeprefix("Bearer ")
    browser = survey.served.client({"Cookie": f"__Host-parindex={token}"})
    assert "Đợt 2026" in (await browser.get("/desk")).text
    lost = await browser.get("/khong-co", headers={"Accept": "text/html"})
    assert (lost.status_code, "Không tìm thấy trang này" in lost.text) == (404, True)
