"""The people who act for a unit, for each other: no program, no other role, no person of another unit."""

from typing import Any

import pytest
from tests.shared.sign_in.signing_in import LAN, Door
from tests.shared.sign_in.test_names import AN, ready
from tests.shared.sign_in.test_pages import sign_in
from tests.shared.sign_in.test_people import token_of

MADE = "a0123456789abcdef0123"
BINH = AN | {"name": "binh", "id": MADE, "full_name": "Bùi Thị Bình", "rights": ["leader@H09.05", "unit@H09.05"]}
PLAIN = AN | {"name": "không.tên", "id": "a0plain00", "full_name": ""}
OTHERS = [
    AN | {"name": "mot-cua", "kind": "client", "id": "a0motcua", "full_name": "Phần mềm một cửa"},
    AN | {"name": "dao", "id": "a00000dao", "rights": ["leader@H09.05"]},
    AN | {"name": "duoi", "id": "a0000duoi", "rights": ["unit@H09.05.01"]},
    AN | {"name": "khac", "id": "a0000khac", "rights": ["unit@H09.06"]},
]
PEOPLE = [LAN | {"rights": ["office@H09"]}, AN, BINH, PLAIN, *OTHERS]
OF_UNIT = [
    {"account": MADE, "name": "Bùi Thị Bình"},
    {"account": "a0plain00", "name": "không.tên"},
    {"account": "a00000an", "name": "Trần Văn Ân"},
]


async def asked(door: Door, name: str, unit: str = "H09.05") -> Any:
    async with door.browser() as http:
        await sign_in(http, name)
        return await http.get(f"/sign-in/units/{unit}/people")


async def test_people_of_a_unit_see_each_other_in_the_order_of_their_names(door: Door) -> None:
    await ready(door, *PEOPLE)
    answer = await asked(door, "tran.an")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, max-age=300")
    assert answer.json() == OF_UNIT


@pytest.mark.parametrize("name", ["dao", "duoi", "khac", LAN["name"]])
async def test_another_person_is_refused(door: Door, name: str) -> None:
    await ready(door, *PEOPLE)
    assert (await asked(door, name)).status_code == 403


async def test_a_right_that_ended_is_no_more_in_the_list(door: Door) -> None:
    await ready(door, *PEOPLE)
    await ready(door, *[each | {"rights": ["leader@H09.05"]} if each is BINH else each for each in PEOPLE])
    assert MADE not in [each["account"] for each in (await asked(door, "tran.an")).json()]


async def test_each_reading_is_traced(door: Door) -> None:
    await ready(door, *PEOPLE)
    await asked(door, "tran.an")
    [row] = await door.log.pool.fetch("SELECT actor, action, subject, authority FROM reads")
    assert tuple(row) == ("a00000an", "account-name", "/units/H09.05/people", "H09.05")


async def test_a_program_of_the_unit_reads_them_and_is_not_among_them(door: Door) -> None:
    await ready(door, *PEOPLE)
    async with door.browser() as http:
        program = await token_of(door, "mot-cua")
        answer = await http.get("/sign-in/v1/units/H09.05/people", headers=program)
    assert answer.json() == {"people": OF_UNIT}
