"""Debian's real Chromium, headless. Tests that use it carry `@pytest.mark.browser`."""

from collections.abc import Iterator

import pytest
from selenium import webdriver

CHROMIUM = "/usr/bin/chromium"
DRIVER = "/usr/bin/chromedriver"  # named, so that selenium downloads nothing
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # Chromium refuses its sandbox to root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """The run's browser; tests take `browser`."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})  # get_log("browser"): errors of pages
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()


def complaints(browser: webdriver.Chrome) -> list[dict[str, str]]:
    """The console's entries since the last call, with `level` and `message`."""
    entries: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call]  # not annotated there
    return entries


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """A selenium driver on an empty page, without cookies, 1280 × 900; a test may resize it."""
    chromium.get("about:blank")
    chromium.set_window_size(1280, 900)
    yield chromium
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    complaints(chromium)
