"""The pages of a unit's files in a real Chromium: files are chosen, dropped and attached, with scripts and without."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from tests.assessment.conftest import Assessment, Clock

from assessment.service import SERVICE
from parindex.testing import made_files as made
from parindex.testing.browser import DESK, PHONE, asks, barriers, commands, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, served

pytestmark = pytest.mark.browser

UNIT = "/rounds/r-2026/units/H16.01"
FILES, PROOF = f"{UNIT}/files", f"{UNIT}/criteria/1.3/files"
DROP = """
const moved = new DataTransfer()
moved.items.add(new File([new Uint8Array(arguments[0])], arguments[1]))
const dropped = new DragEvent("drop", {dataTransfer: moved, cancelable: true})
document.querySelector("form[data-upload]").dispatchEvent(dropped)
"""


@pytest.fixture
async def site(database: Databases, browser: WebDriver, tmp_path: Path) -> AsyncIterator[str]:
    """Assessment on a real port with a claim of 1.3; the browser is signed in as a clerk of H16.01."""
    clock = Clock()
    async with served(database, SERVICE, now=clock, files=tmp_path / "store") as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        await assessment.open_round()
        await assessment.unit("PUT", f"/v1{UNIT}/claims/1.3", {"figures": {"points": "2"}})
        await assessment.catch_up()
        token = ISSUER.mint("can-bo", ["unit@H16.01"], timedelta(hours=1), clock())
        async with signed_in(opened.app, browser, token) as address:
            yield address


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "Kế hoạch CCHC năm 2026.pdf"
    path.write_bytes(made.pdf(3))
    return path


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "Ảnh chụp công văn 12.jpg"
    taken = Image.new("RGB", (900, 1_200), (250, 248, 240))
    ImageDraw.Draw(taken).multiline_text((90, 90), "UBND TINH\n\nSo 12/CV-SNV", fill=(20, 20, 20), font_size=48)
    taken.save(path)
    return path


async def writes(browser: WebDriver, name: str, text: str) -> None:
    await asyncio.to_thread(browser.find_element(By.NAME, name).send_keys, text)


async def presses(browser: WebDriver, selector: str) -> None:
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, selector).send_keys, Keys.ENTER)


async def chooses(browser: WebDriver, *paths: Path) -> None:
    await asyncio.to_thread(browser.find_element(By.ID, "field-files").send_keys, "\n".join(map(str, paths)))


@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_chosen_files_are_sent_at_once_and_one_is_attached(
    browser: WebDriver, site: str, plan: Path, photograph: Path, size: tuple[int, int]
) -> None:
    await opens(browser, site + PROOF, size)
    bad = plan.with_name("trang.pdf")
    bad.write_bytes(made.HTML)
    await chooses(browser, bad, plan, photograph)
    for line in ("trang.pdf", "nội dung là HTML", plan.name, photograph.name):
        await shows(browser, "form[data-upload] + ul", line)
    await shows(browser, "form[data-upload] + ul li:last-child strong", "Đã nhận")
    await shows(browser, "#field-sha256", photograph.name)
    for name, text in (("number", "12/CV-SNV"), ("issued_on", "5/1/2026"), ("title", "Sở Nội vụ: báo cáo")):
        await writes(browser, name, text)
    await presses(browser, 'form[action="evidence"] button')
    await shows(browser, ".saved", "Đã đính kèm tài liệu.")
    await shows(browser, ".proofs", "12/CV-SNV ngày 05/01/2026")
    await asks(browser, "document.querySelector('img.thumb').scrollIntoView()")
    loaded = "return document.querySelector('img.thumb').naturalWidth"
    await asyncio.to_thread(WebDriverWait(browser, 60).until, lambda _: browser.execute_script(loaded) == 900)
    [refused] = complaints(browser)  # the browser names the answer about the bad file
    assert "422" in refused["message"]


NO_CLAIM = f"{UNIT}/criteria/1.1.4"


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_a_photograph_comes_before_the_claim_and_the_first_save_attaches_it(
    browser: WebDriver, site: str, plan: Path, photograph: Path, size: tuple[int, int]
) -> None:
    await opens(browser, f"{site}{NO_CLAIM}", size)
    await writes(browser, "explanation", "Đã họp ngày 5")
    await presses(browser, "a[href='1.1.4/files']")
    await chooses(browser, photograph)
    await shows(browser, "#attach", photograph.name)
    await chooses(browser, plan)
    await shows(browser, "#attach", plan.name)
    assert await asks(browser, "document.querySelectorAll('#attach input:checked').length") == 2
    for scheme in ("light", "dark"):
        await asks(browser, f"document.documentElement.style.colorScheme = '{scheme}'")
        assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    assert await fits(browser)
    await presses(browser, "#attach button")
    await shows(browser, "h1", "1.1.4")
    await shows(browser, ".kept", "Có nội dung bạn đã nhập ở đây mà chưa lưu.")
    await presses(browser, ".kept button")
    assert await asks(browser, "document.querySelector('[name=explanation]').value") == "Đã họp ngày 5"
    assert await asks(browser, "document.querySelectorAll('[name^=sha256]:checked').length") == 2
    await asks(browser, "document.querySelector('[name=sha256-1]').click()")
    address = str(browser.current_url)
    for scheme in ("light", "dark"):
        await asks(browser, f"document.documentElement.style.colorScheme = '{scheme}'")
        assert (address, await asyncio.to_thread(barriers, browser, "color-contrast")) == (address, [])
    assert await fits(browser)
    await fills_in(browser)
    await shows(browser, ".saved", "Đã lưu tiêu chí 1.1.4.")
    await opens(browser, f"{site}{NO_CLAIM}/files", size)
    await shows(browser, ".proofs", "12/CV-SNV")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".proofs > li")) == 1
    assert [each["message"] for each in complaints(browser)] == []


async def test_without_scripts_a_photograph_comes_before_the_claim(
    browser: WebDriver, site: str, photograph: Path
) -> None:
    await commands(browser, "Emulation.setScriptExecutionDisabled", value=True)
    await opens(browser, f"{site}{NO_CLAIM}/files", PHONE)
    await chooses(browser, photograph)
    await presses(browser, "form[data-upload] button")
    await shows(browser, "[data-results]", "Đã nhận")
    await presses(browser, "#attach button")
    await shows(browser, "form[data-keep]", f"{photograph.name} (sẽ đính kèm khi lưu)")
    await fills_in(browser)
    await shows(browser, ".saved", "Đã lưu tiêu chí 1.1.4.")
    await opens(browser, f"{site}{NO_CLAIM}/files", PHONE)
    await shows(browser, ".proofs", "12/CV-SNV")


async def fills_in(browser: WebDriver) -> None:
    """Type the figures of 1.1.4 and the number of its first document, and save."""
    await writes(browser, "planned", "10")
    await writes(browser, "done", "9")
    await writes(browser, "number-0", "12/CV-SNV")
    await presses(browser, ".actions [value=stay]")


async def test_what_was_typed_is_not_lost_by_an_upload_and_a_dropped_file_is_sent(
    browser: WebDriver, site: str, plan: Path
) -> None:
    await opens(browser, site + PROOF)
    await chooses(browser, plan)
    await shows(browser, "#field-sha256", plan.name)
    await writes(browser, "number", "01/KH")
    await asyncio.to_thread(browser.execute_script, DROP, list(made.png()), "thả.png")
    await shows(browser, "#field-sha256", "thả.png")
    assert await asks(browser, "document.querySelector('#field-number').value") == "01/KH"
    await opens(browser, site + FILES)
    await shows(browser, "#files", "thả.png")


async def test_without_scripts_a_form_sends_several_files_and_a_file_is_removed(
    browser: WebDriver, site: str, plan: Path, photograph: Path
) -> None:
    await commands(browser, "Emulation.setScriptExecutionDisabled", value=True)
    await opens(browser, site + FILES)
    await chooses(browser, plan, photograph)
    await presses(browser, "form[data-upload] button")
    await shows(browser, "[data-results]", "Đã nhận")
    await shows(browser, "#files-title", "(2)")
    await presses(browser, "#files li:first-child a")
    await shows(browser, ".pager", "Trang 1 / 3")
    await presses(browser, "[rel=next]")
    await shows(browser, ".pager", "Trang 2 / 3")
    await presses(browser, ".actions .second")
    await shows(browser, "h1", "Bỏ tệp này?")
    await presses(browser, "main form button")
    await shows(browser, ".saved", "Đã bỏ tệp.")
    await shows(browser, "#files-title", "(1)")


async def test_a_lost_connection_is_said_and_the_file_is_sent_again(browser: WebDriver, site: str, plan: Path) -> None:
    await opens(browser, site + FILES)
    lost = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    await commands(browser, "Network.enable")
    await commands(browser, "Network.emulateNetworkConditions", offline=True, **lost)
    await chooses(browser, plan)
    await shows(browser, "form[data-upload] + ul", "Mất kết nối khi đang gửi; chưa nhận tệp này.")
    await commands(browser, "Network.emulateNetworkConditions", offline=False, **lost)
    await presses(browser, "form[data-upload] + ul button")
    await shows(browser, "form[data-upload] + ul strong", "Đã nhận")
    complaints(browser)


@pytest.mark.axe
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_no_page_of_the_files_has_a_barrier_or_scrolls_sideways(
    browser: WebDriver, site: str, plan: Path, photograph: Path, size: tuple[int, int]
) -> None:
    await opens(browser, site + PROOF)
    assert await asks(browser, "document.querySelector('#files')") is None
    await chooses(browser, photograph, plan)
    await shows(browser, "#field-sha256", plan.name)
    await writes(browser, "number", "12/CV-SNV")
    await presses(browser, 'form[action="evidence"] button')
    await shows(browser, ".proofs", "12/CV-SNV")
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, ".proofs a").click)
    await shows(browser, "h1", plan.name)
    file = str(browser.current_url).partition("?")[0]
    for address in (site + FILES, file, f"{file}/removal", site + PROOF):
        for scheme in ("light", "dark"):
            await opens(browser, address, size, scheme)
            assert (address, await asyncio.to_thread(barriers, browser, "color-contrast")) == (address, [])
        assert await fits(browser), address
    assert [each["message"] for each in complaints(browser)] == []


async def test_a_field_of_files_has_a_button_in_our_words_and_says_what_is_chosen(
    browser: WebDriver, site: str, plan: Path
) -> None:
    await opens(browser, f"{site}{UNIT}/workbook")
    await shows(browser, ".chooser", "Chọn tệp")
    await shows(browser, "form [role=status]", "Chưa chọn tệp nào.")
    face = "document.querySelector('.chooser .button').getBoundingClientRect()"
    over = f"(at => document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2).type)({face})"
    assert await asks(browser, over) == "file"  # a click on the button is a click on the field
    assert await asks(browser, "getComputedStyle(document.querySelector('.chooser input')).opacity") == "0"
    field = browser.find_element(By.CSS_SELECTOR, ".chooser input")
    await asks(browser, "document.querySelector('.chooser input').focus()")
    assert await asks(browser, "document.activeElement.type") == "file"
    await asyncio.to_thread(field.send_keys, str(plan))
    await shows(browser, "form [role=status]", f"Đã chọn: {plan.name} (1 KB)")
    await opens(browser, site + PROOF)
    await chooses(browser, plan)
    await shows(browser, "form[data-upload] + ul", plan.name)
    await commands(browser, "Emulation.setScriptExecutionDisabled", value=True)
    await opens(browser, f"{site}{UNIT}/workbook")
    assert browser.find_element(By.CSS_SELECTOR, "input[type=file]").is_displayed()
    assert not browser.find_elements(By.CSS_SELECTOR, ".chooser")


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_the_office_erases_a_file_at_a_page_without_a_barrier(
    browser: WebDriver, site: str, plan: Path, size: tuple[int, int], scheme: str
) -> None:
    await opens(browser, site + FILES)
    await chooses(browser, plan)
    await shows(browser, "#files", plan.name)
    token = ISSUER.mint("so-noi-vu", ["office@H16"], timedelta(hours=1), Clock()())
    cookie = {"name": "__Host-parindex", "value": token, "url": site, "path": "/", "secure": True}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Network.setCookie", cookie)
    await opens(browser, site + FILES, size, scheme)
    await presses(browser, "#files li:first-child a")
    await shows(browser, "h1", plan.name)
    await presses(browser, "a[href$='/erasure']")
    await shows(browser, "h1", "Xóa nội dung tệp này?")
    await checked(browser)
    await asks(browser, "document.querySelector('main form').noValidate = true")
    await presses(browser, 'form[action="erasure"] button')
    await shows(browser, ".errors", "Hãy đánh dấu ô xác nhận")
    await checked(browser)
    await writes(browser, "reason", "Có dữ liệu cá nhân; theo đề nghị số 45/CV-SYT.")
    await asyncio.to_thread(browser.find_element(By.ID, "field-sure").send_keys, Keys.SPACE)
    await presses(browser, 'form[action="erasure"] button')
    await shows(browser, ".notice", "Đã xóa nội dung tệp")
    await checked(browser)
    complaints(browser)


async def checked(browser: WebDriver) -> None:
    assert await asyncio.to_thread(barriers, browser) == []
    assert await fits(browser)
