"""The pages of the register in a real Chromium: an officer uploads a list, reads its mistakes, and records it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait
from tests.assessment.conftest import Assessment, Clock
from tests.assessment.registering.test_api import MERGED, OLD, UNITS, line_of

from assessment.registering.units import UnitLine
from assessment.registering.writing import write_units
from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

pytestmark = pytest.mark.browser

PAGE = "/authorities/H16/units"
NEW_UNIT = "/authorities/H16/new-unit"
FORMS = [f"{PAGE}/H16.05/change", f"{PAGE}/H16.03/ending", f"{NEW_UNIT}?former=H16.05"]


@pytest.fixture
async def site(database: Databases, browser: WebDriver, tmp_path: Path) -> AsyncIterator[tuple[str, Assessment]]:
    """Assessment on a real port with a register; the browser is signed in as the office of H16."""
    clock = Clock()
    async with served(database, SERVICE, now=clock, files=tmp_path / "files") as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        for lines in (OLD, MERGED):
            assert (await assessment.office("PUT", UNITS, lines)).is_success
        token = ISSUER.mint("can-bo", ["office@H16"], timedelta(hours=1), clock())
        async with signed_in(opened.app, browser, token) as address:
            yield address, assessment


async def uploads(browser: WebDriver, address: str, lines: list[UnitLine], folder: Path, size: tuple[int, int]) -> None:
    path = folder / "danh-muc.xlsx"
    await asyncio.to_thread(path.write_bytes, write_units(lines))
    await opens(browser, f"{address}{PAGE}", size)
    await asyncio.to_thread(browser.find_element(By.NAME, "workbook").send_keys, str(path))
    form = "form[enctype] button[type=submit]"
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, form).send_keys, Keys.ENTER)


LIST = [
    line_of("H16.05", "2026-01-01", name="Sở Tài chính và Đầu tư"),
    line_of("H16.05.01", "2026-01-01", parent="H16.05", valid_to="2026-06-01", end_reference="9/NQ"),
    line_of("H16.06", "2026-01-01", name="Sở Xây dựng", seat="Số 1, đường Phan Ngọc Hiển"),
]


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_page_of_the_register_has_a_barrier_or_scrolls_sideways(
    browser: WebDriver, site: tuple[str, Assessment], tmp_path: Path, size: tuple[int, int]
) -> None:
    address, _ = site
    await uploads(browser, address, LIST, tmp_path, size)
    await shows(browser, "h1", "Thay đổi danh mục đơn vị của H16")
    pages = [f"{PAGE}?q=don", f"{PAGE}?on=30/02/2025", f"{PAGE}/H16.05", f"{PAGE}/H16.03", *FORMS]
    for each in (*(f"{address}{path}" for path in pages), browser.current_url):
        for scheme in ("light", "dark"):
            await opens(browser, each, size, scheme)
            assert (each, await asyncio.to_thread(barriers, browser, "color-contrast")) == (each, [])
        assert await fits(browser), each
    await uploads(browser, address, [line_of(f"H17.0{at}") for at in range(9)], tmp_path, size)
    await shows(browser, "h1", "Tệp có 9 lỗi cần sửa")
    assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    assert await fits(browser)
    unexpected = [each["message"] for each in complaints(browser) if "422" not in each["message"]]
    assert unexpected == []


async def test_an_officer_uploads_a_list_and_records_it(
    browser: WebDriver, site: tuple[str, Assessment], tmp_path: Path
) -> None:
    address, assessment = site
    await uploads(browser, address, LIST, tmp_path, PHONE)
    await shows(browser, "h1", "Thay đổi danh mục đơn vị của H16")
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, "main button[type=submit]").send_keys, Keys.ENTER)
    await shows(browser, ".saved", "Đã ghi danh mục đơn vị.")
    units = (await assessment.office("GET", UNITS)).json()["units"]
    assert [unit["name"] for unit in units] == ["Sở Tài chính và Đầu tư", "Sở Xây dựng"]


async def types(browser: WebDriver, **texts: str) -> None:
    for name, text in texts.items():
        element = browser.find_element(By.ID, f"field-{name}")
        await asyncio.to_thread(element.clear)
        await asyncio.to_thread(element.send_keys, text)


async def presses_enter(browser: WebDriver, button: str) -> None:
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, button).send_keys, Keys.ENTER)


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_unit_is_split_at_its_form_and_no_step_of_it_has_a_barrier(
    browser: WebDriver, site: tuple[str, Assessment], size: tuple[int, int]
) -> None:
    address, assessment = site

    async def has_no_barrier() -> None:
        assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
        assert await fits(browser)

    await opens(browser, f"{address}{NEW_UNIT}?former=H16.05", size, "dark")
    await types(browser, code="H16.05", valid_from="01/01/2026", name="Sở Tài chính", reference="9/NQ")
    await presses_enter(browser, "section[aria-labelledby=form-title] button")
    await shows(browser, "#error-code", "Danh mục đã có đơn vị")
    await has_no_barrier()
    await types(browser, code="H16.06", predecessors="H16.05 1")  # which has a unit below it, so it can't end yet
    await presses_enter(browser, "section[aria-labelledby=form-title] button")
    await shows(browser, "#error-predecessors", "“H16.05.01” trực thuộc “H16.05”")
    await asyncio.to_thread(browser.find_element(By.ID, "field-ends").send_keys, Keys.SPACE)
    await presses_enter(browser, "section[aria-labelledby=form-title] button")
    await shows(browser, "#preview-title", "Sẽ ghi như sau; chưa ghi")
    await has_no_barrier()
    shown = browser.find_element(By.ID, "preview-title")
    await presses_enter(browser, "section[aria-labelledby=form-title] button")  # looking again records nothing
    wait = WebDriverWait(browser, 60, ignored_exceptions=[WebDriverException])  # the page that goes says the same
    await asyncio.to_thread(wait.until, staleness_of(shown))
    await shows(browser, "#preview-title", "Sẽ ghi như sau; chưa ghi")
    assert (await assessment.office("GET", f"{UNITS}/H16.06")).status_code == 404
    await presses_enter(browser, "section[aria-labelledby=preview-title] button")
    await shows(browser, ".saved", "Đã ghi danh mục đơn vị.")
    assert (await assessment.office("GET", f"{UNITS}/H16.06")).is_success
