"""The pages of an explanation in a real Chromium: no barriers at a desk and on a phone, light and dark."""

from collections.abc import AsyncIterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from tests.assessment.appraising.test_stages_api import EXPLAINED, EXPLANATIONS, SUBMISSION, cut
from tests.assessment.browsing import browsing, keeps_nobody_out
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.people import SHEET

from assessment.service import SERVICE
from parindex.testing.browser import complaints
from parindex.testing.postgres import Databases
from parindex.testing.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.axe]
PAGES = (f"{SHEET}/explanation", f"{SHEET}/criteria/1.1.4/explanation", f"{SHEET}/criteria/1.1.4")


@pytest.fixture
async def assessment(database: Databases) -> AsyncIterator[Assessment]:
    clock = Clock()
    async with served(database, SERVICE, now=clock) as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await cut(assessment)
        yield assessment


@pytest.fixture
async def site(assessment: Assessment, browser: WebDriver) -> AsyncIterator[str]:
    """The browser is signed in as a clerk of H16.01."""
    async with browsing(assessment, browser, "can-bo", "unit@H16.01") as url:
        yield url


async def test_the_pages_of_an_explanation_keep_nobody_out(
    browser: WebDriver, site: str, assessment: Assessment
) -> None:
    await keeps_nobody_out(browser, site, PAGES)
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 201
    assert (await assessment.unit("POST", SUBMISSION)).status_code == 201
    await keeps_nobody_out(browser, site, PAGES)
    assert [each["message"] for each in complaints(browser)] == []
