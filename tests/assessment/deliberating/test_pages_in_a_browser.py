"""The council's pages in a real Chromium: no barriers at a desk and on a phone; the keyboard decides."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.browsing import browsing, keeps_nobody_out
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.deliberating.council_round import dispute, meet

from assessment.service import SERVICE
from parindex.testing.browser import DESK, complaints, opens, shows
from parindex.testing.postgres import Databases
from parindex.testing.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.axe]
PAGE = "/rounds/r-2026/council"
ITEM = "/rounds/r-2026/units/H16.01/criteria/1.1.4/council"


@pytest.fixture
async def assessment(database: Databases) -> AsyncIterator[Assessment]:
    clock = Clock()
    async with served(database, SERVICE, now=clock) as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await dispute(assessment)
        await meet(assessment)
        yield assessment


async def test_the_pages_of_the_council_keep_nobody_out_and_the_keyboard_decides(
    browser: WebDriver, assessment: Assessment
) -> None:
    async with browsing(assessment, browser, "hoi-dong", "council@H16") as site:
        await keeps_nobody_out(browser, site, [PAGE, f"{PAGE}/sessions/1", ITEM])
        await opens(browser, site + ITEM, DESK)
        await asyncio.to_thread(decide_with_the_keyboard, browser)
        await shows(browser, "p.saved", "Đã ghi quyết định của hội đồng.")
    async with browsing(assessment, browser, "so-noi-vu", "office@H16") as site:
        await keeps_nobody_out(browser, site, [f"{PAGE}/members"])
    assert [each["message"] for each in complaints(browser)] == []


def decide_with_the_keyboard(browser: WebDriver) -> None:
    browser.find_element(By.CSS_SELECTOR, "input[name=finding][value=upheld]").send_keys(Keys.SPACE)
    browser.find_element(By.NAME, "in_favour").send_keys("2", Keys.ENTER)
