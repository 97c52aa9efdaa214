"""The pages of years in a real Chromium: an officer uploads a workbook, reads its mistakes, and opens a year."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.planning.test_round_trip import ca_mau_year

from assessment.opening.deadlines import Deadlines
from assessment.planning.writing import example, write_year
from assessment.planning.years import Year, next_year
from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

pytestmark = pytest.mark.browser

LIST = "/authorities/H16/years"


@pytest.fixture
async def site(database: Databases, browser: WebDriver, tmp_path: Path) -> AsyncIterator[tuple[str, Assessment]]:
    """Assessment on a real port with a round of 2026; the browser is signed in as the office of H16."""
    clock = Clock()
    async with served(database, SERVICE, now=clock, files=tmp_path / "files") as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await assessment.open_round()
        await assessment.catch_up()
        token = ISSUER.mint("can-bo", ["office@H16"], timedelta(hours=1), clock())
        async with signed_in(opened.app, browser, token) as address:
            yield address, assessment


def year_of_pages() -> Year:
    """Return a year with a set that differs from the one in force, units, appraisers and a row that does not apply."""
    return replace(example(2026), round="h16-2026", deadlines=Deadlines())


async def uploads(browser: WebDriver, address: str, year: Year, folder: Path, size: tuple[int, int]) -> None:
    path = folder / "nam.xlsx"
    await asyncio.to_thread(path.write_bytes, write_year(year))
    await opens(browser, f"{address}{LIST}", size)
    await asyncio.to_thread(browser.find_element(By.NAME, "workbook").send_keys, str(path))
    await presses(browser)


async def presses(browser: WebDriver) -> None:
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, "main button[type=submit]").send_keys, Keys.ENTER)


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_page_of_a_year_has_a_barrier_or_scrolls_sideways(
    browser: WebDriver, site: tuple[str, Assessment], tmp_path: Path, size: tuple[int, int]
) -> None:
    address, _ = site
    await uploads(browser, address, year_of_pages(), tmp_path, size)
    await shows(browser, "h1", year_of_pages().title)
    for each in (f"{address}{LIST}?opened=r-2026", f"{address}/", browser.current_url):
        for scheme in ("light", "dark"):
            await opens(browser, each, size, scheme)
            assert (each, await asyncio.to_thread(barriers, browser, "color-contrast")) == (each, [])
        assert await fits(browser), each
    await uploads(browser, address, replace(year_of_pages(), blocks=()), tmp_path, size)
    await shows(browser, "h1", "lỗi cần sửa")
    assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    assert await fits(browser)
    unexpected = [each["message"] for each in complaints(browser) if "422" not in each["message"]]
    assert unexpected == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_an_officer_opens_the_next_year(
    browser: WebDriver, site: tuple[str, Assessment], tmp_path: Path, size: tuple[int, int]
) -> None:
    address, assessment = site
    year = next_year(ca_mau_year())
    await uploads(browser, address, year, tmp_path, size)
    await shows(browser, "h1", "Chỉ số CCHC năm 2027")
    await shows(browser, ".notice", "Bộ chỉ số ca-mau-2013 đã ban hành đúng như trong bảng tính")
    await presses(browser)
    await shows(browser, ".saved", "(r-2027).")
    assert (await assessment.office("GET", "/v1/rounds/r-2027")).status_code == 200
