"""The pages of an explanation in a real Chromium: no barriers at a desk and on a phone, light and dark."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from tests.assessment.appraising.test_stages_api import EXPLAINED, EXPLANATIONS, SUBMISSION, cut
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.people import SHEET

from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

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
    """Assessment on a real port; the browser is signed in as a clerk of H16.01."""
    app = assessment.http._transport.app  # type: ignore[attr-defined]  # the app that it calls
    token = ISSUER.mint("can-bo", ["unit@H16.01"], timedelta(hours=1), assessment.clock())
    async with signed_in(app, browser, token) as url:
        yield url


async def keeps_nobody_out(browser: WebDriver, site: str) -> None:
    for size in (DESK, PHONE):
        for path in PAGES:
            for scheme in ("light", "dark"):
                await opens(browser, site + path, size, scheme)
                assert (path, await asyncio.to_thread(barriers, browser, "color-contrast")) == (path, [])
            assert await fits(browser), (path, size)


async def test_the_pages_of_an_explanation_keep_nobody_out(
    browser: WebDriver, site: str, assessment: Assessment
) -> None:
    await keeps_nobody_out(browser, site)
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 201
    assert (await assessment.unit("POST", SUBMISSION)).status_code == 201
    await keeps_nobody_out(browser, site)
    assert [each["message"] for each in complaints(browser)] == []
