"""The page of a trial: a set that another page sends is tried on a round, in a real Chromium and over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
from msgspec.structs import replace
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from tests.scoring.conftest import Bench
from tests.scoring.contracts_of_a_round import appraised, enacted, opened, submitted
from tests.scoring.criteria_sets import set_of_every_kind
from tests.scoring.over_http import EVERYBODY

from parindex.bus.handler_context import prepare_consumer
from parindex.contracts.criteria import CriteriaSet
from parindex.eventstore.projecting import Projector
from parindex.instant import utc_now
from parindex.testing.browser import DESK, PHONE, asks, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, Served, served
from scoring.service import SERVICE
from scoring.trying.bus import TRYING
from scoring.trying.kept_sets import KEPT_FOR, MOST_KEPT, KeptSet, keep_set, kept_set
from scoring.trying.refusals import TriedSetGoneError

PATH = "/rounds/r/trials"
UNITS, NOT_APPRAISED = ["H09.01", "H09.02"], "H09.03"
SENDS = """const [address, fields] = arguments
const form = document.createElement("form")
form.method = "post"
form.action = address
for (const [name, value] of Object.entries(fields)) {
  const input = document.createElement("input")
  input.name = name
  input.value = value
  form.append(input)
}
document.body.append(form)
form.submit()"""


@pytest.fixture
async def scoring(database: Databases) -> AsyncIterator[Served]:
    """Scoring with a round of three units; two are appraised."""
    async with served(database, SERVICE, now=utc_now) as opening:
        resources = opening.resources
        await prepare_consumer(resources.engine, TRYING)
        projector = Projector(resources.log, resources.engine, SERVICE.projections)
        bench = Bench(resources.context, resources.engine, projector)
        await bench.receive("assessment", enacted(set_of_every_kind()), opened(units=[*UNITS, NOT_APPRAISED]))
        for unit, done in zip(UNITS, (4, 5), strict=True):
            await bench.receive("assessment", submitted(unit, "2"), appraised(unit, done))
        await projector.catch_up()
        yield opening


def tried_set() -> CriteriaSet:
    """Return a draft: another maximum of 1.1, and a title with marks of HTML."""
    rows = [replace(row, maximum="1") if row.code == "1.1" else row for row in set_of_every_kind().criteria]
    return replace(set_of_every_kind(), code="thu", title="Bộ <thử> & khác", criteria=rows)


def form_of(criteria_set: CriteriaSet, **fields: str) -> dict[str, str]:
    return {"key": "k" * 20, "criteria_set": msgspec.json.encode(criteria_set).decode(), **fields}


def at_the_browser(right: str, **headers: str) -> dict[str, str]:
    token = ISSUER.mint("can-bo", [right], timedelta(hours=1), utc_now())
    return {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin", **headers}


async def sends(scoring: Served, right: str, fields: dict[str, str], **more: str) -> httpx.Response:
    """Send the form, as a page of assessment does; the answer leads to another address."""
    headers = at_the_browser(right, **{"Content-Type": "application/x-www-form-urlencoded"}, **more)
    async with scoring.client(headers) as http:
        return await http.post(PATH, content=urlencode(fields))


async def opened_page(scoring: Served, address: str, right: str = "office@H09") -> httpx.Response:
    async with scoring.client(at_the_browser(right)) as http:
        return await http.get(f"/rounds/r/{address}")


async def tried(scoring: Served, fields: dict[str, str], **headers: str) -> httpx.Response:
    """Send the form and open the page that the answer leads to."""
    sent = await sends(scoring, "office@H09", fields, **headers)
    assert sent.status_code == 303
    return await opened_page(scoring, sent.headers["Location"])


async def test_a_trial_shows_both_ranks_and_what_no_longer_fits(scoring: Served) -> None:
    before = await scoring.log.head()
    shown = await tried(scoring, form_of(tried_set(), unit="H09.02"))
    assert shown.status_code == 200
    assert "Bộ &lt;thử&gt; &amp; khác" in shown.text
    for said in ("Hạng nay", "Hạng thử", "Đơn vị H09.02: từng tiêu chí", "điểm tối đa khác"):
        assert said in shown.text, said
    assert await scoring.log.head() == before


async def test_office_and_council_of_the_authority_see_the_page(scoring: Served) -> None:
    may = [right for right in EVERYBODY if (await sends(scoring, right, form_of(tried_set()))).status_code == 303]
    assert may == ["office@H09", "council@H09"]
    address = (await sends(scoring, "office@H09", form_of(tried_set()))).headers["Location"]
    may = [right for right in EVERYBODY if (await opened_page(scoring, address, right)).status_code == 200]
    assert may == ["office@H09", "council@H09"]


async def test_a_set_in_force_is_tried_at_an_address_with_its_code(scoring: Served) -> None:
    sent = await sends(scoring, "office@H09", form_of(set_of_every_kind(), figures="claimed", unit="H09.02"))
    assert sent.headers["Location"] == "trials?set=set-1&figures=claimed&unit=H09.02"
    shown = await opened_page(scoring, sent.headers["Location"])
    assert '<a href="../../../assessment/criteria-sets/set-1">' in shown.text
    assert (await opened_page(scoring, "trials")).status_code == 200  # the set in force


async def test_a_set_that_differs_from_the_one_in_force_is_tried_as_it_was_sent(scoring: Served) -> None:
    sent = await sends(scoring, "office@H09", form_of(replace(tried_set(), code="set-1")))
    assert sent.headers["Location"].startswith("trials?draft=")
    assert "Bộ &lt;thử&gt; &amp; khác" in (await opened_page(scoring, sent.headers["Location"])).text


@pytest.mark.parametrize(
    ("sender", "back"),
    [
        (f"authorities/H09/criteria-set-readings/{'a' * 64}",
         f"../../../assessment/authorities/H09/criteria-set-readings/{'a' * 64}"),
        (f"https://x.example/authorities/H09/criteria-set-readings/{'a' * 64}",
         "../../../assessment/authorities/H09/criteria-sets"),
        ("", "../../../assessment/authorities/H09/criteria-sets"),
    ],
)  # fmt: skip
async def test_the_page_leads_back_to_the_set_in_the_file(scoring: Served, sender: str, back: str) -> None:
    assert f'<a href="{back}">' in (await tried(scoring, form_of(tried_set()) | {"came_from": sender})).text


async def test_a_set_from_a_file_is_gone_after_a_day_and_unknown_to_another_authority(scoring: Served) -> None:
    address = (await sends(scoring, "office@H09", form_of(tried_set()))).headers["Location"]
    digest = address.removeprefix("trials?draft=").partition("&")[0]
    async with scoring.resources.engine.begin() as connection:
        kept = await kept_set(connection, "H09", digest, utc_now() + KEPT_FOR - timedelta(minutes=1))
        assert kept.criteria_set == tried_set()
        for authority, after in (("H09", KEPT_FOR + timedelta(minutes=1)), ("H10", timedelta())):
            with pytest.raises(TriedSetGoneError):
                await kept_set(connection, authority, digest, utc_now() + after)
        for number in range(MOST_KEPT):
            later = utc_now() + timedelta(minutes=number)
            await keep_set(connection, "H09", replace_kept(kept, title=f"Bộ {number}"), later)
        with pytest.raises(TriedSetGoneError):
            await kept_set(connection, "H09", digest, utc_now())
    gone = await opened_page(scoring, address)
    assert gone.status_code == 404
    assert "hãy mở lại trang của bộ chỉ số" in gone.text


def replace_kept(kept: KeptSet, title: str) -> KeptSet:
    return KeptSet(replace(kept.criteria_set, title=title), kept.came_from)


async def test_the_rows_of_a_unit_lead_to_their_derivations_and_end_with_the_sums(scoring: Served) -> None:
    shown = (await tried(scoring, form_of(tried_set(), unit="H09.02"))).text
    assert '<a href="units/H09.02/criteria/1.1">1.1 ' in shown
    total, index = shown.partition(">Tổng điểm</th>")[2], shown.partition(">Chỉ số</th>")[2]
    assert re.findall(r">([0-9,]+)</td>", total)[:4] == ["2,14", "2,14", "51", "50"]
    assert re.findall(r">([0-9,]+)</td>", index)[:2] == ["4,20", "4,29"]


async def test_a_unit_that_is_not_appraised_is_named_so_and_has_no_numbers(scoring: Served) -> None:
    page = (await opened_page(scoring, "trials")).text
    assert "2 đơn vị đã hoàn thành thẩm định và được tính; 1 đơn vị chưa hoàn thành" in page
    row = page.partition(f"Đơn vị {NOT_APPRAISED} (chưa hoàn thành thẩm định)")[2].partition("</tr>")[0]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", row) == ["–"] * 6


async def test_a_page_and_a_refusal_lead_to_the_desk(scoring: Served) -> None:
    page = (await opened_page(scoring, "trials")).text
    assert '<a class="mark" href="../../../sign-in/desk">' in page
    async with scoring.client({"Accept": "text/html"}) as http:
        missing = await http.get("/")
    assert missing.status_code == 404
    assert '<a class="mark" href="../sign-in/desk">' in missing.text
    assert '<a href="../sign-in/desk">Về bàn làm việc</a>' in missing.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"criteria_set": "{"}, 422), ({"criteria_set": "[]"}, 422), ({"unit": "H09.09"}, 404), ({"other": "x"}, 422)],
)
async def test_what_is_no_set_and_no_unit_is_refused(scoring: Served, fields: dict[str, str], status: int) -> None:
    assert (await sends(scoring, "office@H09", form_of(tried_set()) | fields)).status_code == status


@pytest.mark.browser
@pytest.mark.axe
async def test_no_trial_has_a_barrier_or_scrolls_sideways(scoring: Served, browser: WebDriver) -> None:
    token = ISSUER.mint("can-bo", ["office@H09"], timedelta(hours=1), utc_now())
    async with signed_in(scoring.app, browser, token) as address:
        for size in (DESK, PHONE):
            for scheme in ("light", "dark"):
                await opens(browser, f"{address}/rounds/r/units/H09.01/criteria/1.1", size, scheme)
                await asyncio.to_thread(browser.execute_script, SENDS, f"{address}{PATH}", form_of(tried_set()))
                await shows(browser, "h1", "Tính thử: Bộ <thử> & khác")
                assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
            assert await fits(browser)
        assert complaints(browser) == []


@pytest.mark.browser
async def test_a_person_chooses_a_unit_and_whose_figures_count(scoring: Served, browser: WebDriver) -> None:
    token = ISSUER.mint("can-bo", ["office@H09"], timedelta(hours=1), utc_now())
    async with signed_in(scoring.app, browser, token) as address:
        await opens(browser, f"{address}/rounds/r/units/H09.01/criteria/1.1")
        await asyncio.to_thread(browser.execute_script, SENDS, f"{address}{PATH}", form_of(tried_set()))
        await shows(browser, "p.lead", "kết quả thẩm định")
        Select(browser.find_element(By.NAME, "unit")).select_by_visible_text("Đơn vị H09.02")
        Select(browser.find_element(By.NAME, "figures")).select_by_value("claimed")
        await asks(browser, "document.querySelector('main form button[type=submit]').click()")
        await shows(browser, "p.lead", "số liệu đơn vị kê khai")
        await shows(browser, "#rows-title", "Đơn vị H09.02: từng tiêu chí")
        await asyncio.to_thread(browser.back)
        await shows(browser, "p.lead", "kết quả thẩm định")
        await asyncio.to_thread(browser.refresh)
        await shows(browser, "p.lead", "kết quả thẩm định")
