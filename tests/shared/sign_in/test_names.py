"""The names behind the ids of accounts, for people of one authority: unknown ids and foreign ones answer alike."""

from collections.abc import Sequence
from typing import Any

import pytest
from httpx import AsyncClient, Response
from tests.shared.sign_in.signing_in import HASH, LAN, Door
from tests.shared.sign_in.test_pages import sign_in
from tests.shared.sign_in.test_people import token_of

from parindex.sign_in.names import MOST
from parindex.sign_in.register import Register

AN: dict[str, Any] = {
    "name": "tran.an",
    "kind": "person",
    "password_hash": HASH,
    "rights": ["unit@H09.05"],
    "id": "a00000an",
    "full_name": "Trần Văn Ân",
}
DAO = AN | {"name": "dao", "rights": ["leader@H09.12.01"], "id": "a00000dao", "full_name": "Bùi Đào"}
MAI = AN | {"name": "mai", "rights": ["office@H77"], "id": "a0000mai", "full_name": "Phạm Thị Mai"}
PLAIN = AN | {"name": "không.tên", "rights": ["appraiser@H09"], "id": "a0plain00", "full_name": ""}
CLIENT = AN | {"name": "mot-cua", "kind": "client", "id": "a0motcua", "full_name": "Phần mềm một cửa"}
GUEST = AN | {"name": "khach", "rights": [], "id": "a000khach", "full_name": "Khách"}
PEOPLE = [LAN | {"rights": ["office@H09"], "full_name": "Nguyễn Thị Lan"}, AN, DAO, MAI, PLAIN, CLIENT, GUEST]
NAMES = {
    "a00000lan": "Nguyễn Thị Lan",
    "a00000an": "Trần Văn Ân",
    "a00000dao": "Bùi Đào",
    "a0plain00": "không.tên",
    "a0motcua": "Phần mềm một cửa",
}
"""Those below H09, as its people see them."""


async def ready(door: Door, *rows: dict[str, Any]) -> None:
    door.write(*(rows or PEOPLE))
    await Register(door.log, door.issuer, door.accounts, lambda: door.now).keep()


async def asked(http: AsyncClient, *ids: str) -> Response:
    return await http.get("/sign-in/names", params={"account": ids})


async def named(door: Door, name: str, ids: Sequence[str]) -> Any:
    async with door.browser() as http:
        await sign_in(http, name)
        answer = await asked(http, *ids)
        assert answer.status_code == 200, answer.text
        return answer.json()


EVERYONE = [each["id"] for each in PEOPLE]


async def test_people_of_one_authority_see_the_names_of_each_other_and_of_nobody_else(door: Door) -> None:
    await ready(door)
    for name in (LAN["name"], "tran.an", "dao", "không.tên"):
        assert await named(door, name, EVERYONE) == NAMES, name
    assert await named(door, "mai", EVERYONE) == {"a0000mai": "Phạm Thị Mai"}


async def test_an_unknown_id_and_one_of_another_authority_get_the_same_answer(door: Door) -> None:
    await ready(door)
    for nobody in ("a0000mai", "a0nobody0", "operator", "kiosk-1", "", "x\0y", "Trần Văn Ân"):
        assert await named(door, "tran.an", [nobody]) == {}, nobody


async def test_a_former_right_keeps_the_name_of_who_acted_and_a_removed_account_has_its_sign_in_name(
    door: Door,
) -> None:
    await ready(door)
    await ready(door, PEOPLE[0], AN | {"rights": ["unit@H77.01"]}, MAI)
    assert await named(door, LAN["name"], EVERYONE) == {
        "a00000lan": "Nguyễn Thị Lan",
        "a00000an": "Trần Văn Ân",  # of another authority now; what it did here has its name
        "a00000dao": "dao",
        "a0plain00": "không.tên",
        "a0motcua": "mot-cua",
    }
    assert await named(door, "tran.an", ["a00000lan"]) == {}  # and sees no name here any more


async def test_a_person_without_a_right_asks_for_no_name(door: Door) -> None:
    await ready(door)
    async with door.browser() as http:
        await sign_in(http, "khach")
        assert (await asked(http, "a000khach")).status_code == 403


async def test_a_browser_keeps_the_names_for_the_same_session_alone(door: Door) -> None:
    await ready(door)
    async with door.browser() as http:
        await sign_in(http, "tran.an")
        headers = (await asked(http, "a00000an")).headers
    assert (headers["Cache-Control"], headers["Vary"]) == ("private, max-age=300", "Cookie")


async def test_without_a_session_the_way_leads_to_the_form(door: Door) -> None:
    async with door.browser() as http:
        answer = await asked(http, "a00000an")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/sign-in/renew?next=/sign-in/names%3Faccount%3Da00000an",
    )


@pytest.mark.parametrize("ids", [[], ["a0nobody0"] * (MOST + 1), ["a" * 65]])
async def test_few_ids_are_asked_at_once(door: Door, ids: list[str]) -> None:
    await ready(door)
    async with door.browser() as http:
        await sign_in(http, "tran.an")
        assert (await asked(http, *ids)).status_code == 422


async def test_each_reading_is_traced_with_every_id_however_long(door: Door) -> None:
    await ready(door)
    longest = [f"{number:064}" for number in range(MOST)]
    await named(door, "tran.an", longest)
    [row] = await door.log.pool.fetch("SELECT actor, action, subject, authority FROM reads")
    assert (row["actor"], row["action"], row["authority"]) == ("a00000an", "account-name", "H09.05")
    assert row["subject"] == "/names?" + "&".join(f"account={each}" for each in longest)


async def test_a_program_reads_the_names_that_a_page_shows(door: Door) -> None:
    await ready(door)
    async with door.browser() as http:
        program = await token_of(door, "mot-cua")
        answer = await http.get("/sign-in/v1/names", params={"account": EVERYONE}, headers=program)
    assert answer.json() == {"names": [{"account": each, "name": NAMES[each]} for each in sorted(NAMES)]}
    assert answer.headers["Cache-Control"] == "no-store"
