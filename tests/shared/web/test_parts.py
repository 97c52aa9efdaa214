"""Every macro of the kit on one page, in a real browser: nothing that keeps people out, on a desk and on a phone."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Annotated

import pytest
import uvicorn
from fastapi import FastAPI, Query, Request, Response
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from parindex.auth.fastapi import public
from parindex.http.problem_handlers import install
from parindex.http.routes import add_routes
from parindex.http.way_in import check_requests
from parindex.testing.browser import barriers, complaints, shows
from parindex.web.answering import page, private_json
from parindex.web.assets import asset_routes
from parindex.web.parts import AccountPart, Column, Conflict, HistoryLine, Link, Side, SummaryRow, Tag, Task
from parindex.web.rendering import Templates, Visitor

TEMPLATES = Templates("tests.shared.web.step")
DESK, PHONE = (1280, 900), (390, 844)
LONG = "Mức độ hoàn thành các nhiệm vụ được Ủy ban nhân dân tỉnh, Chủ tịch Ủy ban nhân dân tỉnh giao trong năm"
SIDES = [
    Side("points", "Điểm", "2,5", "3", "3"),
    Side("note", "Giải trình", LONG, f"{LONG}, có “<tài liệu>”", "Dòng một\nDòng hai"),
    Side("day", "Ngày", "", "", ""),
]
CUT_OFF = """[...document.querySelectorAll('.frame')].filter(
    one => one.scrollWidth > one.clientWidth && getComputedStyle(one).overflowX !== 'auto').map(one => one.innerText)"""
"""Tables of which a part is neither seen nor scrolled to."""
NAMES = {"a0000000a": "Nguyễn <Văn> A", "a0000000b": "Trần Thị Bé"}
SHOWN: Mapping[str, object] = {
    "errors": {"points": "“1.234,5” có thể hiểu theo nhiều cách.", "note": "Cần có nội dung.", "": "Đã hết hạn nộp."},
    "stale": Conflict("a0000000a", "lúc 14:03 ngày 30/06/2026", 9, SIDES),
    "tasks": [
        Task("1.1 " + LONG, "Chưa chấm", Tag.TO_DO, "one"),
        Task("1.2 Công khai", "Đã lưu", Tag.DONE, "two", "Nguyễn Văn A, 14:03", Link("Vì sao?", "why")),
        Task("2 Ký duyệt", "Chưa đến lượt", hint=["Khi mọi tiêu chí đã chấm, giao cho ", AccountPart("a0000000b")]),
    ],
    "rows": [
        SummaryRow("Điểm tự chấm", "83,25", "points"),
        SummaryRow("Giải trình", LONG),
        SummaryRow("Ngày", ""),
        SummaryRow("Lưu", ["14:03 – ", AccountPart("a0000000a")]),
    ],
    "columns": [Column("Tiêu chí"), Column("Tối đa", number=True), Column("Tự chấm", number=True), Column("Ai sửa")],
    "table": [[Link(f"1.{row} {LONG}", f"c{row}"), "2", "1,75", [AccountPart("a0000000a")]] for row in range(1, 4)],
    "changes": [
        HistoryLine("Chấm 1,75", "a0000000a", "14:03 ngày 30/06/2026", "Theo báo cáo\nsố 12"),
        HistoryLine("Mở lại", "a00nobody", "08:00 ngày 29/06/2026"),
    ],
}


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A page with every macro, on a real port; it answers a form with the origin that the browser named."""
    app = FastAPI()

    @app.get("/all", dependencies=[public])
    async def everything() -> Response:
        return page(TEMPLATES.render("all.html", "", Visitor("Sở", "/sign-in/sign-out", "a0000000a"), **SHOWN), 422)

    @app.get("/sign-in/names", dependencies=[public])
    async def names(account: Annotated[list[str], Query()]) -> Response:
        return private_json({"asked": len(account)} | {each: NAMES[each] for each in account if each in NAMES})

    @app.post("/saved", dependencies=[public], openapi_extra={"requestBody": {"content": {}}})
    async def saved(request: Request) -> Response:
        return Response(f"{request.headers.get('origin')} {(await request.body()).decode()}", media_type="text/plain")

    add_routes(app, asset_routes("tests.shared.web.step"))
    check_requests(app)
    install(app)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        task = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task


async def opens(browser: WebDriver, site: str, size: tuple[int, int], scheme: str = "light") -> None:
    emulated = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size is PHONE}
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setDeviceMetricsOverride", emulated)
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", media)
    await asyncio.to_thread(browser.get, f"{site}/all")


async def asks(browser: WebDriver, script: str) -> object:
    return await asyncio.to_thread(browser.execute_script, f"return {script}")


async def waits(browser: WebDriver, script: str) -> None:
    await asyncio.to_thread(WebDriverWait(browser, 20).until, lambda _: browser.execute_script(f"return {script}"))


PLACES = "[...document.querySelectorAll('[data-account]')]"


@pytest.mark.browser
async def test_a_name_takes_the_place_of_each_id_that_has_one(browser: WebDriver, site: str) -> None:
    await opens(browser, site, DESK)
    await waits(browser, f"{PLACES}.filter(one => one.title).length === 8")
    shown = await asks(browser, f"{PLACES}.map(one => [one.dataset.account, one.title, one.innerText])")
    assert shown == [
        [account, account if account in NAMES else "", NAMES.get(account, account)]
        for account in ("a0000000a", "a0000000a", "a0000000b", *["a0000000a"] * 4, "a0000000a", "a00nobody")
    ]
    assert "Tài khoản Nguyễn <Văn> A · Sở" in str(await asks(browser, "document.querySelector('.visitor').innerText"))


@pytest.mark.browser
async def test_places_that_come_later_get_names_too_and_each_id_is_asked_once(browser: WebDriver, site: str) -> None:
    await opens(browser, site, DESK)
    await waits(browser, f"{PLACES}.filter(one => one.title).length === 8")
    more = "".join(f'<span data-account="a{number:08}"></span>' for number in range(30))
    more += '<span data-account="a0000000b"></span>'
    made = "new DOMParser().parseFromString(arguments[0], 'text/html').body.children"
    await asyncio.to_thread(browser.execute_script, f"document.querySelector('main').append(...{made})", more)
    await waits(browser, f"{PLACES}.filter(one => one.title).length === 9")
    asked = "performance.getEntriesByType('resource').filter(one => one.name.includes('/names?'))"
    counts = f"{asked}.map(one => new URL(one.name).searchParams.getAll('account').length)"
    await waits(browser, f"{asked}.length === 3")
    assert await asks(browser, counts) == [3, 25, 5]


@pytest.mark.browser
async def test_without_scripts_the_ids_stay(browser: WebDriver, site: str) -> None:
    await asyncio.to_thread(browser.execute_cdp_cmd, "Emulation.setScriptExecutionDisabled", {"value": True})
    await opens(browser, site, DESK)
    assert "Tài khoản a0000000a" in browser.find_element(By.CSS_SELECTOR, ".visitor").text


@pytest.mark.axe
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_every_macro_is_without_a_barrier(
    browser: WebDriver, site: str, size: tuple[int, int], scheme: str
) -> None:
    await opens(browser, site, size, scheme)
    assert await asyncio.to_thread(barriers, browser, "color-contrast", "label", "target-size") == []
    seen = await asks(browser, "getComputedStyle(document.body).backgroundColor")
    assert seen == {"light": "rgb(251, 250, 247)", "dark": "rgb(18, 24, 27)"}[scheme]


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_nothing_scrolls_sideways_and_nothing_is_refused_by_the_policy(
    browser: WebDriver, site: str, size: tuple[int, int]
) -> None:
    await opens(browser, site, size)
    assert await asks(browser, "document.documentElement.scrollWidth <= window.innerWidth")
    thinnest = "Math.min(...[...document.querySelectorAll('th, td')].map(one => one.clientWidth))"
    assert await asks(browser, f"{thinnest} > 50"), "a column of single letters"
    assert await asks(browser, CUT_OFF) == []
    assert await asks(browser, "[...document.querySelectorAll('.scroll')].every(one => one.tabIndex === 0)")
    small = "button, .button, input:not([type=hidden]), textarea"
    heights = await asks(browser, f"[...document.querySelectorAll('{small}')].map(one => one.offsetHeight)")
    assert isinstance(heights, list)
    assert min(heights) >= 44
    assert [each["message"] for each in complaints(browser) if "422" not in each["message"]] == []


@pytest.mark.browser
async def test_the_summary_of_errors_has_the_focus_and_leads_to_the_field(browser: WebDriver, site: str) -> None:
    await opens(browser, site, PHONE)
    assert await asks(browser, "document.activeElement.className") == "errors"
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, ".errors a").send_keys, Keys.ENTER)
    assert await asks(browser, "location.hash") == "#field-points"
    described = await asks(browser, "document.querySelector('#field-points').getAttribute('aria-describedby')")
    assert described == "hint-points error-points"
    assert await asks(browser, "document.querySelector('#field-points').inputMode") == "decimal"
    assert await asks(browser, "document.querySelectorAll('[type=number]').length") == 0


@pytest.mark.browser
async def test_a_form_names_its_origin_and_keeps_mine_on_top_of_the_new_version(browser: WebDriver, site: str) -> None:
    await opens(browser, site, DESK)
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, ".conflict button").click)
    await shows(browser, "body", "key=a-key-of-16-chars")
    sent = await asks(browser, "document.body.innerText")
    assert isinstance(sent, str)
    origin, _, form = sent.partition(" ")
    assert origin == site
    assert form.startswith("key=a-key-of-16-chars&version=9&points=3&note=D%C3%B2ng+m%E1%BB%99t%0D%0AD%C3%B2ng+hai")


async def test_texts_that_people_typed_are_never_markup() -> None:
    html = TEMPLATES.render("all.html", "", None, **SHOWN).decode()
    assert "Dòng &lt;hai&gt;" in html
    assert "<tài liệu>" not in html
    assert '<a href="c1">1.1 ' in html
