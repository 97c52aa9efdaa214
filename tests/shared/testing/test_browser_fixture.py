"""The browser is a real one."""

import pytest
from selenium.webdriver import Chrome

from parindex.testing.browser import complaints

pytestmark = pytest.mark.browser


def test_scripts_run(browser: Chrome) -> None:
    browser.get("data:text/html,<title>Xin</title><script>document.title += ' chao'</script>")
    assert browser.title == "Xin chao"


def test_errors_of_a_page_are_recorded(browser: Chrome) -> None:
    browser.get("data:text/html,<script>console.error('sai')</script>")
    assert [entry["level"] for entry in complaints(browser)] == ["SEVERE"]
