"""The pages of a workbook in a real Chromium: a clerk uploads a workbook, looks at what it changes, and applies it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.filling_in.altered import Altered

from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

pytestmark = pytest.mark.browser

SHEET = "/rounds/r-2026/units/H16.01"
API = f"/v1{SHEET}"


@pytest.fixture
async def site(
    database: Databases, browser: WebDriver, tmp_path: Path, claims_in: Callable[[], list[dict[str, Any]]]
) -> AsyncIterator[tuple[str, Assessment]]:
    """Assessment on a real port with a filled sheet; the browser is signed in as a clerk of H16.01."""
    clock = Clock()
    async with served(database, SERVICE, now=clock, files=tmp_path / "files") as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await assessment.open_round(deadlines={"self_scoring": "2026-08-01T10:00:00Z"})
        await assessment.unit("PUT", f"{API}/claims", claims_in())
        token = ISSUER.mint("can-bo", ["unit@H16.01"], timedelta(hours=1), clock())
        async with signed_in(opened.app, browser, token) as address:
            yield address, assessment


async def altered(assessment: Assessment, folder: Path, *, wrong: bool) -> Path:
    """Return the file of a workbook with changes, warnings and, where it is wrong, mistakes."""
    book = Altered((await assessment.unit("GET", f"{API}/self-score/workbook")).content)
    book.put("1.1.1", chosen="Chậm", explanation="Ban hành muộn vì chờ ý kiến các phòng. " * 8)
    book.put("1.1.4", done=None, planned=None, value=9000)
    book.put("2.1", explanation="Tự chấm thêm")
    book.add_document(
        "1.1.1", number="02/BC-SNV", title="Báo cáo kết quả cải cách hành chính quý II năm 2026", page="3"
    )
    if wrong:
        book.put("1.3", points="1.234,5")
        book.put("1.1.2", chosen="Gần đạt")
    path = folder / "phieu.xlsx"
    await asyncio.to_thread(path.write_bytes, book.saved())
    return path


async def uploads(browser: WebDriver, address: str, path: Path, size: tuple[int, int]) -> None:
    await opens(browser, f"{address}{SHEET}/workbook", size)
    await asyncio.to_thread(browser.find_element(By.NAME, "workbook").send_keys, str(path))
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, "main button[type=submit]").send_keys, Keys.ENTER)
    await shows(browser, "h1", "Thay đổi từ tệp Excel")


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_page_of_a_workbook_has_a_barrier_or_scrolls_sideways(
    browser: WebDriver, site: tuple[str, Assessment], tmp_path: Path, size: tuple[int, int]
) -> None:
    address, assessment = site
    addresses = [f"{address}{SHEET}/workbook"]
    for wrong in (True, False):
        await uploads(browser, address, await altered(assessment, tmp_path, wrong=wrong), size)
        addresses.append(browser.current_url)
    for each in addresses:
        for scheme in ("light", "dark"):
            await opens(browser, each, size, scheme)
            assert (each, await asyncio.to_thread(barriers, browser, "color-contrast")) == (each, [])
        assert await fits(browser), each
    assert [each["message"] for each in complaints(browser)] == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_clerk_uploads_a_workbook_confirms_a_slip_and_applies_it(
    browser: WebDriver, site: tuple[str, Assessment], tmp_path: Path, size: tuple[int, int]
) -> None:
    address, assessment = site
    await uploads(browser, address, await altered(assessment, tmp_path, wrong=False), size)
    await asyncio.to_thread(browser.find_element(By.NAME, "confirmed").send_keys, Keys.SPACE)
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, "main button[type=submit]").send_keys, Keys.ENTER)
    await shows(browser, ".saved", "Đã áp dụng 2 tiêu chí từ tệp.")
    claim = (await assessment.unit("GET", f"{API}/claims/1.1.4")).json()
    assert (claim["figures"], claim["confirmed"]) == ({"value": "9000"}, ["percent-over-hundred"])
