"""The browser is a real one."""

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome

from parindex.testing.browser import Chromium, complaints

pytestmark = pytest.mark.browser


def test_scripts_run(browser: Chrome) -> None:
    browser.get("data:text/html,<title>Xin</title><script>document.title += ' chao'</script>")
    assert browser.title == "Xin chao"


def test_errors_of_a_page_are_recorded(browser: Chrome) -> None:
    browser.get("data:text/html,<script>console.error('sai')</script>")
    assert [entry["level"] for entry in complaints(browser)] == ["SEVERE"]


def test_a_browser_that_ended_is_replaced_for_the_next_test(chromium: Chromium) -> None:
    ended = chromium.driver()
    with pytest.raises(WebDriverException):
        ended.execute_cdp_cmd("Browser.crash", {})
    replaced = chromium.driver()
    assert replaced is not ended
    assert (replaced.current_url, chromium.driver()) == ("about:blank", replaced)
