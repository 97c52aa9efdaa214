"""Forms of pages, sent to a page of the toy service: within bounds, once, and never over what a reader did not see."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from pydantic import Field

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.eventstore.command_handling import execute
from parindex.http.body import Body
from parindex.http.fields import Note, Number
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.service import ServiceContext
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, NOON, Served, served
from parindex.testing.toy import MIGRATIONS, SERVICE, OrderPizza, OvenFullError, baking
from parindex.testing.toy import routes as api_routes
from parindex.web.forms import PAGE_FORM, FormShape, body_of, fresh_key, see_other
from parindex.web.vietnamese import read_day, read_number

SHAPE = FormShape({"count": 9, "day": 10, "note": 20, "box": 5}, several=frozenset({"box"}))
SHEET = "/shops/H09.05/sheet"


class SheetIn(Body):
    count: Number
    day: str
    note: Note
    box: str = Field(max_length=5)


def pages(context: ServiceContext) -> APIRouter:
    router = APIRouter()

    @router.post("/shops/{shop}/sheet", **PAGE_FORM)
    async def save(request: Request, shop: str, asker: Annotated[Asker, allow_page(Role.UNIT, at="shop")]) -> Response:
        sent = await SHAPE.read(request)
        body = body_of(SheetIn, sent.typed({"count": read_number, "day": read_day}))
        metadata = sent.write.metadata(asker, "H09", context.now())
        command = OrderPizza(shop, int(body.count))
        await execute(context.log, f"oven-{shop}", baking, command, metadata, expected=sent.write.if_match)
        return see_other("saved")

    return router


@pytest.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    service = replace(SERVICE, routes=lambda context: [*api_routes(context), pages(context)])
    async with served(database, service, migrations=MIGRATIONS) as toy:
        yield toy


@pytest.fixture
async def http(toy: Served) -> AsyncIterator[httpx.AsyncClient]:
    token = ISSUER.mint("pizza-fan", ["unit@H09.05"], timedelta(minutes=5), NOON)
    headers = {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin"}
    async with toy.client(headers) as http:
        yield http


def form(**fields: str) -> dict[str, str]:
    return {
        "count": "2",
        "day": "30/06/2026",
        "note": "ấm",
        "version": "0",
        "key": "a-key-of-16-chars",
        **fields,
    }


async def send(http: httpx.AsyncClient, fields: Mapping[str, str] | Sequence[tuple[str, str]]) -> httpx.Response:
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    return await http.post(SHEET, content=urlencode(fields, quote_via=quote), headers=sent)


async def test_a_form_is_written_and_leads_to_another_page(http: httpx.AsyncClient, toy: Served) -> None:
    answer = await send(http, form())
    assert (answer.status_code, answer.headers["location"]) == (303, "saved")
    [recorded] = await toy.log.read_after(0)
    assert (recorded.fact.count, recorded.entry.actor) == (2, "pizza-fan")


async def test_a_double_click_writes_once(http: httpx.AsyncClient, toy: Served) -> None:
    answers = await asyncio.gather(*(send(http, form()) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    assert await toy.log.head() == 1


async def test_a_stale_form_is_refused(http: httpx.AsyncClient, toy: Served) -> None:
    await send(http, form())
    answer = await send(http, form(key=fresh_key()))
    assert (answer.status_code, answer.json()["code"]) == (412, "stream-moved")
    assert await toy.log.head() == 1
    assert (await send(http, form(key=fresh_key(), version="1"))).status_code == 303


async def test_a_form_that_was_changed_after_it_was_sent_is_stale_and_no_misused_key(
    http: httpx.AsyncClient, toy: Served
) -> None:
    await send(http, form())
    answer = await send(http, form(count="3"))
    assert (answer.status_code, answer.json()["code"]) == (412, "stream-moved")
    assert await toy.log.head() == 1


async def test_a_form_that_was_refused_may_be_sent_again_with_its_key(http: httpx.AsyncClient) -> None:
    assert (await send(http, form(count="11"))).status_code == 409
    assert (await send(http, form())).status_code == 303


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        (form(count="1.234,5", day="31/06/2026"), ["/count", "/day"]),
        (form(note="x" * 21), ["/note"]),
        (form(note="\u202e"), ["/note"]),
        (form(more="1"), ["/more"]),
        ([*form().items(), ("note", "again")], ["/note"]),
        ([*form().items(), ("key", "another-key-of-16")], ["/key"]),
        (form(key=""), ["/key"]),
        (form(key="two words are none"), ["/key"]),
        ({name: text for name, text in form().items() if name != "version"}, ["/version"]),
        (form(version=""), ["/version"]),
        (form(version="01"), ["/version"]),
        (form(version="-1"), ["/version"]),
    ],
)
async def test_what_is_wrong_is_named_with_its_field(
    http: httpx.AsyncClient, toy: Served, fields: Mapping[str, str] | Sequence[tuple[str, str]], places: list[str]
) -> None:
    answer = await send(http, fields)
    assert (answer.status_code, [place["at"] for place in answer.json()["places"]]) == (422, places)
    assert await toy.log.head() == 0


async def test_an_end_of_a_line_counts_as_one_character(http: httpx.AsyncClient) -> None:
    assert (await send(http, form(note="x" * 9 + "\r\n" + "y" * 10))).status_code == 303


async def test_a_field_with_several_values_and_a_missing_one_are_read(http: httpx.AsyncClient, toy: Served) -> None:
    boxes = [*form().items(), ("box", "a"), ("box", "b")]
    assert (await send(http, [pair for pair in boxes if pair[0] != "note"])).status_code == 303
    assert await toy.log.head() == 1


async def test_a_form_has_a_thousand_fields_at_most(http: httpx.AsyncClient) -> None:
    boxes = [("box", "a")] * (1_001 - len(form()))
    answer = await send(http, [*form().items(), *boxes])
    assert (answer.status_code, [place["at"] for place in answer.json()["places"]]) == (422, [""])
    assert (await send(http, [*form().items(), *boxes[1:]])).status_code == 303


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"--x--", "multipart/form-data; boundary=x", 415),
        (b"", "application/x-www-form-urlencoded; charset=latin-1", 415),
        (b"note=%FF", "application/x-www-form-urlencoded", 422),
        (b"note=\xff", "application/x-www-form-urlencoded", 422),
        (b"note=" + b"x" * 2**18, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_what_is_no_form_or_too_much_of_one_is_refused(
    http: httpx.AsyncClient, body: bytes, media_type: str, status: int
) -> None:
    assert (await http.post(SHEET, content=body, headers={"Content-Type": media_type})).status_code == status


async def test_a_form_of_another_site_is_refused(http: httpx.AsyncClient) -> None:
    http.headers["Sec-Fetch-Site"] = "same-site"
    assert (await send(http, form())).status_code == 403


def test_a_refusal_is_shown_at_the_fields_that_it_is_about() -> None:
    places = [Place("/claims/1.1/count", "Sai.", ""), Place("/count", "Quá.", ""), Place("/version", "Thiếu.", "")]
    assert SHAPE.errors(MalformedError(places)) == {"count": "Sai. Quá.", "": "Thiếu."}
    assert SHAPE.errors(OvenFullError()) == {"": "Lò đã đầy."}


def test_keys_are_new_each_time_and_fit_a_form() -> None:
    keys = {fresh_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) == 24 for key in keys)
