"""Debian's real Chromium, headless. Tests carry `@pytest.mark.browser`, and `axe` where they use axe-core."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from starlette.types import ASGIApp
from urllib3.exceptions import HTTPError

from parindex.hosting.server import listening

CHROMIUM = "/usr/bin/chromium"
DRIVER = "/usr/bin/chromedriver"  # named, so that selenium downloads nothing
AXE = Path("var/page-checks/node_modules/axe-core/axe.min.js")
"""axe-core, below the folder in which the tests run; `deploy/install-page-checks.sh` installs it."""
RUN_AXE = """const [rules, done] = arguments
axe.run(document, rules).then(found => done(found), error => done({error: String(error)}))"""
ALL_RULES = {"rules": {"target-size": {"enabled": True}}}
"""The rules of axe-core that are off unless they are named."""
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
    "--host-resolver-rules=MAP office.lan 127.0.0.1",  # a plain-http office: browsers treat this machine as secure
)

OF_SIGN_IN = re.compile(r"/sign-in/(names\?|units/[^/ ]+/people )")
"""Addresses of sign-in that pages of other services ask."""
DESK, PHONE = (1280, 900), (390, 844)
"""The sizes at which pages are looked at."""

AS_AT_FIRST: Sequence[tuple[str, dict[str, Any]]] = (
    ("Network.clearBrowserCookies", {}),
    ("Emulation.clearDeviceMetricsOverride", {}),
    ("Emulation.setScriptExecutionDisabled", {"value": False}),
    ("Emulation.setEmulatedMedia", {"media": "", "features": []}),
)
"""What a test may have set, and leaves behind where it fails."""


class Chromium:
    """The run's browser. One that has ended is replaced, so that it fails its own test and none after it."""

    def __init__(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        self._folders = tmp_path_factory
        self._driver = self._started()

    def driver(self) -> webdriver.Chrome:
        """Return a driver whose browser answers, on an empty page."""
        try:
            self._driver.get("about:blank")
        except (WebDriverException, OSError, HTTPError):
            self.quit()
            self._driver = self._started()
            self._driver.get("about:blank")
        return self._driver

    def quit(self) -> None:
        """End the browser and its driver, as far as they are there."""
        with suppress(WebDriverException, OSError, HTTPError):
            self._driver.quit()

    def _started(self) -> webdriver.Chrome:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in (*FLAGS, f"--user-data-dir={self._folders.mktemp('chromium')}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})  # get_log("browser"): errors of pages
        return webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """The run's browser; tests take `browser`."""
    run = Chromium(tmp_path_factory)
    yield run
    run.quit()


def complaints(browser: webdriver.Chrome) -> list[dict[str, str]]:
    """The console's entries since the last call, with `level` and `message`.

    A page of a service that a test serves alone asks sign-in for names and people; it is not there: that is left out.
    """
    entries: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call]  # not annotated there
    return [each for each in entries if not (OF_SIGN_IN.search(each["message"]) and "404" in each["message"])]


def barriers(browser: webdriver.Chrome, *looked_at: str) -> Sequence[str]:
    """What axe-core finds on the open page that keeps people out, with the element; and each rule that saw nothing.

    `looked_at` are rules that the page has something for, so that a check of an empty page fails.
    """
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(RUN_AXE, ALL_RULES)
    assert "error" not in found, found
    wrong = [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]
    return [*wrong, *sorted(set(looked_at) - {each["id"] for each in found["passes"]})]


@pytest.fixture
def browser(chromium: Chromium) -> Iterator[webdriver.Chrome]:
    """A selenium driver on an empty page, without cookies, 1280 × 900; a test may resize it."""
    driver = chromium.driver()
    driver.set_window_size(1280, 900)
    yield driver
    driver = chromium.driver()
    for command, values in AS_AT_FIRST:
        driver.execute_cdp_cmd(command, values)
    complaints(driver)


@asynccontextmanager
async def signed_in(app: ASGIApp, browser: WebDriver, token: str) -> AsyncIterator[str]:
    """Serve an app on a free port, with the token in the cookie of the browser; yield the app's base URL."""
    async with listening(app) as url:
        cookie = {"name": "__Host-parindex", "value": token, "url": url, "path": "/", "secure": True}
        answer = await asyncio.to_thread(browser.execute_cdp_cmd, "Network.setCookie", cookie)
        assert answer == {"success": True}
        yield url


async def commands(browser: WebDriver, name: str, **parameters: object) -> None:
    """Give Chromium a command of its DevTools protocol."""
    await asyncio.to_thread(browser.execute_cdp_cmd, name, parameters)


async def opens(browser: WebDriver, address: str, size: tuple[int, int] = DESK, scheme: str = "light") -> None:
    """Open a page at a size, light or dark."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    await commands(browser, "Emulation.setDeviceMetricsOverride", **metrics)
    await commands(browser, "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    await asyncio.to_thread(browser.get, address)


async def asks(browser: WebDriver, expression: str) -> object:
    """Return the value of an expression on the open page."""
    return await asyncio.to_thread(browser.execute_script, f"return {expression}")


async def shows(browser: WebDriver, selector: str, text: str) -> None:
    """Wait until an element of the page has a text: a browser goes on while it loads the next page.

    Between two pages the driver fails with errors of several kinds, so any of them is asked again.
    """

    def has(_: WebDriver) -> bool:
        return text in browser.find_element(By.CSS_SELECTOR, selector).text

    await asyncio.to_thread(WebDriverWait(browser, 60, ignored_exceptions=[WebDriverException]).until, has)


async def fits(browser: WebDriver) -> bool:
    """Return whether the open page has no part to which one must scroll sideways."""
    return bool(await asks(browser, "document.documentElement.scrollWidth <= window.innerWidth"))
