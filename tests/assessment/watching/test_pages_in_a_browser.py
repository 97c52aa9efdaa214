"""The office's pages of a round in a real Chromium: no barriers at a desk and on a phone, light and dark."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from tests.assessment.conftest import Assessment, Clock

from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

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
    """Assessment on a real port; the browser is signed in as the office."""
    app = assessment.http._transport.app  # type: ignore[attr-defined]  # the app that it calls
    token = ISSUER.mint("so-noi-vu", ["office@H16"], timedelta(hours=1), assessment.clock())
    async with signed_in(app, browser, token) as url:
        yield url


async def test_the_offices_pages_of_a_round_keep_nobody_out(browser: WebDriver, site: str) -> None:
    for size in (DESK, PHONE):
        for path in ("/", "/rounds/r-2026", "/rounds/r-2026/units/H16.01/office", "/rounds/r-2026/units/H16.02/office"):
            for scheme in ("light", "dark"):
                await opens(browser, site + path, size, scheme)
                assert (path, await asyncio.to_thread(barriers, browser, "color-contrast")) == (path, [])
            assert await fits(browser), (path, size)
    assert [each["message"] for each in complaints(browser)] == []
