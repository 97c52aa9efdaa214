"""A one-time link: it opens a form, sets a password once, and then says in words that it is over."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from structlog.testing import capture_logs
from tests.shared.sign_in.signing_in import NEW as PASSWORD
from tests.shared.sign_in.signing_in import Door
from tests.shared.sign_in.test_pages import cookies_of, sign_in, types_in, words
from tests.shared.sign_in.test_people import NEW, entries_after, link_in, post, ready

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts
from parindex.testing.passwords import QUICK

OVER = "Lời mời này không dùng được"


async def invited(door: Door) -> str:
    """Create a person, and return the path of the link."""
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        return urlsplit(link_in(await post(http, "people/new", **NEW)))._replace(scheme="", netloc="").geturl()


def code_of(link: str) -> str:
    return link.partition("=")[2]


async def use(http: httpx.AsyncClient, link: str, new: str = PASSWORD, again: str = PASSWORD) -> httpx.Response:
    return await post(http, "invitation", code=code_of(link), new=new, again=again)


async def test_an_invited_person_sets_a_password_and_is_signed_in(door: Door) -> None:
    link = await invited(door)
    before = await door.log.head()
    async with door.browser() as http:
        shown, *_ = [await http.get(link) for _ in range(3)]  # as a mail scanner does
        assert (shown.status_code, "Ngô Thị Hoa" in shown.text) == (200, True)
        assert shown.headers["Referrer-Policy"] == "strict-origin"
        assert shown.headers["Cache-Control"] == "no-store"
        assert await door.log.head() == before
        done = await use(http, link)
        assert (done.status_code, done.headers["Location"]) == (303, "/sign-in/desk")
        desk = words(await http.get("/sign-in/desk"))
        assert ("Đơn vị được đánh giá tại H09.05" in desk, "Quyền của Ngô Thị Hoa" in desk) == (True, True)
        assert OVER in (await http.get(link)).text
    account = Accounts.from_file(door.path, QUICK).verify("hoa", AccountKind.PERSON, PASSWORD)
    assert account is not None
    assert await entries_after(door, before) == [("PasswordChanged", door.issuer.id_of(account), "installation")]


async def test_a_double_click_sets_the_password_once_and_both_answers_lead_in(door: Door) -> None:
    link = await invited(door)
    async with door.browser() as http:
        answers = await asyncio.gather(*(use(http, link) for _ in range(3)))
        assert [each.status_code for each in answers] == [303, 303, 303]
        assert all("parindex" in cookies_of(each) for each in answers)
        wrong = await use(http, link, "một mật khẩu khác", "một mật khẩu khác")
    assert (wrong.status_code, cookies_of(wrong)) == (404, {})
    assert (await types_in(door)).count("PasswordChanged") == 1


async def test_a_link_that_is_used_old_replaced_or_unknown_gets_the_same_page(door: Door) -> None:
    link = await invited(door)
    account = next(each for each in door.accounts.all if each.name == "hoa")
    async with door.browser() as office, door.browser() as http:
        unknown = await http.get("/sign-in/invitation?code=khong-co")
        assert (unknown.status_code, OVER in unknown.text) == (404, True)
        await sign_in(office)
        newer = link_in(await post(office, f"accounts/{account.id}/invitation", key="mot-khoa-bieu-mau"))
        assert (await http.get(link)).content == unknown.content
        assert (await use(http, link)).content == unknown.content
        door.now += timedelta(days=8)
        assert (await http.get(newer)).content == unknown.content
        assert (await use(http, newer)).content == unknown.content
        assert (await http.get("/sign-in/invitation")).content == unknown.content
    assert Accounts.from_file(door.path, QUICK).verify("hoa", AccountKind.PERSON, PASSWORD) is None


async def test_a_new_invitation_is_a_password_reset_and_ends_the_sessions_of_the_old_password(door: Door) -> None:
    ready(door)
    async with door.browser() as office, door.browser() as old, door.browser() as http:
        await sign_in(office)
        await sign_in(old, "an")
        first = await post(office, "accounts/a00000an/invitation", key="mot-khoa-bieu-mau")
        second = await post(office, "accounts/a00000an/invitation", key="mot-khoa-bieu-mau")
        assert link_in(first) == link_in(second)  # a double click
        assert (await old.get("/sign-in/renew?next=/x")).headers["Location"] == "/x"
        assert (await use(http, link_in(first))).status_code == 303
        assert (await old.get("/sign-in/renew?next=/x")).headers["Location"] == "/sign-in/?next=%2Fx"
    assert (await types_in(door)).count("InvitationIssued") == 1


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [("ngắn", "ngắn", "Mật khẩu phải có từ 12"), (PASSWORD, PASSWORD + "x", "Hai lần nhập mật khẩu không giống nhau.")],
)
async def test_a_password_that_breaks_a_rule_leaves_the_link_open(new: str, again: str, said: str, door: Door) -> None:
    link = await invited(door)
    before = door.path.read_bytes()
    async with door.browser() as http:
        refused = await use(http, link, new, again)
        assert (refused.status_code, said in refused.text, door.path.read_bytes()) == (422, True, before)
        assert f'value="{code_of(link)}"' in refused.text
        assert (await use(http, link)).status_code == 303


async def test_no_other_site_uses_a_link(door: Door) -> None:
    link = await invited(door)
    async with door.browser() as http:
        form = {"code": code_of(link), "new": PASSWORD, "again": PASSWORD}
        forged = await http.post("/sign-in/invitation", data=form, headers={"Sec-Fetch-Site": "cross-site"})
        assert forged.status_code == 403
        assert (await use(http, link)).status_code == 303


async def test_no_log_line_and_no_header_has_the_code(door: Door) -> None:
    with capture_logs() as logs:
        link = await invited(door)
        async with door.browser() as http:
            answers = [await http.get(link), await use(http, link, "ngắn", "ngắn"), await use(http, link)]
            answers += [await use(http, link, "sai mật khẩu đó", "x"), await http.get(link + "&x=1")]
    assert code_of(link) not in repr(logs)
    assert not any(code_of(link) in repr(answer.headers) for answer in answers)
    assert code_of(link) not in answers[-1].text
