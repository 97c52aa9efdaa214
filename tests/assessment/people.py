"""People at a browser, signed in with a cookie, and what their pages show and hide."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from urllib.parse import quote, urlencode

import httpx
from tests.assessment.conftest import Assessment

from parindex.testing.serving import ISSUER

SHEET = "/rounds/r-2026/units/H16.01"
API = "/v1/rounds/r-2026/units/H16.01"
CODES = ("1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.2.1", "1.2.2", "1.3")
HIDDEN = re.compile(r'<input type="hidden" name="(key|version)" value="([^"]*)">')
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Person:
    """A person at a browser, signed in with a cookie."""

    assessment: Assessment
    name: str
    rights: tuple[str, ...]

    async def opens(self, path: str, **headers: str) -> httpx.Response:
        return await self.assessment.http.get(path, headers=self.headers(**headers))

    async def sends(
        self, path: str, fields: Mapping[str, str] | Sequence[tuple[str, str]], **headers: str
    ) -> httpx.Response:
        content = urlencode(fields, quote_via=quote)
        sent = self.headers(**{"Content-Type": FORM, **headers})
        return await self.assessment.http.post(path, content=content, headers=sent)

    def headers(self, **more: str) -> dict[str, str]:
        """Return the headers of a request; an underscore in a name of `more` is a hyphen."""
        token = ISSUER.mint(self.name, self.rights, timedelta(minutes=15), self.assessment.clock())
        own = {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin"}
        return own | {name.replace("_", "-"): value for name, value in more.items()}


def hidden_in(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of the first form of a page."""
    return dict(HIDDEN.findall(page.text)[:2])


def texts_in(page: httpx.Response) -> str:
    """Return what a reader sees of a page, without elements."""
    accounts_in_their_sentences = re.sub(r"<span data-account=[^>]*>([^<]*)</span>", r"\1", page.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", accounts_in_their_sentences)).split())


async def facts_of(person: Person, kind: type) -> list[object]:
    recorded = await person.assessment.resources.log.read_stream("sheet-r-2026/H16.01")
    return [each.fact for each in recorded if isinstance(each.fact, kind)]


async def saves(person: Person, criterion: str, **fields: str) -> httpx.Response:
    address = f"{SHEET}/criteria/{criterion}"
    return await person.sends(address, {**hidden_in(await person.opens(address)), **fields})
