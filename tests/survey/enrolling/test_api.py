import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from tests.survey.conftest import Bench

from parindex.auth.devices import derived, new_code, new_secret

KIOSK = {"kiosk": "k1", "unit": "H09.05", "question": "hai-long"}
TABLES = """
SELECT format('%I.%I', table_schema, table_name) AS t FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
"""
PRESS = [{"seq": 1, "stars": 5, "pressed_at": "2026-07-01T12:00:00Z"}]


async def enrol(survey: Bench, code: str, kiosk: str = "k1", key: str = "") -> httpx.Response:
    return await survey.client().post(f"/v1/kiosks/{kiosk}/enrolment", json={"code": code}, headers=keyed(key))


async def registered(survey: Bench, key: str = "") -> str:
    return str((await survey.office.post("/v1/kiosks", json=KIOSK, headers=keyed(key))).json()["code"])


async def another_code(survey: Bench, key: str = "") -> httpx.Response:
    return await survey.office.post("/v1/kiosks/k1/enrolment-codes", headers=keyed(key))


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key} if key else {}


async def test_a_code_works_once(survey: Bench) -> None:
    code = await registered(survey)
    first, second = await enrol(survey, code), await enrol(survey, code)
    assert first.status_code == 201
    assert first.json()["token"].startswith("kiosk_")
    assert (second.status_code, second.json()["code"]) == (403, "enrolment-code-invalid")


async def test_of_two_devices_with_one_code_at_once_one_is_enrolled(survey: Bench) -> None:
    code = await registered(survey)
    answers = await asyncio.gather(*(enrol(survey, code) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403, 403, 403]
    assert len(await survey.facts("KioskEnrolled")) == 1


async def test_a_code_is_read_as_people_type_it(survey: Bench) -> None:
    code = (await registered(survey)).lower().replace("-", " ")
    assert (await enrol(survey, code)).status_code == 201


async def test_a_code_of_another_kiosk_or_an_old_one_is_no_use(survey: Bench) -> None:
    code = await registered(survey)
    await survey.office.post("/v1/kiosks", json=KIOSK | {"kiosk": "k2"})
    assert (await enrol(survey, code, "k2")).status_code == 403
    assert (await enrol(survey, code, "k9")).status_code == 403
    survey.clock.at += timedelta(hours=1)
    assert (await enrol(survey, code)).status_code == 403


@pytest.mark.parametrize("key", ["", "key-1"])
async def test_neither_code_nor_token_is_kept_anywhere(survey: Bench, key: str) -> None:
    code = await registered(survey, key)
    token = (await enrol(survey, code, key=key)).json()["token"]
    for table in [row["t"] for row in await survey.log.pool.fetch(TABLES)]:
        stored = await survey.log.pool.fetchval(f"SELECT string_agg(t::text, '') FROM {table} AS t") or ""  # noqa: S608
        for secret in (code, token):
            assert secret not in stored, table
            assert secret.encode().hex() not in stored, table


async def test_a_new_device_takes_over_and_the_numbers_go_on(survey: Bench) -> None:
    old = await survey.kiosk()
    await old.post("/v1/kiosks/k1/ratings", json=PRESS)
    code = (await survey.office.post("/v1/kiosks/k1/enrolment-codes")).json()["code"]
    new = survey.client((await enrol(survey, code)).json()["token"])
    answer = await new.post("/v1/kiosks/k1/ratings", json=[PRESS[0] | {"seq": 2}])
    assert answer.json()["last_seq"] == 2
    assert (await survey.log.pool.fetchval("SELECT count(*) FROM kiosk_secrets")) == 1


async def test_a_registration_sent_twice_is_one_and_gives_the_same_code(survey: Bench) -> None:
    first = (await survey.office.post("/v1/kiosks", json=KIOSK, headers=keyed("register-1"))).json()
    survey.clock.at += timedelta(minutes=59)
    second = (await survey.office.post("/v1/kiosks", json=KIOSK, headers=keyed("register-1"))).json()
    assert second == first | {"repeated": True}
    assert len(await survey.facts("KioskRegistered")) == 1
    assert (await enrol(survey, first["code"])).status_code == 201


async def test_a_code_asked_for_twice_with_one_key_is_one_code(survey: Bench) -> None:
    await registered(survey, "one")
    first, second = await another_code(survey, "two"), await another_code(survey, "two")
    other = await another_code(survey, "three")
    assert second.json() == first.json() | {"repeated": True}
    assert other.json()["code"] != first.json()["code"]
    assert len(await survey.facts("EnrolmentCodeIssued")) == 2
    assert (await enrol(survey, second.json()["code"])).status_code == 201


async def test_an_enrolment_sent_twice_with_one_key_gives_the_same_token(survey: Bench) -> None:
    code = await registered(survey)
    first, second = await enrol(survey, code, key="e-1"), await enrol(survey, code, key="e-1")
    assert second.json() == first.json() | {"repeated": True}
    assert len(await survey.facts("KioskEnrolled")) == 1
    pressed = await survey.client(second.json()["token"]).post("/v1/kiosks/k1/ratings", json=PRESS)
    assert pressed.status_code == 201


async def test_one_enrolment_sent_many_times_at_once_gives_one_token(survey: Bench) -> None:
    code = await registered(survey)
    answers = await asyncio.gather(*(enrol(survey, code, key="e-1") for _ in range(6)))
    assert len({answer.json()["token"] for answer in answers}) == 1
    assert len(await survey.facts("KioskEnrolled")) == 1


async def test_the_key_of_one_enrolment_is_no_use_to_another(survey: Bench) -> None:
    code = await registered(survey)
    await enrol(survey, code, key="e-1")
    assert (await enrol(survey, code, key="e-2")).status_code == 403
    assert (await enrol(survey, code)).status_code == 403


async def test_a_token_is_given_again_until_the_code_expires_or_another_device_takes_over(survey: Bench) -> None:
    code = await registered(survey)
    await enrol(survey, code, key="e-1")
    await enrol(survey, (await another_code(survey)).json()["code"], key="e-2")
    assert (await enrol(survey, code, key="e-1")).status_code == 403
    late = (await another_code(survey)).json()["code"]
    await enrol(survey, late, key="e-3")
    survey.clock.at += timedelta(hours=1)
    assert (await enrol(survey, late, key="e-3")).json()["code"] == "enrolment-code-invalid"


async def test_a_code_that_was_used_or_is_too_old_is_not_given_again(survey: Bench) -> None:
    await enrol(survey, await registered(survey, "used"))
    used = await survey.office.post("/v1/kiosks", json=KIOSK, headers=keyed("used"))
    await another_code(survey, "old")
    survey.clock.at += timedelta(hours=1)
    old = await another_code(survey, "old")
    codes = [(each.status_code, each.json()["code"]) for each in (used, old)]
    assert codes == [(409, "enrolment-code-spent")] * 2


async def stored_bytes(survey: Bench) -> list[bytes]:
    """Every text and every byte string of the whole database, inside JSON too."""
    pool = survey.log.pool
    tables = await pool.fetch(TABLES)
    values = {value for row in tables for each in await pool.fetch(f"SELECT * FROM {row['t']}") for value in each}  # noqa: S608
    raw = [value.encode() if isinstance(value, str) else value for value in values if isinstance(value, str | bytes)]
    return [*raw, *{word for value in raw for word in re.findall(rb'"([^"]*)"', value)}]


@pytest.mark.parametrize("use", [False, True])
async def test_neither_code_nor_token_can_be_derived_from_what_is_kept(survey: Bench, use: bool) -> None:
    code = await registered(survey, "k-1")
    token = (await enrol(survey, code, key="k-2")).json()["token"] if use else ""
    everything = await stored_bytes(survey)
    assert b"by so-noi-vu k-1" in everything  # the key is there: who reads the database has it
    words = [[], ["k1"], ["so-noi-vu"], ["k-1"], ["by so-noi-vu k-1"], ["k-2"]]
    for salt in [b"", *everything]:
        for more in words:
            made = [derived(salt, *more), derived(salt, "code", *more), derived(salt, "secret", *more, code)]
            assert {code, token}.isdisjoint(make(each) for each in made for make in (new_code, new_secret))


async def test_a_process_that_has_the_whole_database_and_the_key_cannot_make_a_code_or_token(
    two_processes: tuple[Bench, Bench],
) -> None:
    survey, other = two_processes
    code = await registered(survey, "k-1")
    again = await other.office.post("/v1/kiosks", json=KIOSK, headers=keyed("k-1"))
    assert (again.status_code, again.json()["code"]) == (409, "enrolment-code-spent")
    token = (await enrol(survey, code, key="k-2")).json()["token"]
    retried = await enrol(other, code, key="k-2")
    assert (retried.status_code, retried.json()["code"]) == (403, "enrolment-code-invalid")
    pressed = await other.client(token).post("/v1/kiosks/k1/ratings", json=PRESS)
    assert pressed.status_code == 201
    another = (await another_code(other, "k-3")).json()["code"]  # what the refusal says to do works
    assert (await enrol(other, another)).status_code == 201


async def test_one_enrolment_at_two_processes_at_once_gives_no_token_that_does_not_work(
    two_processes: tuple[Bench, Bench],
) -> None:
    code = await registered(two_processes[0])
    answers = await asyncio.gather(*(enrol(each, code, key="e-1") for each in two_processes * 3))
    tokens = {answer.json()["token"] for answer in answers if answer.status_code == 201}
    assert len(tokens) == 1
    assert {answer.status_code for answer in answers} == {201, 403}
    pressed = await two_processes[0].client(tokens.pop()).post("/v1/kiosks/k1/ratings", json=PRESS)
    assert pressed.status_code == 201


@pytest.mark.parametrize("kiosk", ["h62-mot-cua", "h62-05-cua", "a01-h09-cua"])
async def test_a_kiosk_has_no_id_of_another_authority(survey: Bench, kiosk: str) -> None:
    answer = await survey.office.post("/v1/kiosks", json=KIOSK | {"kiosk": kiosk})
    assert (answer.status_code, answer.json()["code"]) == (409, "id-of-another-authority")
    assert await survey.facts("KioskRegistered") == []


@pytest.mark.parametrize("kiosk", ["h09-mot-cua", "h0a-mot-cua", "mot-cua"])
async def test_an_id_of_its_own_or_of_no_authority_is_free(survey: Bench, kiosk: str) -> None:
    assert (await survey.office.post("/v1/kiosks", json=KIOSK | {"kiosk": kiosk})).status_code == 201


async def test_an_id_that_another_authority_took_is_refused_as_its_own(survey: Bench) -> None:
    await registered(survey)
    other = survey.signed_in("x", "office@H62")
    answer = await other.post("/v1/kiosks", json=KIOSK | {"unit": "H62.05"})
    assert (answer.status_code, answer.json()["code"]) == (409, "id-of-another-authority")
    assert "H09 dùng trước" in answer.json()["detail"]
    proposed = {"kiosk": f"h62-{KIOSK['kiosk']}", "unit": "H62.05"}
    assert f"“{proposed['kiosk']}”" in answer.json()["detail"]
    assert (await other.post("/v1/kiosks", json=KIOSK | proposed)).status_code == 201


async def test_a_kiosk_is_registered_once_by_its_own_office(survey: Bench) -> None:
    await registered(survey)
    again = await survey.office.post("/v1/kiosks", json=KIOSK)
    stranger = await survey.signed_in("x", "office@H10").post("/v1/kiosks", json=KIOSK | {"kiosk": "k2"})
    strange = await survey.office.post("/v1/kiosks", json=KIOSK | {"kiosk": "k2", "unit": "H09..5"})
    assert (again.status_code, again.json()["code"]) == (409, "kiosk-taken")
    assert (stranger.status_code, strange.status_code) == (403, 422)


async def test_a_revoked_kiosk_never_comes_back(survey: Bench) -> None:
    code = await registered(survey)
    await survey.office.post("/v1/kiosks/k1/revocation")
    assert (await enrol(survey, code)).status_code == 403
    answer = await survey.office.post("/v1/kiosks/k1/enrolment-codes")
    assert (answer.status_code, answer.json()["code"]) == (409, "kiosk-retired")
    assert (await survey.signed_in("x", "office@H10").post("/v1/kiosks/k1/revocation")).status_code == 403


async def test_an_enrolment_names_the_code_and_so_who_issued_it(survey: Bench) -> None:
    await enrol(survey, await registered(survey))
    code = (await survey.office.post("/v1/kiosks/k1/enrolment-codes")).json()["code"]
    await enrol(survey, code)
    log = await survey.log.read_after(0)
    issued = {each.fact.code: each.entry.actor for each in log if each.entry.type != "KioskEnrolled"}
    used = [each.fact.code for each in log if each.entry.type == "KioskEnrolled"]
    assert [issued[one] for one in used] == ["so-noi-vu"] * 2
    assert len(set(used)) == 2
