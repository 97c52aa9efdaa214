"""The office's pages of reminders in a real Chromium: no barriers at a desk and on a phone, light and dark."""

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from tests.assessment.browsing import browsing, keeps_nobody_out
from tests.assessment.reminding.conftest import Reminding

from parindex.testing.browser import complaints

pytestmark = [pytest.mark.browser, pytest.mark.axe]


async def test_the_pages_of_reminders_keep_nobody_out(reminding: Reminding, browser: WebDriver) -> None:
    reminding.assessment.clock.pass_days(10)
    await reminding.look()
    async with browsing(reminding.assessment, browser, "so-noi-vu", "office@H16") as site:
        await keeps_nobody_out(browser, site, ["/rounds/r-2026/reminders", "/authorities/H16/mailboxes"])
        assert [each["message"] for each in complaints(browser)] == []
