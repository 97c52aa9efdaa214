"""The appraisers' pages in a real Chromium: no barriers at a desk and on a phone, and a finding without a mouse."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.people import SHEET

from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

pytestmark = [pytest.mark.browser, pytest.mark.axe]
LIST = "/rounds/r-2026/appraisal"
ITEM = f"{SHEET}/criteria/1.1.4/appraisal"


@pytest.fixture
async def assessment(database: Databases) -> AsyncIterator[Assessment]:
    clock = Clock()
    async with served(database, SERVICE, now=clock) as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await assessment.open_round()
        await assessment.submit("H16.01")
        yield assessment


@pytest.fixture
async def site(assessment: Assessment, browser: WebDriver) -> AsyncIterator[str]:
    """Assessment on a real port; the browser is signed in as an appraiser of the office."""
    app = assessment.http._transport.app  # type: ignore[attr-defined]  # the app that it calls
    token = ISSUER.mint("can-bo", ["appraiser@H16"], timedelta(hours=1), assessment.clock())
    async with signed_in(app, browser, token) as url:
        yield url


async def test_the_appraisers_pages_keep_nobody_out(browser: WebDriver, site: str) -> None:
    for size in (DESK, PHONE):
        for path in (LIST, f"{LIST}/upholding", ITEM):
            for scheme in ("light", "dark"):
                await opens(browser, site + path, size, scheme)
                assert (path, await asyncio.to_thread(barriers, browser, "color-contrast")) == (path, [])
            assert await fits(browser), (path, size)
    assert [each["message"] for each in complaints(browser)] == []


async def test_a_finding_is_made_by_keyboard_and_the_next_item_opens(browser: WebDriver, site: str) -> None:
    await opens(browser, f"{site}{ITEM}?state=to-do", DESK)

    def decide() -> str:
        browser.find_element(By.CSS_SELECTOR, "input[name=finding][value=upheld]").send_keys(Keys.SPACE)
        browser.find_element(By.NAME, "comment").send_keys("Đúng.")
        browser.find_element(By.CSS_SELECTOR, "p.actions button").send_keys(Keys.ENTER)
        return browser.find_element(By.CSS_SELECTOR, "p.saved").text

    assert await asyncio.to_thread(decide) == "Đã lưu kết quả thẩm định: Sở Nội vụ, 1.1.4."
    assert "/criteria/1.2.1/appraisal" in browser.current_url, "1.1.4 is followed by 1.2.1"
