"""Access tokens of a service, with which it reads the feeds of other services; they are renewed before they expire."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

from parindex.hosting.settings import Settings

EARLY_S = 30.0
"""Seconds before its end from which a token counts as expired."""
FEED_TIMEOUT = httpx.Timeout(10.0, read=45.0)
"""A long poll of a feed waits for at most 30 s."""


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token, and the seconds from now for which it is valid."""

    bearer: str
    seconds: float


TokenSource = Callable[[], Awaitable[Token]]


class SignedIn(httpx.Auth):
    """Adds the service's token to each request. After a 401, it replaces the token and sends the request once more."""

    def __init__(self, fetch: TokenSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._bearer = ""
        self._expires = float("-inf")
        self._turn = asyncio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        bearer = await self._present()
        request.headers["Authorization"] = f"Bearer {bearer}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["Authorization"] = f"Bearer {await self._present(instead_of=bearer)}"
            yield request

    async def _present(self, instead_of: str = "") -> str:
        async with self._turn:
            if self._bearer == instead_of or self._clock() >= self._expires:
                token = await self._fetch()
                self._bearer, self._expires = token.bearer, self._clock() + token.seconds - EARLY_S
            return self._bearer


def client_credentials(http: httpx.AsyncClient, settings: Settings) -> TokenSource:
    """Get tokens from the issuer for the service's own account (OAuth 2, RFC 6749 section 4.4)."""

    async def fetch() -> Token:
        answer = await http.post(
            await _token_endpoint(http, settings),
            data={"grant_type": "client_credentials"},
            auth=httpx.BasicAuth(settings.client_id, settings.client_secret),
        )
        answer.raise_for_status()
        document = answer.json()
        return Token(document["access_token"], float(document["expires_in"]))

    return fetch


@asynccontextmanager
async def open_clients(settings: Settings) -> AsyncIterator[Mapping[str, httpx.AsyncClient]]:
    """Open a client for each source, signed in as this service."""
    trusted = httpx.create_ssl_context()  # shared by all clients: loading the certificates takes 50 ms
    async with AsyncExitStack() as stack:
        issuer = await stack.enter_async_context(httpx.AsyncClient(verify=trusted, timeout=FEED_TIMEOUT))
        signed_in = SignedIn(client_credentials(issuer, settings))
        yield {
            source: await stack.enter_async_context(
                httpx.AsyncClient(base_url=url, auth=signed_in, verify=trusted, timeout=FEED_TIMEOUT)
            )
            for source, url in settings.sources.items()
        }


async def _token_endpoint(http: httpx.AsyncClient, settings: Settings) -> str:
    if "://" in settings.token_url:
        return settings.token_url
    answer = await http.get(f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
    answer.raise_for_status()
    return str(answer.json()["token_endpoint"])
