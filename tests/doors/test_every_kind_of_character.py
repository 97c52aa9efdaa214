"""Characters of every Unicode category, in every text of every route, up to the announced page and its table.

A text is accepted, or refused with its place; no accepted text stops a consumer.
"""

import asyncio
import html
import json
import re
import sys
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
import yaml
from tests.doors.described_bodies import DescribedRequest, requests_in, spoilt, texts_in
from tests.journeys.all_kinds import ALL_KINDS, ROUND_PATH

from parindex.auth import Role
from parindex.auth.principal import OWN_NODE
from parindex.values.texts import tidy
from parindex_cli.local.embedded import INSIDE, System
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.reading import read
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.journeys import drive, gateway_of

BIDIRECTIONAL: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNTYPED: Final = "\u206a\u206f\ufff9\ufffa\ufffb\U000e0001\U000e0041\U000e007f"
NASTY: Final = (
    "\0\x07\x1b\x7f\x80\x85\ud800\udfff\ufffe\uffff\ufdd0\U0001fffe\U0010ffff\u0378" + BIDIRECTIONAL + UNTYPED
)
ODD: Final = "\u00ad\u200b\u200d\ufeff\u2060\u0301\u0323\u3164\u2800\ufe0f\U0001f468\ufffd<&\"';,=+-@\\%"
NO_TEXT: Final = {"Cc", "Cs", "Cn", "Zl", "Zp"}


def one_of_each_category() -> Iterator[str]:
    """Yield the first and the last character of every category."""
    found: dict[str, list[str]] = {}
    for code in range(sys.maxunicode + 1):
        found.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
    for characters in found.values():
        yield from (characters[0], characters[-1])


def taken(character: str) -> bool:
    """Return whether a text of one line may contain a character, according to `docs`."""
    return unicodedata.category(character) not in NO_TEXT and character not in BIDIRECTIONAL + UNTYPED


EVERY: Final = sorted({*one_of_each_category(), *NASTY, *ODD})
GOOD: Final = "".join(filter(taken, EVERY))
BAD: Final = [character for character in EVERY if not taken(character) and character not in "\t\n\r\x85\u2028\u2029"]


class Doors:
    """Every service, for a client with every right."""

    def __init__(self, system: System, http: httpx.AsyncClient) -> None:
        self._system = system
        self._http = http

    async def requests(self) -> list[tuple[str, DescribedRequest]]:
        found = []
        for service in self._system.resources:
            document = (await self._http.get(f"/{service}/openapi.json")).json()
            found += [(service, request) for request in requests_in(document)]
        return found

    async def send(self, service: str, request: DescribedRequest, body: Any) -> httpx.Response:
        content = json.dumps(body).encode()  # escapes what UTF-8 can't encode
        answer = await self._http.request(
            request.method, f"/{service}{request.path}", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code < 500, f"{request.method} {service}{request.path}: {answer.text[:500]}"
        return answer

    async def addresses(self) -> list[tuple[str, str]]:
        """Return every read address with a name in it, and the citizens' pages."""
        found = [("publication", "/rounds/{round}"), ("publication", "/rounds/{round}/units/{unit}")]
        for service in self._system.resources:
            document = (await self._http.get(f"/{service}/openapi.json")).json()
            found += [(service, path) for path, each in document["paths"].items() if "get" in each and "{" in path]
        return found

    async def look(self, service: str, template: str, character: str) -> None:
        name = quote(f"a{character}b", errors="surrogatepass", safe="")
        path = re.sub(r"\{[a-z]+\}", lambda _: name, template)
        answer = await self._http.get(f"/{service}{path}")
        assert answer.status_code in {403, 404, 422}, f"{path}: {answer.status_code} {answer.text[:500]}"

    async def check_readers(self) -> None:
        """Check that every process is ready, and that there are no dead letters."""
        for service in self._system.resources:
            async with asyncio.timeout(300):  # on a busy machine a check may take too long, and is made again
                while (answer := await self._http.get(f"/{service}/health/ready")).status_code != HTTPStatus.OK:
                    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE, answer.text
            assert (await self._http.get(f"/{service}/v1/parked")).json() in ([], {"parked": []}), service


@asynccontextmanager
async def doors_of(system: System) -> AsyncIterator[Doors]:
    rights = [f"{role}@{'H10.01' if role in OWN_NODE else 'H10'}" for role in Role]
    bearer = {"Authorization": f"Bearer {system.token('moi-vai', *rights, life=timedelta(hours=1))}"}
    transport = httpx.ASGITransport(system.app)
    async with httpx.AsyncClient(transport=transport, base_url=INSIDE, headers=bearer, timeout=60) as http:
        yield Doors(system, http)


async def test_what_no_text_may_hold_is_refused_at_each_of_its_places(announced: System) -> None:
    async with doors_of(announced) as doors:
        requests = await doors.requests()
        assert {request.path for _, request in requests} >= {"/v1/rounds", "/v1/kiosks", "/v1/criteria-sets"}
        for service, request in requests:
            texts = set(texts_in(request.body))
            for bad in BAD:
                answer = await doors.send(service, request, spoilt(request.body, bad, forms=True))
                asked = f"{request.method} {service}{request.path} {bad!r}: {answer.text[:500]}"
                assert answer.status_code in {403, 422}, asked
                if answer.json()["code"] == "malformed-request":
                    assert {place["at"] for place in answer.json()["places"]} == texts, asked
        await doors.check_readers()


async def test_every_other_character_is_taken_or_refused_and_every_reader_moves_on(announced: System) -> None:
    async with doors_of(announced) as doors:
        for service, request in await doors.requests():
            for start in range(0, len(GOOD), 30):
                answer = await doors.send(service, request, spoilt(request.body, GOOD[start : start + 30], forms=False))
                assert answer.json().get("code") != "malformed-request", f"{request.path}: {answer.text[:500]}"
        await doors.check_readers()


WORDS: Final = {"title", "reference", "rule_text", "name", "explanation", "number", "page", "comment"}


def odd(value: Any, *, key: str = "") -> Any:
    """Return a round file whose every text has every character that a text may have."""
    if isinstance(value, dict):
        return {name: odd(item, key=name) for name, item in value.items() if name != "published"}
    if isinstance(value, list):
        return [odd(item) for item in value]
    return f"{value}{GOOD}." if key in WORDS else value


async def test_a_round_of_odd_texts_reaches_the_page_and_the_table(embedded_system: System, tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    tree = odd(read(ALL_KINDS).content)
    file.write_text(yaml.safe_dump(tree, allow_unicode=True))
    async with gateway_of(embedded_system) as way, doors_of(embedded_system) as doors:
        described, result = await drive(way, file)
        names = {tidy(unit.name) for block in described.blocks for unit in block.units}
        assert {row["unit"] for block in result["blocks"] for row in block["rows"]} == names
        await correct(way, RoundDriver(way, described))
        public = way.clients["publication"]
        page = html.unescape((await public.get(f"/rounds/{described.round}")).text)
        table = (await public.get(f"{ROUND_PATH}/result.csv")).content.decode("utf-8-sig")
        for name in names:
            assert name in page
            assert name.replace('"', '""') in table
        assert tidy(described.title) in page
        assert tidy(f"Vì{GOOD}sai.") in page
        assert (await public.get(f"/rounds/{described.round}/units/H10.01")).status_code == 200
        await doors.check_readers()


async def correct(way: Gateway, driver: RoundDriver) -> None:
    """Correct and announce again, with a reason that has every character."""
    office, publisher = await way.token(Role.OFFICE, "H10"), await way.token(Role.PUBLISHER, "H10")

    async def request(service: str, path: str, body: Any, token: str = office) -> None:
        answer = await way.clients[service].post(
            ROUND_PATH + path, json=body, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 201, answer.text

    why = f"Vì{GOOD}sai."
    finding = [{"criterion": "1.5", "points": "2", "comment": why}]
    await request("assessment", "/reopening", {"reason": why, "units": ["H10.02"]})
    await request("assessment", "/units/H10.02/appraisal/findings", finding)
    await request("assessment", "/units/H10.02/appraisal/completion", {})
    await request("assessment", "/closing", {})
    await driver.until_ready_to_freeze()
    await request("publication", "/editions", {"reason": why})
    await request("publication", "/editions/2/announcement", {}, publisher)


@pytest.mark.slow
async def test_no_address_fails_whatever_is_written_in_it(announced: System) -> None:
    async with doors_of(announced) as doors:
        for service, template in await doors.addresses():
            for character in EVERY:
                await doors.look(service, template, character)
        await doors.check_readers()
