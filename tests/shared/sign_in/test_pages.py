"""People sign in at a browser, over HTTP: the form, renewal with the present rights, sign-out here and everywhere."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from httpx import AsyncClient
from structlog.testing import capture_logs
from tests.shared.sign_in.signing_in import (
    BINH,
    HTTPS,
    KEY,
    LAN,
    NEW,
    PASSWORD,
    Door,
)

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.principal import Role
from parindex.auth.renewals import RENEWAL_LIFE, Renewal
from parindex.auth.tokens import Tokens
from parindex.sign_in.wording import ROLES
from parindex.testing.passwords import QUICK


async def sign_in(
    http: AsyncClient, name: str = LAN["name"], password: str = PASSWORD, next_path: str = ""
) -> httpx.Response:
    return await http.post("/sign-in/", data={"name": name, "password": password, "next": next_path})


def cookies_of(answer: httpx.Response) -> dict[str, Morsel[str]]:
    return {
        name: morsel
        for header in answer.headers.get_list("set-cookie")
        for name, morsel in SimpleCookie(header).items()
    }


def words(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


async def test_a_person_signs_in_and_is_led_to_the_page_that_they_wanted(door: Door) -> None:
    async with door.browser() as http:
        form = await http.get("/sign-in/", params={"next": "/units/H62.01?year=2026"})
        assert 'name="next" value="/units/H62.01?year=2026"' in form.text
        answer = await sign_in(http, next_path="/units/H62.01?year=2026")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/units/H62.01?year=2026")
        assert (await sign_in(http)).headers["Location"] == "/sign-in/desk"
        desk = words(await http.get("/sign-in/desk"))
    assert "nguyễn.thị.lan" in desk
    assert "Cơ quan chủ trì tại H09" in desk
    assert "Đơn vị được đánh giá tại H62.01" in desk
    assert "Phiếu tự chấm của đơn vị" in desk
    assert "Không có việc đang chờ." not in desk


async def test_a_program_of_an_api_gets_nothing_for_the_cookie_and_the_token_in_it_is_an_access_token(
    door: Door,
) -> None:
    async with door.browser() as http:
        answer = await sign_in(http)
        token = cookies_of(answer)["parindex"].value
        assert (await http.get("/sign-in/v1/accounts/a00000lan")).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert (await http.get("/sign-in/v1/accounts/a00000lan", headers=headers)).json()["account"] == "a00000lan"
    principal = await Tokens(door.issuer.keys(), lambda: door.now).principal(token)
    assert (principal.subject, [str(right) for right in principal.rights]) == ("a00000lan", LAN["rights"])


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
async def test_no_script_and_no_other_site_gets_the_cookies(*, secure: bool, door: Door, plain_door: Door) -> None:
    async with (plain_door if secure else door).browser() as http:
        found = cookies_of(await sign_in(http))
        out = cookies_of(await http.post("/sign-in/sign-out"))
    access, renewal = found["__Host-parindex" if secure else "parindex"], found["parindex-session"]
    assert len(found) == 2
    for each in (access, renewal):
        assert (each["httponly"], each["samesite"].lower(), each["domain"]) == (True, "lax", "")
        assert bool(each["secure"]) is secure
    assert (access["path"], access["max-age"]) == ("/", "900")
    assert (renewal["path"], renewal["max-age"], renewal["expires"]) == ("/sign-in", "", "")
    assert {name: (each.value, each["path"], each["max-age"]) for name, each in out.items()} == {
        access.key: ("", "/", "0"),
        renewal.key: ("", "/sign-in", "0"),
    }


@pytest.mark.parametrize(
    ("name", "password"),
    [(LAN["name"], "sai"), ("không.ai", PASSWORD), ("vnpt", PASSWORD), (LAN["name"], PASSWORD.upper())],
)
async def test_a_wrong_name_looks_like_a_wrong_password(name: str, password: str, door: Door) -> None:
    async with door.browser() as http:
        answer = await sign_in(http, name, password, "/units/H62.01")
    assert answer.status_code == 400
    assert "Tên hoặc mật khẩu không đúng." in answer.text
    assert cookies_of(answer) == {}
    assert f'value="{name}"' in answer.text  # the typed name stays, and the password does not
    assert password not in answer.text.replace(name, "")
    assert 'name="next" value="/units/H62.01"' in answer.text


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("", "x", "Hãy nhập tên đăng nhập."),
        (" ", "x", "Hãy nhập tên đăng nhập."),
        ("x", "", "Hãy nhập mật khẩu."),
        ("x" * 201, "x", "nhiều nhất 200 ký tự"),
        ("x", "x" * 1025, "nhiều nhất 1024 ký tự"),
    ],
)
async def test_a_form_without_a_name_or_a_password_says_so_at_the_field(
    name: str, password: str, said: str, door: Door
) -> None:
    async with door.browser() as http:
        answer = await sign_in(http, name, password)
    assert answer.status_code == 422
    assert said in answer.text


async def test_the_form_has_the_limits_of_the_token_endpoint_together_with_it(door: Door) -> None:
    wrong = {"grant_type": "password", "username": LAN["name"], "password": "sai"}
    async with door.browser() as http:
        for _ in range(3):
            assert (await http.post("/sign-in/token", data=wrong)).status_code == 400
        for _ in range(2):
            assert (await sign_in(http, password="sai")).status_code == 400
        answer = await sign_in(http)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) == 60
        assert "Thử sai quá nhiều lần. Hãy chờ 60 giây rồi thử lại." in answer.text
        assert (await http.post("/sign-in/token", data=wrong | {"password": PASSWORD})).status_code == 429
        door.now += timedelta(seconds=61)
        assert (await sign_in(http)).status_code == 303


@pytest.mark.parametrize("target", ["//evil.vn", "/\\evil.vn", "https://evil.vn/", "javascript:alert(1)", "/\tx"])
async def test_sign_in_leads_to_no_other_site(target: str, door: Door) -> None:
    async with door.browser() as http:
        shown = await http.get("/sign-in/", params={"next": target})
        assert 'name="next" value="/sign-in/desk"' in shown.text
        assert (await sign_in(http, next_path=target)).headers["Location"] == "/sign-in/desk"
        renewed = await http.get("/sign-in/renew", params={"next": target})
        assert renewed.headers["Location"] == "/sign-in/desk"
        assert f'href="{target}"' not in (await http.get("/sign-in/", params={"next": target})).text


async def test_a_page_of_another_site_can_sign_nobody_in_or_out(door: Door) -> None:
    async with door.browser() as http:
        await sign_in(http)
        for path in ("/sign-in/", "/sign-in/sign-out", "/sign-in/sign-out-everywhere", "/sign-in/password"):
            data = {"name": "binh", "password": PASSWORD}
            answer = await http.post(path, data=data, headers={"Sec-Fetch-Site": "cross-site"})
            assert (answer.status_code, cookies_of(answer)) == (403, {})
            assert "Yêu cầu không được gửi từ chính trang này" in answer.text
        assert (await http.get("/sign-in/desk")).status_code == 200
    assert "SessionsEnded" not in await types_in(door)


async def test_who_is_signed_in_is_asked_whether_to_go_on(door: Door) -> None:
    async with door.browser() as http:
        await sign_in(http)
        shown = await http.get("/sign-in/", params={"next": "/units/H62.01"})
    assert "Bạn đang đăng nhập" in shown.text
    assert 'href="/units/H62.01"' in shown.text
    assert "password" not in shown.text


async def test_a_renewal_has_the_present_rights(door: Door) -> None:
    async with door.browser() as http:
        await sign_in(http)
        door.write(LAN | {"rights": ["council@H09"]})
        answer = await http.get("/sign-in/renew", params={"next": "/units/H62.01?year=2026"})
        token = cookies_of(answer)["parindex"].value
        assert (answer.status_code, answer.headers["Location"]) == (303, "/units/H62.01?year=2026")
        desk = words(await http.get("/sign-in/desk"))
    principal = await Tokens(door.issuer.keys(), lambda: door.now).principal(token)
    assert [str(right) for right in principal.rights] == ["council@H09"]
    assert "Hội đồng thẩm định tại H09" in desk
    assert "Cơ quan chủ trì" not in desk


async def test_the_desk_leads_through_renewal_when_the_access_token_is_over(door: Door) -> None:
    async with door.browser() as http:
        await sign_in(http)
        http.cookies.delete("parindex")  # as a browser does after fifteen minutes
        door.now += timedelta(minutes=16)
        answer = await http.get("/sign-in/desk", follow_redirects=True)
        assert (answer.status_code, [step.headers["Location"] for step in answer.history]) == (
            200,
            ["/sign-in/renew?next=/sign-in/desk", "/sign-in/desk"],
        )
        door.now += RENEWAL_LIFE
        over = await http.get("/sign-in/desk", follow_redirects=True)
    assert "Mật khẩu" in over.text
    assert 'name="next" value="/sign-in/desk"' in over.text


async def test_a_form_whose_session_is_renewed_on_the_way_is_sent_again_as_it_was(door: Door) -> None:
    async with door.browser() as http:
        await sign_in(http)
        http.cookies.delete("parindex")
        door.now += timedelta(minutes=16)
        form = {"present": PASSWORD, "new": NEW, "again": "khác"}
        answer = await http.post("/sign-in/password", data=form, follow_redirects=True)
        assert [step.status_code for step in answer.history] == [307, 307]
        assert (answer.status_code, "Hai lần nhập mật khẩu mới không giống nhau." in answer.text) == (422, True)
        away = await http.post("/sign-in/renew?next=//evil.example/", data=form)
        assert (away.status_code, away.headers["Location"]) == (307, "/sign-in/desk")
        door.now += RENEWAL_LIFE
        over = await http.post("/sign-in/renew?next=/units/H62.01", data=form)
    assert (over.status_code, over.headers.get("Location")) == (401, None)
    assert "Đăng nhập ở thẻ mới" in over.text
    assert "Location" not in over.headers


async def test_a_form_of_another_site_is_not_passed_on(door: Door) -> None:
    async with door.browser() as http:
        await sign_in(http)
        for forged in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}):
            answer = await http.post("/sign-in/renew?next=/units/H62.01", data={"a": "b"}, headers=forged)
            assert (answer.status_code, "Location" in answer.headers) == (403, False), forged


def wrong_renewals(door: Door) -> dict[str, str]:
    issuer, now, lan = door.issuer, door.now, Renewal("a00000lan", 0, door.issuer.mark_of(door.accounts.all[0]))
    return {
        "nonsense": "abc",
        "an access token": issuer.mint("a00000lan", [], timedelta(hours=1), now),
        "of another issuer": LocalIssuer(KEY, f"{HTTPS}/sign-in").mint_renewal(lan, now),
        "of another key": LocalIssuer(new_key(), issuer.url).mint_renewal(lan, now),
        "expired": issuer.mint_renewal(lan, now - RENEWAL_LIFE - timedelta(minutes=1)),
        "from tomorrow": issuer.mint_renewal(lan, now + timedelta(days=1)),
        "of no account": issuer.mint_renewal(replace(lan, account="a0000none"), now),
        "of another password": issuer.mint_renewal(replace(lan, mark="0" * 20), now),
        "of more ends than there were": issuer.mint_renewal(replace(lan, ended=1), now),
        "altered": issuer.mint_renewal(lan, now)[:-4] + "AAAA",
        "very long": "x" * 20_000,
    }


async def test_no_other_token_renews_a_session(door: Door) -> None:
    good = door.issuer.mint_renewal(Renewal("a00000lan", 0, door.issuer.mark_of(door.accounts.all[0])), door.now)
    async with door.browser() as http:
        kept = await http.get("/sign-in/renew", headers={"Cookie": f"parindex-session={good}"})
        assert "parindex" in cookies_of(kept)
        for kind, token in wrong_renewals(door).items():
            answer = await http.get("/sign-in/renew?next=/x", headers={"Cookie": f"parindex-session={token}"})
            assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/?next=%2Fx"), kind
            assert {name: each["max-age"] for name, each in cookies_of(answer).items()} == {
                "parindex": "0",
                "parindex-session": "0",
            }, kind
        assert (await http.get("/sign-in/renew?next=/x")).headers["Location"] == "/sign-in/?next=%2Fx"
        twice = await http.get("/sign-in/renew", headers={"Cookie": f"parindex-session={good}; parindex-session=x"})
        assert (twice.status_code, cookies_of(twice)) == (400, {})


async def test_a_renewal_token_is_no_access_token(door: Door) -> None:
    async with door.browser() as http:
        token = cookies_of(await sign_in(http))["parindex-session"].value
        http.cookies.clear()
        header = {"Authorization": f"Bearer {token}"}
        assert (await http.get("/sign-in/v1/accounts/a00000lan", headers=header)).status_code == 401
        as_access = await http.get("/sign-in/desk", headers={"Cookie": f"parindex={token}"})
    assert as_access.headers["Location"] == "/sign-in/renew?next=/sign-in/desk"


async def types_in(door: Door) -> list[str]:
    return [each.entry.type for each in await door.log.read_after(0)]


async def test_sign_out_everywhere_ends_every_renewal_from_before_and_none_from_after(door: Door) -> None:
    async with door.browser() as here, door.browser() as there, door.browser() as other:
        for http in (here, there):
            await sign_in(http)
        await sign_in(other, "binh")
        out = await here.post("/sign-in/sign-out-everywhere")
        assert out.headers["Location"] == "/sign-in/?done=signed-out-everywhere"
        assert {each["max-age"] for each in cookies_of(out).values()} == {"0"}
        assert "Đã đăng xuất ở mọi nơi." in (await here.get(out.headers["Location"])).text
        assert (await there.get("/sign-in/renew?next=/x")).headers["Location"] == "/sign-in/?next=%2Fx"
        assert (await other.get("/sign-in/renew?next=/x")).headers["Location"] == "/x"
        await sign_in(here)  # in the same second
        assert (await here.get("/sign-in/renew?next=/x")).headers["Location"] == "/x"
    [ended] = [each.entry for each in await door.log.read_after(0) if each.entry.type == "SessionsEnded"]
    assert (ended.stream, ended.actor, ended.authority) == ("account-a00000lan", "a00000lan", "installation")
    assert json.loads(bytes(ended.data)) == {"account": "a00000lan"}


async def test_sign_out_ends_the_session_of_this_browser_alone(door: Door) -> None:
    async with door.browser() as here, door.browser() as there:
        for http in (here, there):
            await sign_in(http)
        out = await here.post("/sign-in/sign-out")
        assert out.headers["Clear-Site-Data"] == '"cache"'
        assert "Đã đăng xuất khỏi trình duyệt này." in (await here.get(out.headers["Location"])).text
        assert not here.cookies
        gone = await here.get("/sign-in/desk", follow_redirects=True)
        assert "Mật khẩu" in gone.text
        assert (await there.get("/sign-in/renew?next=/x")).headers["Location"] == "/x"
        assert (await here.get("/sign-in/sign-out")).status_code == 405  # a link or a picture signs no person out
    assert "SessionsEnded" not in await types_in(door)


async def test_a_removed_account_is_out_at_its_next_renewal(door: Door) -> None:
    async with door.browser() as http:
        await sign_in(http)
        door.write(BINH)
        assert (await http.get("/sign-in/desk")).headers["Location"] == "/sign-in/"
        await_form = await http.get("/sign-in/renew?next=/x")
    assert await_form.headers["Location"] == "/sign-in/?next=%2Fx"


async def test_a_changed_password_ends_the_sessions_of_the_old_one(door: Door) -> None:
    async with door.browser() as here, door.browser() as there:
        for http in (here, there):
            await sign_in(http)
        form = {"present": PASSWORD, "new": NEW, "again": NEW}
        answer = await here.post("/sign-in/password", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/account?changed=password")
        assert "Đã đổi mật khẩu." in (await here.get(answer.headers["Location"])).text
        assert (await here.get("/sign-in/renew?next=/x")).headers["Location"] == "/x"
        assert (await there.get("/sign-in/renew?next=/x")).headers["Location"] == "/sign-in/?next=%2Fx"
        assert (await sign_in(there)).status_code == 400
        assert (await sign_in(there, password=NEW)).status_code == 303
    again = Accounts.from_file(door.path, QUICK)
    assert again.verify(LAN["name"], AccountKind.PERSON, NEW) is not None
    assert again.verify("binh", AccountKind.PERSON, PASSWORD) is not None
    assert door.accounts.reread()  # so its follower records the change


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"present": "sai"}, 400, "Mật khẩu hiện tại không đúng."),
        ({"present": ""}, 422, "Hãy nhập mật khẩu hiện tại."),
        ({"new": "ngắn", "again": "ngắn"}, 422, "Mật khẩu mới phải có từ 12 đến 1024 ký tự."),
        ({"new": PASSWORD, "again": PASSWORD}, 422, "Mật khẩu mới phải khác mật khẩu hiện tại."),
        ({"again": NEW + "x"}, 422, "Hai lần nhập mật khẩu mới không giống nhau."),
    ],
)
async def test_a_password_that_cannot_be_taken_changes_nothing(
    change: dict[str, str], status: int, said: str, door: Door
) -> None:
    before = door.path.read_bytes()
    async with door.browser() as http:
        await sign_in(http)
        form = {"present": PASSWORD, "new": NEW, "again": NEW} | change
        answer = await http.post("/sign-in/password", data=form)
    assert (answer.status_code, door.path.read_bytes()) == (status, before)
    assert said in answer.text
    assert NEW not in answer.text


async def test_where_the_file_is_not_for_changing_no_form_for_it_is_shown(door: Door) -> None:
    before = door.path.read_bytes()
    fixed = replace(door, accounts=Accounts.from_file(door.path, QUICK, fixed=True))
    async with fixed.browser() as http:
        await sign_in(http)
        shown = await http.get("/sign-in/account")
        answer = await http.post("/sign-in/password", data={"present": PASSWORD, "new": NEW, "again": NEW})
    assert "quản trị viên đổi mật khẩu" in shown.text
    assert 'action="password"' not in shown.text
    assert (answer.status_code, door.path.read_bytes()) == (409, before)


async def test_without_a_log_a_person_signs_out_here_alone(plain_door: Door) -> None:
    async with plain_door.browser() as http:
        await sign_in(http)
        shown = await http.get("/sign-in/account")
        assert "sign-out-everywhere" not in shown.text
        assert (await http.post("/sign-in/sign-out-everywhere")).status_code == 404
        assert (await http.get("/sign-in/renew?next=/x")).headers["Location"] == "/x"


async def test_an_account_with_more_rights_than_a_cookie_holds_sees_that_and_is_not_sent_in_circles(door: Door) -> None:
    door.write(LAN | {"rights": [f"unit@H09.{number:02}" for number in range(1, 400)]})
    async with door.browser() as http:
        answer = await sign_in(http)
    assert (answer.status_code, cookies_of(answer)) == (403, {})
    assert "Tài khoản có quá nhiều quyền để đăng nhập bằng trình duyệt (399 quyền)." in answer.text


async def test_without_a_session_nothing_is_shown_or_written(door: Door) -> None:
    before = door.path.read_bytes(), await door.log.head()
    async with door.browser() as http:
        for path in ("desk", "account"):
            answer = await http.get(f"/sign-in/{path}")
            assert answer.headers["Location"] == f"/sign-in/renew?next=/sign-in/{path}"
        for path in ("password", "sign-out-everywhere"):
            form = {"present": PASSWORD, "new": NEW, "again": NEW}
            answer = await http.post(f"/sign-in/{path}", data=form, follow_redirects=True)
            assert [step.headers["Location"] for step in answer.history] == [f"/sign-in/renew?next=/sign-in/{path}"]
            assert answer.status_code == 401
            assert 'href="/sign-in/"' in answer.text
    assert (door.path.read_bytes(), await door.log.head()) == before


async def test_no_page_of_a_person_is_stored_and_no_page_loads_anything_from_elsewhere(door: Door) -> None:
    async with door.browser() as http:
        answers = [await http.get("/sign-in/"), await sign_in(http, password="sai"), await sign_in(http)]
        answers += [await http.get(f"/sign-in/{path}") for path in ("", "desk", "account", "renew")]
        answers += [await http.post("/sign-in/sign-out")]
        assets = re.findall(r'(?:href|src)="(assets/[^"]+)"', answers[0].text)
        assert any(".css" in name for name in assets), answers[0].text
        for name in assets:
            assert (await http.get(f"/sign-in/{name}")).status_code == 200
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        scripts = re.findall(r"<script[^>]*>", answer.text)
        assert all(re.fullmatch(r'<script type="module" src="assets/[^"]+">', each) for each in scripts)
        assert re.findall(r'<(?:link|script|img|form|iframe)\b[^>]*(?:href|src|action)="(?:\w+:|//)', answer.text) == []


async def test_no_log_line_has_a_name_a_password_or_a_token(door: Door) -> None:
    with capture_logs() as logs:
        async with door.browser() as http:
            await sign_in(http, password="sai")
            answer = await sign_in(http)
            form = {"present": PASSWORD, "new": NEW, "again": NEW}
            await http.post("/sign-in/password", data=form)
            await http.post("/sign-in/sign-out-everywhere")
            tokens = [each.value for each in cookies_of(answer).values()]
    lines = json.dumps(logs, ensure_ascii=False, default=str)
    assert {"signed_in", "refused", "password_changed"} <= {line["event"] for line in logs}
    for secret in (LAN["name"], PASSWORD, "sai", NEW, *tokens):
        assert secret not in lines


def test_every_role_has_words() -> None:
    assert set(ROLES) == set(Role)
