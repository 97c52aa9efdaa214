"""The appraisers' pages in a real Chromium: no barriers at a desk and on a phone, and a finding without a mouse."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.browsing import browsing, keeps_nobody_out
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.people import SHEET

from assessment.service import SERVICE
from parindex.testing.browser import DESK, complaints, opens, shows
from parindex.testing.postgres import Databases
from parindex.testing.serving import served

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
    """The browser is signed in as an appraiser of the office."""
    async with browsing(assessment, browser, "can-bo", "appraiser@H16") as url:
        yield url


async def test_the_appraisers_pages_keep_nobody_out(browser: WebDriver, site: str) -> None:
    await keeps_nobody_out(browser, site, [LIST, f"{LIST}/upholding", ITEM])
    assert [each["message"] for each in complaints(browser)] == []


async def test_a_finding_is_made_by_keyboard_and_the_next_item_opens(browser: WebDriver, site: str) -> None:
    await opens(browser, f"{site}{ITEM}?state=to-do", DESK)

    def decide() -> None:
        browser.find_element(By.CSS_SELECTOR, "input[name=finding][value=upheld]").send_keys(Keys.SPACE)
        browser.find_element(By.NAME, "comment").send_keys("Đúng.")
        browser.find_element(By.CSS_SELECTOR, "p.actions button").send_keys(Keys.ENTER)

    await asyncio.to_thread(decide)
    await shows(browser, "p.saved", "Đã lưu kết quả thẩm định: Sở Nội vụ, 1.1.4.")
    assert "/criteria/1.2.1/appraisal" in browser.current_url, "1.1.4 is followed by 1.2.1"
