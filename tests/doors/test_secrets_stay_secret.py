"""A journey with known secrets: none of them is ever in a log line, an entry, a table, or an error.

A password, a program's secret, an enrolment code, a kiosk's token and all bearer tokens are used correctly and
incorrectly; then all answers, logs and tables are searched for them, in plain form and encoded (hex, base64, quoted).
"""

import base64
import io
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import pytest
import structlog
from fastapi import FastAPI

from parindex.auth import Right
from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.hosting.logging import configure_logs
from parindex.sign_in.app import issuer_app
from parindex.testing.passwords import QUICK
from parindex_cli.local.embedded import INSIDE, System

PASSWORD, CLIENT_SECRET = "mat-khau-cua-Lan-7731", "s3cret-of-vnpt-9947"
KIOSK = {"kiosk": "k1", "unit": "H09.05", "question": "hai-long"}
PRESS = [{"seq": 1, "stars": 5, "pressed_at": "2026-07-01T12:00:00Z"}]
TABLES = """
SELECT format('%I.%I', table_schema, table_name) AS t FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
"""


@dataclass
class Said:
    """All outputs of the system, and the secrets that must not be in them."""

    log: io.StringIO
    secrets: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def hear(self, answer: httpx.Response) -> None:
        assert answer.status_code >= 400, answer.text
        self.errors.append(f"{answer.text} {answer.headers}")

    def found_in(self, what: str) -> list[str]:
        return [name for name, secret in self.secrets.items() if any(way in what for way in written(secret))]


def written(secret: str) -> set[str]:
    raw = secret.encode()
    return {secret, raw.hex(), base64.b64encode(raw).decode(), quote(secret), repr(raw)[2:-1]}


@pytest.fixture
def said() -> Iterator[Said]:
    """Collect the logs as a process writes them, with lines of libraries and debugging."""
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    configure_logs("debug", "journey")
    structlog.configure(cache_logger_on_first_use=False)  # the modules' loggers must not stay bound to this test's
    said = Said(io.StringIO(), {"password": PASSWORD, "client secret": CLIENT_SECRET})
    for handler in logging.root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(said.log)
    yield said
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:], logging.root.level = handlers, level


@pytest.fixture
async def http(embedded_system: System) -> AsyncIterator[httpx.AsyncClient]:
    accounts = [
        Account("lan", AccountKind.PERSON, hash_password(PASSWORD, QUICK), (Right.parse("office@H09"),)),
        Account("vnpt", AccountKind.CLIENT, hash_password(CLIENT_SECRET, QUICK), (Right.parse("unit@H09.05"),)),
    ]
    gateway = FastAPI(openapi_url=None)
    gateway.mount("/sign-in", issuer_app(embedded_system.issuer, Accounts(accounts, QUICK), embedded_system.now))
    gateway.mount("/", embedded_system.app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url=INSIDE) as http:
        yield http


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def signed_in(http: httpx.AsyncClient, said: Said, name: str, **form: str) -> dict[str, str]:
    answer = await http.post("/sign-in/token", data=form)
    said.secrets[f"token of {name}"] = answer.json()["access_token"]
    said.secrets[f"signature of {name}'s token"] = answer.json()["access_token"].rpartition(".")[2]
    return bearer(answer.json()["access_token"])


async def test_no_secret_of_a_journey_is_told_or_kept(
    http: httpx.AsyncClient, embedded_system: System, said: Said
) -> None:
    lan = await signed_in(http, said, "Lan", grant_type="password", username="lan", password=PASSWORD)
    vnpt = await signed_in(
        http, said, "VNPT", grant_type="client_credentials", client_id="vnpt", client_secret=CLIENT_SECRET
    )
    code = (await http.post("/survey/v1/kiosks", json=KIOSK, headers=lan)).json()["code"]
    enrolled = await http.post("/survey/v1/kiosks/k1/enrolment", json={"code": code})
    said.secrets |= {"code": code, "kiosk's token": enrolled.json()["token"]}
    kiosk = bearer(enrolled.json()["token"])
    assert (await http.post("/survey/v1/kiosks/k1/ratings", json=PRESS, headers=kiosk)).status_code == 201

    await misuse(http, said, code, lan, vnpt, kiosk)

    assert said.found_in(said.log.getvalue()) == []
    assert "refused" in said.log.getvalue(), "the log was there to be searched"
    for error in said.errors:
        assert said.found_in(error) == [], error
    for name, held in embedded_system.resources.items():
        for table in [row["t"] for row in await held.log.pool.fetch(TABLES)]:
            kept = await held.log.pool.fetchval(f"SELECT string_agg(t::text, '') FROM {table} AS t") or ""  # noqa: S608
            assert said.found_in(kept) == [], f"{name}: {table}"
        entries = [bytes(row["entry"]) for row in await held.log.pool.fetch("SELECT entry FROM events")]
        assert said.found_in(b"".join(entries).decode()) == [], name


async def misuse(
    http: httpx.AsyncClient, said: Said, code: str, lan: dict[str, str], vnpt: dict[str, str], kiosk: dict[str, str]
) -> None:
    """Use every secret wrongly, in every part of a request where a client may put it."""
    everything = " ".join(said.secrets.values())
    token = lan["Authorization"].removeprefix("Bearer ")
    for form in (
        {"grant_type": "password", "username": "vnpt", "password": PASSWORD},
        {"grant_type": PASSWORD, "username": PASSWORD, "password": PASSWORD},
        {"grant_type": "client_credentials", "client_id": CLIENT_SECRET, "client_secret": "x" + CLIENT_SECRET},
        {"grant_type": "password", "username": "lan", "password": PASSWORD * 100},
    ):
        said.hear(await http.post("/sign-in/token", data=form))
    said.hear(await http.post("/sign-in/token", data={"grant_type": "password"}, auth=("lan", "x" + CLIENT_SECRET)))
    for body in ({"code": code}, {"code": code * 9}, {"code": [code]}, {"kode": code}):
        said.hear(await http.post("/survey/v1/kiosks/k1/enrolment", json=body))
    for wrong in (token[:-3] + "AAA", token + "x", f"{token} {token}", kiosk["Authorization"] + "x", everything):
        said.hear(await http.get("/assessment/v1/rounds", headers=bearer(wrong)))
    for headers in (vnpt, kiosk):
        said.hear(await http.post("/survey/v1/kiosks", json=KIOSK | {"kiosk": "k2"}, headers=headers))
    said.hear(await http.post("/survey/v1/kiosks", json={**KIOSK, "kiosk": "K " + code}, headers=lan))
    said.hear(await http.post("/survey/v1/kiosks", json=KIOSK, headers={**lan, "Idempotency-Key": code + " " + token}))
    said.hear(await http.post("/survey/v1/kiosks/k1/ratings", content=everything.encode(), headers=kiosk))
    said.hear(await http.get(f"/survey/v1/kiosks/{code}", headers=lan))
    said.hear(await http.get("/assessment/no/such/address", params={"access_token": token, "code": code}))
