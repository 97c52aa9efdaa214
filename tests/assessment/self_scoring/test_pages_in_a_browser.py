"""The pages of a unit's sheet in a real Chromium: a clerk fills them at a desk, on a phone, by keyboard alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.conftest import Assessment, Clock, all_claims, round_body

from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, asks, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

pytestmark = pytest.mark.browser

SHEET = "/rounds/r-2026/units/H16.01"
PAGES = (SHEET, f"{SHEET}/report", f"{SHEET}/assignments", f"{SHEET}/criteria/1.1.1", f"{SHEET}/criteria/1.1.4", "/")


@pytest.fixture
async def site(database: Databases, browser: WebDriver) -> AsyncIterator[str]:
    """Assessment on a real port with an open round; the browser is signed in as a clerk of H16.01."""
    clock = Clock()
    async with served(database, SERVICE, now=clock) as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await with_last_year(assessment)
        token = ISSUER.mint("can-bo", ["unit@H16.01"], timedelta(hours=1), clock())
        async with signed_in(opened.app, browser, token) as address:
            yield address


async def with_last_year(assessment: Assessment) -> None:
    """Open two rounds, one after the other; the unit has claims in both."""
    await assessment.enact()
    for round_id, year, limit in (("r-2025", 2025, {}), ("r-2026", 2026, {"self_scoring": "2026-08-01T10:00:00Z"})):
        body = round_body(round=round_id, year=year, title=f"Chỉ số CCHC năm {year}", deadlines=limit)
        assert (await assessment.office("POST", "/v1/rounds", body)).status_code == 201
        claims = [claim for claim in all_claims() if round_id == "r-2025" or claim["criterion"] in {"1.1.1", "1.1.2"}]
        answer = await assessment.unit("PUT", f"/v1/rounds/{round_id}/units/H16.01/claims", claims)
        assert answer.status_code == 201
    await assessment.catch_up()


async def follows(browser: WebDriver, by: str, what: str) -> None:
    """Press Enter on a link or a button."""
    await asyncio.to_thread(browser.find_element(by, what).send_keys, Keys.ENTER)


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_no_page_of_the_sheet_has_a_barrier_or_scrolls_sideways(
    browser: WebDriver, site: str, size: tuple[int, int]
) -> None:
    for path in PAGES:
        for scheme in ("light", "dark"):
            await opens(browser, site + path, size, scheme)
            assert (path, await asyncio.to_thread(barriers, browser, "color-contrast")) == (path, [])
        assert await fits(browser), path
    assert [each["message"] for each in complaints(browser)] == []


@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_a_clerk_fills_a_criterion_goes_on_and_corrects_a_mistake(
    browser: WebDriver, site: str, size: tuple[int, int]
) -> None:
    await opens(browser, site + SHEET, size)
    await follows(browser, By.PARTIAL_LINK_TEXT, "1.1.4 Mức độ")
    await shows(browser, "h1", "1.1.4")
    await asyncio.to_thread(browser.find_element(By.NAME, "done").send_keys, "chín")
    await asyncio.to_thread(browser.find_element(By.NAME, "planned").send_keys, "10")
    await follows(browser, By.CSS_SELECTOR, "button[value=next]")
    await shows(browser, ".errors", "Phải là số")
    assert await asks(browser, "document.activeElement.className") == "errors"
    field = browser.find_element(By.NAME, "done")
    await asyncio.to_thread(field.clear)
    await asyncio.to_thread(field.send_keys, "9,5")
    await follows(browser, By.CSS_SELECTOR, "button[value=next]")
    await shows(browser, "h1", "1.2.1")
    await shows(browser, ".saved", "Đã lưu tiêu chí 1.1.4.")


async def test_a_clerk_who_uses_the_keyboard_alone_saves_a_claim(browser: WebDriver, site: str) -> None:
    await opens(browser, f"{site}{SHEET}/criteria/1.3")
    await asyncio.to_thread(browser.find_element(By.TAG_NAME, "body").send_keys, Keys.TAB)
    for _ in range(60):
        if await asks(browser, "document.activeElement.name") == "points":
            break
        await asyncio.to_thread(browser.switch_to.active_element.send_keys, Keys.TAB)
    await asyncio.to_thread(browser.switch_to.active_element.send_keys, "2,5", Keys.ENTER)
    await shows(browser, "dl.summary", "2,5 / 3 điểm")


async def test_points_appear_while_figures_are_typed_and_unsaved_text_is_offered_again(
    browser: WebDriver, site: str
) -> None:
    await opens(browser, f"{site}{SHEET}/criteria/1.1.4")
    assert await asks(browser, "document.querySelector('[value=try]').offsetParent") is None
    await asyncio.to_thread(browser.find_element(By.NAME, "done").send_keys, "9,5")
    await shows(browser, "output", "thiếu số liệu “Số kế hoạch”")
    await asyncio.to_thread(browser.find_element(By.NAME, "planned").send_keys, "10")
    await shows(browser, "output", "2 / 2 điểm (chưa lưu)")
    assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    await opens(browser, f"{site}{SHEET}/criteria/1.1.4")
    await follows(browser, By.CSS_SELECTOR, ".kept button")
    await shows(browser, "output", "2 / 2 điểm (chưa lưu)")
    await follows(browser, By.CSS_SELECTOR, "button[value=stay]:not(.unseen)")
    await shows(browser, ".saved", "Đã lưu tiêu chí 1.1.4.")
    await opens(browser, f"{site}{SHEET}/criteria/1.1.4")
    assert await asks(browser, "document.querySelector('.kept')") is None
    assert [each["message"] for each in complaints(browser)] == []


async def test_a_browser_without_scripts_tries_the_points_and_saves(browser: WebDriver, site: str) -> None:
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        await asyncio.to_thread(browser.get, f"{site}{SHEET}/criteria/1.1.4")
        await asyncio.to_thread(browser.find_element(By.NAME, "done").send_keys, "8")
        await asyncio.to_thread(browser.find_element(By.NAME, "planned").send_keys, "10")
        await follows(browser, By.CSS_SELECTOR, "button[value=try]")
        await shows(browser, "output", "1 / 2 điểm (chưa lưu)")
        await follows(browser, By.CSS_SELECTOR, "button[value=next]")
        await shows(browser, "h1", "1.2.1")
    finally:
        await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setScriptExecutionDisabled", {"value": False})


async def test_the_report_is_printed_without_its_buttons_and_with_whole_tables(browser: WebDriver, site: str) -> None:
    await opens(browser, f"{site}{SHEET}/report")
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"media": "print"})
    seen = "[...document.querySelectorAll('button, textarea, .crumbs')].filter(one => one.offsetParent).length"
    assert await asks(browser, seen) == 0
    assert await asks(browser, "getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    assert await asks(browser, "document.querySelector('#table-title').offsetParent !== null") is True
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"media": ""})


SAVES_MEANWHILE = """const form = new FormData(document.querySelector('form[data-keep]'))
form.set('answer', 'no')
form.set('key', 'k'.repeat(20))
form.set('then', 'stay')
fetch(location.href, {method: 'POST', body: new URLSearchParams(form)}).then(answer => arguments[0](answer.status))"""


@pytest.mark.axe
async def test_a_clerk_whose_form_is_stale_takes_the_new_text_and_is_not_offered_the_old_one(
    browser: WebDriver, site: str
) -> None:
    address = f"{site}{SHEET}/criteria/1.1.3"
    await opens(browser, address, PHONE)
    assert await asyncio.to_thread(browser.execute_async_script, SAVES_MEANWHILE) == 200
    await asks(browser, "document.querySelector('[value=yes]').click()")
    await follows(browser, By.CSS_SELECTOR, "button[value=stay]:not(.unseen)")
    await shows(browser, ".conflict", "can-bo đã lưu lúc")
    assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    assert await fits(browser)
    await follows(browser, By.LINK_TEXT, "Lấy bản mới")
    await shows(browser, "dl.summary", "0 / 1 điểm")
    assert await asks(browser, "document.querySelector('.kept')") is None
