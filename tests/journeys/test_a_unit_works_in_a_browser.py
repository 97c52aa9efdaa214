"""A unit's whole work in a real browser, through sign-in and the gateway: desk, phone, keys alone, no scripts.

The clerk finds a missing criterion on the desk, claims a criterion with a photographed document, and sends the sheet to
the leader, who approves it. A session that ends at *Lưu* loses nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import yaml
from argon2 import PasswordHasher
from PIL import Image
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from tests.assessment.conftest import Clock, all_claims, ca_mau_set, round_body

from parindex.auth.accounts import Accounts, hash_password
from parindex.hosting.server import listening
from parindex.service import installed_services
from parindex.testing.browser import barriers, complaints, fits
from parindex.testing.postgres import Databases
from parindex_cli.local.embedded import System
from parindex_cli.testing.embedded import system_over

pytestmark = [pytest.mark.browser, pytest.mark.slow]
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "một mật khẩu dài"
CLERK, LEADER = "lan", "minh"
COLLEAGUE = "Bùi Thị Bình"
"""A person of the unit who has not acted yet."""
UNIT = "H16.01"
SHEET = f"/assessment/rounds/r-2026/units/{UNIT}"
EXPLANATION = "Hoàn thành 9,5 trên 10 nhiệm vụ."
DESK, PHONE = (1280, 900), (390, 844)
MOST_TABS = 400


def accounts_in(folder: Path) -> Accounts:
    path, secret = folder / "accounts.yaml", hash_password(PASSWORD, QUICK)
    people = (
        (CLERK, f"unit@{UNIT}", "Nguyễn Thị Lan", "a00000lan"),
        (LEADER, f"leader@{UNIT}", "Trần Văn Minh", "a00000minh"),
        ("binh", f"unit@{UNIT}", COLLEAGUE, "a0123456789abcdef0123"),
    )
    person = {"kind": "person", "password_hash": secret}
    rows = [
        person | {"name": name, "rights": [right], "id": account, "full_name": full}
        for name, right, full, account in people
    ]
    path.write_text(yaml.safe_dump({"accounts": rows}), "utf-8")
    return Accounts.from_file(path, QUICK)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def system(database: Databases, tmp_path: Path, clock: Clock) -> AsyncIterator[System]:
    """Every service and sign-in, with an open round; the unit has claimed every criterion but 1.1.4."""
    accounts = accounts_in(tmp_path)
    async with system_over(database, installed_services(), accounts=accounts, now=clock, rights_logged=True) as system:
        async with system.client("office", "office@H16") as office:
            for address, body in (
                ("criteria-sets", {"authority": "H16", "criteria_set": msgspec.to_builtins(ca_mau_set())}),
                ("rounds", round_body(approval=True, deadlines={"self_scoring": "2026-08-01T10:00:00Z"})),
            ):
                answer = await office.post(f"/assessment/v1/{address}", json=body)
                assert answer.status_code == 201, answer.text
        claims = [claim for claim in all_claims() if claim["criterion"] != "1.1.4"]
        async with system.client("another", f"unit@{UNIT}") as clerk:
            answer = await clerk.put(f"/assessment/v1/rounds/r-2026/units/{UNIT}/claims", json=claims)
            assert answer.status_code == 201, answer.text
        yield system


@pytest.fixture
async def site(system: System) -> AsyncIterator[str]:
    async with listening(system.app) as url:
        yield url


@dataclass
class Person:
    """A person at a browser. With `keys` everything is reached by the Tab key, as without a pointer."""

    browser: WebDriver
    site: str
    keys: bool = False

    async def opens(self, path: str) -> None:
        await asyncio.to_thread(self.browser.get, self.site + path)

    async def follows(self, text: str) -> None:
        await self.presses(By.PARTIAL_LINK_TEXT, text)

    async def presses(self, by: str, what: str) -> None:
        await asyncio.to_thread(self._press, by, what)

    async def types(self, name: str, text: str) -> None:
        element = await self.finds(By.NAME, name)
        if self.keys:
            await asyncio.to_thread(self._reach, element)
            keys = ActionChains(self.browser).key_down(Keys.CONTROL).send_keys(Keys.END).key_up(Keys.CONTROL)
            await asyncio.to_thread(keys.send_keys(text).perform)
        else:
            await asyncio.to_thread(element.send_keys, text)

    async def finds(self, by: str, what: str) -> WebElement:
        found: WebElement = await asyncio.to_thread(self._wait, lambda: self.browser.find_element(by, what))
        return found

    async def sees(self, text: str) -> None:
        """Wait until the page has a text: a browser goes on while it loads the next page."""

        def seen() -> bool:
            return text in self.browser.find_element(By.TAG_NAME, "body").text

        await asyncio.to_thread(self._wait, seen)

    async def is_at(self, path: str) -> None:
        await asyncio.to_thread(self._wait, lambda: urlsplit(self.browser.current_url).path == path)

    async def signs_in(self, name: str) -> None:
        await self.types("name", name)
        await self.types("password", PASSWORD)
        if self.keys:
            await asyncio.to_thread(self.browser.switch_to.active_element.send_keys, Keys.ENTER)
        else:
            await self.presses(By.CSS_SELECTOR, "main form button")

    def _press(self, by: str, what: str) -> None:
        element = self._wait(lambda: self.browser.find_element(by, what))
        if self.keys:
            self._reach(element)
            ActionChains(self.browser).send_keys(Keys.ENTER).perform()
        else:
            element.send_keys(Keys.ENTER)  # a click misses what it scrolls to on an emulated phone

    def _reach(self, element: WebElement) -> None:
        for _ in range(MOST_TABS):
            if self.browser.switch_to.active_element == element:
                return
            ActionChains(self.browser).send_keys(Keys.TAB).perform()
        raise AssertionError(f"the Tab key does not reach {element.get_attribute('outerHTML')}")

    def _wait(self, what: Callable[[], Any]) -> Any:
        """Wait until it is so; a timeout names the page that is shown."""
        try:
            return WebDriverWait(self.browser, 20, ignored_exceptions=[WebDriverException]).until(lambda _: what())
        except TimeoutException:
            page = self.browser.find_element(By.TAG_NAME, "body").text
            raise AssertionError(f"at {self.browser.current_url}:\n{page}") from None


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "Ảnh chụp công văn 12.jpg"
    Image.new("RGB", (900, 1_200), (250, 248, 240)).save(path)
    return path


async def prepared(browser: WebDriver, size: tuple[int, int], *, scripts: bool) -> None:
    emulated = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size is PHONE}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setDeviceMetricsOverride", emulated)
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setScriptExecutionDisabled", {"value": not scripts})


@dataclass
class Way(Person):
    """A person with a way to work: without scripts, forms and links do what scripts do otherwise."""

    scripts: bool = True

    async def finds_the_sheet(self) -> None:
        await self.is_at("/sign-in/desk")
        if not self.scripts:
            await self.follows("Xem việc đang chờ: Tự chấm điểm")
        await self.follows("Chỉ số CCHC năm 2026")
        await self.is_at(SHEET)

    async def uploads(self, photograph: Path) -> None:
        chosen = await self.finds(By.ID, "field-files")
        await asyncio.to_thread(chosen.send_keys, str(photograph))  # the dialog of the operating system is not ours
        if not self.scripts:
            await self.presses(By.CSS_SELECTOR, "form[data-upload] button")
        await self.sees("Đã nhận")

    async def claims(self) -> None:
        await self.types("done", "9,5")
        await self.types("planned", "10")
        if self.scripts:
            await self.sees("2 / 2 điểm (chưa lưu)")
        await self.types("explanation", EXPLANATION)

    async def saves(self) -> None:
        await self.presses(By.CSS_SELECTOR, "button[value=stay]:not(.unseen)")

    async def moves(self, button: str) -> None:
        await self.presses(By.XPATH, f"//button[normalize-space()='{button}']")

    async def signs_in_beside(self) -> None:
        """Sign in in the new tab that a refused form leads to, close it, and go back to the form."""
        first = self.browser.current_window_handle
        await self.follows("Đăng nhập ở thẻ mới")
        [new] = await asyncio.to_thread(self._wait, lambda: set(self.browser.window_handles) - {first})
        await asyncio.to_thread(self.browser.switch_to.window, new)
        await self.signs_in(CLERK)
        await self.is_at("/sign-in/desk")
        await asyncio.to_thread(self.browser.close)
        await asyncio.to_thread(self.browser.switch_to.window, first)
        await asyncio.to_thread(self.browser.back)
        await self.is_at(f"{SHEET}/criteria/1.1.4")


@pytest.fixture(
    params=[(DESK, True, False), (PHONE, True, False), (DESK, True, True), (DESK, False, False)],
    ids=["desk", "phone", "keys", "no-scripts"],
)
async def person(request: pytest.FixtureRequest, browser: WebDriver, site: str) -> Way:
    size, scripts, keys = request.param
    await prepared(browser, size, scripts=scripts)
    return Way(browser, site, keys, scripts)


async def test_a_clerk_proves_and_sends_and_a_leader_approves(person: Way, photograph: Path) -> None:
    await person.opens("/sign-in/")
    await person.signs_in(CLERK)
    await person.finds_the_sheet()
    await person.follows("Chấm tiếp: 1.1.4")
    await person.is_at(f"{SHEET}/criteria/1.1.4")
    await person.claims()
    await person.saves()
    await person.sees("Đã lưu tiêu chí 1.1.4.")
    await person.sees("Tài khoản Nguyễn Thị Lan" if person.scripts else "Tài khoản a00000lan")
    await person.follows("Chọn tệp của đơn vị")
    await person.uploads(photograph)
    for name, text in (("number", "12/CV-SNV"), ("issued_on", "5/1/2026"), ("title", "Báo cáo")):
        await person.types(name, text)
    await person.presses(By.CSS_SELECTOR, 'form[action="evidence"] button')
    await person.sees("Đã đính kèm tài liệu.")
    await person.follows("Phiếu tự chấm")
    await person.moves("Trình lãnh đạo phê duyệt")
    await person.sees("Chờ lãnh đạo phê duyệt")
    await person.moves("Đăng xuất")
    await person.opens("/sign-in/")
    await person.signs_in(LEADER)
    await person.finds_the_sheet()
    await person.follows("Báo cáo tự chấm")
    await person.sees(EXPLANATION)
    await person.sees("12/CV-SNV")
    await person.moves("Phê duyệt")
    await person.sees("Lãnh đạo đã phê duyệt")
    others = [each["message"] for each in complaints(person.browser) if "Clear-Site-Data" not in each["message"]]
    assert others == []


ASSIGNMENTS = f"{SHEET}/assignments"


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_a_criterion_is_handed_to_a_colleague_who_has_not_acted_yet(
    browser: WebDriver, site: str, size: tuple[int, int]
) -> None:
    await prepared(browser, size, scripts=True)
    person = Way(browser, site)
    await person.opens("/sign-in/")
    await person.signs_in(CLERK)
    await person.is_at("/sign-in/desk")
    await person.opens(ASSIGNMENTS)
    await person.sees(COLLEAGUE)
    choices = browser.find_elements(By.CSS_SELECTOR, "[data-people] label")
    assert COLLEAGUE in {one.text for one in choices}
    assert "Nguyễn Thị Lan" not in {one.text for one in choices}
    for scheme in ("light", "dark"):
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", media)
        assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    assert await fits(browser)
    for what in ("[name=criterion][value='1.3']", "[name=to][value=a0123456789abcdef0123]"):
        await asyncio.to_thread((await person.finds(By.CSS_SELECTOR, what)).send_keys, Keys.SPACE)
    await person.moves("Giao cho người đã chọn")
    await person.sees("Đã phân công.")
    await person.sees(f"Giao cho {COLLEAGUE}")


async def test_without_scripts_the_persons_who_acted_before_remain(browser: WebDriver, site: str) -> None:
    await prepared(browser, DESK, scripts=False)
    person = Way(browser, site, scripts=False)
    await person.opens("/sign-in/")
    await person.signs_in(CLERK)
    await person.is_at("/sign-in/desk")
    await person.opens(ASSIGNMENTS)
    labels = await asyncio.to_thread(browser.find_elements, By.CSS_SELECTOR, "[data-people] label")
    assert [one.text for one in labels] == ["another"]


async def test_nothing_typed_is_lost_when_the_session_ends_before_it_is_saved(person: Way, clock: Clock) -> None:
    await person.opens("/sign-in/")
    await person.signs_in(CLERK)
    await person.is_at("/sign-in/desk")
    await person.opens(f"{SHEET}/criteria/1.1.4")
    await person.claims()
    clock.moment += timedelta(minutes=16)  # the cookie of the pages is over: it is renewed on the way
    await person.saves()
    await person.sees("Đã lưu tiêu chí 1.1.4.")
    await person.types("explanation", " Còn một nhiệm vụ.")
    clock.moment += timedelta(hours=13)  # the session is over, for good
    await person.saves()
    await person.sees("Chưa ghi nội dung nào.")
    await person.signs_in_beside()
    if person.scripts:
        await person.presses(By.CSS_SELECTOR, ".kept button")
    await person.saves()
    await person.sees(f"Giải trình: {EXPLANATION} → {EXPLANATION} Còn một nhiệm vụ.")  # in the history of the claim
