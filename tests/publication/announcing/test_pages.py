"""What a citizen reads, in a real browser, on a desk and on a phone; mounted under a gateway's prefix."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from html import unescape

import httpx
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from msgspec import structs
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.publication.conftest import settled

from parindex.contracts.criteria import AreaKind, Criterion, Level
from parindex.hosting.server import listening
from parindex.numbers import from_wire, to_wire
from parindex.testing.browser import DESK, PHONE, asks, barriers, opens
from publication.freezing.state import ReceivedRound

Announce = Callable[..., Awaitable[None]]
Correct = Callable[..., ReceivedRound]

PAGE = "/rounds/binh-duong-2017"
CUT_OFF = """[...document.querySelectorAll('.frame:not(.scroll)')].flatMap(frame => {
    const edge = frame.getBoundingClientRect().right
    return [...frame.querySelectorAll('td, tbody th')].filter(
        cell => cell.getBoundingClientRect().right > edge).map(cell => cell.innerText)
})"""
"""Cells that a frame hides: nothing scrolls there, so a reader would not find them."""
THINNEST = """Math.min(...[...document.querySelectorAll('.ranking tbody th, .bars .label, .criteria tbody th')].map(
    cell => cell.getBoundingClientRect().width))"""
"""Pixels of the thinnest cell with a name in it."""


@pytest.fixture
async def site(app: FastAPI) -> AsyncIterator[str]:
    """The service on a real port, under /publication, as the gateway serves it."""
    async with listening(Starlette(routes=[Mount("/publication", app)])) as url:
        yield f"{url}/publication"


class Reader:
    """A person at a browser."""

    def __init__(self, browser: WebDriver, site: str) -> None:
        self._browser = browser
        self._site = site

    async def opens(self, path: str, size: tuple[int, int] = DESK, scheme: str = "light") -> None:
        await opens(self._browser, self._site + path, size, scheme)

    async def clicks(self, text: str) -> None:
        await asyncio.to_thread(self._browser.find_element(By.PARTIAL_LINK_TEXT, text).click)

    async def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map(one => one.innerText.trim())"
        found: list[str] = await asyncio.to_thread(self._browser.execute_script, script, selector)
        return found

    async def asks(self, script: str) -> object:
        return await asks(self._browser, script)

    async def barriers(self) -> Sequence[str]:
        return await asyncio.to_thread(barriers, self._browser, "color-contrast")

    async def complaints(self) -> list[str]:
        return [one["message"] for one in await asyncio.to_thread(self._browser.get_log, "browser")]


@pytest.fixture
def reader(browser: WebDriver, site: str) -> Reader:
    return Reader(browser, site)


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_a_citizen_reads_the_announcement(
    reader: Reader, announce: Announce, binh_duong: ReceivedRound, size: tuple[int, int]
) -> None:
    await announce(binh_duong)
    await reader.opens(PAGE, size)
    assert await reader.asks("document.documentElement.lang") == "vi"
    assert await reader.texts("h1") == ["Chỉ số CCHC cấp huyện tỉnh Bình Dương"]
    assert await reader.texts(".ranking td.rank") == [str(rank) for rank in range(1, 10)]
    assert (await reader.texts(".ranking tbody th"))[0] == "Thủ Dầu Một"
    assert (await reader.texts(".ranking td.index"))[0] == "84,58"
    assert "78,39%" in (await reader.texts(".facts"))[0]
    assert await reader.asks("document.querySelectorAll('svg.bar[role=img][aria-label] rect.survey').length") == 9
    assert await reader.asks("document.querySelector('svg.bar').getBoundingClientRect().width > 200")
    assert await reader.asks("document.documentElement.scrollWidth <= window.innerWidth")
    assert await reader.asks(CUT_OFF) == []
    assert await reader.complaints() == []


@pytest.mark.axe
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_has_a_barrier(
    reader: Reader, announce: Announce, binh_duong: ReceivedRound, settled_again: Correct, scheme: str
) -> None:
    await announce(binh_duong)
    await announce(settled_again(binh_duong, []), reason="Cộng nhầm điểm")
    for size in (DESK, PHONE):
        for path in ("/", PAGE, f"{PAGE}?edition=1", f"{PAGE}/units/H09.district-09", "/rounds/nowhere"):
            await reader.opens(path, size, scheme)
            assert (path, size, await reader.barriers()) == (path, size, [])


@pytest.mark.browser
async def test_every_way_from_the_list_to_a_units_points_works_under_a_prefix(
    reader: Reader, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    await reader.opens("/")
    await reader.clicks("Chỉ số CCHC cấp huyện")
    await reader.clicks("Bàu Bàng")
    assert await reader.texts("h1") == ["Bàu Bàng"]
    assert "−17,55" in await reader.texts("td.lost")
    assert "assessment/23" in await reader.texts(".causes code")
    await reader.clicks("Các kết quả")
    assert await reader.texts("h1") == ["Kết quả đã công bố"]
    assert await reader.complaints() == []


@pytest.mark.browser
async def test_a_phone_shows_a_correction_and_a_units_page_without_scrolling_sideways(
    reader: Reader, announce: Announce, binh_duong: ReceivedRound, settled_again: Correct
) -> None:
    await announce(binh_duong)
    last = structs.replace(binh_duong.scores[8], appraisal="50.45", points="81.46", index="81.46")
    await announce(settled_again(binh_duong, [last]), reason="Cộng nhầm điểm")
    for path in (PAGE, f"{PAGE}?edition=1", f"{PAGE}/units/H09.district-09", "/", "/rounds/nowhere"):
        await reader.opens(path, PHONE)
        assert (path, await reader.asks("document.documentElement.scrollWidth")) == (path, 390)
        assert (path, await reader.asks(CUT_OFF)) == (path, [])
    await reader.opens("/", PHONE)
    year = "document.querySelector('.rounds .year')"
    assert await reader.asks(f"{year}.offsetHeight < 1.5 * parseFloat(getComputedStyle({year}).fontSize)"), "one line"
    await reader.opens(PAGE, PHONE)
    assert "Cộng nhầm điểm" in (await reader.texts("#dinh-chinh"))[0]
    assert "71,46" in (await reader.texts("#dinh-chinh tbody tr"))[0]


async def test_an_old_edition_says_that_it_was_superseded_and_why(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound, settled_again: Correct
) -> None:
    await announce(binh_duong)
    assert "đã được thay thế" not in (await http.get(PAGE)).text
    await announce(settled_again(binh_duong, []), reason="Cộng <nhầm> điểm")
    old, new = (await http.get(f"{PAGE}?edition=1")).text, (await http.get(PAGE)).text
    assert "Ấn bản này đã được thay thế" in old
    assert "Cộng &lt;nhầm&gt; điểm" in old
    assert "Ấn bản này đã được thay thế" not in new


async def test_a_page_runs_nothing_and_loads_nothing_from_elsewhere(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    for path in ("/", PAGE, f"{PAGE}/units/H09.district-01", "/rounds/nowhere"):
        answer = await http.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "<script" not in answer.text
        assert not re.findall(r'style="|(?:src|href)="(?:https?:)?//', answer.text)


async def test_every_number_on_the_page_is_written_the_vietnamese_way(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    table = (await http.get(PAGE)).text.partition("<tbody")[2].partition("</tbody>")[0]
    shown = re.findall(r">\s*(\d[\d.,]*)\s*<", unescape(table))
    assert shown[:4] == ["1", "51,75", "32,83", "84,58"]
    assert not any("." in number for number in shown)


@pytest.mark.parametrize(
    ("title", "shown"), [("Chỉ số năm 2017", "Chỉ số năm 2017"), ("Chỉ số của tỉnh", "Chỉ số của tỉnh 2017")]
)
async def test_the_title_of_a_page_names_the_year_once(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound, title: str, shown: str
) -> None:
    await announce(replace(binh_duong, opened=structs.replace(binh_duong.opened, title=title)))
    assert f"<title>{shown}</title>" in (await http.get(PAGE)).text
    assert f" · {shown}</title>" in (await http.get(f"{PAGE}/units/H09.district-09")).text


async def test_nothing_announced_yet_is_said_and_not_shown_as_an_empty_page(http: AsyncClient) -> None:
    answer = await http.get("/")
    assert (answer.status_code, "Chưa có kết quả nào được công bố" in answer.text) == (200, True)


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
WRONG = [
    ("GET", "/rounds/nowhere", 404),
    ("GET", "/rounds/NO%20SUCH", 404),
    ("GET", "/rounds/a/units/b", 404),
    ("GET", "/assets/secret.txt", 404),
    ("GET", "/khong-co", 404),
    ("GET", "/a/b/c/d", 404),
    ("GET", "/rounds/binh-duong-2017?edition=moi", 422),
    ("GET", "/rounds/binh-duong-2017?edition=99", 404),
    ("GET", "/rounds/binh-duong-2017/units/H62.x", 404),
    ("POST", "/rounds/binh-duong-2017", 405),
    ("DELETE", "/", 405),
]


@pytest.mark.parametrize(("method", "path", "status"), WRONG)
@pytest.mark.parametrize("accept", [BROWSER, "*/*", ""])
async def test_whatever_a_citizen_mistypes_is_answered_by_a_page_with_a_way_on(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound, method: str, path: str, status: int, accept: str
) -> None:
    await announce(binh_duong)
    answer = await http.request(method, path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    home = re.findall(r'href="([^"]*)">Xem các kết quả', answer.text)
    assert [str(httpx.URL(f"http://publication{path}").join(one).path) for one in home] == ["/"]


@pytest.mark.parametrize(("method", "path", "status"), WRONG)
async def test_a_program_gets_the_problem_document(http: AsyncClient, method: str, path: str, status: int) -> None:
    for accept in ("application/json", "application/problem+json, */*;q=0.1", "application/json, text/html;q=0.5"):
        answer = await http.request(method, path, headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await http.get("/v1/khong-co", headers={"Accept": BROWSER})).json()["code"] == "no-such-address"


async def test_a_printed_page_names_its_edition_checksum_and_the_way_to_check(
    http: AsyncClient, announce: Announce, binh_duong: ReceivedRound
) -> None:
    await announce(binh_duong)
    (edition,) = (await http.get("/v1/rounds/binh-duong-2017/editions")).json()["editions"]
    html = (await http.get(PAGE)).text
    assert edition["checksum"] in html
    assert "sha256sum binh-duong-2017-1.json" in html
    assert "certutil -hashfile binh-duong-2017-1.json SHA256" in html
    anybody, auditors = html.split("Kiểm toán viên</strong>")
    assert "parindex replay" not in anybody
    assert "parindex replay binh-duong-2017 --edition 1 --gateway ĐỊA_CHỈ --credentials TỆP_TÀI_KHOẢN" in auditors
    assert "30/06/2026" in html


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_names_of_any_length_are_read_whole(
    reader: Reader, announce: Announce, binh_duong: ReceivedRound, size: tuple[int, int]
) -> None:
    names = [("Ban Quản lý các khu công nghiệp và phát triển đô thị " * 9).strip(), "X" * 400]
    block = binh_duong.opened.blocks[0]
    units = [structs.replace(unit, name=name) for unit, name in zip(block.units, names + ["Sở"] * 7, strict=True)]
    opened = structs.replace(binh_duong.opened, blocks=[structs.replace(block, units=units)])
    await announce(replace(binh_duong, opened=opened))
    for path in (PAGE, f"{PAGE}/units/{units[1].code}"):
        await reader.opens(path, size)
        assert await reader.asks("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert await reader.asks(CUT_OFF) == [], path
        assert await reader.asks(f"{THINNEST} > 120"), path


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_bonus_penalty_and_points_stand_beside_the_index(
    reader: Reader, announce: Announce, binh_duong: ReceivedRound, size: tuple[int, int]
) -> None:
    [enacted] = binh_duong.sets
    extras = [
        Criterion(code="8", name="Điểm cộng", level=Level.AREA, maximum="5", area_kind=AreaKind.BONUS),
        Criterion(code="9", name="Điểm trừ", level=Level.AREA, maximum="5", area_kind=AreaKind.PENALTY),
    ]
    known = structs.replace(enacted.criteria_set, criteria=[*enacted.criteria_set.criteria, *extras])
    first = binh_duong.scores[0]
    index = to_wire((from_wire(first.points) + 2) / 84 * 100)
    points = to_wire(from_wire(first.points) + 2)
    moved = structs.replace(first, bonus="3", penalty="1", points=points, maximum="84", index=index)
    sets = [structs.replace(enacted, criteria_set=known)]
    await announce(settled(binh_duong.opened, sets, [moved, *binh_duong.scores[1:]], 1))
    await reader.opens(PAGE, size)
    rows = await reader.texts(".ranking tbody tr")
    assert "84" in next(row for row in rows if "3,00" in row and "1,00" in row)
    assert await reader.asks("document.documentElement.scrollWidth <= window.innerWidth")
    assert await reader.asks(CUT_OFF) == []
    assert await reader.barriers() == []
    await reader.opens(f"{PAGE}/units/{first.unit}", size)
    facts = (await reader.texts(".facts"))[0]
    assert "Điểm thưởng" in facts
    assert "/ 84" in facts
    assert await reader.asks(CUT_OFF) == []
