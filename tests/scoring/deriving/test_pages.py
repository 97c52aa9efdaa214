"""The page of a derivation in a real Chromium: a person follows points to their events, at the moment that it asks."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.scoring.conftest import Bench
from tests.scoring.contracts_of_a_round import appraised, enacted, opened, submitted, tallied
from tests.scoring.criteria_sets import set_of_every_kind

from parindex.eventstore.projecting import Projector
from parindex.instant import utc_now
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served
from scoring.service import SERVICE

pytestmark = pytest.mark.browser

UNIT = "H09.01"
PAGE = f"/rounds/r/units/{UNIT}/criteria"


@pytest.fixture
async def site(database: Databases, browser: WebDriver) -> AsyncIterator[str]:
    """Scoring on a real port with a unit that is appraised twice and surveyed; the browser is signed in as the unit."""
    async with served(database, SERVICE, now=utc_now) as opening:
        resources = opening.resources
        bench = Bench(
            resources.context, resources.engine, Projector(resources.log, resources.engine, SERVICE.projections)
        )
        await bench.receive("assessment", enacted(set_of_every_kind()), opened(units=[UNIT]))
        await bench.receive("assessment", submitted(UNIT, "2"))
        for done in (4, 5):
            await bench.receive("assessment", appraised(UNIT, done))
        await bench.receive("survey", tallied(UNIT, 2))
        await bench.projector.catch_up()
        token = ISSUER.mint("can-bo", [f"unit@{UNIT}"], timedelta(hours=1), utc_now())
        async with signed_in(opening.app, browser, token) as address:
            yield address


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_derivation_has_a_barrier_or_scrolls_sideways(
    browser: WebDriver, site: str, size: tuple[int, int]
) -> None:
    for each in ("2.2", "2.3", "1.1", "2.2?day=1/1/2020", "2.2?day=x&time=y"):
        for scheme in ("light", "dark"):
            await opens(browser, f"{site}{PAGE}/{each}", size, scheme)
            assert (each, await asyncio.to_thread(barriers, browser, "color-contrast")) == (each, [])
        assert await fits(browser), each
    assert [each["message"] for each in complaints(browser) if "422" not in each["message"]] == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_unit_follows_its_points_to_an_earlier_moment(browser: WebDriver, site: str, *, scripts: bool) -> None:
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setScriptExecutionDisabled", {"value": not scripts})
    await opens(browser, f"{site}{PAGE}/2.2")
    await shows(browser, "dl.summary", "5 trên 7 là 500/7 (khoảng 71,43) %: 5 ÷ 7 × 3 = 15/7 (khoảng 2,14) điểm")
    await shows(browser, "dl.summary", "nhận từ bản ghi 5 của sổ tự chấm, thẩm định")
    summary = browser.find_element(By.CSS_SELECTOR, "dl.summary").text
    assert ("FindingsReceived" in summary, "scoring/" in summary, "assessment/" in summary) == (False, False, False)
    assert re.search(r"scoring/\d+ FindingsReceived, assessment/5", browser.find_element(By.TAG_NAME, "small").text)
    earlier = browser.find_elements(By.CSS_SELECTOR, "table.data tbody tr")[1]
    assert "12/7 (khoảng 1,71)" in earlier.text
    await asyncio.to_thread(earlier.find_element(By.TAG_NAME, "a").send_keys, Keys.ENTER)
    await shows(browser, "dl.summary", "4 trên 7 là 400/7 (khoảng 57,14) %: 4 ÷ 7 × 3 = 12/7 (khoảng 1,71) điểm")
    await shows(browser, ".notice", "một thời điểm trước")
    await asyncio.to_thread(browser.find_element(By.LINK_TEXT, "Xem hiện nay").send_keys, Keys.ENTER)
    await shows(browser, "dl.summary", "15/7")


async def test_a_moment_that_has_not_come_is_shown_as_the_present(browser: WebDriver, site: str) -> None:
    await opens(browser, f"{site}{PAGE}/2.2?day=1/1/2070")
    await shows(browser, ".notice", "Thời điểm này chưa đến; đây là kết quả hiện nay.")
    await shows(browser, "dl.summary", "Hiện nay; lần tính gần nhất lúc")
    assert "một thời điểm trước" not in browser.find_element(By.TAG_NAME, "main").text


async def test_the_page_leads_to_the_other_criteria_and_to_the_sum_of_the_unit(browser: WebDriver, site: str) -> None:
    await opens(browser, f"{site}{PAGE}/2.2")
    rows = browser.find_elements(By.CSS_SELECTOR, "section[aria-labelledby=criteria-title] tbody tr")
    assert rows[-1].find_element(By.TAG_NAME, "th").text == "Tổng điểm"
    codes = [row.find_element(By.TAG_NAME, "a").text.split(" ")[0] for row in rows[:-1]]
    at = codes.index("2.2")
    for rel, code in (("prev", codes[at - 1]), ("next", codes[at + 1])):
        link = browser.find_element(By.CSS_SELECTOR, f"nav.pager a[rel={rel}]")
        assert (link.get_attribute("href") or "").endswith(f"{PAGE}/{code}")
    await opens(browser, f"{site}{PAGE}/{codes[0]}")
    assert browser.find_elements(By.CSS_SELECTOR, "nav.pager a[rel=prev]") == []


async def test_a_person_asks_for_a_day_in_its_own_words(browser: WebDriver, site: str) -> None:
    await opens(browser, f"{site}{PAGE}/2.2")
    await asyncio.to_thread(browser.find_element(By.NAME, "day").send_keys, "1/1/2020")
    await asyncio.to_thread(
        browser.find_element(By.CSS_SELECTOR, "main form button[type=submit]").send_keys, Keys.ENTER
    )
    await shows(browser, "dl.summary", "Lúc đó chưa có dữ liệu nào về đơn vị này")
    assert browser.find_element(By.NAME, "day").get_attribute("value") == "01/01/2020"
    assert browser.find_element(By.NAME, "time").get_attribute("value") == "23:59"
    await opens(browser, f"{site}{PAGE}/2.2?day=hom-qua")
    await shows(browser, ".errors", "Phải là ngày dạng ngày/tháng/năm")
