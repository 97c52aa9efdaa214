"""An office invites a person in a real browser; the person sets a password, signs in, and adds a second factor."""

import asyncio
from urllib.parse import urlsplit

import pyotp
import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from tests.shared.sign_in.signing_in import NEW as PASSWORD
from tests.shared.sign_in.signing_in import Door
from tests.shared.sign_in.test_journey import Person, at, port
from tests.shared.sign_in.test_people import ready

from parindex.testing.browser import DESK, PHONE, barriers, complaints

__all__ = ["port"]
SIZES = pytest.mark.parametrize(
    ("size", "scripts"), [(DESK, True), (PHONE, True), (DESK, False)], ids=["desk", "phone", "no-scripts"]
)


async def text_of(person: Person, where: str) -> str:
    return await asyncio.to_thread(lambda: person.browser.find_element(By.CSS_SELECTOR, where).text)


async def value_of(person: Person, name: str) -> str:
    return await asyncio.to_thread(lambda: str(person.browser.find_element(By.NAME, name).get_dom_attribute("value")))


async def is_fit(person: Person) -> bool:
    return not await person.scrolls_sideways()


@pytest.mark.browser
@SIZES
async def test_an_office_invites_a_person_who_signs_in_with_two_factors(
    browser: WebDriver, door: Door, port: str, size: tuple[int, int], *, scripts: bool
) -> None:
    ready(door)
    await at(browser, size, scripts=scripts)
    lan, hoa = Person(browser, f"http://office.lan:{port}"), Person(browser, f"http://127.0.0.1:{port}")
    await lan.opens("/sign-in/")
    await lan.signs_in()
    await lan.follows("Người và quyền")
    assert await is_fit(lan)
    await lan.follows("Mời một người")
    assert await is_fit(lan)
    await lan.types(full_name="Ngô Thị Hoa", name="hoa", node="H62.01")
    await lan.presses("Tạo và lấy đường dẫn mời")
    assert "cần quyền office@H62.01" in await lan.sees()
    await lan.types(node="H09.05")
    await lan.presses("Tạo và lấy đường dẫn mời")
    assert await is_fit(lan)
    link = urlsplit(await text_of(lan, "main code"))
    await lan.follows("Đã chép, đến trang của tài khoản")
    assert "Đã mời, chưa đặt mật khẩu" in await lan.sees()
    assert await is_fit(lan)

    await hoa.opens(f"{link.path}?{link.query}")
    assert "Ngô Thị Hoa" in await hoa.sees()
    await hoa.types(new=PASSWORD, again=PASSWORD)
    await hoa.presses("Đặt mật khẩu và đăng nhập")
    assert hoa.path == "/sign-in/desk"
    await hoa.follows("Tài khoản của tôi")
    await hoa.follows("Bật đăng nhập hai lớp")
    assert await is_fit(hoa)
    key = pyotp.TOTP(await value_of(hoa, "key"))
    await hoa.types(present=PASSWORD, code=key.at(door.now))
    await hoa.presses("Bật đăng nhập hai lớp")
    assert "Mã dự phòng" in await hoa.sees()
    assert await is_fit(hoa)
    await hoa.follows("Đã cất, tiếp tục")
    await hoa.presses("Đăng xuất khỏi trình duyệt này")
    await hoa.types(name="hoa", password=PASSWORD)
    await hoa.presses("Đăng nhập")
    assert hoa.path == "/sign-in/code"
    await hoa.types(code=key.at(door.now, counter_offset=1))
    await hoa.presses("Tiếp tục")
    assert hoa.path == "/sign-in/desk"
    await hoa.opens(f"{link.path}?{link.query}")
    assert "Lời mời này không dùng được" in await hoa.sees()
    await at(browser, DESK, scripts=True)
    known = ("403 (Forbidden)", "404 (Not Found)", "Clear-Site-Data header")
    assert [each for each in complaints(browser) if not any(text in each["message"] for text in known)] == []


@pytest.mark.browser
@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_page_of_people_keeps_anyone_out(
    browser: WebDriver, door: Door, port: str, size: tuple[int, int], scheme: str
) -> None:
    ready(door)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", media)
    await at(browser, size, scripts=True)
    lan = Person(browser, f"http://office.lan:{port}")
    await lan.opens("/sign-in/")
    await lan.signs_in()
    for path in (
        *("people", "people?state=ended", "people/new", "programs", "programs/new", "accounts/a00000an"),
        *("accounts/a0motcua", "accounts/a00000lan", "accounts/a00000dao", "second-factor", "account", "invitation"),
    ):
        await lan.opens(f"/sign-in/{path}")
        assert await asyncio.to_thread(barriers, browser) == [], path
        assert await is_fit(lan), path
    await lan.opens("/sign-in/people/new")
    await lan.types(full_name="Ngô Thị Hoa", name="hoa")
    await lan.presses("Tạo và lấy đường dẫn mời")
    assert await asyncio.to_thread(barriers, browser, "color-contrast", "label") == []
    await lan.types(node="H09.05")
    await lan.presses("Tạo và lấy đường dẫn mời")
    assert await asyncio.to_thread(barriers, browser) == []
    link = urlsplit(await text_of(lan, "main code"))
    await lan.opens(f"{link.path}?{link.query}")
    assert await asyncio.to_thread(barriers, browser) == []
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"features": []})
    await at(browser, DESK, scripts=True)
    complaints(browser)
