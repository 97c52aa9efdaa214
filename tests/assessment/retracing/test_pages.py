"""The page of a criterion's stages, and in a real Chromium: at a moment that a person types, without barriers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.people import SHEET, Person, texts_in
from tests.assessment.retracing.test_api import STAGES, through_every_stage

from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

PAGE = f"{SHEET}/criteria/1.1.4/stages"


@pytest.fixture
async def retraced(database: Databases) -> AsyncIterator[Assessment]:
    clock = Clock()
    async with served(database, SERVICE, now=clock) as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await through_every_stage(assessment)
        yield assessment


async def test_the_page_shows_the_words_of_the_api(retraced: Assessment) -> None:
    clerk = Person(retraced, "can-bo", ("unit@H16.01",))
    for query in ("", "?at=2020-01-01T00:00:00Z", "?position=12"):
        said = (await retraced.unit("GET", STAGES + query)).json()["said"]
        page = texts_in(await clerk.opens(PAGE + query))
        for part in said:
            assert f"{part['term']} {' '.join(part['text'].split())}" in page


async def test_the_way_to_the_points_of_that_moment_is_for_those_whom_scoring_answers(retraced: Assessment) -> None:
    query, link = "?at=2026-01-01T00:00:00.000000Z", "scoring/rounds/r-2026/units/H16.01/criteria/1.1.4"
    shown = await Person(retraced, "x", ("office@H16",)).opens(PAGE + query)
    assert f"../{link}{query}" in unescape(shown.text)
    sibling = await Person(retraced, "x", ("appraiser@H16.02",)).opens(PAGE + query)
    assert sibling.status_code == 200
    assert link not in sibling.text


@pytest.mark.browser
@pytest.mark.axe
async def test_a_person_asks_for_a_moment_and_the_page_keeps_nobody_out(
    browser: WebDriver, retraced: Assessment
) -> None:
    app = retraced.http._transport.app  # type: ignore[attr-defined]  # the app that it calls
    token = ISSUER.mint("can-bo", ["unit@H16.01"], timedelta(hours=1), retraced.clock())
    async with signed_in(app, browser, token) as site:
        for size in (DESK, PHONE):
            for query in ("", "?day=1/1/2020"):
                for scheme in ("light", "dark"):
                    await opens(browser, site + PAGE + query, size, scheme)
                    assert (query, await asyncio.to_thread(barriers, browser, "color-contrast")) == (query, [])
                assert await fits(browser), (query, size)
        await opens(browser, site + PAGE)
        await shows(browser, "dl.summary", "Chấm điểm trực tiếp: 1,5 điểm")
        await asyncio.to_thread(browser.find_element(By.NAME, "day").send_keys, "1/1/2020", Keys.ENTER)
        await shows(browser, "dl.summary", "Chưa ai kê khai tiêu chí này")
        await asyncio.to_thread(browser.find_element(By.LINK_TEXT, "Xem hiện nay").send_keys, Keys.ENTER)
        await shows(browser, "dl.summary", "Hội đồng thống nhất.")
        await opens(browser, f"{site}{PAGE}?day=hom-qua")
        await shows(browser, ".errors", "Phải là ngày dạng ngày/tháng/năm")
    assert [each["message"] for each in complaints(browser) if "422" not in each["message"]] == []
