"""After sign-in a person sees what waits over all services, in a real browser: with scripts, without, and in part."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from starlette.routing import BaseRoute, Mount
from tests.assessment.conftest import ca_mau_set, round_body
from tests.shared.sign_in.test_journey import Person, at

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right
from parindex.eventstore.projecting import Projector
from parindex.hosting.server import listening
from parindex.service import installed_services
from parindex.testing.browser import DESK, PHONE, barriers, complaints
from parindex.testing.passwords import QUICK
from parindex.testing.postgres import Databases
from parindex_cli.local.embedded import System
from parindex_cli.testing.embedded import system_over

pytestmark = pytest.mark.browser

PASSWORD = "mật khẩu của tôi"
RIGHTS = {"hoa": ["unit@H16.01"], "lan": ["office@H16"], "khach": []}
ROUND = "Chỉ số CCHC năm 2026"
ADDRESS = "/assessment/rounds/r-2026/units/H16.01"


@dataclass
class Installation:
    """All services behind one address, with an open round."""

    system: System
    site: str

    def take_away(self, service: str) -> list[BaseRoute]:
        """Take a service away, as if its process had ended; return the routes that bring it back."""
        routes = self.system.app.router.routes
        gone: list[BaseRoute] = [each for each in routes if isinstance(each, Mount) and each.path == f"/{service}"]
        for each in gone:
            routes.remove(each)
        return gone


@pytest.fixture
async def installation(database: Databases) -> AsyncIterator[Installation]:
    hashed = hash_password(PASSWORD, QUICK)
    people = [
        Account(name, AccountKind.PERSON, hashed, tuple(map(Right.parse, rights)), f"a{name:0>8}")
        for name, rights in RIGHTS.items()
    ]
    services = installed_services()
    async with system_over(database, services, accounts=Accounts(people, QUICK)) as system:
        async with system.client("o", "office@H16") as office:
            body = {"authority": "H16", "criteria_set": msgspec.to_builtins(ca_mau_set())}
            (await office.post("/assessment/v1/criteria-sets", json=body)).raise_for_status()
            limits = {"self_scoring": "2026-07-03T10:00:00Z"}
            (await office.post("/assessment/v1/rounds", json=round_body(deadlines=limits))).raise_for_status()
        held = system.resources["assessment"]
        await Projector(held.log, held.engine, services["assessment"].projections).catch_up()
        async with listening(system.app) as url:
            yield Installation(system, url)


async def signed_in(browser: WebDriver, installation: Installation, name: str) -> Person:
    person = Person(browser, installation.site)
    await person.opens("/sign-in/")
    await person.types(name=name, password=PASSWORD)
    await person.presses("Đăng nhập")
    assert person.path == "/sign-in/desk"
    return person


async def settled(browser: WebDriver) -> str:
    """Wait until every part has answered; return what the page says."""
    wait = WebDriverWait(browser, 60)
    await asyncio.to_thread(
        wait.until,
        lambda _: not browser.find_elements(By.CSS_SELECTOR, "[aria-busy], [data-place] > p > a[href$=desk]"),
    )
    return await asyncio.to_thread(lambda: browser.find_element(By.TAG_NAME, "main").text)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_clerk_goes_from_the_desk_to_the_sheet(
    browser: WebDriver, installation: Installation, size: tuple[int, int]
) -> None:
    await at(browser, size, scripts=True)
    hoa = await signed_in(browser, installation, "hoa")
    seen = await settled(browser)
    assert "Tự chấm: còn thiếu 7 tiêu chí" in seen
    assert "Hạn 17:00 thứ Sáu, ngày 03/07/2026" in seen
    assert not await hoa.scrolls_sideways()
    await hoa.follows(ROUND)
    assert hoa.path == ADDRESS
    assert complaints(browser) == []
    await at(browser, DESK, scripts=True)


@pytest.mark.axe
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_clerk_takes_criteria_and_finds_them_on_the_sheet_and_at_the_desk(
    browser: WebDriver, installation: Installation, *, scripts: bool
) -> None:
    await at(browser, PHONE, scripts=scripts)
    hoa = await signed_in(browser, installation, "hoa")
    await hoa.opens(ADDRESS)
    await hoa.follows("Phân công: ai chấm tiêu chí nào")
    for code in ("1.1.2", "1.3"):
        box = await asyncio.to_thread(browser.find_element, By.CSS_SELECTOR, f"input[value='{code}']")
        await asyncio.to_thread(box.click)
    await hoa.presses("Tôi nhận các tiêu chí đã chọn")
    assert "Đã phân công." in await asyncio.to_thread(lambda: browser.find_element(By.TAG_NAME, "main").text)
    assert not await hoa.scrolls_sideways()
    if scripts:
        assert await asyncio.to_thread(barriers, browser) == []
    await hoa.follows("Phiếu tự chấm")
    await hoa.follows("Của tôi (2)")
    titles = await asyncio.to_thread(lambda: [one.text for one in browser.find_elements(By.CSS_SELECTOR, ".tasks a")])
    assert titles == ["1.1.2 Xác định đầy đủ nhiệm vụ và bố trí kinh phí", "1.3 Kiểm tra CCHC"]
    await hoa.opens("/sign-in/desk" if scripts else "/assessment/desk")
    if scripts:
        await settled(browser)
    await hoa.follows(f"{ROUND}: phần của bạn")
    assert browser.current_url == f"{installation.site}{ADDRESS}?only=mine"
    await at(browser, DESK, scripts=True)


async def test_without_scripts_each_part_is_a_link(browser: WebDriver, installation: Installation) -> None:
    await at(browser, DESK, scripts=False)
    hoa = await signed_in(browser, installation, "hoa")
    await hoa.follows("Xem việc đang chờ: Tự chấm điểm và thẩm định")
    assert hoa.path == "/assessment/desk"
    await hoa.follows(ROUND)
    assert hoa.path == ADDRESS
    await at(browser, DESK, scripts=True)


async def test_a_service_that_is_away_is_said_and_asked_again(browser: WebDriver, installation: Installation) -> None:
    await at(browser, DESK, scripts=True)
    gone = installation.take_away("assessment")
    lan = await signed_in(browser, installation, "lan")
    seen = await settled(browser)
    assert "Chưa xem được việc ở phần “Tự chấm điểm và thẩm định”." in seen
    assert ROUND in seen  # survey's part is there
    installation.system.app.router.routes.extend(gone)
    button = await asyncio.to_thread(browser.find_element, By.XPATH, "//button[normalize-space()='Thử lại']")
    await asyncio.to_thread(button.click)
    seen = await settled(browser)
    assert "Chưa xem được" not in seen
    assert "Không có việc đang chờ ở phần này." in seen
    assert not await lan.scrolls_sideways()
    assert [one for one in complaints(browser) if "/assessment/desk" not in one["message"]] == []


async def test_who_has_no_right_is_told_that_nothing_waits(browser: WebDriver, installation: Installation) -> None:
    await at(browser, DESK, scripts=True)
    await signed_in(browser, installation, "khach")
    assert "Không có việc đang chờ." in await settled(browser)
    assert complaints(browser) == []


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_desk_and_its_parts_keep_nobody_out(
    browser: WebDriver, installation: Installation, size: tuple[int, int], scheme: str
) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", media)
    await at(browser, size, scripts=True)
    gone = installation.take_away("publication")
    for name, paths in (("hoa", ["assessment"]), ("lan", ["assessment", "survey"])):
        person = await signed_in(browser, installation, name)
        await settled(browser)
        assert await asyncio.to_thread(barriers, browser, "color-contrast", "link-name", "list") == []
        assert not await person.scrolls_sideways()
        for part in paths:
            await person.opens(f"/{part}/desk")
            assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
            assert not await person.scrolls_sideways()
        await person.opens("/sign-in/account")
        await person.presses("Đăng xuất khỏi trình duyệt này")
    assert gone
    complaints(browser)
    await at(browser, DESK, scripts=True)
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"features": []})
