"""Checks of every route of every service, including new ones: HEAD, query parameters, forms of bodies, headers."""

import gzip
import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from tests.doors.announced_round import REAL

from parindex.auth import Audience, Role
from parindex.auth.fastapi import access_rules
from parindex.auth.principal import OWN_NODE, SERVICE_RIGHT
from parindex.http.heads import ONCE
from parindex.http.openapi_shape import operations
from parindex.http.reading import OWN_READING
from parindex.http.route_table import BodyForm, table_of
from parindex_cli.local.embedded import System

PEOPLES = [role for role in Role if role not in {Role.SERVICE, Role.KIOSK}]
EVERYTHING = [SERVICE_RIGHT, *(f"{role}@{'H10.01' if role in OWN_NODE else 'H10'}" for role in PEOPLES)]
JSON = {"Content-Type": "application/json"}
PASSING = {"date", "x-correlation-id", "content-length"}


@pytest.fixture
async def http(embedded_system: System) -> httpx.AsyncClient:
    """A program and a browser in one: pages take the cookie, all other routes the header. It reads problems as JSON."""
    client = embedded_system.client("moi-vai", *EVERYTHING)
    token = client.headers["Authorization"].removeprefix("Bearer ")
    client.headers.update(
        {"Cookie": f"__Host-parindex={token}", "Sec-Fetch-Site": "same-origin", "Accept": "application/json, */*;q=0.5"}
    )
    return client


@pytest.fixture
async def device(embedded_system: System) -> httpx.AsyncClient:
    """The kiosk `k1`, because only an enrolled device may send presses."""
    async with embedded_system.client("moi-vai", *EVERYTHING) as office:
        kiosk = {"kiosk": REAL["kiosk"], "unit": "H10.01", "question": "hai-long"}
        code = (await office.post("/survey/v1/kiosks", json=kiosk)).json()["code"]
        enrolled = await office.post(f"/survey/v1/kiosks/{REAL['kiosk']}/enrolment", json={"code": code})
    client = embedded_system.client()
    client.headers["Authorization"] = f"Bearer {enrolled.json()['token']}"
    return client


def addresses(system: System, method: str) -> Iterator[str]:
    """Yield every address that takes a method, with real names in it; of services, sign-in and the gateway."""
    for route in access_rules(system.app):
        if method in route.methods:
            yield re.sub(r"\{(\w+)\}", lambda name: REAL[name[1]], route.path.replace("{round_}", "{round}"))


def writes(system: System) -> Iterator[tuple[str, str, BodyForm]]:
    for name in system.resources:
        [mounted] = [route.app for route in system.app.routes if isinstance(route, Mount) and route.path == f"/{name}"]
        assert isinstance(mounted, FastAPI)
        for taken in table_of(mounted).routes:
            for method in taken.methods - {"GET", "HEAD"}:
                path = re.sub(r"\{(\w+)\}", lambda found: REAL[found[1]], getattr(taken.route, "path", ""))
                if taken.rule is not None and taken.rule.audience is not Audience.PUBLIC:
                    yield method, f"/{name}{path}", taken.form


def place_of(answer: httpx.Response) -> list[str]:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return [place["at"] for place in answer.json()["places"]]


async def test_head_is_get_without_a_body(embedded_system: System, http: httpx.AsyncClient) -> None:
    wrong = []
    for address in addresses(embedded_system, "GET"):
        get, head = await http.get(address), await http.head(address)
        same = {name: text for name, text in get.headers.items() if name not in PASSING}
        if head.status_code != get.status_code or head.content:
            wrong.append(f"{address}: {head.status_code}, not {get.status_code}")
        if {name: text for name, text in head.headers.items() if name not in PASSING} != same:
            wrong.append(f"{address}: other headers")
        if "content-length" in get.headers and "content-length" not in head.headers:
            wrong.append(f"{address}: no length")
    assert wrong == []


async def test_a_name_in_the_query_that_a_door_does_not_know_is_refused(
    embedded_system: System, http: httpx.AsyncClient, device: httpx.AsyncClient
) -> None:
    wrong = []
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        for address in addresses(embedded_system, "GET" if method == "HEAD" else method):
            asking = device if address.endswith("/ratings") else http
            answer = await asking.request(method, address, params={"edtion": "1", "dry_run": "true"})
            status = 400 if (method, address) == ("POST", "/sign-in/token") else 422  # RFC 6749, 5.2
            refused = answer.status_code == status and (
                method == "HEAD" or [at for at in ("query/edtion", "query/dry_run") if at not in answer.text] == []
            )
            wrong += [] if refused else [f"{method} {address}: {answer.status_code} {answer.text[:200]}"]
    assert wrong == []


async def test_a_name_that_may_stand_once_is_refused_twice(http: httpx.AsyncClient) -> None:
    twice = await http.get("/publication/v1/rounds/x/result", params={"edition": ["1", "2"]})
    assert (twice.status_code, place_of(twice)) == (422, ["query/edition"])
    many = await http.get("/assessment/v1/contracts/ahead", params={"after": ["0"] * 8})
    assert many.status_code == 200


@pytest.mark.parametrize(
    ("body", "headers", "status", "at"),
    [
        (gzip.compress(b"{}", mtime=0), {**JSON, "Content-Encoding": "gzip"}, 415, []),
        (b"{}", {**JSON, "Content-Encoding": "deflate"}, 415, []),
        (b"{}", {**JSON, "Content-Encoding": "identity, br"}, 415, []),
        (b"{}", {**JSON, "Content-Encoding": "br"}, 415, []),
        (b"{}", {"Content-Type": "text/plain"}, 415, []),
        (b"{}", {}, 415, []),
        (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415, []),
        ("{}".encode("utf-16"), {"Content-Type": "application/json; charset=utf-16"}, 415, []),
        (b'{"a":1,"a":2}', JSON, 422, ["/a"]),
        (b'{"a":\n1', JSON, 422, ["line 2, column 2"]),
        (b'{"a":"\xff"}', JSON, 422, ["line 1, column 7"]),
    ],
)
async def test_a_body_in_another_form_is_refused_in_one_way(
    embedded_system: System,
    http: httpx.AsyncClient,
    device: httpx.AsyncClient,
    body: bytes,
    headers: dict[str, str],
    status: int,
    at: list[str],
) -> None:
    wrong = []
    for method, address, form in writes(embedded_system):
        if form in OWN_READING and "Content-Encoding" not in headers:
            continue  # presses, files and forms of pages: their readers have tests of their own
        asking = device if form is BodyForm.RAW else http
        answer = await asking.request(method, address, content=body, headers=headers)
        if answer.status_code != status or place_of(answer) != at:
            wrong.append(f"{method} {address}: {answer.status_code} {answer.text[:300]}")
        if status == 415 and not {"accept", "accept-encoding"} & set(answer.headers):
            wrong.append(f"{method} {address}: does not say what it takes")
    assert wrong == []


async def test_a_door_without_a_body_loses_nothing_silently(embedded_system: System, http: httpx.AsyncClient) -> None:
    empty = [(method, address) for method, address, form in writes(embedded_system) if form is BodyForm.NOTHING]
    assert empty
    for method, address in empty:
        answer = await http.request(method, address, json={"dry_run": True})
        assert (answer.status_code, place_of(answer)) == (422, ["/dry_run"]), address
        assert (await http.request(method, address, json={})).status_code != 422, address


async def test_who_may_not_is_told_before_the_body_is_looked_at(embedded_system: System) -> None:
    async with embedded_system.client() as citizen, embedded_system.client("x", "office@H99") as elsewhere:
        for method, address, form in writes(embedded_system):
            headers = {**JSON, "Sec-Fetch-Site": "same-origin"}
            answer = await citizen.request(method, address, content=b'{"a":', headers=headers)
            renewed = "/v1/" not in address and form is not BodyForm.FILES
            assert answer.status_code == (307 if renewed else 401), address
        answer = await elsewhere.put("/assessment/v1/rounds/x/units/H10.01/claims", content=b'{"a":', headers=JSON)
    assert answer.status_code == 403


async def test_a_method_that_is_not_taken_is_answered_with_all_that_are(
    embedded_system: System, http: httpx.AsyncClient
) -> None:
    wrong = []
    for address in {*addresses(embedded_system, "GET"), *addresses(embedded_system, "POST")}:
        answer = await http.request("TRACE", address)
        allowed = set(answer.headers.get("Allow", "").split(", "))
        taken = {method for method in ("GET", "POST", "PUT") if address in addresses(embedded_system, method)}
        if answer.status_code != 405 or not allowed >= taken or ("GET" in allowed) != ("HEAD" in allowed):
            wrong.append(f"{address}: {answer.status_code} {allowed}, not {taken}")
    assert wrong == []


async def test_a_form_where_a_form_is_meant(embedded_system: System) -> None:
    async with embedded_system.client() as http:
        json = await http.post("/sign-in/token", json={"grant_type": "password"})
        assert (json.status_code, json.headers["Accept"]) == (415, "application/x-www-form-urlencoded")
        twice = await http.post(
            "/sign-in/token",
            content=b"grant_type=password&username=a&username=b&password=c",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert (twice.status_code, place_of(twice)) == (400, ["/username"])  # RFC 6749, 5.2


async def test_a_redirect_names_no_host_that_a_request_named(embedded_system: System) -> None:
    async with embedded_system.client() as http:
        for address, to in (
            ("/publication/rounds/x/", "../x"),
            ("/publication", "publication/"),
            ("/publication/v1/results/", "../results"),
        ):
            answer = await http.get(address, headers={"Host": "evil.example"})
            assert (answer.status_code, answer.headers["Location"]) == (308, to)
            assert str(answer.next_request.url if answer.next_request else "") != ""


TWICE = dict.fromkeys(ONCE.values(), "x") | {
    "Authorization": "Bearer x",
    "Content-Length": "0",
    "Content-Type": "application/json",
    "Content-Encoding": "identity",
    "Host": "parindex.internal",
    "If-Match": '"1"',
    "Transfer-Encoding": "chunked",
}


async def test_a_header_that_may_stand_once_is_refused_twice_at_every_door(
    embedded_system: System, http: httpx.AsyncClient
) -> None:
    wrong = []
    doors = [(method, address) for method in ("GET", "POST") for address in addresses(embedded_system, method)]
    every = [(*door, "Idempotency-Key") for door in [*doors, ("GET", "/survey/v1/nowhere")]]
    for method, address, name in [*every, *(("POST", "/survey/v1/kiosks/k1/ratings", name) for name in TWICE)]:
        request = http.build_request(method, address)
        others = [(one, value) for one, value in request.headers.raw if one.lower() != name.lower().encode()]
        twice = [(name.encode(), TWICE[name].encode())] * 2
        answer = await http.send(httpx.Request(method, request.url, headers=[*others, *twice]))
        refused = answer.status_code == 400 and answer.json()["code"] == "malformed-head"
        wrong += [] if refused and place_of(answer) == [f"header/{name}"] else [f"{method} {address}: {answer.text}"]
    assert wrong == []


ONE_HOST = ("Host", "parindex.internal")


HEADS: list[tuple[list[tuple[str, str]], list[str]]] = [
    ([], ["header/Host"]),
    ([("Host", "a b")], ["header/Host"]),
    ([("Host", "user@h")], ["header/Host"]),
    ([("Host", "h:port")], ["header/Host"]),
    ([ONE_HOST, ("Transfer-Encoding", "gzip, chunked")], ["header/Transfer-Encoding"]),
    ([ONE_HOST, ("Transfer-Encoding", "identity")], ["header/Transfer-Encoding"]),
    ([ONE_HOST, *[("If-Match", '"1"'), ("Idempotency-Key", "k")] * 2], ["header/If-Match", "header/Idempotency-Key"]),
]


async def test_a_head_that_means_nothing_certain_is_refused(http: httpx.AsyncClient, device: httpx.AsyncClient) -> None:
    token = ("Authorization", device.headers["Authorization"])
    press = {"seq": 1, "stars": 5, "pressed_at": "2026-07-01T12:00:00Z"}
    fast = f"/survey/v1/kiosks/{REAL['kiosk']}/ratings"
    for headers, at in HEADS:
        reading = httpx.Request("GET", "http://parindex.internal/publication/v1/results", headers=headers)
        sending = httpx.Request("POST", f"http://parindex.internal{fast}", headers=[token, *headers], json=[press])
        for request in (reading, sending):
            if not headers:
                del request.headers["Host"]
            answer = await http.send(request)
            assert (answer.status_code, place_of(answer)) == (400, at), request


async def test_a_list_may_go_on_in_another_header(http: httpx.AsyncClient) -> None:
    for name in ("Accept", "Accept-Encoding", "Cookie", "X-Forwarded-For", "Via", "X-Anything"):
        answer = await http.get("/publication/v1/results", headers=[(name, "a"), (name, "b")])
        assert answer.status_code == 200, name


async def test_a_tag_is_known_in_whichever_header_it_is(http: httpx.AsyncClient) -> None:
    tag = (await http.get("/publication/v1/results")).headers["ETag"]
    answer = await http.get("/publication/v1/results", headers=[("If-None-Match", '"x"'), ("If-None-Match", tag)])
    assert answer.status_code == 304


def test_every_header_that_a_door_reads_stands_once_or_is_a_list(embedded_system: System) -> None:
    read = {
        parameter["name"]
        for mounted in embedded_system.app.routes
        if isinstance(mounted, Mount) and isinstance(mounted.app, FastAPI)
        for _, _, operation in operations(mounted.app.openapi())
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "header"
    }
    assert {"Idempotency-Key", "If-Match"} <= read <= {*ONCE.values(), "If-None-Match", "Accept"}
