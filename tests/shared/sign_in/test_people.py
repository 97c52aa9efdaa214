"""Offices manage people, programs and rights at pages and over the API; each change is in the file and in the log."""

import asyncio
import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import pytest
from httpx import AsyncClient
from tests.shared.sign_in.signing_in import HASH, LAN, Door
from tests.shared.sign_in.test_pages import sign_in, types_in, words

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LIFETIME
from parindex.testing.passwords import QUICK

MAI: dict[str, Any] = {
    "name": "mai",
    "kind": "person",
    "password_hash": HASH,
    "rights": ["office@H62"],
    "id": "a0000mai",
    "full_name": "Phạm Thị Mai",
}
AN = MAI | {"name": "an", "rights": ["unit@H09.05"], "id": "a00000an", "full_name": "Trần Văn Ân"}
DUNG = MAI | {"name": "dung", "rights": ["office@H09"], "id": "a0000dung", "full_name": "Lê Thị Dung"}
DAO = MAI | {"name": "dao", "rights": ["unit@H09.12", "unit@H62.01"], "id": "a00000dao", "full_name": "Bùi Đào"}
CLIENT = MAI | {"name": "mot-cua", "kind": "client", "rights": ["unit@H09.05"], "id": "a0motcua", "full_name": ""}
NEW = {
    "name": "hoa",
    "full_name": "Ngô Thị Hoa",
    "role": "unit",
    "node": "H09.05",
    "key": "khoa-cua-bieu-mau-1",
}

BARE = {"sessions-end", "second-factor-end"}
"""Forms without a field."""


def ready(door: Door) -> None:
    door.write(LAN | {"rights": ["office@H09"]}, MAI, AN, DUNG, DAO, CLIENT)


def row_of(door: Door, name: str) -> dict[str, Any] | None:
    accounts = {each.name: each for each in Accounts.from_file(door.path, QUICK).all}
    found = accounts.get(name)
    return None if found is None else {"rights": [str(right) for right in found.rights], "account": found}


async def post(http: AsyncClient, path: str, **form: str) -> httpx.Response:
    return await http.post(f"/sign-in/{path}", data=form)


async def entries_after(door: Door, position: int) -> list[tuple[str, str, str]]:
    return [(each.entry.type, each.entry.actor, each.entry.authority) for each in await door.log.read_after(position)]


def link_in(answer: httpx.Response) -> str:
    found = re.search(r"<code>(http[^<]+)</code>", answer.text)
    assert found is not None, words(answer)
    return unescape(found[1])


async def test_an_office_invites_a_person_and_the_log_says_who_did(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        before = await door.log.head()
        made = await post(http, "people/new", **NEW)
        assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
        link = link_in(made)
        assert link.startswith("http://office.lan:8080/sign-in/invitation?code=")
        code = link.partition("=")[2]
        assert len(code) >= 32
        assert code not in door.path.read_text("utf-8")
        shown = words(await http.get("/sign-in/people?q=ngo thi"))
    assert "Ngô Thị Hoa hoa Đơn vị được đánh giá tại H09.05 Đã mời, chưa đặt mật khẩu" in shown
    assert await entries_after(door, before) == [
        ("AccountAdded", "a00000lan", "installation"),
        ("InvitationIssued", "a00000lan", "installation"),
        ("RightGranted", "a00000lan", "H09.05"),
    ]
    raw = b"".join(row["entry"] for row in await door.log.pool.fetch("SELECT entry FROM events")).decode()
    assert code not in raw
    assert "Hoa" not in raw
    assert not door.accounts.reread()  # the follower has nothing to record


async def test_no_form_offers_the_most_powerful_role_first(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        for path in ("people/new", "programs/new", "accounts/a00000an"):
            assert '<option value="unit" selected>' in (await http.get(f"/sign-in/{path}")).text, path


async def test_a_double_click_creates_one_person_and_both_answers_have_the_valid_link(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        answers = await asyncio.gather(*(post(http, "people/new", **NEW) for _ in range(4)))
        links = {link_in(each) for each in answers}
        assert len(links) == 1
        other = await post(http, "people/new", **NEW | {"key": "mot-bieu-mau-khac-2"})
    assert other.status_code == 409
    assert "Đã có tài khoản mang tên này" in other.text
    assert (await types_in(door)).count("InvitationIssued") == 1


async def test_two_offices_at_once_lose_nothing(door: Door) -> None:
    ready(door)
    async with door.browser() as lan, door.browser() as mai:
        await sign_in(lan)
        await sign_in(mai, "mai")
        forms = [NEW | {"name": f"người{number}", "key": f"khoa-bieu-mau-{number:08}"} for number in range(6)]
        made = await asyncio.gather(
            *(post(lan, "people/new", **form) for form in forms[:3]),
            *(post(mai, "people/new", **form | {"node": "H62.01"}) for form in forms[3:]),
            post(lan, "accounts/a00000an/rights", role="leader", node="H09.05"),
            post(lan, "accounts/a00000an/ended-rights", right="unit@H09.05"),
        )
        assert {each.status_code for each in made} == {200, 303}
    assert {each.name for each in Accounts.from_file(door.path, QUICK).all} >= {form["name"] for form in forms}
    found = row_of(door, "an")
    assert found is not None
    assert found["rights"] == ["leader@H09.05"]


async def test_two_processes_at_once_lose_nothing(door: Door) -> None:
    ready(door)
    others = [Accounts.from_file(door.path, QUICK) for _ in range(8)]
    row = door.accounts.all[2]

    def give(accounts: Accounts, number: int) -> None:
        def one_more(row: Any) -> Any:
            return type(row)(
                **{name: getattr(row, name) for name in row.__struct_fields__}
                | {"rights": [*row.rights, f"unit@H09.{number}"]}
            )

        accounts.change(row, one_more)

    await asyncio.gather(*(asyncio.to_thread(give, each, number) for number, each in enumerate(others)))
    found = row_of(door, "an")
    assert found is not None
    assert set(found["rights"]) == {"unit@H09.05", *(f"unit@H09.{number}" for number in range(8))}


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"node": "H62.01"}, 403, "cần quyền office@H62.01"),
        ({"node": "H0"}, 403, "office@H0"),
        ({"role": "service", "node": "services"}, 422, "Quyền này chỉ dành cho dịch vụ"),
        ({"role": "kiosk"}, 422, "Kiosk không phải tài khoản"),
        ({"role": "auditor", "node": "installation"}, 403, "office@installation"),
        ({"node": ""}, 422, "Quyền phải viết dạng"),
        ({"name": ""}, 422, "Tên không được để trống."),
        ({"name": "hai chữ"}, 422, "Tên có dấu cách"),
        ({"name": "operator"}, 422, "dành riêng"),
        ({"name": "mаi"}, 422, "không dùng được"),  # with a Cyrillic letter
        ({"name": "MAI"}, 409, "Đã có tài khoản"),
        ({"full_name": "x" * 600}, 422, "500"),
    ],
)
async def test_a_person_who_cannot_be_created_is_not_in_the_file(
    change: dict[str, str], status: int, said: str, door: Door
) -> None:
    ready(door)
    before = door.path.read_bytes(), await door.log.head()
    async with door.browser() as http:
        await sign_in(http)
        answer = await post(http, "people/new", **NEW | change)
    assert (answer.status_code, door.path.read_bytes(), await door.log.head()) == (status, *before)
    assert said in words(answer)


async def test_rights_are_given_and_ended_and_the_next_renewal_has_them(door: Door) -> None:
    ready(door)
    async with door.browser() as http, door.browser() as theirs:
        await sign_in(http)
        await sign_in(theirs, "an")
        before = await door.log.head()
        given = await post(http, "accounts/a00000an/rights", role="leader", node="H09.05")
        assert given.headers["Location"] == "../a00000an?done=given"
        await post(http, "accounts/a00000an/rights", role="leader", node="H09.05")
        await post(http, "accounts/a00000an/ended-rights", right="unit@H09.05")
        page = words(await http.get("/sign-in/accounts/a00000an?done=ended"))
        await theirs.get("/sign-in/renew?next=/sign-in/desk")
        desk = words(await theirs.get("/sign-in/desk"))
    assert "Đã kết thúc quyền." in page
    assert "Lãnh đạo đơn vị tại H09.05" in page
    assert "Đơn vị được đánh giá tại H09.05" not in page.partition("Cấp thêm quyền")[0]
    assert "Lãnh đạo đơn vị tại H09.05" in desk
    assert (await entries_after(door, before))[-2:] == [
        ("RightGranted", "a00000lan", "H09.05"),
        ("RightEnded", "a00000lan", "H09.05"),
    ]


async def test_a_foreign_office_sees_and_changes_nothing(door: Door) -> None:
    ready(door)
    before = door.path.read_bytes(), await door.log.head()
    ends = ("ended-rights", "ended-links", "sessions-end", "second-factor-end", "removal")
    moves = (*ends, "rights", "links", "invitation", "secret")
    async with door.browser() as http:
        await sign_in(http, "mai")
        seen = words(await http.get("/sign-in/people")) + words(await http.get("/sign-in/programs"))
        assert (await http.get("/sign-in/accounts/a00000an")).status_code == 404
        for move in moves:
            form = {"role": "unit", "node": "H62.01", "right": "unit@H09.05", "sure": "yes", "key": "k" * 20}
            form = {} if move in BARE else form
            assert (await post(http, f"accounts/a00000an/{move}", **form)).status_code == 404, move
    assert "Trần Văn Ân" not in seen
    assert "mot-cua" not in seen
    assert door.path.read_bytes() == before[0]
    assert {each.entry.type for each in await door.log.read_after(before[1])} <= {"DataRead"}


@pytest.mark.parametrize("name", ["an", "binh"])
async def test_no_other_account_opens_the_pages(name: str, door: Door) -> None:
    door.write(LAN, AN, AN | {"name": "binh", "rights": ["council@H09"], "id": "a0000binh"})
    async with door.browser() as http:
        await sign_in(http, name)
        for path in ("people", "people/new", "programs", "programs/new", "accounts/a00000an"):
            assert (await http.get(f"/sign-in/{path}")).status_code == 403, path
        assert "people" not in (await http.get("/sign-in/desk")).text
        assert (await post(http, "people/new", **NEW)).status_code == 403


async def test_an_account_with_rights_elsewhere_loses_those_here_and_keeps_its_password(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        page = words(await http.get("/sign-in/accounts/a00000dao"))
        assert "Tài khoản còn có quyền ở nơi cơ quan của bạn không phụ trách" in page
        assert "H62.01" not in page
        for move in ("invitation", "removal", "rights", "sessions-end"):
            form = {} if move in BARE else {"role": "unit", "node": "H09.12", "sure": "yes", "key": "k" * 20}
            assert (await post(http, f"accounts/a00000dao/{move}", **form)).status_code == 403, move
        ended = await post(http, "accounts/a00000dao/ended-rights", right="unit@H62.01")  # it is not the office's
        assert ended.status_code == 303
        await post(http, "accounts/a00000dao/ended-rights", right="unit@H09.12")
    found = row_of(door, "dao")
    assert found is not None
    assert (found["rights"], found["account"].password_hash) == (["unit@H62.01"], HASH)


async def test_no_person_changes_the_own_account_and_a_colleague_does(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        assert "Đây là tài khoản của bạn." in words(await http.get("/sign-in/accounts/a00000lan"))
        for move in ("rights", "ended-rights", "removal", "invitation"):
            form = {"role": "council", "node": "H09", "right": "office@H09", "sure": "yes", "key": "k" * 20}
            answer = await post(http, f"accounts/a00000lan/{move}", **form)
            assert answer.status_code == 403, move
        await sign_in(http, "dung")
        assert (await post(http, "accounts/a00000lan/rights", role="council", node="H09")).status_code == 303
    found = row_of(door, LAN["name"])
    assert found is not None
    assert found["rights"] == ["office@H09", "council@H09"]


async def test_a_person_whose_last_right_has_ended_is_still_managed(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        await http.get("/sign-in/people")
        first = await post(
            http, "accounts/a00000an/rights", role="leader", node="H09.05"
        )  # so the log knows the account
        assert first.status_code == 303
        for right in ("leader@H09.05", "unit@H09.05"):
            await post(http, "accounts/a00000an/ended-rights", right=right)
        assert "Không còn quyền nào." in words(await http.get("/sign-in/accounts/a00000an"))
        assert (await post(http, "accounts/a00000an/rights", role="unit", node="H09.05")).status_code == 303


async def test_a_removed_person_is_out_and_listed_among_the_ended(door: Door) -> None:
    ready(door)
    async with door.browser() as http, door.browser() as theirs:
        await sign_in(http)
        await sign_in(theirs, "an")
        unsure = await post(http, "accounts/a00000an/removal")
        assert (unsure.status_code, "Hãy đánh dấu ô xác nhận" in unsure.text) == (422, True)
        assert 'action="../../accounts/a00000an/removal"' in unsure.text
        await post(http, "accounts/a00000an/rights", role="leader", node="H09.05")
        gone = await post(http, "accounts/a00000an/removal", sure="yes")
        assert gone.headers["Location"] == "../../people?done=removed"
        assert (await theirs.get("/sign-in/renew?next=/x")).headers["Location"] == "/sign-in/?next=%2Fx"
        assert (await http.get("/sign-in/accounts/a00000an")).status_code == 404
        ended = words(await http.get("/sign-in/people?state=ended"))
    assert row_of(door, "an") is None
    assert "an Trước đây: Lãnh đạo đơn vị tại H09.05; Đơn vị được đánh giá tại H09.05 Đã gỡ" in ended


async def test_the_office_ends_all_sessions_of_a_person(door: Door) -> None:
    ready(door)
    async with door.browser() as http, door.browser() as theirs:
        await sign_in(http)
        await sign_in(theirs, "an")
        await post(http, "accounts/a00000an/sessions-end")
        assert (await theirs.get("/sign-in/renew?next=/x")).headers["Location"] == "/sign-in/?next=%2Fx"
        await sign_in(theirs, "an")
        assert (await theirs.get("/sign-in/renew?next=/x")).headers["Location"] == "/x"
    [ended] = [each.entry for each in await door.log.read_after(0) if each.entry.type == "SessionsEnded"]
    assert (ended.stream, ended.actor) == ("account-a00000an", "a00000lan")


async def test_a_list_is_searched_without_marks_and_sorted_by_given_name(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        shown = words(await http.get("/sign-in/people"))
        found = words(await http.get("/sign-in/people?q=tran van an"))
        marked = words(await http.get("/sign-in/people?q=Trần"))
        none = words(await http.get("/sign-in/people?q=Phạm"))
    names = ["Trần Văn Ân", "Lê Thị Dung", "Bùi Đào", "nguyễn.thị.lan"]
    places = [shown.index(name) for name in names[:3]]
    assert places == sorted(places)
    assert "Trần Văn Ân" in found
    assert "Lê Thị Dung" not in found
    assert "Trần Văn Ân" in marked
    assert "Không có người nào." in none


async def test_a_program_gets_a_secret_once_and_a_new_one_replaces_it(door: Door) -> None:
    ready(door)
    form = NEW | {"name": "so-y-te", "full_name": "Phần mềm một cửa"}
    async with door.browser() as http:
        await sign_in(http)
        made = await post(http, "programs/new", **form)
        [secret] = re.findall(r"client_secret: <code>([^<]+)</code>", made.text)
        again = await post(http, "programs/new", **form)
        assert re.findall(r"client_secret: <code>([^<]+)</code>", again.text) == [secret]
        assert secret not in door.path.read_text("utf-8")
        grant = {"grant_type": "client_credentials", "client_id": "so-y-te", "client_secret": secret}
        assert (await http.post("/sign-in/token", data=grant)).status_code == 200
        [account] = re.findall(r'accounts/(a[0-9a-f]{20})"', made.text)
        replaced = await post(http, f"accounts/{account}/secret", key="khoa-cua-bieu-mau-9")
        [new] = re.findall(r"client_secret: <code>([^<]+)</code>", replaced.text)
        assert new != secret
        assert (await http.post("/sign-in/token", data=grant)).status_code == 401
        assert (await http.post("/sign-in/token", data=grant | {"client_secret": new})).status_code == 200
        assert "Phần mềm một cửa so-y-te" in words(await http.get("/sign-in/programs"))
        assert "so-y-te" not in words(await http.get("/sign-in/people"))
        assert "client_id" in words(await http.get(f"/sign-in/accounts/{account}"))


async def test_where_the_file_cannot_be_written_the_pages_say_so_and_offer_nothing(door: Door) -> None:
    ready(door)
    before = door.path.read_bytes()
    fixed = replace(door, accounts=Accounts.from_file(door.path, QUICK, fixed=True))
    async with fixed.browser() as http:
        await sign_in(http)
        for path in ("people", "programs", "people/new", "programs/new", "accounts/a00000an"):
            shown = await http.get(f"/sign-in/{path}")
            assert "quản trị viên sửa tệp tài khoản" in shown.text
            assert 'method="post" action="../accounts' not in shown.text
            assert 'action="new"' not in shown.text
        assert (await post(http, "people/new", **NEW)).status_code == 409
        assert (await post(http, "accounts/a00000an/rights", role="leader", node="H09.05")).status_code == 409
        header = await token_of(fixed)
        refused = await http.post("/sign-in/v1/accounts", json=BODY, headers=header)
        assert (refused.status_code, refused.json()["code"]) == (409, "accounts-fixed")
    assert door.path.read_bytes() == before


async def test_a_forged_request_writes_nothing(door: Door) -> None:
    ready(door)
    before = door.path.read_bytes()
    async with door.browser() as http:
        await sign_in(http)
        for path in ("people/new", "programs/new", "accounts/a00000an/rights", "accounts/a00000an/invitation"):
            answer = await http.post(f"/sign-in/{path}", data=NEW, headers={"Sec-Fetch-Site": "same-site"})
            assert answer.status_code == 403
        http.headers.pop("Sec-Fetch-Site")
        forged = await http.post("/sign-in/people/new", data=NEW, headers={"Origin": "http://evil.lan"})
        assert (forged.status_code, door.path.read_bytes()) == (403, before)


BODY = {"name": "hoa", "kind": "person", "full_name": "Ngô Thị Hoa", "rights": ["unit@H09.05"]}


async def token_of(door: Door, name: str = LAN["name"]) -> dict[str, str]:
    account = next(each for each in door.accounts.all if each.name == name)
    token = door.issuer.mint(door.issuer.id_of(account), account.rights, LIFETIME, door.now)
    return {"Authorization": f"Bearer {token}"}


async def test_a_program_does_the_same_over_the_api(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        http.headers.update(await token_of(door))
        made = (await http.post("/sign-in/v1/accounts", json=BODY)).json()
        assert made["invitation"].startswith("http://office.lan:8080/sign-in/invitation?code=")
        assert made["client_secret"] == ""
        again = await http.post("/sign-in/v1/accounts", json=BODY)
        assert (again.status_code, again.json()["code"]) == (409, "account-name-taken")
        at = f"/sign-in/v1/accounts/{made['account']}"
        given = (await http.post(f"{at}/rights", json={"right": "leader@H09.05"})).json()
        assert given["rights"] == ["unit@H09.05", "leader@H09.05"]
        assert (given["state"], given["managed"]) == ("invited", True)
        ended = (await http.post(f"{at}/ended-rights", json={"right": "unit@H09.05"})).json()
        assert ended["rights"] == ["leader@H09.05"]
        new = (await http.post(f"{at}/invitation")).json()["invitation"]
        assert new != made["invitation"]
        listed = (await http.get("/sign-in/v1/accounts")).json()["accounts"]
        assert {each["name"] for each in listed} == {LAN["name"], "an", "dung", "dao", "mot-cua", "hoa"}
        [dao] = [each for each in listed if each["name"] == "dao"]
        assert (dao["rights"], dao["managed"]) == (["unit@H09.12"], False)
        assert "password_hash" not in json.dumps(listed)
        program = BODY | {"name": "vnpt2", "kind": "client"}
        secret = (await http.post("/sign-in/v1/accounts", json=program)).json()["client_secret"]
    assert Accounts.from_file(door.path, QUICK).verify("vnpt2", AccountKind.CLIENT, secret) is not None


@pytest.mark.parametrize(
    ("at", "body", "status", "code"),
    [
        ("", BODY | {"rights": ["unit@H62.01"]}, 403, "forbidden"),
        ("", BODY | {"rights": ["kiosk@H09.05"]}, 422, "malformed-request"),
        ("/a00000an/rights", {"right": "unit@H62.01"}, 403, "forbidden"),
        ("/a00000an/rights", {"right": "x"}, 422, "malformed-request"),
        ("/a0000mai/rights", {"right": "unit@H09.05"}, 404, "unknown-account"),
        ("/a00000dao/rights", {"right": "unit@H09.05"}, 403, "account-of-others-too"),
        ("/a00000lan/rights", {"right": "council@H09"}, 403, "own-account"),
        ("/a00000lan/ended-rights", {"right": "office@H09"}, 403, "own-account"),
        ("/a0motcua/invitation", None, 409, "not-a-person"),
    ],
)
async def test_the_api_refuses_by_name(at: str, body: Any, status: int, code: str, door: Door) -> None:
    ready(door)
    before = door.path.read_bytes()
    async with door.browser() as http:
        answer = await http.post(f"/sign-in/v1/accounts{at}", json=body, headers=await token_of(door))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        other = await http.post(f"/sign-in/v1/accounts{at}", json=body, headers=await token_of(door, "an"))
        assert other.status_code == 403
    assert door.path.read_bytes() == before


async def test_the_operators_comments_and_other_rows_stay(door: Door) -> None:
    ready(door)
    text = "# của quản trị viên\n" + door.path.read_text("utf-8")
    door.path.write_text(text, "utf-8")
    door.accounts.reread()
    async with door.browser() as http:
        await sign_in(http)
        await post(http, "accounts/a00000an/rights", role="leader", node="H09.05")
        await post(http, "accounts/a0000dung/removal", sure="yes")
    changed = door.path.read_text("utf-8")
    assert changed.startswith("# của quản trị viên\n")
    assert changed.count("- full_name") + changed.count("- id") + changed.count("- name") == 5


async def test_what_the_operator_wrote_meanwhile_is_recorded_too(door: Door) -> None:
    ready(door)
    async with door.browser() as http:
        await sign_in(http)
        text = door.path.read_text("utf-8").replace("unit@H62.01", "unit@H62.02")  # and it was not read yet
        door.path.write_text(text, "utf-8")
        before = await door.log.head()
        await post(http, "accounts/a00000an/rights", role="leader", node="H09.05")
    entries = await entries_after(door, before)
    assert ("RightGranted", "operator", "H62.02") in entries
    assert entries[-1] == ("RightGranted", "a00000lan", "H09.05")
