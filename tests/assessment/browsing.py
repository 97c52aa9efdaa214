"""Assessment on a real port, with a person signed in at the browser, and the check that its pages keep nobody out."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

from selenium.webdriver.chrome.webdriver import WebDriver
from tests.assessment.conftest import Assessment

from parindex.testing.browser import DESK, PHONE, barriers, fits, opens, signed_in
from parindex.testing.serving import ISSUER


@asynccontextmanager
async def browsing(assessment: Assessment, browser: WebDriver, name: str, right: str) -> AsyncIterator[str]:
    """Serve assessment, sign a person in, and yield the address of the site."""
    app = assessment.http._transport.app  # type: ignore[attr-defined]  # the app that it calls
    token = ISSUER.mint(name, [right], timedelta(hours=1), assessment.clock())
    async with signed_in(app, browser, token) as url:
        yield url


async def keeps_nobody_out(browser: WebDriver, site: str, paths: Iterable[str]) -> None:
    """Check that pages have no barrier, at a desk and on a phone, light and dark, and that nothing is cut off."""
    for size in (DESK, PHONE):
        for path in paths:
            for scheme in ("light", "dark"):
                await opens(browser, site + path, size, scheme)
                assert (path, await asyncio.to_thread(barriers, browser, "color-contrast")) == (path, [])
            assert await fits(browser), (path, size)
