"""The office's pages of a round in a real Chromium: no barriers at a desk and on a phone, light and dark."""

from collections.abc import AsyncIterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from tests.assessment.browsing import browsing, keeps_nobody_out
from tests.assessment.conftest import Assessment, Clock

from assessment.service import SERVICE
from parindex.testing.browser import complaints
from parindex.testing.postgres import Databases
from parindex.testing.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.axe]
DEADLINES = {"self_scoring": "2026-07-10T17:00:00+07:00", "appraisal": "2026-07-20T17:00:00+07:00"}


@pytest.fixture
async def assessment(database: Databases) -> AsyncIterator[Assessment]:
    clock = Clock()
    async with served(database, SERVICE, now=clock) as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await assessment.open_round(deadlines=DEADLINES)
        await assessment.submit("H16.01")
        await assessment.uphold_all("H16.01")
        await assessment.catch_up()
        yield assessment


@pytest.fixture
async def site(assessment: Assessment, browser: WebDriver) -> AsyncIterator[str]:
    """The browser is signed in as the office."""
    async with browsing(assessment, browser, "so-noi-vu", "office@H16") as url:
        yield url


async def test_the_offices_pages_of_a_round_keep_nobody_out(browser: WebDriver, site: str) -> None:
    units = [f"/rounds/r-2026/units/{code}/office" for code in ("H16.01", "H16.02")]
    await keeps_nobody_out(browser, site, ["/", "/rounds/r-2026", "/rounds/r-2026/criteria/1.1.4/units", *units])
    assert [each["message"] for each in complaints(browser)] == []
