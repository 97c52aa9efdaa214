"""An office links an outside identity to a person, and removes the link; the log has both, without the subject."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from tests.shared.sign_in.outside_issuers import SUBJECT, hostile_issuer
from tests.shared.sign_in.signing_in import LAN, Door
from tests.shared.sign_in.test_outside import configure, go
from tests.shared.sign_in.test_pages import sign_in, words
from tests.shared.sign_in.test_people import AN, CLIENT, DAO, DUNG, MAI, entries_after, row_of

from parindex.auth.account_links import MOST_LINKS
from parindex.auth.issuer import LIFETIME
from parindex.eventstore.vault import open_sealed
from parindex.sign_in.register import Register

ACCOUNTS = "/sign-in/v1/accounts"
SSO = "https://sso.tinh.example"
LINK = {"issuer": SSO, "subject": SUBJECT}
OFFICE = LAN | {"rights": ["office@H09"]}


def program(door: Door) -> AsyncClient:
    """Return a program with the right of the office of H09."""
    http = door.browser()
    http.headers["Authorization"] = f"Bearer {door.issuer.mint('a00000lan', ['office@H09'], LIFETIME, door.now)}"
    return http


async def keep(door: Door, *rows: dict[str, Any]) -> None:
    """Write an accounts file, and record it."""
    door.write(*rows)
    await Register(door.log, door.issuer, door.accounts, lambda: door.now).keep()


@pytest.fixture
async def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, door: Door) -> AsyncIterator[AsyncClient]:
    configure(monkeypatch, tmp_path, SSO)
    await keep(door, OFFICE, MAI, AN, DUNG, DAO, CLIENT)
    async with program(door) as http:
        yield http


def links_of(door: Door, name: str) -> list[tuple[str, str]]:
    found = row_of(door, name)
    assert found is not None
    return [(each.issuer, each.subject) for each in found["account"].linked]


async def test_a_link_is_in_the_file_and_its_event_has_a_commitment_alone(door: Door, office: AsyncClient) -> None:
    before = await door.log.head()
    made = await office.post(f"{ACCOUNTS}/a00000an/links", json={"subject": SUBJECT})
    assert (made.status_code, made.json()["linked"]) == (200, [LINK])
    assert links_of(door, "an") == [(SSO, SUBJECT)]
    [linked] = await door.log.read_after(before)
    assert (linked.entry.type, linked.entry.actor, linked.entry.authority) == (
        "OutsideAccountLinked",
        "a00000lan",
        "installation",
    )
    assert SUBJECT not in str(linked.entry.data)
    opened = await open_sealed(door.log, [linked.fact.identity])
    assert opened[linked.fact.identity].text == f"{SSO} {SUBJECT}"

    again = await office.post(f"{ACCOUNTS}/a00000an/links", json={"subject": SUBJECT})
    assert (again.status_code, again.json()) == (200, made.json())
    await Register(door.log, door.issuer, door.accounts, lambda: door.now).keep()
    assert len(await door.log.read_after(before)) == 1

    ended = await office.post(f"{ACCOUNTS}/a00000an/ended-links", json=LINK)
    assert (ended.status_code, ended.json()["linked"], links_of(door, "an")) == (200, [], [])
    [_, unlinked] = await door.log.read_after(before)
    assert (unlinked.entry.type, unlinked.fact.identity) == ("OutsideAccountUnlinked", linked.fact.identity)
    assert (await office.post(f"{ACCOUNTS}/a00000an/ended-links", json=LINK)).status_code == 200
    assert len(await door.log.read_after(before)) == 2


async def test_a_link_that_the_operator_writes_into_the_file_is_recorded_once(door: Door, office: AsyncClient) -> None:
    before = await door.log.head()
    other = {"issuer": SSO, "subject": "another"}
    await keep(door, OFFICE, AN | {"linked": [LINK, other]})
    added = [one for one in await entries_after(door, before) if "Linked" in one[0]]
    assert added == [("OutsideAccountLinked", "operator", "installation")] * 2
    head = await door.log.head()
    await keep(door, OFFICE, AN | {"linked": [other, LINK]})
    assert await door.log.head() == head
    await keep(door, OFFICE, AN | {"linked": [other]})
    assert await entries_after(door, head) == [("OutsideAccountUnlinked", "operator", "installation")]


async def test_an_identity_of_another_account_is_refused_and_nothing_is_written(
    door: Door, office: AsyncClient
) -> None:
    await keep(door, OFFICE, MAI | {"linked": [LINK]}, AN)
    before = door.path.read_bytes(), await door.log.head()
    refused = await office.post(f"{ACCOUNTS}/a00000an/links", json={"subject": SUBJECT})
    assert (refused.status_code, refused.json()["code"]) == (409, "outside-account-taken")
    assert refused.json()["places"][0]["at"] == "/subject"
    assert "mai" not in refused.text
    assert (door.path.read_bytes(), await door.log.head()) == before


@pytest.mark.parametrize("subject", ["", "có dấu", "x" * 256, "hai\ndòng"])
async def test_a_text_that_is_no_subject_is_refused_with_its_place(
    door: Door, office: AsyncClient, subject: str
) -> None:
    before = door.path.read_bytes()
    refused = await office.post(f"{ACCOUNTS}/a00000an/links", json={"subject": subject})
    assert (refused.status_code, [one["at"] for one in refused.json()["places"]]) == (422, ["/subject"])
    assert door.path.read_bytes() == before


@pytest.mark.parametrize(
    ("account", "status", "code"),
    [
        ("a00000lan", 403, "own-account"),
        ("a0000mai", 404, "unknown-account"),
        ("a00000dao", 403, "account-of-others-too"),
        ("a0motcua", 409, "not-a-person"),
    ],
)
async def test_only_people_of_the_office_are_linked(
    door: Door, office: AsyncClient, account: str, status: int, code: str
) -> None:
    before = door.path.read_bytes()
    refused = await office.post(f"{ACCOUNTS}/{account}/links", json={"subject": SUBJECT})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert door.path.read_bytes() == before


async def test_an_account_has_a_bounded_number_of_links(door: Door, office: AsyncClient) -> None:
    await keep(door, OFFICE, AN | {"linked": [LINK | {"subject": f"s{number}"} for number in range(MOST_LINKS)]})
    refused = await office.post(f"{ACCOUNTS}/a00000an/links", json={"subject": SUBJECT})
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-links")
    assert (await office.post(f"{ACCOUNTS}/a00000an/links", json={"subject": "s0"})).status_code == 200


async def test_an_office_does_not_see_the_links_of_an_account_that_it_does_not_manage(
    door: Door, office: AsyncClient
) -> None:
    await keep(door, OFFICE, DAO | {"linked": [LINK]})
    async with door.browser() as http:
        await sign_in(http)
        assert SUBJECT not in (await http.get("/sign-in/accounts/a00000dao")).text
    listed = {each["account"]: each for each in (await office.get(ACCOUNTS)).json()["accounts"]}
    assert listed["a00000dao"]["linked"] == []


async def test_a_person_without_link_and_password_is_invited_again(door: Door, office: AsyncClient) -> None:
    await keep(door, OFFICE, AN | {"linked": [LINK], "password_hash": ""})
    ended = await office.post(f"{ACCOUNTS}/a00000an/ended-links", json=LINK)
    assert (ended.status_code, ended.json()["state"]) == (200, "expired")
    assert (await office.post(f"{ACCOUNTS}/a00000an/invitation")).status_code == 201


async def test_without_an_outside_issuer_nothing_is_linked_and_the_page_does_not_offer_it(door: Door) -> None:
    await keep(door, OFFICE, AN)
    async with program(door) as http:
        refused = await http.post(f"{ACCOUNTS}/a00000an/links", json={"subject": SUBJECT})
    assert (refused.status_code, refused.json()["code"]) == (409, "no-outside-issuer")
    async with door.browser() as http:
        await sign_in(http)
        assert "tài khoản bên ngoài" not in words(await http.get("/sign-in/accounts/a00000an"))


async def test_the_page_links_and_a_person_signs_in_until_the_link_is_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, door: Door
) -> None:
    async with hostile_issuer() as issuer:
        issuer.now = lambda: door.now
        configure(monkeypatch, tmp_path, issuer.url)
        await keep(door, OFFICE, AN, DUNG)
        page = "/sign-in/accounts/a00000an"
        async with door.browser() as lan, door.browser() as an:
            await sign_in(lan)
            assert "Chưa có liên kết." in words(await lan.get(page))
            assert (await go(an)).status_code == 403
            refused = await lan.post(f"{page}/links", data={"subject": "có dấu"})
            assert (refused.status_code, 'id="error-subject"' in refused.text) == (422, True)
            assert 'value="có dấu"' in refused.text
            done = await lan.post(f"{page}/links", data={"subject": f" {SUBJECT} "})
            assert (done.status_code, done.headers["Location"]) == (303, "../a00000an?done=linked")
            assert f"{SUBJECT} ở {issuer.url}" in words(await lan.get(page))
            taken = await lan.post("/sign-in/accounts/a0000dung/links", data={"subject": SUBJECT})
            assert (taken.status_code, "một tài khoản khác" in words(taken)) == (409, True)

            assert (await go(an)).headers["Location"] == "/units/H62.01"
            assert (await an.get("/sign-in/renew")).headers["Location"] == "/sign-in/desk"
            link = {"issuer": issuer.url, "subject": SUBJECT}
            assert (await lan.post(f"{page}/ended-links", data=link)).status_code == 303
            assert (await an.get("/sign-in/renew")).headers["Location"].startswith("/sign-in/?")
            assert (await go(an)).status_code == 403
