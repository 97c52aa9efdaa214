"""An issuer's keys are found by discovery and follow its changes; a client can't cause many fetches."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from httpx import ASGITransport, AsyncClient
from joserfc.jwk import OKPKey

from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.keys import DiscoveredKeys
from parindex.auth.refusals import KeysUnavailableError, TokenKeyUnknownError
from parindex.auth.tokens import Tokens

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
URL = "http://login.h09.example"


class Login:
    """A real discovery server whose keys can be changed, and a clock."""

    def __init__(self) -> None:
        self.now = NOON
        self.keys: list[OKPKey] = [new_key()]
        self.odd: list[dict[str, str]] = []
        self.up = True
        self.says_it_is = URL
        self.fetches = 0
        self.asked = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.discovery)
        self.app.get("/jwks")(self.jwks)

    async def discovery(self) -> JSONResponse:
        self.fetches += 1
        self.asked.set()
        await self.answering.wait()
        return JSONResponse({"issuer": self.says_it_is, "jwks_uri": f"{URL}/jwks"}, 200 if self.up else 503)

    async def jwks(self) -> Any:
        return {"keys": [*self.odd, *(key.as_dict(private=False) for key in self.keys)]}

    def token(self, key: OKPKey) -> str:
        return LocalIssuer(key, URL).mint("lan", ["office@H09"], timedelta(minutes=15), self.now)

    def tokens(self) -> Tokens:
        http = AsyncClient(transport=ASGITransport(self.app))
        return Tokens(DiscoveredKeys(URL, http, lambda: self.now), lambda: self.now)

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


async def test_keys_are_fetched_once_and_kept() -> None:
    login = Login()
    tokens = login.tokens()
    for _ in range(3):
        assert (await tokens.principal(login.token(login.keys[0]))).subject == "lan"
    assert login.fetches == 1


async def test_a_hundred_first_callers_wait_for_one_fetch_and_all_are_recognised() -> None:
    login = Login()
    login.answering.clear()
    tokens, token = login.tokens(), login.token(login.keys[0])
    callers = [asyncio.create_task(tokens.principal(token)) for _ in range(100)]
    await login.asked.wait()
    login.answering.set()
    assert {principal.subject for principal in await asyncio.gather(*callers)} == {"lan"}
    assert login.fetches == 1


async def test_a_known_key_does_not_wait_while_the_keys_are_fetched_again() -> None:
    login = Login()
    tokens = login.tokens()
    await tokens.principal(login.token(login.keys[0]))
    login.asked.clear()
    login.answering.clear()
    login.wait(600)
    first = asyncio.create_task(tokens.principal(login.token(login.keys[0])))
    await login.asked.wait()
    async with asyncio.timeout(10):
        assert (await tokens.principal(login.token(login.keys[0]))).subject == "lan"
    assert not first.done()
    login.answering.set()
    assert (await first).subject == "lan"


async def test_a_new_key_is_fetched_when_a_token_names_it() -> None:
    login = Login()
    tokens = login.tokens()
    await tokens.principal(login.token(login.keys[0]))
    login.keys = [*login.keys, new_key()]
    login.wait(30)
    assert (await tokens.principal(login.token(login.keys[1]))).subject == "lan"
    assert (await tokens.principal(login.token(login.keys[0]))).subject == "lan"
    assert login.fetches == 2


async def test_invented_key_ids_do_not_reach_the_issuer_more_than_once_in_a_pause() -> None:
    login = Login()
    tokens = login.tokens()
    await tokens.principal(login.token(login.keys[0]))
    login.wait(30)
    for _ in range(20):
        with pytest.raises(TokenKeyUnknownError):
            await tokens.principal(login.token(new_key()))
    assert login.fetches == 2


async def test_a_withdrawn_key_stops_working_when_the_keys_grow_old() -> None:
    login = Login()
    tokens, old = login.tokens(), login.keys[0]
    await tokens.principal(login.token(old))
    login.keys = [new_key()]
    login.wait(599)
    assert (await tokens.principal(login.token(old))).subject == "lan"
    login.wait(1)
    with pytest.raises(TokenKeyUnknownError):
        await tokens.principal(login.token(old))


async def test_while_the_issuer_is_silent_the_last_known_keys_go_on() -> None:
    login = Login()
    tokens = login.tokens()
    await tokens.principal(login.token(login.keys[0]))
    login.up = False
    login.wait(3600)
    assert (await tokens.principal(login.token(login.keys[0]))).subject == "lan"


async def test_without_any_keys_no_token_is_accepted_until_the_issuer_is_back() -> None:
    login = Login()
    tokens = login.tokens()
    login.up = False
    with pytest.raises(KeysUnavailableError):
        await tokens.principal(login.token(login.keys[0]))
    login.up = True
    login.wait(30)
    assert (await tokens.principal(login.token(login.keys[0]))).subject == "lan"


async def test_a_document_that_speaks_for_another_issuer_is_not_believed() -> None:
    login = Login()
    login.says_it_is = "http://other.example"
    with pytest.raises(KeysUnavailableError):
        await login.tokens().principal(login.token(login.keys[0]))


async def test_keys_of_unknown_kinds_are_skipped() -> None:
    login = Login()
    login.odd = [{"kty": "PQC", "kid": "future"}, {"kty": "OKP", "kid": "broken"}, {}]
    assert (await login.tokens().principal(login.token(login.keys[0]))).subject == "lan"
