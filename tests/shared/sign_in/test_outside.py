"""A person signs in with an account of an outside issuer; a return that is wrong in any way begins no session."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse
from httpx import AsyncClient
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import ValidationError
from structlog.testing import capture_logs
from tests.shared.sign_in.outside_issuers import (
    ANOTHER_KEY,
    CLIENT,
    SECRET,
    SUBJECT,
    Claims,
    Hostile,
    hostile_issuer,
    huge,
    real_issuer,
    signed,
    signed_by_another,
    signed_with_the_public_key,
    slow,
    unsigned,
)
from tests.shared.sign_in.signing_in import BINH, HTTPS, LAN, NEW, PASSWORD, Door
from tests.shared.sign_in.test_pages import cookies_of, sign_in, words

from parindex.auth import outside_http
from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts_file import AccountsFileError
from parindex.auth.fastapi import access_rules
from parindex.auth.outside_issuer import LABEL, OutsideSettings

COOKIE = "parindex-outside"
UNLINKED = LAN | {"rights": ["office@H09"]}


def linked(issuer: str, subject: str = SUBJECT, **row: Any) -> dict[str, Any]:
    return UNLINKED | row | {"linked": [{"issuer": issuer, "subject": subject}]}


def configure(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str) -> None:
    secret = folder / "outside.secret"
    secret.write_text(f"{SECRET}\n", "utf-8")
    for name, value in {"ISSUER": url, "CLIENT_ID": CLIENT, "SECRET_FILE": str(secret)}.items():
        monkeypatch.setenv(f"PARINDEX_OUTSIDE__{name}", value)


@pytest.fixture
async def issuer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, plain_door: Door) -> AsyncIterator[Hostile]:
    """An issuer that the door knows, where Lan's account is linked."""
    async with hostile_issuer() as found:
        configure(monkeypatch, tmp_path, found.url)
        plain_door.write(linked(found.url), BINH)
        found.now = lambda: plain_door.now
        yield found


async def visit_issuer(http: AsyncClient, next_path: str = "/units/H62.01") -> str:
    """Begin at our page, sign in at the issuer, and return the address to which it sends the browser back."""
    begun = await http.get("/sign-in/outside", params={"next": next_path})
    assert begun.status_code == 303, begun.text
    async with AsyncClient(trust_env=False) as outside:
        return (await outside.get(begun.headers["Location"])).headers["Location"]


async def go(http: AsyncClient, next_path: str = "/units/H62.01") -> httpx.Response:
    return await http.get(await visit_issuer(http, next_path))


def nobody_is_signed_in(answer: httpx.Response) -> bool:
    return not {"parindex", "__Host-parindex", "parindex-session"} & cookies_of(answer).keys()


async def test_a_person_signs_in_at_a_real_provider(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, door: Door
) -> None:
    door.now = datetime.now(UTC)  # the provider has the clock of this machine
    async with real_issuer(tmp_path) as url, AsyncClient(trust_env=False) as outside:
        configure(monkeypatch, tmp_path, url)
        door.write(linked(url), BINH)
        async with door.browser() as http:
            form = await http.get("/sign-in/", params={"next": "/units/H62.01?year=2026"})
            assert LABEL in words(form)
            assert 'href="outside?next=/units/H62.01%3Fyear%3D2026"' in form.text
            begun = await http.get("/sign-in/outside", params={"next": "/units/H62.01?year=2026"})
            consent = await outside.post(begun.headers["Location"], data={"sub": SUBJECT})
            back = consent.headers["Location"]
            assert back.startswith("http://office.lan:8080/sign-in/outside-return?")
            answer = await http.get(back)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/units/H62.01?year=2026")
            assert "nguyễn.thị.lan" in words(await http.get("/sign-in/desk"))
            assert (await http.get("/sign-in/renew", params={"next": "/x"})).headers["Location"] == "/x"


async def test_the_request_to_the_issuer_says_what_the_standards_ask_for(issuer: Hostile, plain_door: Door) -> None:
    async with plain_door.browser() as http:
        assert (await go(http)).headers["Location"] == "/units/H62.01"
        assert (await go(http)).headers["Location"] == "/units/H62.01"
    first, second = issuer.asked
    assert first["tenant"] == "h09"  # what the endpoint's own address says stays
    assert (first["response_type"], first["scope"], first["code_challenge_method"]) == ("code", "openid", "S256")
    assert (first["client_id"], first["redirect_uri"]) == (CLIENT, f"{HTTPS}/sign-in/outside-return")
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]
    exchange = issuer.exchanged[0]
    basic = httpx.BasicAuth("parindex-h09", "b%C3%AD+m%E1%BA%ADt%3A+a%2Bb%26c")
    assert exchange["authorization"] == next(basic.auth_flow(httpx.Request("GET", "http://x"))).headers["Authorization"]
    assert "client_secret" not in exchange
    assert issuer.discovered == 2  # one for the endpoints, one for the keys; both are kept


async def test_the_secret_goes_into_the_body_where_the_issuer_takes_it_there_only(
    issuer: Hostile, plain_door: Door
) -> None:
    issuer.document = {"token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"]}
    async with plain_door.browser() as http:
        assert (await go(http)).status_code == 303
    assert issuer.exchanged[0]["authorization"] == ""
    assert (issuer.exchanged[0]["client_id"], issuer.exchanged[0]["client_secret"]) == (CLIENT, SECRET)


async def test_the_cookie_of_a_sign_in_under_way_is_for_its_own_pages_and_ends_with_it(
    issuer: Hostile, plain_door: Door
) -> None:
    async with plain_door.browser() as http:
        begun = await http.get("/sign-in/outside")
        kept = cookies_of(begun)[COOKIE]
        assert (kept["path"], kept["samesite"], kept["max-age"]) == ("/sign-in", "lax", "600")
        assert kept["httponly"]
        assert kept["secure"]
        answer = await http.get(await visit_issuer(http))
        assert cookies_of(answer)[COOKIE]["max-age"] == "0"


@pytest.mark.parametrize(
    "key",
    [
        RSAKey.generate_key(2048, {"kid": "rsa"}),
        ECKey.generate_key("P-256", {"kid": "ec"}),
        OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    ],
    ids=["RSA", "EC", "Ed25519"],
)
async def test_the_keys_of_common_issuers_are_taken(key: Any, issuer: Hostile, plain_door: Door) -> None:
    issuer.key = key
    for algorithm in {"RSA": ("RS256", "PS256"), "EC": ("ES256",), "OKP": ("EdDSA",)}[key.key_type]:
        issuer.token = lambda _, claims, alg=algorithm: signed(claims, key, {"alg": alg, "kid": key.kid})
        async with plain_door.browser() as http:
            assert (await go(http)).status_code == 303, algorithm


TOKENS: dict[str, Callable[[Hostile, Claims], str]] = {
    "without a signature": unsigned,
    "signed with the public key as a secret": signed_with_the_public_key,
    "signed by another key under the same id": signed_by_another,
    "of an unknown key": lambda _, claims: signed(claims, ANOTHER_KEY, {"alg": "RS256", "kid": "two"}),
    "an access token": lambda issuer, claims: signed(
        claims, issuer.key, {"alg": "RS256", "kid": issuer.key.kid, "typ": "at+jwt"}
    ),
    "no token": lambda *_: "x.y.z",
    "too long": lambda issuer, claims: signed(
        claims | {"x": "x" * 20_000}, issuer.key, {"alg": "RS256", "kid": issuer.key.kid}
    ),
}


@pytest.mark.parametrize("name", TOKENS)
async def test_a_wrong_id_token_signs_nobody_in(name: str, issuer: Hostile, plain_door: Door) -> None:
    issuer.token = TOKENS[name]
    await refused(plain_door, 403, "outside-answer-invalid")


CLAIMS: dict[str, Claims] = {  # times relative to the present
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "an audience beside ours, for the other": {"aud": [CLIENT, "another"], "azp": "another"},
    "an audience beside ours, for nobody": {"aud": [CLIENT, "another"]},
    "another authorized party": {"azp": "another"},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": -31},
    "without an end": {"exp": None},
    "from the future": {"iat": 31},
    "without a time of issue": {"iat": None},
    "no subject": {"sub": None},
    "a subject that is a number": {"sub": 7},
    "a subject that is too long": {"sub": "x" * 256},
    "a nonce that is no text": {"nonce": {"a": 1}},
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_an_id_token_with_wrong_claims_signs_nobody_in(name: str, issuer: Hostile, plain_door: Door) -> None:
    now = int(plain_door.now.timestamp())
    issuer.claims = {
        key: now + value if key in {"exp", "iat"} and value else value for key, value in CLAIMS[name].items()
    }
    await refused(plain_door, 403, "outside-answer-invalid")


async def test_an_id_token_for_several_audiences_is_taken_if_it_was_issued_to_us(
    issuer: Hostile, plain_door: Door
) -> None:
    issuer.claims = {"aud": ["project", CLIENT], "azp": CLIENT}
    async with plain_door.browser() as http:
        assert (await go(http)).status_code == 303


ANSWERS: dict[str, tuple[Callable[[], Response], str]] = {
    "huge": (huge, "outside-issuer-unavailable"),
    "compressed": (
        lambda: Response(b"", headers={"Content-Encoding": "gzip"}),
        "outside-issuer-unavailable",
    ),
    "failing": (lambda: JSONResponse({}, 500), "outside-issuer-unavailable"),
    "elsewhere": (lambda: RedirectResponse("/jwks", 307), "outside-answer-invalid"),
    "a refused code": (lambda: JSONResponse({"error": "invalid_grant"}, 400), "outside-answer-invalid"),
    "no JSON": (lambda: Response(b"<html>"), "outside-answer-invalid"),
    "no object": (lambda: JSONResponse([]), "outside-answer-invalid"),
    "no token": (lambda: JSONResponse({"access_token": "x"}), "outside-answer-invalid"),
    "too deep": (lambda: Response(b"[" * 200_000), "outside-answer-invalid"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_wrong_answer_of_the_token_endpoint_signs_nobody_in(
    name: str, issuer: Hostile, plain_door: Door
) -> None:
    issuer.answer, code = ANSWERS[name]
    await refused(plain_door, 503 if code == "outside-issuer-unavailable" else 403, code)


async def test_an_answer_that_never_ends_is_waited_for_no_longer_than_its_time(
    monkeypatch: pytest.MonkeyPatch, issuer: Hostile, plain_door: Door
) -> None:
    monkeypatch.setattr(outside_http, "ANSWER_WITHIN", 0.5)
    issuer.answer = slow
    async with asyncio.timeout(10):  # a whole code has WITHIN
        await refused(plain_door, 503, "outside-issuer-unavailable")


async def refused(door: Door, status: int, code: str) -> None:
    """Sign in, and see a page with this refusal, no session, and nothing of the person in the log."""
    async with door.browser() as http:
        with capture_logs() as lines:
            answer = await go(http)
        assert (answer.status_code, code in answer.text) == (status, True), answer.text
        assert nobody_is_signed_in(answer)
        assert 'href="./?next=/units/H62.01"' in answer.text
        assert cookies_of(answer)[COOKIE]["max-age"] == "0"
        assert {"event": "outside_sign_in_failed", "code": code, "log_level": "info"} in lines
        assert SUBJECT not in str(lines)
        assert (await sign_in(http)).status_code == 303  # our own form works


async def test_a_return_that_fits_no_sign_in_of_this_browser_is_refused(issuer: Hostile, plain_door: Door) -> None:
    async with plain_door.browser() as http, plain_door.browser() as other:
        back = await visit_issuer(http)
        await visit_issuer(other)
        for browser, address in (
            (other, back),  # another browser's state: a forged link
            (plain_door.browser(), back),  # no cookie
            (http, back.replace("state=", "state=x")),
        ):
            answer = await browser.get(address)
            assert (answer.status_code, "outside-return-unknown" in answer.text) == (400, True)
            assert nobody_is_signed_in(answer)
    assert issuer.exchanged == []


async def test_a_return_is_used_once_and_within_its_time(issuer: Hostile, plain_door: Door) -> None:
    async with plain_door.browser() as http:
        back = await visit_issuer(http)
        assert (await http.get(back)).status_code == 303
        assert (await http.get(back)).status_code == 400
        back = await visit_issuer(http)
        plain_door.now += timedelta(minutes=10, seconds=31)
        assert (await http.get(back)).status_code == 400
    assert len(issuer.exchanged) == 1


async def test_no_other_token_of_ours_is_taken_for_a_sign_in_under_way(issuer: Hostile, plain_door: Door) -> None:
    async with plain_door.browser() as http:
        begun = await sign_in(http)
        back = await visit_issuer(http)
        for name in ("__Host-parindex", "parindex-session"):
            token = cookies_of(begun)[name].value
            async with plain_door.browser() as forged:
                answer = await forged.get(back, headers={"Cookie": f"{COOKIE}={token}"})
                assert answer.status_code == 400
        flow = http.cookies[COOKIE]
        async with plain_door.browser() as forged:
            renewed = await forged.get("/sign-in/renew", headers={"Cookie": f"parindex-session={flow}"})
            assert renewed.headers["Location"].startswith("/sign-in/?")
            desk = await forged.get("/sign-in/desk", headers={"Cookie": f"__Host-parindex={flow}"})
            assert desk.headers["Location"].startswith("/sign-in/renew")


@pytest.mark.parametrize(
    ("named", "sent", "status"),
    [
        (False, None, 303),
        (False, "own", 303),
        (False, "https://evil.example", 403),
        (True, "own", 303),
        (True, None, 403),
        (True, "own/", 403),
    ],
)
async def test_a_return_from_another_issuer_is_no_return(
    *, named: bool, sent: str | None, status: int, issuer: Hostile, plain_door: Door
) -> None:
    issuer.document = {"authorization_response_iss_parameter_supported": named}
    issuer.return_iss = sent and sent.replace("own", issuer.url)
    async with plain_door.browser() as http:
        answer = await go(http)
        assert answer.status_code == status
    assert len(issuer.exchanged) == (status == 303)


async def test_a_person_who_cancels_at_the_issuer_sees_that_in_words(issuer: Hostile, plain_door: Door) -> None:
    async with plain_door.browser() as http:
        state = dict(parse_qsl(urlsplit(await visit_issuer(http)).query))["state"]
        query = {"error": "access_denied", "error_description": "<b>Lan</b>", "state": state, "session_state": "x"}
        answer = await http.get("/sign-in/outside-return", params=query)
    assert (answer.status_code, "bạn đã hủy" in words(answer)) == (403, True)
    assert "Lan" not in answer.text
    assert nobody_is_signed_in(answer)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/sign-in/outside", "/" + "x" * 1_001]
)
async def test_a_sign_in_leads_to_no_other_origin(wanted: str, issuer: Hostile, plain_door: Door) -> None:
    async with plain_door.browser() as http:
        assert (await go(http, wanted)).headers["Location"] == "/sign-in/desk"


async def test_an_account_without_a_link_gets_its_id_for_the_office_and_nothing_else(
    issuer: Hostile, plain_door: Door
) -> None:
    issuer.claims = {
        "sub": "<b>another",
        "name": LAN["name"],
        "preferred_username": LAN["name"],
        "email": "lan@h09.example",
    }
    async with plain_door.browser() as http:
        with capture_logs() as lines:
            answer = await go(http)
        assert answer.status_code == 403
        assert "&lt;b&gt;another" in answer.text
        assert issuer.url in answer.text
        assert LAN["name"] not in answer.text
        assert nobody_is_signed_in(answer)
        assert "another" not in str(lines)
        assert {"event": "outside_account_not_linked", "log_level": "info"} in lines


async def test_an_account_with_a_second_factor_goes_on_to_it(issuer: Hostile, plain_door: Door) -> None:
    plain_door.write(linked(issuer.url, totp="A" * 32))
    async with plain_door.browser() as http:
        answer = await go(http)
        assert answer.headers["Location"] == "/sign-in/code?next=%2Funits%2FH62.01"
        assert nobody_is_signed_in(answer)
        assert (await http.get("/sign-in/desk")).headers["Location"].startswith("/sign-in/renew")


async def test_a_link_is_of_one_issuer(issuer: Hostile, plain_door: Door) -> None:
    plain_door.write(linked("https://another.example"))
    async with plain_door.browser() as http:
        assert (await go(http)).status_code == 403


async def test_a_link_that_is_removed_ends_the_session(issuer: Hostile, plain_door: Door) -> None:
    plain_door.write(linked(issuer.url, password_hash=""))
    async with plain_door.browser() as http:
        assert (await go(http)).status_code == 303
        assert (await http.get("/sign-in/renew", params={"next": "/x"})).headers["Location"] == "/x"
        account = await http.get("/sign-in/account")
        assert "quản trị viên đổi mật khẩu" in words(account)
        plain_door.write(UNLINKED)
        assert (await http.get("/sign-in/renew")).headers["Location"].startswith("/sign-in/?")


@pytest.mark.parametrize("password", ["", PASSWORD, NEW])
async def test_an_account_without_a_password_signs_in_by_its_link_alone(
    password: str, issuer: Hostile, plain_door: Door
) -> None:
    plain_door.write(linked(issuer.url, password_hash=""))
    assert plain_door.accounts.verify(LAN["name"], AccountKind.PERSON, password) is None
    async with plain_door.browser() as http:
        assert (await go(http)).status_code == 303


async def test_an_issuer_that_is_down_stops_nothing_but_its_own_way(issuer: Hostile, plain_door: Door) -> None:
    issuer.down = True
    async with plain_door.browser() as http:
        assert LABEL in words(await http.get("/sign-in/"))
        for _ in range(3):
            answer = await http.get("/sign-in/outside", params={"next": "/x"})
            assert (answer.status_code, "outside-issuer-unavailable" in answer.text) == (503, True)
            assert 'href="./?next=/x"' in answer.text
        assert issuer.discovered == 1
        assert (await sign_in(http)).status_code == 303
        issuer.down = False
        plain_door.now += timedelta(seconds=5)
        assert (await go(http)).status_code == 303
        issuer.down = True
        plain_door.now += timedelta(minutes=11)
        assert (await http.get("/sign-in/outside")).status_code == 303  # its last known endpoints


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": None},
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
        {"padding": "x" * 2**18},
    ],
    ids=str,
)
async def test_a_discovery_document_that_is_wrong_leads_nowhere(
    document: Claims, issuer: Hostile, plain_door: Door
) -> None:
    issuer.document = document
    async with plain_door.browser() as http:
        answer = await http.get("/sign-in/outside")
        assert (answer.status_code, COOKIE in cookies_of(answer)) == (503, False)


async def test_new_keys_are_fetched_when_a_token_names_one_and_seldom(issuer: Hostile, plain_door: Door) -> None:
    async with plain_door.browser() as http:
        assert (await go(http)).status_code == 303
        issuer.key = ANOTHER_KEY
        assert (await go(http)).status_code == 403  # the last fetch was a moment ago
        plain_door.now += timedelta(seconds=31)
        assert (await go(http)).status_code == 303


async def test_without_an_outside_issuer_nothing_is_there(plain_door: Door) -> None:
    async with plain_door.browser() as http:
        form = await http.get("/sign-in/", params={"done": "signed-out"})
        assert "outside" not in form.text
        assert "bên ngoài" not in form.text
        for path in ("/sign-in/outside", "/sign-in/outside-return"):
            assert (await http.get(path)).status_code == 404


async def test_the_pages_are_public_pages(issuer: Hostile, plain_door: Door) -> None:
    assert issuer.url
    rules = {rule.path: rule.rule for rule in access_rules(plain_door.app())}
    for path in ("/sign-in/outside", "/sign-in/outside-return"):
        rule = rules[path]
        assert rule is not None
        assert (rule.audience, rule.page) == ("public", True)


async def test_signing_out_here_says_that_the_other_session_goes_on(issuer: Hostile, plain_door: Door) -> None:
    assert issuer.url
    async with plain_door.browser() as http:
        answer = await http.get("/sign-in/", params={"done": "signed-out"})
    assert "hãy đăng xuất ở đó nữa" in words(answer)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "http://sso.tinh.gov.vn"},
        {"issuer": "ftp://sso.tinh.gov.vn"},
        {"issuer": "https://user@sso.tinh.gov.vn"},
        {"issuer": "https://sso.tinh.gov.vn?x=1"},
        {"issuer": ""},
        {"client_id": ""},
        {"secret_file": None},
    ],
)
def test_settings_that_are_half_there_or_without_https_are_refused(change: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "issuer": "https://sso.tinh.gov.vn/realms/cchc",
        "client_id": "x",
        "secret_file": Path("x"),
    }
    assert OutsideSettings(**whole).issuer == whole["issuer"]
    with pytest.raises(ValidationError):
        OutsideSettings(**whole | change)


LINK = {"issuer": "https://sso.tinh.gov.vn", "subject": "3f2a"}


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([LAN | {"linked": [LINK, LINK]}], "/accounts/0/linked/1"),
        ([LAN | {"linked": [LINK]}, BINH | {"linked": [LINK]}], "/accounts/1/linked/0"),
        ([LAN | {"linked": [LINK], "kind": "client"}], "/accounts/0/linked"),
        ([LAN | {"linked": [LINK | {"subject": ""}]}], "/accounts/0/linked/0/subject"),
        ([LAN | {"linked": [LINK | {"subject": "Lân"}]}], "/accounts/0/linked/0/subject"),
        ([LAN | {"linked": [LINK | {"issuer": "sso"}]}], "/accounts/0/linked/0/issuer"),
        ([LAN | {"linked": [{"issuer": "https://sso"}]}], "/accounts/0/linked"),
        ([LAN | {"linked": [LINK | {"email": "x"}]}], "/accounts/0/linked"),
        ([LAN | {"linked": "3f2a"}], "/accounts/0/linked"),
        ([LAN | {"linked": [LINK | {"subject": str(n)} for n in range(11)]}], "/accounts/0/linked"),
        ([LAN | {"password_hash": ""}], "/accounts/0/password_hash"),
        ([LAN | {"password_hash": "", "linked": []}], "/accounts/0/password_hash"),
    ],
)
def test_a_wrong_link_is_named_with_its_place(rows: list[dict[str, Any]], at: str, plain_door: Door) -> None:
    with pytest.raises(AccountsFileError) as refused:
        plain_door.write(*rows)
    assert [place.at.split(" ")[-1] for place in refused.value.places] == [at]


def test_a_mark_changes_with_the_links_and_is_as_before_without_any(plain_door: Door) -> None:
    account = plain_door.accounts.all[0]
    plain_door.write(linked("https://sso.tinh.gov.vn"))
    with_link = plain_door.accounts.all[0]
    mark = plain_door.issuer.mark_of
    assert mark(with_link) != mark(account) == mark(replace(with_link, linked=()))
