"""Outside issuers for tests: a real OpenID Connect provider in a process of its own, and a hostile one."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from joserfc import jwt
from joserfc.jwk import Key, RSAKey

from parindex.auth.tokens import Registry
from parindex.backoff import Backoff
from parindex.hosting.server import LOOPBACK, listening
from parindex.servers.lifeline import Lifeline, Recipe
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.serving import NOON

CLIENT, SECRET = "parindex-h09", "bí mật: a+b&c"
SUBJECT = "3f2a-lan"
KEY, ANOTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "two"})
Claims = dict[str, Any]


@dataclass
class Hostile:
    """An issuer that does everything right, but for what a test changes."""

    now: Callable[[], datetime] = lambda: NOON
    key: RSAKey = field(default_factory=lambda: KEY)
    url: str = ""
    claims: Claims = field(default_factory=dict)  # over the right ones; None leaves a claim out
    header: Claims = field(default_factory=dict)
    document: Claims = field(default_factory=dict)
    return_iss: str | None = None
    token: Callable[["Hostile", Claims], str] | None = None
    answer: Callable[[], Response] | None = None  # of the token endpoint
    asked: list[dict[str, str]] = field(default_factory=list)  # at the authorization endpoint
    exchanged: list[dict[str, str]] = field(default_factory=list)
    discovered: int = 0
    down: bool = False

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self._discovery)
        app.get("/jwks")(self._jwks)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        return app

    async def _discovery(self) -> Response:
        self.discovered += 1
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=h09",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        }
        return JSONResponse(document | self.document, 503 if self.down else 200)

    async def _jwks(self) -> Any:
        return {"keys": [self.key.as_dict(private=False)]}

    async def _authorize(self, request: Request) -> Response:
        """The person signs in at once, and goes back with a code."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        query = {"code": f"code-{len(self.asked)}", "state": asked["state"]}
        back = query | ({} if self.return_iss is None else {"iss": self.return_iss})
        return RedirectResponse(str(httpx.URL(asked["redirect_uri"]).copy_merge_params(back)), 303)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.exchanged.append(form | {"authorization": request.headers.get("Authorization", "")})
        asked = self.asked[int(form["code"].removeprefix("code-")) - 1]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        if not proved or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if self.answer is not None:
            return self.answer()
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked)})

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(self.now().timestamp())
        right = {"iss": self.url, "aud": CLIENT, "sub": SUBJECT, "exp": now + 60, "iat": now, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (right | self.claims).items() if value is not None}
        if self.token is not None:
            return self.token(self, claims)
        return signed(claims, self.key, {"alg": "RS256", "kid": self.key.kid} | self.header)


def signed(claims: Claims, key: Key, header: Claims) -> str:
    registry = Registry()
    registry.max_payload_length = 2**20
    return jwt.encode(header, claims, key, [header["alg"]], registry)


def unsigned(issuer: Hostile, claims: Claims) -> str:
    return f"{_part({'alg': 'none', 'kid': issuer.key.kid})}.{_part(claims)}."


def signed_with_the_public_key(issuer: Hostile, claims: Claims) -> str:
    public = issuer.key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body = (_part(value) for value in ({"alg": "HS256", "kid": issuer.key.kid}, claims))
    mac = hmac.new(public, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def signed_by_another(issuer: Hostile, claims: Claims) -> str:
    return signed(claims, ANOTHER_KEY, {"alg": "RS256", "kid": issuer.key.kid})


def _part(value: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def huge() -> Response:
    return Response(b'{"id_token": "' + b"x" * 2**20 + b'"}', media_type="application/json")


def slow() -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)  # the pace of a hostile server: no single pause is too long

    return StreamingResponse(drops(), media_type="application/json")


@asynccontextmanager
async def hostile_issuer() -> AsyncIterator[Hostile]:
    issuer = Hostile()
    async with listening(issuer.app()) as issuer.url:
        yield issuer


@asynccontextmanager
async def real_issuer(folder: Path) -> AsyncIterator[str]:
    """Start an OpenID Connect provider as a process, and yield its URL. Its person types the subject."""
    (port,) = free_ports(1)
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--host", LOOPBACK]
    env = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = Lifeline(Recipe([*command, "--require-nonce", "true"], folder / "issuer.log", env))
    try:
        await _listens(process, f"http://{LOOPBACK}:{port}")
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await asyncio.to_thread(process.cut)


async def _listens(process: Lifeline, url: str) -> None:
    backoff = Backoff(most=0.2)
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                await http.get(f"{url}/jwks")
            except httpx.TransportError:
                assert not process.ended, "the provider ended"
                await backoff.wait()
            else:
                return
