"""An office links people by a list in a real browser: without barriers, on a phone too, and without scripts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from tests.shared.sign_in.signing_in import Door
from tests.shared.sign_in.test_journey import Person, at
from tests.shared.sign_in.test_link_lists import GOOD, HEAD
from tests.shared.sign_in.test_outside import configure
from tests.shared.sign_in.test_people import AN, CLIENT, DAO, DUNG, MAI
from tests.shared.sign_in.test_people_links import OFFICE, SSO, keep, links_of

from parindex.hosting.server import listening
from parindex.testing.browser import DESK, PHONE, barriers

LINKED = {"linked": [{"issuer": SSO, "subject": "0f3e5d0c-9a0e-4a57-7d1c-6f2b110a52c6"}]}
WRONG = (
    f"{HEAD}\nan;{SSO};7d1c6a52-0f3e-4a57-9a0e-5d0c1f6f2b11\nmai;{SSO};s3\ndao;{SSO};có dấu\n"
    f"dung;{SSO};0f3e5d0c-9a0e-4a57-7d1c-6f2b110a52c6\n"
)


@pytest.fixture
async def lan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, door: Door, browser: WebDriver) -> AsyncIterator[Person]:
    configure(monkeypatch, tmp_path, SSO)
    await keep(door, OFFICE, MAI | LINKED, AN, DUNG, DAO, CLIENT)
    async with listening(door.app()) as url:
        yield Person(browser, f"http://office.lan:{url.rpartition(':')[2]}")


@pytest.mark.browser
@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_page_of_lists_of_links_keeps_anyone_out(
    browser: WebDriver, lan: Person, size: tuple[int, int], scheme: str
) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", media)
    await at(browser, size, scripts=True)

    async def checked() -> None:
        assert await asyncio.to_thread(barriers, browser) == []
        assert not await lan.scrolls_sideways()

    await lan.opens("/sign-in/")
    await lan.signs_in()
    for pasted, button in ((WRONG, ""), (GOOD, "Liên kết 2 danh tính")):
        await lan.opens("/sign-in/links")
        await checked()
        await lan.types(list=pasted)
        await lan.presses("Xem trước")
        await checked()
        if button:
            await lan.presses(button)
            await checked()
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"features": []})
    await at(browser, DESK, scripts=True)


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_an_office_links_people_by_a_file(
    browser: WebDriver, door: Door, lan: Person, tmp_path: Path, *, scripts: bool
) -> None:
    await at(browser, PHONE, scripts=scripts)
    listed = tmp_path / "danh-sách.csv"
    listed.write_text(GOOD, "utf-8-sig")
    await lan.opens("/sign-in/")
    await lan.signs_in()
    await lan.follows("Người và quyền")
    await lan.follows("Liên kết theo danh sách")
    chosen = await asyncio.to_thread(browser.find_element, By.NAME, "file")
    await asyncio.to_thread(chosen.send_keys, str(listed))
    await lan.presses("Xem trước")
    assert "Sẽ thêm 2 liên kết" in await lan.sees()
    await lan.presses("Liên kết 2 danh tính")
    assert (lan.path, "Đã thêm 2 liên kết" in await lan.sees()) == ("/sign-in/links", True)
    assert links_of(door, "an") == [(SSO, "s1")]
    await at(browser, DESK, scripts=True)
