"""A person signs in, works and signs out in a real browser, on a desk and on a phone, with scripts and without.

The office is on plain http, where browsers send no `Sec-Fetch-Site`: only `Origin` says that a form is our own.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait
from tests.shared.sign_in.signing_in import LAN, PASSWORD, Door

from parindex.hosting.server import listening
from parindex.testing.browser import DESK, PHONE, barriers, complaints

KNOWN = (
    "400 (Bad Request)",
    "Clear-Site-Data header",
    "/assessment/desk - Failed",
    "/survey/desk - Failed",
    "/publication/desk - Failed",
)
"""The wrong password, a header that has an effect over https only, and parts of the desk without their services."""
WAITING = "Phiếu tự chấm của đơn vị"


@dataclass
class Person:
    """A person at a browser; each host has cookies of its own, as another browser would."""

    browser: WebDriver
    site: str

    async def opens(self, path: str) -> None:
        await asyncio.to_thread(self.browser.get, self.site + path)

    async def types(self, **fields: str) -> None:
        for name, text in fields.items():
            field = await asyncio.to_thread(self.browser.find_element, By.NAME, name)
            await asyncio.to_thread(field.clear)
            await asyncio.to_thread(field.send_keys, text)

    async def presses(self, text: str) -> None:
        button = await asyncio.to_thread(self.browser.find_element, By.XPATH, f"//button[normalize-space()='{text}']")
        await self._leaves_by(button)

    async def follows(self, text: str) -> None:
        link = await asyncio.to_thread(self.browser.find_element, By.LINK_TEXT, text)
        await self._leaves_by(link)

    async def _leaves_by(self, element: WebElement) -> None:
        await asyncio.to_thread(element.send_keys, Keys.ENTER)
        wait = WebDriverWait(self.browser, 60, ignored_exceptions=[WebDriverException])  # a page that is just going
        await asyncio.to_thread(wait.until, staleness_of(element))

    async def goes_back(self) -> None:
        await asyncio.to_thread(self.browser.back)

    async def signs_in(self, password: str = PASSWORD) -> None:
        await self.types(name=LAN["name"], password=password)
        await self.presses("Đăng nhập")

    async def sees(self) -> str:
        return await asyncio.to_thread(lambda: self.browser.find_element(By.TAG_NAME, "body").text)

    @property
    def path(self) -> str:
        return urlsplit(self.browser.current_url).path

    async def scrolls_sideways(self) -> bool:
        script = "return document.documentElement.scrollWidth > window.innerWidth"
        return bool(await asyncio.to_thread(self.browser.execute_script, script))


@pytest.fixture
async def port(door: Door) -> AsyncIterator[str]:
    async with listening(door.app()) as url:
        yield url.rpartition(":")[2]


async def at(browser: WebDriver, size: tuple[int, int], *, scripts: bool) -> None:
    emulated = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size is PHONE}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setDeviceMetricsOverride", emulated)
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setScriptExecutionDisabled", {"value": not scripts})


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "scripts"), [(DESK, True), (PHONE, True), (DESK, False)], ids=["desk", "phone", "no-scripts"]
)
async def test_a_person_signs_in_works_and_signs_out(
    browser: WebDriver, port: str, size: tuple[int, int], *, scripts: bool
) -> None:
    await at(browser, size, scripts=scripts)
    lan = Person(browser, f"http://office.lan:{port}")
    await lan.opens("/sign-in/desk")
    assert lan.path == "/sign-in/"
    await lan.signs_in("sai")
    assert "Tên hoặc mật khẩu không đúng." in await lan.sees()
    assert not await lan.scrolls_sideways()
    await lan.signs_in()
    assert lan.path == "/sign-in/desk"
    seen = await lan.sees()
    assert WAITING in seen
    assert LAN["name"] in seen
    assert "Cơ quan chủ trì tại H09" in seen
    assert not await lan.scrolls_sideways()
    await lan.follows("Tài khoản của tôi")
    assert "Đăng xuất ở mọi nơi" in await lan.sees()
    assert not await lan.scrolls_sideways()
    await lan.presses("Đăng xuất")
    assert "Đã đăng xuất khỏi trình duyệt này." in await lan.sees()
    await at(browser, DESK, scripts=True)
    others = [each["message"] for each in complaints(browser) if not any(known in each["message"] for known in KNOWN)]
    assert others == []


@pytest.mark.browser
async def test_after_sign_out_the_back_button_shows_no_page_of_the_person(browser: WebDriver, port: str) -> None:
    await at(browser, DESK, scripts=True)
    lan = Person(browser, f"http://127.0.0.1:{port}")  # as over https: there the browser drops the pages
    await lan.opens("/sign-in/")
    await lan.signs_in()
    await lan.follows("Tài khoản của tôi")
    await lan.presses("Đăng xuất")
    for _ in range(3):
        await lan.goes_back()
        seen = await lan.sees()
        assert WAITING not in seen
        assert LAN["name"] not in seen
    complaints(browser)


@pytest.mark.browser
async def test_sign_out_everywhere_reaches_another_browser_at_its_next_renewal(
    browser: WebDriver, door: Door, port: str
) -> None:
    await at(browser, DESK, scripts=True)
    here, there = Person(browser, f"http://office.lan:{port}"), Person(browser, f"http://127.0.0.1:{port}")
    for person in (there, here):
        await person.opens("/sign-in/")
        await person.signs_in()
    await here.opens("/sign-in/account")
    await here.presses("Đăng xuất ở mọi nơi")
    assert "Đã đăng xuất ở mọi nơi." in await here.sees()
    await there.opens("/sign-in/desk")
    assert WAITING in await there.sees()  # its access token is valid for some minutes
    door.now += timedelta(minutes=16)
    await there.opens("/sign-in/desk")
    assert there.path == "/sign-in/"
    assert WAITING not in await there.sees()
    complaints(browser)


@pytest.mark.browser
@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_of_sign_in_keeps_anyone_out(browser: WebDriver, port: str, scheme: str) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", media)
    lan = Person(browser, f"http://office.lan:{port}")
    await lan.opens("/sign-in/")
    assert await asyncio.to_thread(barriers, browser, "color-contrast", "label") == []
    await lan.signs_in("sai")
    assert await asyncio.to_thread(barriers, browser, "color-contrast", "label") == []
    await lan.signs_in()
    for path in ("/sign-in/desk", "/sign-in/account", "/sign-in/"):
        await lan.opens(path)
        assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"features": []})
