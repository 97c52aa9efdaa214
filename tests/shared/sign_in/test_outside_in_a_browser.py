"""The pages of an outside sign-in in a real browser: no barriers, and nothing is cut off, in light and in dark."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from tests.shared.sign_in.outside_issuers import SUBJECT, Hostile, hostile_issuer
from tests.shared.sign_in.signing_in import KEY, LAN, Door
from tests.shared.sign_in.test_journey import Person, at
from tests.shared.sign_in.test_outside import configure, linked

from parindex.auth.issuer import LocalIssuer
from parindex.auth.outside_issuer import LABEL
from parindex.hosting.server import LOOPBACK, listening
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.browser import DESK, PHONE, barriers


@pytest.fixture
async def issuer(monkeypatch: pytest.MonkeyPatch, door: Door) -> AsyncIterator[Hostile]:
    async with hostile_issuer() as found:
        configure(monkeypatch, door.path.parent, found.url)
        found.now = lambda: door.now
        yield found


@pytest.fixture
async def site(door: Door, issuer: Hostile) -> AsyncIterator[str]:
    assert issuer.url
    (port,) = free_ports(1)
    url = f"http://{LOOPBACK}:{port}"  # the address of return has the port, so it is chosen first
    door.issuer = LocalIssuer(KEY, f"{url}/sign-in")
    async with listening(door.app(), port=port):
        yield url


@pytest.mark.browser
@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_pages_of_an_outside_sign_in_have_no_barriers(
    browser: WebDriver, door: Door, issuer: Hostile, site: str, size: tuple[int, int], scheme: str
) -> None:
    await at(browser, size, scripts=True)
    emulated = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", emulated)
    person = Person(browser, site)

    async def checked() -> None:
        assert not await person.scrolls_sideways()
        assert await asyncio.to_thread(barriers, browser, "color-contrast") == []

    await person.opens("/sign-in/")
    await checked()
    await person.follows(LABEL)
    assert SUBJECT in await person.sees()
    await checked()
    await person.opens("/sign-in/outside-return?state=x")
    assert "không bắt đầu từ trình duyệt này" in await person.sees()
    await checked()
    door.write(linked(issuer.url))
    await person.opens("/sign-in/")
    await person.follows(LABEL)
    assert LAN["name"] in await person.sees()
    assert person.path == "/sign-in/desk"
