"""Pages take the cookie and API routes the header; a request that writes through a page comes from one of our pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI, Form, Request
from httpx import ASGITransport, AsyncClient

from parindex.auth import Asker, Role
from parindex.auth.devices import new_secret
from parindex.auth.fastapi import (
    Authenticator,
    allow,
    allow_page,
    authenticate_with,
    public_page,
    signed_in,
    signed_in_page,
)
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.renewals import Renewal
from parindex.auth.tokens import Tokens
from parindex.http.fast_path import FastRoute
from parindex.http.problem_handlers import install
from parindex.http.return_paths import own_path
from parindex.http.way_in import check_requests

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEY = new_key()
PLAIN = LocalIssuer(KEY, "http://office.lan:8080/sign-in")
SECURE = LocalIssuer(KEY, "https://cchc.tinh.gov.vn/sign-in")
ELSEWHERE = LocalIssuer(KEY, "https://sso.tinh.gov.vn/realms/cchc")
RENEWAL_OF_UNIT = "/sign-in/renew?next=/office/units/H09.05"
FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Desk:
    """An app with pages and API routes, and the texts that were written through them."""

    issuer: LocalIssuer
    written: list[str] = field(default_factory=list)

    def http(self, base: str = "") -> AsyncClient:
        app = self._app()
        outer = FastAPI()
        outer.mount("/office", app)
        address = base or self.issuer.url.removesuffix("/sign-in")
        return AsyncClient(transport=ASGITransport(outer), base_url=f"{address}/office")

    def token(self, *rights: str, life: int = 5, issuer: LocalIssuer | None = None) -> str:
        return (issuer or self.issuer).mint("a0lan", rights, timedelta(minutes=life), NOON)

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/units/{unit}")
        async def sheet(unit: str, asker: Annotated[Asker, allow_page(Role.UNIT, at="unit")]) -> str:
            return f"{asker.subject} reads {unit}"

        @app.post("/units/{unit}")
        async def save(unit: str, asker: Annotated[Asker, allow_page(Role.UNIT)], text: Annotated[str, Form()]) -> str:
            asker.require(unit)
            self.written.append(text)
            return text

        @app.get("/mine")
        async def mine(asker: Annotated[Asker, signed_in_page]) -> str:
            return asker.subject

        @app.post("/form", dependencies=[public_page])
        async def form(text: Annotated[str, Form()]) -> str:
            self.written.append(text)
            return text

        @app.get("/v1/me")
        async def me(asker: Annotated[Asker, signed_in]) -> str:
            return asker.subject

        @app.post("/v1/units/{unit}")
        async def put(unit: str, asker: Annotated[Asker, allow(Role.UNIT, at="unit")]) -> str:
            self.written.append(unit)
            return asker.subject

        check_requests(app)
        authenticate_with(app, Authenticator(Tokens(self.issuer.keys(), lambda: NOON)))
        install(app)
        return app


@pytest.fixture
def desk() -> Desk:
    return Desk(PLAIN)


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[AsyncClient]:
    async with desk.http() as client:
        yield client


def cookie(token: str, name: str = "parindex") -> dict[str, str]:
    return {"Cookie": f"{name}={token}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_page_takes_the_cookie_and_the_header_opens_no_page(desk: Desk, http: AsyncClient) -> None:
    token = desk.token("unit@H09.05")
    assert (await http.get("/units/H09.05", headers=cookie(token))).json() == "a0lan reads H09.05"
    assert (await http.get("/units/H09.06", headers=cookie(token))).status_code == 403
    assert (await http.get("/units/H09.05", headers=bearer(token))).status_code == 303
    sent = await http.post("/units/H09.05", headers=bearer(token) | FROM_OUR_PAGE, data={"text": "x"})
    assert (sent.status_code, desk.written) == (307, [])


async def test_an_api_route_takes_the_header_and_the_cookie_opens_none(desk: Desk, http: AsyncClient) -> None:
    token = desk.token("unit@H09.05")
    assert (await http.get("/v1/me", headers=bearer(token))).json() == "a0lan"
    assert (await http.get("/v1/me", headers=cookie(token))).status_code == 401
    assert (await http.post("/v1/units/H09.05", headers=cookie(token) | FROM_OUR_PAGE)).status_code == 401
    assert desk.written == []


WRONG_COOKIES: dict[str, Any] = {
    "none": lambda _: {},
    "another cookie": lambda _: cookie("x", "theme"),
    "empty": lambda _: cookie(""),
    "nonsense": lambda _: cookie("abc"),
    "expired": lambda desk: cookie(desk.token(life=-10)),
    "of another issuer": lambda desk: cookie(desk.token(issuer=SECURE)),
    "of another key": lambda desk: cookie(desk.token(issuer=LocalIssuer(new_key(), PLAIN.url))),
    "a renewal token": lambda _: cookie(PLAIN.mint_renewal(Renewal("a0lan", 0, "m"), NOON)),
    "a kiosk's secret": lambda _: cookie(new_secret(lambda length: b"k" * length)),
    "too long": lambda _: cookie("x" * 20_000),
    "only the name for https": lambda desk: cookie(desk.token(), "__Host-parindex"),
}


@pytest.mark.parametrize("kind", WRONG_COOKIES)
async def test_without_a_valid_cookie_a_page_leads_to_renewal_and_takes_no_text(kind: str, desk: Desk) -> None:
    headers = WRONG_COOKIES[kind](desk)
    async with desk.http() as http:
        read = await http.get("/units/H09.05?year=2026&q=%C4%91", headers=headers)
        headed = await http.head("/mine", headers=headers)
        sent = await http.post("/units/H09.05", headers=headers | FROM_OUR_PAGE, data={"text": "x"})
    address = urlsplit(read.headers["Location"])
    assert (read.status_code, address.scheme, address.netloc, address.path) == (303, "", "", "/sign-in/renew")
    assert parse_qs(address.query) == {"next": ["/office/units/H09.05?year=2026&q=%C4%91"]}
    assert (headed.status_code, headed.headers["Location"]) == (303, "/sign-in/renew?next=/office/mine")
    assert (sent.status_code, sent.headers["Location"], desk.written) == (307, RENEWAL_OF_UNIT, [])


async def test_where_the_public_address_is_https_only_the_cookie_of_this_host_counts() -> None:
    desk = Desk(SECURE)
    token = desk.token()
    async with desk.http() as http:
        assert (await http.get("/mine", headers=cookie(token, "__Host-parindex"))).json() == "a0lan"
        assert (await http.get("/mine", headers=cookie(token))).status_code == 303


async def test_a_cookie_that_is_sent_twice_is_refused_and_does_not_send_a_person_round_in_circles(
    desk: Desk, http: AsyncClient
) -> None:
    token = desk.token()
    for headers in ([("Cookie", f"parindex={token}; parindex=x")], [("Cookie", "parindex=x"), *cookie(token).items()]):
        answer = await http.get("/mine", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "cookie-given-twice")
        assert answer.headers["Clear-Site-Data"] == '"cookies"'
    assert (await http.get("/mine", headers={"Cookie": f"a=1; parindex={token}; b=2"})).json() == "a0lan"


FORGED: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://office.lan:8080"},  # the origin does not outweigh it
    {"Sec-Fetch-Site": "same-origin, same-origin"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://office.lan"},
    {"Origin": "http://office.lan:8081"},
    {"Origin": "http://evil.lan:8080"},
    {"Origin": "http://office.lan:8080.evil.vn"},
    {"Origin": "http://evil.vn@office.lan:8080"},
    {"Origin": "http://office.lan:8080/"},
    {"Origin": "ftp://office.lan:8080"},
    {"Origin": "http://"},
    {"Referer": "http://office.lan:8080/office/form"},
]


@pytest.mark.parametrize("headers", FORGED, ids=str)
async def test_a_forged_request_writes_nothing(headers: dict[str, str], desk: Desk, http: AsyncClient) -> None:
    token = desk.token("unit@H09.05")
    for path in ("/units/H09.05", "/form"):  # sign-in is a page without an account, and can be forged as well
        answer = await http.post(path, headers=cookie(token) | headers, data={"text": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-same-origin")
        assert answer.json()["detail"].startswith("Yêu cầu không được gửi từ chính trang này")
    assert desk.written == []
    read = await http.get("/units/H09.05", headers=cookie(token) | headers)
    assert read.status_code == 200  # links from other sites lead here


async def test_a_forged_request_is_refused_before_its_body_is_read(http: AsyncClient) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append("all of it")
        yield b"text=x"

    headers = {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"}
    answer = await http.post("/units/H09.05", headers=headers, content=body())
    assert (answer.status_code, read) == (403, [])


@pytest.mark.parametrize(
    ("issuer", "base", "headers", "status"),
    [
        (PLAIN, "", FROM_OUR_PAGE, 200),
        (PLAIN, "", {"Origin": "http://office.lan:8080"}, 200),
        (PLAIN, "", {"Origin": "HTTP://Office.LAN:8080"}, 200),
        (PLAIN, "http://192.168.1.7:8000", {"Origin": "http://192.168.1.7:8000"}, 200),  # reached by another name
        (PLAIN, "http://assessment:8000", {"Origin": "http://office.lan:8080"}, 200),  # a proxy changes the host
        (PLAIN, "https://office.lan:8080", {"Origin": "https://office.lan:8080"}, 200),
        (SECURE, "", {"Origin": "https://cchc.tinh.gov.vn"}, 200),
        (SECURE, "http://assessment:8000", {"Origin": "https://cchc.tinh.gov.vn"}, 200),
        (SECURE, "", {"Origin": "http://cchc.tinh.gov.vn"}, 403),  # an attacker in the network may answer for http
        (ELSEWHERE, "https://cchc.tinh.gov.vn", {"Origin": "https://cchc.tinh.gov.vn"}, 200),
        (ELSEWHERE, "https://cchc.tinh.gov.vn", {"Origin": "https://sso.tinh.gov.vn"}, 403),
    ],
)
async def test_our_own_origin_is_the_public_address_and_the_host_that_the_browser_asked(
    issuer: LocalIssuer, base: str, headers: dict[str, str], status: int
) -> None:
    desk = Desk(issuer)
    name = "__Host-parindex" if issuer.url.startswith("https") else "parindex"
    async with desk.http(base) as http:
        sent = await http.post(
            "/units/H09.05", headers=cookie(desk.token("unit@H09.05"), name) | headers, data={"text": "x"}
        )
    assert sent.status_code == status
    assert desk.written == (["x"] if status == 200 else [])


async def test_an_api_route_asks_for_no_origin(desk: Desk, http: AsyncClient) -> None:
    headers = bearer(desk.token("unit@H09.05")) | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.vn"}
    assert (await http.post("/v1/units/H09.05", headers=headers)).status_code == 200


def test_a_page_is_no_fast_route() -> None:
    async def page(request: Request, asker: Annotated[Asker, allow_page(Role.UNIT)]) -> Any: ...

    with pytest.raises(ValueError, match="reads no cookie"):
        FastRoute("/page", page)


def test_a_rule_of_roles_names_one() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        allow_page()


@pytest.mark.parametrize(
    "path",
    ["/", "/office/units/H09.05?year=2026", "/a%20b?x=%2F%2Fevil", "/sign-in/desk", "/sign-in/renewal", "/..//x"],
)
def test_a_person_returns_to_a_path_of_this_origin(path: str) -> None:
    assert own_path(path, "/nowhere") == path


@pytest.mark.parametrize(
    "text",
    [
        "", "//evil.vn", "/\\evil.vn", "\\\\evil.vn", "/a\\b", "///evil.vn", "https://evil.vn", "https:/evil.vn",
        "javascript:alert(1)", "evil.vn", " /x", "/\t/evil.vn", "/\n/evil.vn", "/x\r\nSet-Cookie: a=b", "/x y", "/đ",
        "/x\x00", "/" + "x" * 2_000, "/sign-in/renew", "/sign-in/renew?next=/", "/sign-in/renew/", "/sign-in",
        "/sign-in/", "/sign-in/?next=/",
    ],
)  # fmt: skip
def test_any_other_text_leads_to_the_default(text: str) -> None:
    assert own_path(text, "/nowhere") == "/nowhere"
