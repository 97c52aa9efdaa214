"""The second factor: set up with a QR code, asked at sign-in, each code once, off again, and required by role."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pyotp
import pytest
from httpx import AsyncClient
from structlog.testing import capture_logs
from tests.shared.sign_in.signing_in import BINH, LAN, PASSWORD, Door
from tests.shared.sign_in.test_pages import cookies_of, sign_in, types_in, words
from tests.shared.sign_in.test_people import post, ready

from parindex.auth.accounts import Accounts
from parindex.auth.second_factor import step_of
from parindex.testing.passwords import QUICK

AFTER = timedelta(seconds=30)


def code_at(door: Door, key: str, later: timedelta = timedelta()) -> str:
    return pyotp.TOTP(key).at(door.now + later)


async def turned_on(door: Door, http: AsyncClient) -> tuple[str, list[str]]:
    """Turn the second factor of the signed-in person on; return its key and the recovery codes."""
    [key] = re.findall(r'name="key" value="([A-Z2-7]{32})"', (await http.get("/sign-in/second-factor")).text)
    answer = await post(http, "second-factor", present=PASSWORD, key=key, code=code_at(door, key))
    assert answer.status_code == 200, words(answer)
    return key, re.findall(r"<code>([0-9A-Z-]{19})</code>", answer.text)


@pytest.fixture
async def http(door: Door) -> AsyncIterator[AsyncClient]:
    async with door.browser() as http:
        yield http


async def second(http: AsyncClient, code: str, next_path: str = "") -> httpx.Response:
    return await post(http, "code", code=code, next=next_path)


async def test_a_person_turns_it_on_and_sign_in_asks_for_the_code(door: Door, http: AsyncClient) -> None:
    await sign_in(http)
    shown = await http.get("/sign-in/second-factor")
    assert "<svg" in shown.text
    assert "style=" not in shown.text
    key, codes = await turned_on(door, http)
    assert len(set(codes)) == 8
    assert (await http.get("/sign-in/renew?next=/x")).headers["Location"] == "/x"  # this browser goes on
    await http.post("/sign-in/sign-out")
    door.now += AFTER
    first = await sign_in(http, next_path="/units/H62.01")
    assert (first.status_code, first.headers["Location"]) == (303, "/sign-in/code?next=%2Funits%2FH62.01")
    assert set(cookies_of(first)) == {"parindex-step"}
    assert (await http.get("/sign-in/desk")).status_code == 303  # the password alone opens nothing
    assert 'name="next" value="/units/H62.01"' in (await http.get(first.headers["Location"])).text
    done = await second(http, code_at(door, key), "/units/H62.01")
    assert (done.status_code, done.headers["Location"]) == (303, "/units/H62.01")
    assert (await http.get("/sign-in/desk")).status_code == 200
    assert (await types_in(door))[-1] == "SecondFactorAdded"


async def test_a_browser_that_is_signed_in_binds_no_device_without_the_password(door: Door, http: AsyncClient) -> None:
    await sign_in(http)
    [key] = re.findall(r'name="key" value="([A-Z2-7]{32})"', (await http.get("/sign-in/second-factor")).text)
    for present in ("", "sai"):
        refused = await post(http, "second-factor", present=present, key=key, code=code_at(door, key))
        assert (refused.status_code, 'id="error-present"' in refused.text) == (400, True)
        assert f'value="{key}"' in refused.text  # the device that was set up meanwhile fits still
    assert "SecondFactorAdded" not in await types_in(door)
    assert (await sign_in(http)).headers["Location"] == "/sign-in/desk"


async def test_a_code_is_used_once_also_by_two_requests_and_after_a_restart(door: Door, http: AsyncClient) -> None:
    await sign_in(http)
    key, _ = await turned_on(door, http)
    await sign_in(http)
    assert (await second(http, code_at(door, key))).status_code == 400  # it has turned the second factor on
    door.now += AFTER
    code = code_at(door, key)
    answers = await asyncio.gather(*(second(http, code) for _ in range(2)))
    assert sorted(each.status_code for each in answers) == [303, 400]
    restarted = replace(door, accounts=Accounts.from_file(door.path, QUICK))
    async with restarted.browser() as later:
        await sign_in(later)
        used = await second(later, code)
        assert (used.status_code, cookies_of(used)) == (400, {})
        assert "Mã không đúng, đã hết hạn hoặc đã dùng." in used.text
        restarted.now += AFTER
        assert (await second(later, code_at(restarted, key))).status_code == 303


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_device_may_be_one_step_off(steps: int, *, taken: bool) -> None:
    key, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", Door.now
    code = pyotp.TOTP(key).at(now + steps * AFTER)
    assert bool(step_of(key, code, now)) is taken
    assert step_of(key, code, now, str(int(now.timestamp()) // 30 + steps)) == ""
    assert step_of(key, f"{code[:3]} {code[3:]}", now) == step_of(key, code, now)


async def test_a_recovery_code_signs_in_once(door: Door, http: AsyncClient) -> None:
    await sign_in(http)
    _, codes = await turned_on(door, http)
    assert not any(code in door.path.read_text("utf-8") for code in codes)
    for expected in (303, 400):
        await sign_in(http)
        assert (await second(http, codes[3].lower().replace("-", " "))).status_code == expected
    assert "Còn 7 mã dự phòng" in words(await http.get("/sign-in/second-factor"))


async def test_wrong_codes_are_limited_and_a_right_password_does_not_clear_them(door: Door, http: AsyncClient) -> None:
    await sign_in(http)
    key, _ = await turned_on(door, http)
    door.now += AFTER
    for _ in range(5):
        await sign_in(http)
        assert (await second(http, "000000")).status_code == 400
    await sign_in(http)
    limited = await second(http, code_at(door, key))
    assert (limited.status_code, int(limited.headers["Retry-After"]) > 0) == (429, True)


async def test_off_again_with_password_and_code(door: Door, http: AsyncClient) -> None:
    await sign_in(http)
    key, _ = await turned_on(door, http)
    door.now += AFTER
    wrong = await post(http, "second-factor-off", present="sai", code=code_at(door, key))
    assert wrong.status_code == 400
    assert (await post(http, "second-factor-off", present=PASSWORD, code="000000")).status_code == 400
    off = await post(http, "second-factor-off", present=PASSWORD, code=code_at(door, key))
    assert off.headers["Location"] == "/sign-in/account?changed=second-factor"
    assert "Đã tắt đăng nhập hai lớp." in words(await http.get(off.headers["Location"]))
    assert (await sign_in(http)).headers["Location"] == "/sign-in/desk"
    assert (await types_in(door))[-1] == "SecondFactorRemoved"


async def test_the_office_resets_it_for_a_person_and_the_log_says_who_did(door: Door, http: AsyncClient) -> None:
    ready(door)
    await sign_in(http, "an")
    await turned_on(door, http)
    async with door.browser() as office:
        await sign_in(office)
        assert "Đang bật" in words(await office.get("/sign-in/accounts/a00000an"))
        await office.post("/sign-in/accounts/a00000an/second-factor-end", data={"reason": "Mất máy."})
    assert (await sign_in(http, "an")).headers["Location"] == "/sign-in/desk"
    entry = (await door.log.read_after(0))[-1].entry
    assert (entry.type, entry.actor) == ("SecondFactorRemoved", "a00000lan")


async def test_an_invitation_does_not_pass_by_the_second_factor(door: Door, http: AsyncClient) -> None:
    ready(door)
    await sign_in(http, "an")
    await turned_on(door, http)
    async with door.browser() as office, door.browser() as link:
        await sign_in(office)
        made = await post(office, "accounts/a00000an/invitation", key="mot-khoa-bieu-mau")
        [code] = re.findall(r"code=([\w-]+)", made.text)
        used = await post(link, "invitation", code=code, new="mật khẩu mới tinh", again="mật khẩu mới tinh")
        assert used.headers["Location"].startswith("/sign-in/code?")
        assert set(cookies_of(used)) == {"parindex-step"}


async def test_the_password_grant_is_refused_for_a_person_with_a_second_factor(door: Door, http: AsyncClient) -> None:
    grant = {"grant_type": "password", "username": LAN["name"], "password": PASSWORD}
    assert (await http.post("/sign-in/token", data=grant)).status_code == 200
    await sign_in(http)
    await turned_on(door, http)
    refused = await http.post("/sign-in/token", data=grant)
    assert (refused.status_code, refused.json()["code"], refused.json()["error"]) == (
        400,
        "second-factor-needed",
        "invalid_grant",
    )
    wrong = await http.post("/sign-in/token", data=grant | {"password": "sai"})
    assert wrong.json()["code"] == "wrong-credentials"


async def test_a_role_that_needs_it_is_led_to_set_it_up_before_anything_else(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with door.browser() as before:
        await sign_in(before)
        monkeypatch.setenv("PARINDEX_SECOND_FACTOR_ROLES", '["office", "publisher"]')
        async with door.browser() as http:
            first = await sign_in(http, next_path="/x")
            assert first.headers["Location"] == "/sign-in/set-up?next=%2Fx"
            assert (await http.get("/sign-in/desk")).status_code == 303
            page = await http.get(first.headers["Location"])
            [key] = re.findall(r'name="key" value="([A-Z2-7]{32})"', page.text)
            form = {"key": key, "code": code_at(door, key), "next": "/x"}
            wrong = await post(http, "set-up", **form | {"code": "000000"})
            assert (wrong.status_code, key in wrong.text, cookies_of(wrong)) == (400, True, {})
            step = {"Cookie": f"parindex-step={http.cookies['parindex-step']}"}
            done = await post(http, "set-up", **form)
            again = await http.post("/sign-in/set-up", data=form, headers=step)  # a double click
            assert words(again) == words(done)
            assert 'href="/x"' in done.text
            assert (await http.get("/sign-in/desk")).status_code == 200
            renewal = before.cookies["parindex-session"]
            old = await http.get("/sign-in/renew", headers={"Cookie": f"parindex-session={renewal}"})
            assert old.headers["Location"].startswith("/sign-in/?")
            assert (await sign_in(http, "binh")).headers["Location"] == "/sign-in/desk"  # no such role
            grant = {"grant_type": "password", "username": LAN["name"], "password": PASSWORD}
            assert (await http.post("/sign-in/token", data=grant)).json()["code"] == "second-factor-needed"
    assert (await types_in(door)).count("SecondFactorAdded") == 1


async def test_where_the_file_cannot_be_written_a_needed_second_factor_is_said_to_be_missing(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARINDEX_SECOND_FACTOR_ROLES", '["office"]')
    fixed = replace(door, accounts=Accounts.from_file(door.path, QUICK, fixed=True))
    async with fixed.browser() as http:
        refused = await sign_in(http)
        assert (refused.status_code, cookies_of(refused)) == (403, {})
        assert "cần đăng nhập hai lớp" in refused.text
        await sign_in(http, "binh")
        assert "không bật hay tắt đăng nhập hai lớp ở đây được" in (await http.get("/sign-in/second-factor")).text


async def test_a_fixed_file_with_a_key_remembers_the_codes_that_were_used(door: Door) -> None:
    key = pyotp.random_base32()
    door.write(LAN | {"totp": key}, BINH)
    fixed = replace(door, accounts=Accounts.from_file(door.path, QUICK, fixed=True))
    async with fixed.browser() as http:
        for expected in (303, 400):
            await sign_in(http)
            assert (await second(http, code_at(door, key))).status_code == expected


async def test_the_token_between_the_steps_opens_nothing_else_and_ends(door: Door, http: AsyncClient) -> None:
    await sign_in(http)
    key, _ = await turned_on(door, http)
    http.cookies.clear()
    step = cookies_of(await sign_in(http))["parindex-step"].value
    for name in ("parindex", "parindex-session"):
        answer = await http.get("/sign-in/renew?next=/x", headers={"Cookie": f"{name}={step}"})
        assert answer.headers["Location"] == "/sign-in/?next=%2Fx"
    bearer = {"Authorization": f"Bearer {step}"}
    assert (await http.get("/sign-in/v1/accounts/a00000lan", headers=bearer)).status_code == 401
    http.cookies.clear()
    assert (await second(http, code_at(door, key))).headers["Location"] == "/sign-in/"
    door.now += timedelta(minutes=6)
    late = await http.post(
        "/sign-in/code", data={"code": code_at(door, key)}, headers={"Cookie": f"parindex-step={step}"}
    )
    assert late.headers["Location"] == "/sign-in/"


async def test_no_log_line_and_no_event_has_a_key_or_a_code(door: Door, http: AsyncClient) -> None:
    with capture_logs() as logs:
        await sign_in(http)
        key, codes = await turned_on(door, http)
        door.now += AFTER
        await sign_in(http)
        await second(http, codes[0] + "x")
        await second(http, code_at(door, key))
    raw = b"".join(row["entry"] for row in await door.log.pool.fetch("SELECT entry FROM events")).decode()
    for secret in (key, *codes, code_at(door, key)):
        assert secret not in repr(logs)
        assert secret not in raw
    assert key not in repr(door.accounts.all)


async def test_another_site_turns_nothing_on_or_off(door: Door, http: AsyncClient) -> None:
    await sign_in(http)
    key, _ = await turned_on(door, http)
    door.now += AFTER
    for path in ("second-factor", "second-factor-off", "code", "set-up"):
        form = {"present": PASSWORD, "code": code_at(door, key), "key": key}
        answer = await http.post(f"/sign-in/{path}", data=form, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert "Đang bật" in words(await http.get("/sign-in/account"))
