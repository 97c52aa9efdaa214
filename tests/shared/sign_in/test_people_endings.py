"""What an office ends over the API and at the pages: secrets, sessions, second factors, accounts."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient
from tests.shared.sign_in.signing_in import LAN, Door
from tests.shared.sign_in.test_pages import sign_in, words
from tests.shared.sign_in.test_people import AN, CLIENT, MAI, entries_after, ready, row_of
from tests.shared.sign_in.test_people_links import program

from parindex.auth.account_rules import AccountKind
from parindex.auth.issuer import LIFETIME
from parindex.eventstore.vault import open_sealed
from parindex.sign_in.register import Register

ACCOUNTS = "/sign-in/v1/accounts"
TOTP = AN | {"totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
KEY = {"Idempotency-Key": "yeu-cau-1"}


@pytest.fixture
async def office(door: Door) -> AsyncIterator[AsyncClient]:
    """A program with the right of the office of H09."""
    ready(door)
    async with door.browser() as http:
        token = door.issuer.mint("a00000lan", ["office@H09"], LIFETIME, door.now)
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


async def recorded(door: Door) -> None:
    """Record the accounts file as it is now."""
    await Register(door.log, door.issuer, door.accounts, lambda: door.now).keep()


async def test_a_program_gets_one_new_secret_for_one_key_and_the_old_one_is_void(
    door: Door, office: AsyncClient
) -> None:
    first = await office.post(f"{ACCOUNTS}/a0motcua/secret", headers=KEY)
    assert (first.status_code, first.headers["Cache-Control"]) == (201, "no-store")
    before = await door.log.head()
    again = await office.post(f"{ACCOUNTS}/a0motcua/secret", headers=KEY)
    assert again.json() == first.json()
    assert await entries_after(door, before) == []
    secret = first.json()["client_secret"]
    assert door.accounts.verify("mot-cua", AccountKind.CLIENT, secret)
    other = await office.post(f"{ACCOUNTS}/a0motcua/secret")
    assert other.json()["client_secret"] != secret
    assert not door.accounts.verify("mot-cua", AccountKind.CLIENT, secret)
    assert (await office.post(f"{ACCOUNTS}/a00000an/secret")).status_code == 409


async def test_a_creation_that_is_sent_again_gets_the_first_answer(door: Door, office: AsyncClient) -> None:
    body = {"name": "hoa", "rights": ["unit@H09.05"]}
    answers = [await office.post(ACCOUNTS, json=body, headers=KEY) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = await office.post(ACCOUNTS, json=body | {"full_name": "Hoa"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "account-name-taken")
    account = answers[0].json()["account"]
    links = {(await office.post(f"{ACCOUNTS}/{account}/invitation", headers=KEY)).text for _ in range(2)}
    assert len(links) == 1


async def test_a_second_factor_is_reset_for_a_reason_that_only_the_vault_has(door: Door, office: AsyncClient) -> None:
    door.write(LAN | {"rights": ["office@H09"]}, MAI, TOTP, CLIENT)
    await recorded(door)
    path = f"{ACCOUNTS}/a00000an/second-factor-end"
    for body in ({}, {"reason": " "}):
        refused = await office.post(path, json=body)
        assert (refused.status_code, refused.json()["places"][0]["at"]) == (422, "/reason")
    before = await door.log.head()
    done = await office.post(path, json={"reason": "Mất điện thoại của anh Ân."})
    assert (done.status_code, done.json()["second_factor"]) == (200, False)
    [*_, removed] = await door.log.read_after(before)
    assert (removed.entry.type, removed.entry.actor) == ("SecondFactorRemoved", "a00000lan")
    assert "Mất điện thoại" not in str(removed.entry.data)
    opened = await open_sealed(door.log, [removed.fact.reason])
    assert opened[removed.fact.reason].text == "Mất điện thoại của anh Ân."
    head = await door.log.head()
    assert (await office.post(path, json={"reason": "Lần nữa."})).status_code == 200
    assert await door.log.head() == head


async def test_the_page_asks_for_the_reason_too(door: Door) -> None:
    door.write(LAN | {"rights": ["office@H09"]}, TOTP)
    async with door.browser() as http:
        await sign_in(http)
        assert "Lý do gỡ" in words(await http.get("/sign-in/accounts/a00000an"))
        refused = await http.post("/sign-in/accounts/a00000an/second-factor-end", data={"reason": ""})
        assert (refused.status_code, 'id="error-reason"' in refused.text) == (422, True)
        done = await http.post("/sign-in/accounts/a00000an/second-factor-end", data={"reason": "Mất máy."})
    assert done.status_code == 303
    found = row_of(door, "an")
    assert found is not None
    assert found["account"].totp == ""


async def test_a_removed_person_is_refused_at_the_next_renewal_and_stays_in_the_log(
    door: Door, office: AsyncClient
) -> None:
    async with door.browser() as an:
        await recorded(door)
        await sign_in(an, "an")
        before = await door.log.head()
        assert (await office.post(f"{ACCOUNTS}/a00000an/removal")).json() == {"account": "a00000an", "present": False}
        assert await entries_after(door, before) == [
            ("RightEnded", "a00000lan", "H09.05"),
            ("AccountRemoved", "a00000lan", "installation"),
        ]
        assert (await an.get("/sign-in/desk")).headers["Location"].startswith("/sign-in/")
        assert (await an.get("/sign-in/renew")).headers["Location"].startswith("/sign-in/?")
    assert (await office.post(f"{ACCOUNTS}/a00000an/removal")).status_code == 404
    assert (await office.get(f"{ACCOUNTS}/a00000an")).json()["present"] is False


async def test_all_sessions_of_a_person_end(door: Door, office: AsyncClient) -> None:
    async with door.browser() as an:
        await sign_in(an, "an")
        assert (await an.get("/sign-in/renew")).headers["Location"] == "/sign-in/desk"
        assert (await office.post(f"{ACCOUNTS}/a00000an/sessions-end")).status_code == 200
        assert (await an.get("/sign-in/renew")).headers["Location"].startswith("/sign-in/?")


@pytest.mark.parametrize("ending", ["secret", "sessions-end", "removal"])
async def test_nobody_ends_what_is_the_own_or_elsewhere(door: Door, office: AsyncClient, ending: str) -> None:
    before = door.path.read_bytes()
    answers = [(await office.post(f"{ACCOUNTS}/{each}/{ending}")).status_code for each in ("a00000lan", "a0000mai")]
    assert answers == [403, 404]
    assert door.path.read_bytes() == before


async def test_a_key_of_an_ended_session_holds_over_a_restart(door: Door) -> None:
    ready(door)
    before = await door.log.head()
    for key, ended in (("k-1", 1), ("k-1", 1), ("k-2", 2)):
        async with program(door) as http:  # a new app each time, over the same log
            answer = await http.post("/sign-in/v1/accounts/a00000an/sessions-end", headers={"Idempotency-Key": key})
        assert answer.status_code == 200, answer.text
        assert len(await door.log.read_after(before)) == ended
    async with program(door) as http:
        other = await http.post("/sign-in/v1/accounts/a0000dung/sessions-end", headers={"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
