"""Sign-in behind the gateway refuses large and malformed forms, which any client may send."""

from datetime import UTC, datetime

import httpx
import pytest

from parindex.auth.accounts import Accounts
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.sign_in.app import LARGEST_FORM, issuer_app

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(("size", "status"), [(1_000, 400), (LARGEST_FORM + 1, 413)])
async def test_a_form_larger_than_any_sign_in_is_refused_unread(size: int, status: int) -> None:
    app = issuer_app(LocalIssuer(new_key(), "http://issuer"), Accounts([]), lambda: NOON)
    form = b"grant_type=password&username=lan&password=".ljust(size, b"x")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://issuer") as http:
        assert (await http.post("/token", content=form, headers=kind)).status_code == status


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("", "grant_type=password&grant_type=password&username=lan&password=x"),
        ("", "grant_type=password&username=lan&username=lan&password=x"),
        ("", "grant_type=password&username=lan&password=x&scope=a&scope=b"),
        ("?username=lan", "grant_type=password&password=x"),
        ("", ""),
    ],
)
async def test_what_is_refused_before_the_form_is_read_is_an_oauth_error_too(query: str, form: str) -> None:
    app = issuer_app(LocalIssuer(new_key(), "http://issuer"), Accounts([]), lambda: NOON)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://issuer") as http:
        refused = await http.post(f"/token{query}", content=form, headers=kind)
        elsewhere = await http.get("/jwks?x=1")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert refused.headers["cache-control"] == "no-store"
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "malformed-request")
