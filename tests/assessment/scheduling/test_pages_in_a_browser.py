"""The pages of a plan in a real Chromium: an officer draws a plan up, and an item is done by one click."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.assessment.conftest import Assessment, Clock

from assessment.service import SERVICE
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

pytestmark = pytest.mark.browser

LIST = "/authorities/H16/plans"


@pytest.fixture
async def site(database: Databases, browser: WebDriver, tmp_path: Path) -> AsyncIterator[tuple[str, Assessment]]:
    """Assessment on a real port; the browser is signed in as the office of H16."""
    clock = Clock()
    async with served(database, SERVICE, now=clock, files=tmp_path / "files") as opened, opened.http() as http:
        token = ISSUER.mint("can-bo", ["office@H16"], timedelta(hours=1), clock())
        async with signed_in(opened.app, browser, token) as address:
            yield address, Assessment(opened.resources, http, clock)


async def presses(browser: WebDriver, button: str) -> None:
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, button).send_keys, Keys.ENTER)


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_plan_is_drawn_up_and_an_item_is_done_by_one_click_without_a_barrier(
    browser: WebDriver, site: tuple[str, Assessment], size: tuple[int, int]
) -> None:
    address, assessment = site
    await opens(browser, f"{address}{LIST}", size)
    await presses(browser, "main button[type=submit]")
    await shows(browser, ".saved", "Đã lập kế hoạch.")
    item = {"title": "Thẩm định", "since": "2026-06-01", "until": "2026-06-26", "lead": "H16.02"}
    costs = {"lines": [{"group": "Người dân", "mode": "post", "forms": 2550, "unit_cost": "45000"}]}
    for path, body in (("items/6", item), ("survey-cost", costs)):
        assert (await assessment.office("PUT", f"/v1{LIST}/2026/{path}", body)).status_code == 201
    for page in ("", "/2026", "/2026/items/6", "/2026/items/6/change", "/2026/survey-cost", "/2026/issuance"):
        for scheme in ("light", "dark") if page == "/2026" else ("light",):
            await opens(browser, f"{address}{LIST}{page}", size, scheme)
            assert (page, await asyncio.to_thread(barriers, browser, "color-contrast")) == (page, [])
        assert await fits(browser), page
    await opens(browser, f"{address}{LIST}/2026", size)
    await presses(browser, "#item-6 button[value=done]")
    await shows(browser, "#item-6 .tag", "Đã xong")
    assert complaints(browser) == []
