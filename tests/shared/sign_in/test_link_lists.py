"""An office links many people at once by a list: seen before it is applied, all or nothing, and the same twice."""

import unicodedata
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from httpx import AsyncClient, Response
from tests.shared.sign_in.signing_in import Door
from tests.shared.sign_in.test_outside import configure
from tests.shared.sign_in.test_pages import sign_in, words
from tests.shared.sign_in.test_people import AN, CLIENT, DAO, DUNG, MAI, entries_after
from tests.shared.sign_in.test_people_links import OFFICE, SSO, keep, links_of, program

from parindex.auth.account_links import MOST_LINKS
from parindex.auth.link_lists import LARGEST_LIST, MOST_ROWS
from parindex.sign_in.register import Register

LISTS, CHECKS = "/sign-in/v1/link-lists", "/sign-in/v1/link-lists/checks"
HEAD = "account;issuer;subject"
GOOD = f"{HEAD}\nan;{SSO};s1\na0000dung;{SSO};s2\n"
HUYNH = AN | {"name": "huỳnh.ân", "id": "a00huynh"}


@pytest.fixture
async def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, door: Door) -> AsyncIterator[AsyncClient]:
    configure(monkeypatch, tmp_path, SSO)
    await keep(door, OFFICE, MAI, AN, DUNG, DAO, HUYNH, CLIENT)
    async with program(door) as http:
        yield http


async def check(http: AsyncClient, text: str) -> tuple[list[tuple[int, str, str]], list[str]]:
    """Return the lines of a list with their state, and where it has mistakes."""
    answer = await http.post(CHECKS, json={"list": text})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    lines = [(line["row"], line["account"], line["state"]) for line in found["lines"]]
    return lines, [place["at"] for place in found["mistakes"]]


async def state(door: Door) -> tuple[bytes, int]:
    return door.path.read_bytes(), await door.log.head()


async def test_a_list_is_seen_then_linked_and_a_second_run_changes_nothing(door: Door, office: AsyncClient) -> None:
    before = await state(door)
    plan = (await office.post(CHECKS, json={"list": GOOD})).json()
    assert [(line["row"], line["account"], line["state"]) for line in plan["lines"]] == [
        (2, "a00000an", "new"),
        (3, "a0000dung", "new"),
    ]
    assert (plan["new"], plan["unchanged"], plan["mistakes"]) == (2, 0, [])
    assert await state(door) == before

    made = await office.post(LISTS, json={"list": GOOD, "checksum": plan["checksum"]})
    assert (made.status_code, made.json()) == (200, plan)
    assert [links_of(door, name) for name in ("an", "dung")] == [[(SSO, "s1")], [(SSO, "s2")]]
    assert await entries_after(door, before[1]) == [("OutsideAccountLinked", "a00000lan", "installation")] * 2
    after = await state(door)

    again = await office.post(LISTS, json={"list": GOOD, "checksum": plan["checksum"]})
    assert (again.status_code, again.json()["new"], again.json()["unchanged"]) == (200, 0, 2)
    assert again.json()["checksum"] == plan["checksum"]
    await Register(door.log, door.issuer, door.accounts, lambda: door.now).keep()
    assert await state(door) == after
    assert not door.accounts.reread()  # the follower has nothing to record


async def test_a_list_that_was_applied_in_part_is_completed(door: Door, office: AsyncClient) -> None:
    await keep(door, OFFICE, AN | {"linked": [{"issuer": SSO, "subject": "s1"}]}, DUNG)
    assert (await check(office, GOOD))[0] == [(2, "a00000an", "unchanged"), (3, "a0000dung", "new")]
    before = await door.log.head()
    assert (await office.post(LISTS, json={"list": GOOD})).json()["new"] == 1
    assert len(await door.log.read_after(before)) == 1


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD.replace("\n", "\r\n"),
        GOOD.replace(";", ","),
        GOOD.replace(";", "\t"),
        f'"subject", "account","issuer"\n"s1", "an", "{SSO}"\n s2 , DUNG , {SSO} \n',
        f"\n{HEAD};;\n;;;;\nan;{SSO};s1;;\n\na0000dung;{SSO};s2",
        unicodedata.normalize("NFD", f"Tên đăng nhập;Nơi đăng nhập;Mã danh tính\nan;{SSO};s1\nDung;{SSO};s2\n"),
    ],
    ids=["semicolon", "BOM and CRLF", "comma", "tab", "quotes and blanks", "empty lines and cells", "Vietnamese heads"],
)
async def test_a_list_is_read_however_a_spreadsheet_writes_it(office: AsyncClient, text: str) -> None:
    lines, mistakes = await check(office, text)
    assert ([(account, kind) for _, account, kind in lines], mistakes) == (
        [("a00000an", "new"), ("a0000dung", "new")],
        [],
    )


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_a_name_with_marks_is_found_however_it_is_typed(office: AsyncClient, form: str) -> None:
    name = unicodedata.normalize("NFC" if form == "NFC" else "NFD", "huỳnh.ân")
    assert (await check(office, f"{HEAD}\n{name};{SSO};s1"))[0] == [(2, "a00huynh", "new")]


async def test_every_mistake_is_said_at_once_with_row_and_column(door: Door, office: AsyncClient) -> None:
    await keep(door, OFFICE, MAI | {"linked": [{"issuer": SSO, "subject": "mai"}]}, AN, DUNG, DAO, CLIENT)
    before = await state(door)
    text = (
        f"{HEAD}\n"
        f"an;{SSO};s1\n"
        f"nobody;{SSO}/;có dấu\n"
        f"mai;{SSO};s3\n"  # of another authority, so the office does not see it
        f"dao;{SSO};s4\n"  # has rights elsewhere too
        f"nguyễn.thị.lan;{SSO};s5\n"  # the person of the office
        f"mot-cua;{SSO};s6\n"  # a program
        f"dung;{SSO};mai\n"  # the identity of another account
        f"dung;{SSO};s1\n"  # as in row 2
        f"dung;{SSO};1,23457E+15\n"
        f";;\n;{SSO}\n"
        f"an;https://other.example;s7;note\n"
    )
    refused = await office.post(LISTS, json={"list": text})
    assert (refused.status_code, refused.json()["code"]) == (422, "link-list-wrong")
    assert [(place["at"], place["vi"]) for place in refused.json()["places"]] == [
        ("row 3, column C", "Phải gồm 1 đến 255 ký tự ASCII in được."),
        ("row 4, column A", "Không có tài khoản này."),
        (
            "row 5, column A",
            "Tài khoản này còn có quyền ở nơi cơ quan của bạn không phụ trách, nên chỉ quản trị viên thay đổi được.",
        ),
        ("row 6, column A", "Không tự thay đổi tài khoản của chính mình được."),
        ("row 7, column A", "Tài khoản này là của phần mềm, không phải của người."),
        ("row 8, column C", "Danh tính này đã liên kết với một tài khoản khác."),
        ("row 9, column C", "Danh tính này đã có ở dòng 2."),
        (
            "row 10, column C",
            "Bảng tính đã rút gọn mã này thành dạng số; hãy đặt cột là văn bản rồi chép lại mã.",
        ),
        ("row 12, column A", "Thiếu tài khoản."),
        ("row 12, column C", "Phải gồm 1 đến 255 ký tự ASCII in được."),
        ("row 13, column D", "Ô này không thuộc cột nào."),
    ]
    assert await state(door) == before
    lines, mistakes = await check(office, text)
    assert mistakes == [place["at"] for place in refused.json()["places"]]
    assert lines == [(2, "a00000an", "new"), (8, "a0000dung", "taken"), (9, "a0000dung", "new")]


async def test_only_the_issuer_of_the_installation_is_linked(office: AsyncClient) -> None:
    text = f"{HEAD}\nan;{SSO}/;s1\nan;sso;s2\n"
    assert (await check(office, text)) == ([], ["row 2, column B", "row 3, column B"])


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", ["row 1"]),
        (f"{HEAD}\n", ["row 2"]),
        (f"an;{SSO};s1\n", ["row 1", "row 1", "row 1", "row 1, column A", "row 1, column B", "row 1, column C"]),
        ("account;subject\nan;s1\n", ["row 1"]),
        (f"{HEAD};họ tên\nan;{SSO};s1;Ân\n", ["row 1, column D", "row 2, column D"]),
        (f"{HEAD};subject\nan;{SSO};s1;s2\n", ["row 1, column D", "row 2, column D"]),
        (f'{HEAD}\nan;{SSO};"s1\ndung;{SSO};s2\n', ["row 2"]),
        (f'{HEAD}\nan;{SSO};s1\ndung;{SSO};"s"2\n', ["row 3"]),
        (HEAD + f"\nan;{SSO};s" * (MOST_ROWS + 1), [f"row {MOST_ROWS + 2}"]),
    ],
    ids=["nothing", "heads", "no heads", "no issuer", "more", "twice", "open quote", "quote inside", "too many"],
)
async def test_a_list_that_is_none_is_refused_with_its_place(office: AsyncClient, text: str, at: Sequence[str]) -> None:
    refused = await office.post(LISTS, json={"list": text})
    assert (refused.status_code, [place["at"] for place in refused.json()["places"]]) == (422, at)


async def test_no_line_gives_an_account_more_links_than_it_may_have(door: Door, office: AsyncClient) -> None:
    linked = [{"issuer": SSO, "subject": f"s{number}"} for number in range(MOST_LINKS - 1)]
    await keep(door, OFFICE, AN | {"linked": linked})
    assert (await check(office, f"{HEAD}\nan;{SSO};a\nan;{SSO};s0\nan;{SSO};b\n"))[1] == ["row 4, column A"]
    answer = (await office.post(CHECKS, json={"list": f"{HEAD}\nan;{SSO};a\n"})).json()
    assert answer["lines"][0]["others"] == MOST_LINKS - 1


async def test_a_list_that_now_means_other_people_is_checked_again(door: Door, office: AsyncClient) -> None:
    seen = (await office.post(CHECKS, json={"list": GOOD})).json()["checksum"]
    await keep(door, OFFICE, AN | {"id": "aotheran"}, DUNG)
    before = await state(door)
    refused = await office.post(LISTS, json={"list": GOOD, "checksum": seen})
    assert (refused.status_code, refused.json()["code"]) == (412, "link-list-stale")
    assert await state(door) == before


async def test_without_an_outside_issuer_no_list_is_taken(door: Door) -> None:
    await keep(door, OFFICE, AN)
    async with program(door) as http:
        for address in (LISTS, CHECKS):
            refused = await http.post(address, json={"list": GOOD})
            assert (refused.status_code, refused.json()["code"]) == (409, "no-outside-issuer")
    async with door.browser() as http:
        await sign_in(http)
        assert "Liên kết theo danh sách" not in words(await http.get("/sign-in/people"))
        assert "không dùng nơi đăng nhập bên ngoài" in words(await http.get("/sign-in/links"))


async def send(http: AsyncClient, path: str, pasted: str = "", file: bytes = b"", checksum: str = "") -> Response:
    parts: dict[str, tuple[str | None, bytes | str]] = {
        "file": ("danh-sách.csv", file),
        "list": (None, pasted),
        "checksum": (None, checksum),
    }
    return await http.post(f"/sign-in/{path}", files=parts)


async def test_the_page_shows_a_list_and_links_it(door: Door, office: AsyncClient) -> None:
    async with door.browser() as http:
        await sign_in(http)
        assert "Liên kết theo danh sách" in words(await http.get("/sign-in/people"))
        before = await state(door)
        wrong = await send(http, "links", f"{HEAD}\nbình;{SSO};s1\n")
        assert "Dòng 2, cột A Không có tài khoản này." in words(wrong)
        assert "Liên kết 1 danh tính" not in words(wrong)
        shown = await send(http, "links", file=("\ufeff" + GOOD).encode())
        assert "Trần Văn Ân Mới an s1 2" in words(shown)
        assert "Liên kết 2 danh tính" in words(shown)
        assert await state(door) == before

        checksum = (await office.post(CHECKS, json={"list": GOOD})).json()["checksum"]
        assert f'value="{checksum}"' in shown.text
        stale = await send(http, "links/confirmed", GOOD, checksum="0" * 64)
        assert (stale.status_code, await state(door)) == (412, before)
        done = await send(http, "links/confirmed", GOOD.replace("\n", "\r\n"), checksum=checksum)
        assert (done.status_code, done.headers["Location"]) == (303, "../links?linked=2")
        assert links_of(door, "an") == [(SSO, "s1")]
        assert "Đã thêm 2 liên kết" in words(await http.get("/sign-in/links?linked=2"))
        assert "Mọi liên kết trong danh sách đã có" in words(await send(http, "links", GOOD))
        assert (await send(http, "links/confirmed", GOOD, checksum=checksum)).headers["Location"].endswith("linked=0")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (GOOD.encode("utf-16"), "Tệp không phải UTF-8"),
        (b"x" * (LARGEST_LIST + 1), "Danh sách lớn hơn 100 KiB"),
        (b"", "Danh sách chưa có dòng nào"),
    ],
    ids=["UTF-16", "too large", "nothing"],
)
async def test_a_file_that_is_no_list_is_said_on_the_page(
    door: Door, office: AsyncClient, file: bytes, said: str
) -> None:
    assert office
    async with door.browser() as http:
        await sign_in(http)
        assert said in words(await send(http, "links", file=file))


async def test_a_list_and_an_editor_at_once_lose_nothing(door: Door, office: AsyncClient) -> None:
    text = door.path.read_text("utf-8")
    door.path.write_text(text.replace("Lê Thị Dung", "Lê Thị Dung Hạnh"), "utf-8")
    assert (await office.post(LISTS, json={"list": GOOD})).status_code == 200
    assert "Hạnh" in door.path.read_text("utf-8")
    assert [links_of(door, name) for name in ("an", "dung")] == [[(SSO, "s1")], [(SSO, "s2")]]
