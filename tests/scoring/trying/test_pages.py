"""The page of a trial: a set that another page sends is tried on a round, in a real Chromium and over HTTP."""

import asyncio
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
from parindex.testing.browser import DESK, PHONE, barriers, complaints, fits, opens, shows, signed_in
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, Served, served
from scoring.service import SERVICE
from scoring.trying.bus import TRYING

PATH = "/rounds/r/trials"
UNITS = ["H09.01", "H09.02"]
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
    """Scoring with a round of two units, which are appraised."""
    async with served(database, SERVICE, now=utc_now) as opening:
        resources = opening.resources
        await prepare_consumer(resources.engine, TRYING)
        projector = Projector(resources.log, resources.engine, SERVICE.projections)
        bench = Bench(resources.context, resources.engine, projector)
        await bench.receive("assessment", enacted(set_of_every_kind()), opened(units=UNITS))
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


async def sends(scoring: Served, right: str, fields: dict[str, str]) -> httpx.Response:
    token = ISSUER.mint("can-bo", [right], timedelta(hours=1), utc_now())
    headers = {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin"}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"}
    async with scoring.client(headers) as http:
        return await http.post(PATH, content=urlencode(fields))


async def test_a_trial_shows_both_ranks_and_what_no_longer_fits(scoring: Served) -> None:
    before = await scoring.log.head()
    shown = await sends(scoring, "office@H09", form_of(tried_set(), unit="H09.02"))
    assert shown.status_code == 200
    assert "Bộ &lt;thử&gt; &amp; khác" in shown.text
    for said in ("Hạng nay", "Hạng thử", "Đơn vị H09.02: từng tiêu chí", "điểm tối đa khác"):
        assert said in shown.text, said
    assert await scoring.log.head() == before


async def test_office_and_council_of_the_authority_see_the_page(scoring: Served) -> None:
    may = [right for right in EVERYBODY if (await sends(scoring, right, form_of(tried_set()))).status_code == 200]
    assert may == ["office@H09", "council@H09"]


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
        await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, "main form button[type=submit]").click)
        await shows(browser, "p.lead", "số liệu đơn vị kê khai")
        await shows(browser, "#rows-title", "Đơn vị H09.02: từng tiêu chí")
