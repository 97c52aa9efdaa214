"""Every link, style sheet and image of a page can be opened, on the system as it is served."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag, urljoin

import httpx
import pytest

from parindex.contracts.addresses import API_DOCUMENTS, CRITERIA_SETS, PUBLICATION, SHEETS
from parindex_cli.local.embedded import INSIDE, System

SERVICES = ("assessment", "survey", "scoring", "publication")
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NAMED = re.compile(r"""<(?:a|link|script|img)\b[^>]*?\b(?:href|src)=["']([^"']+)["']""")
BEGINNINGS = (
    "/",
    "/sign-in/",
    "/publication/khong-co",
    "/problems/unknown-round",
    *(f"/{service}/docs" for service in SERVICES),
)
SHARED = "fbclid=x&gclid=x&zarsrc=30&utm_source=a&utm_medium=b&utm_campaign=c&utm_content=d&utm_term=e"


def named_in(address: str, html: str) -> Iterator[str]:
    for link in NAMED.findall(html):
        there, _ = urldefrag(urljoin(address, unescape(link)))
        if there.startswith(INSIDE):
            yield there


async def test_every_address_that_a_page_names_opens(announced: System) -> None:
    transport = httpx.ASGITransport(announced.app)
    seen: dict[str, int] = {}
    async with httpx.AsyncClient(transport=transport, base_url=INSIDE, headers=BROWSER, follow_redirects=True) as http:
        waiting = [INSIDE + beginning for beginning in BEGINNINGS]
        while waiting:
            address = waiting.pop()
            answer = await http.get(address)
            seen[address] = answer.status_code
            if answer.headers["content-type"].startswith("text/html"):
                new = dict.fromkeys(named_in(str(answer.url), answer.text))
                waiting += [there for there in new if there not in seen and there not in waiting]
    assert {address for address, status in seen.items() if status >= 400} == {f"{INSIDE}/publication/khong-co"}
    assert {"site.css", "icon.svg", "snapshot", "swagger-ui.css"} <= {
        address.partition("?")[0].rpartition("/")[2] for address in seen
    }


async def test_every_address_that_services_know_of_each_other_opens(embedded_system: System) -> None:
    async with embedded_system.client() as http:
        for address in (PUBLICATION, *API_DOCUMENTS):
            assert (await http.get(address.path, headers=BROWSER)).status_code == 200, address
        bare = await http.get("/sign-in")
        sheets = await http.get(SHEETS.path, headers=BROWSER)
        sets = await http.get(CRITERIA_SETS.path, headers=BROWSER)
    assert (bare.status_code, bare.headers["Location"]) == (308, "sign-in/")
    assert (sheets.status_code, sheets.headers["Location"]) == (303, "/sign-in/renew?next=/assessment/")
    assert (sets.status_code, sets.headers["Location"]) == (303, "/sign-in/renew?next=/assessment/criteria-sets")


@pytest.mark.parametrize("page", ["/", "/rounds/moi-loai-2026", "/rounds/moi-loai-2026/units/H10.01"])
async def test_an_address_that_was_shared_opens(announced: System, page: str) -> None:
    async with announced.client() as http:
        assert (await http.get(f"/publication{page}?{SHARED}")).status_code == 200
        mistyped = await http.get(f"/publication{page}?edtion=1", headers=BROWSER)
    assert (mistyped.status_code, "edtion" in mistyped.text) == (422, True)
    assert mistyped.headers["content-type"].startswith("text/html")
