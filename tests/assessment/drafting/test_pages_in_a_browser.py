"""The pages of criteria sets in a real Chromium: an officer uploads a file, reads its mistakes, and enacts a set."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.conftest import Assessment, Clock, ca_mau_set

from assessment.drafting.writing import EXAMPLE, write_set
from assessment.service import SERVICE
from parindex.contracts.criteria import CriteriaSet
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

pytestmark = pytest.mark.browser

LIST = "/authorities/H16/criteria-sets"


@pytest.fixture
async def site(database: Databases, browser: WebDriver, tmp_path: Path) -> AsyncIterator[tuple[str, Assessment]]:
    """Assessment on a real port with a set that a round uses; the browser is signed in as the office of H16."""
    clock = Clock()
    async with served(database, SERVICE, now=clock, files=tmp_path / "files") as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await assessment.open_round()
        rows = [replace(row, name=f"{row.name} năm 2026", rule_text="") for row in ca_mau_set().criteria[1:]]
        other = msgspec.to_builtins(replace(ca_mau_set(), code="khac", criteria=[ca_mau_set().criteria[0], *rows]))
        enacted = await assessment.office("POST", "/v1/criteria-sets", {"authority": "H16", "criteria_set": other})
        assert enacted.status_code == 201
        await assessment.catch_up()
        token = ISSUER.mint("can-bo", ["office@H16"], timedelta(hours=1), clock())
        async with signed_in(opened.app, browser, token) as address:
            yield address, assessment


def wrong_set() -> CriteriaSet:
    return replace(ca_mau_set(), criteria=[replace(row, name="dài" * 300) for row in ca_mau_set().criteria])


async def uploads(
    browser: WebDriver, address: str, criteria_set: CriteriaSet, folder: Path, size: tuple[int, int]
) -> None:
    path = folder / "bo-chi-so.xlsx"
    await asyncio.to_thread(path.write_bytes, write_set(criteria_set))
    await opens(browser, f"{address}{LIST}", size)
    await asyncio.to_thread(browser.find_element(By.NAME, "workbook").send_keys, str(path))
    await presses(browser)


async def presses(browser: WebDriver) -> None:
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, "main button[type=submit]").send_keys, Keys.ENTER)


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_page_of_a_set_has_a_barrier_or_scrolls_sideways(
    browser: WebDriver, site: tuple[str, Assessment], tmp_path: Path, size: tuple[int, int]
) -> None:
    address, _ = site
    await opens(browser, f"{address}{LIST}", size)
    await uploads(browser, address, EXAMPLE, tmp_path, size)
    await shows(browser, "h1", EXAMPLE.title)
    compared = f"{address}/criteria-sets/khac/differences/ca-mau-2013"
    pages = [compared, f"{address}/", f"{address}{LIST}", f"{address}/criteria-sets/ca-mau-2013", browser.current_url]
    for each in pages:
        for scheme in ("light", "dark"):
            await opens(browser, each, size, scheme)
            assert (each, await asyncio.to_thread(barriers, browser, "color-contrast")) == (each, [])
        assert await fits(browser), each
    await uploads(browser, address, wrong_set(), tmp_path, size)
    await shows(browser, "h1", "Tệp có 12 lỗi cần sửa")
    assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    assert await fits(browser)
    unexpected = [each["message"] for each in complaints(browser) if "422" not in each["message"]]
    assert unexpected == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_an_officer_uploads_a_set_and_enacts_it(
    browser: WebDriver, site: tuple[str, Assessment], tmp_path: Path, size: tuple[int, int]
) -> None:
    address, assessment = site
    await opens(browser, f"{address}{LIST}", size)
    await uploads(browser, address, EXAMPLE, tmp_path, size)
    await shows(browser, "h1", EXAMPLE.title)
    await presses(browser)
    await shows(browser, ".saved", "Đã ban hành bộ chỉ số bo-chi-so-mau.")
    found = (await assessment.office("GET", "/v1/criteria-sets/bo-chi-so-mau")).json()
    assert msgspec.convert(found["criteria_set"], CriteriaSet) == EXAMPLE
