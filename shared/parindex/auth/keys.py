"""Keys that verify tokens: a fixed set, or an OIDC issuer's keys, which are fetched and refreshed."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, Self

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, OctKey

from parindex.auth.refusals import KeysUnavailableError
from parindex.inputs.files import read_json

LARGEST_DOCUMENT = 256 * 1024  # bytes
TIMEOUT = 5.0  # seconds for one fetch

logger = structlog.stdlib.get_logger(__name__)

KeysById = Mapping[str, Key]


class Keys(Protocol):
    """The public keys of one issuer."""

    issuer: str  # the required `iss`

    async def find(self, kid: str) -> Key | None:
        """Return the key of an id. Raises KeysUnavailableError if no keys were ever fetched."""
        ...


class StaticKeys:
    """A fixed set of keys, from a JWKS document."""

    def __init__(self, issuer: str, jwks: Mapping[str, Any]) -> None:
        self.issuer = issuer
        self._keys = read_jwks(jwks)

    @classmethod
    def from_file(cls, issuer: str, path: Path) -> Self:
        return cls(issuer, read_json(path))

    async def find(self, kid: str) -> Key | None:
        return self._keys.get(kid)


class DiscoveredKeys:
    """An OIDC issuer's keys, found by discovery and fetched again when a token names an unknown one.

    A client can invent key ids, so two fetches are at least `pause` apart. Keys older than `max_age` are fetched again,
    so that a withdrawn key stops working; while the issuer does not answer, the last known keys stay valid.
    """

    def __init__(
        self,
        issuer: str,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
        *,
        pause: timedelta = timedelta(seconds=30),
        max_age: timedelta = timedelta(minutes=10),
    ) -> None:
        self.issuer = issuer
        self._http = http
        self._now = now
        self._pause = pause
        self._max_age = max_age
        self._keys: KeysById | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        if self._wants_fetch(kid) and not (self._knows(kid) and self._fetching.locked()):
            async with self._fetching:
                if self._wants_fetch(kid):  # another task may have fetched it meanwhile
                    await self._fetch()
        if self._keys is None:
            raise KeysUnavailableError
        return self._keys.get(kid)

    async def sole(self) -> Key | None:
        """Return the key of an issuer that has one alone. Raises KeysUnavailableError."""
        await self.find("")  # fetches, unless the last fetch is recent
        return next(iter(self._keys.values())) if self._keys and len(self._keys) == 1 else None

    def _wants_fetch(self, kid: str) -> bool:
        if self._tried_at is None:
            return True
        age = self._now() - self._tried_at
        return age >= (self._max_age if self._knows(kid) else self._pause)

    def _knows(self, kid: str) -> bool:
        return self._keys is not None and kid in self._keys

    async def _fetch(self) -> None:
        try:
            self._keys = read_jwks(await self._get(await self._jwks_uri()))
        except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError, TypeError, RecursionError) as error:
            logger.warning("issuer_keys_not_fetched", issuer=self.issuer, reason=type(error).__name__)
        self._tried_at = self._now()  # set after the fetch, so that other requests for an unknown key wait for it

    async def _jwks_uri(self) -> str:
        discovered = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if discovered.get("issuer") != self.issuer:
            raise ValueError("the document is of another issuer")
        return str(discovered["jwks_uri"])

    async def _get(self, url: str) -> dict[str, Any]:
        response = await self._http.get(url, timeout=TIMEOUT)
        response.raise_for_status()
        if len(response.content) > LARGEST_DOCUMENT:
            raise ValueError("too large")
        document = response.json()
        if not isinstance(document, dict):
            raise ValueError("not an object")  # noqa: TRY004  # the received value is wrong, not a type in the code
        return document


def read_jwks(jwks: Mapping[str, Any]) -> KeysById:
    """Return the usable keys by id. Only public keys are used, so that a shared secret never verifies a token."""
    found: dict[str, Key] = {}
    for data in jwks["keys"]:
        try:
            key = JWKRegistry.import_key(data)
        except (JoseError, ValueError, KeyError, TypeError):
            continue  # RFC 7517 section 5: unknown keys are ignored
        if not isinstance(key, OctKey) and data.get("use", "sig") == "sig":
            key.ensure_kid()
            found[str(key.kid)] = key
    return found
