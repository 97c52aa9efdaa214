"""Where the keys come from that tokens are verified with: a fixed set, or an OIDC issuer's, fetched and kept fresh."""

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
PATIENCE = 5.0  # seconds for one fetch

logger = structlog.stdlib.get_logger(__name__)

KeysById = Mapping[str, Key]


class Keys(Protocol):
    """The public keys of one issuer."""

    issuer: str  # what `iss` has to say

    async def find(self, kid: str) -> Key | None:
        """The key of that id. Raises KeysUnavailableError when no key was ever got."""
        ...


class StaticKeys:
    """Keys that were handed over as a JWKS document."""

    def __init__(self, issuer: str, jwks: Mapping[str, Any]) -> None:
        self.issuer = issuer
        self._keys = read_jwks(jwks)

    @classmethod
    def from_file(cls, issuer: str, path: Path) -> Self:
        return cls(issuer, read_json(path))

    async def find(self, kid: str) -> Key | None:
        return self._keys.get(kid)


class DiscoveredKeys:
    """An OIDC issuer's keys, found by discovery and fetched again when a token names a new one.

    A stranger can invent key ids, so between two fetches there is a `pause`. Keys older than `max_age` are fetched
    again, so that a withdrawn key stops working; while the issuer is silent, the last known ones go on.
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
                if self._wants_fetch(kid):  # whoever held the lock may have brought it
                    await self._fetch()
        if self._keys is None:
            raise KeysUnavailableError
        return self._keys.get(kid)

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
        except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError, TypeError) as error:
            logger.warning("issuer_keys_not_fetched", issuer=self.issuer, reason=type(error).__name__)
        self._tried_at = self._now()  # only now: until then, whoever misses a key waits for this fetch

    async def _jwks_uri(self) -> str:
        discovered = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if discovered.get("issuer") != self.issuer:
            raise ValueError("the document speaks for another issuer")
        return str(discovered["jwks_uri"])

    async def _get(self, url: str) -> dict[str, Any]:
        response = await self._http.get(url, timeout=PATIENCE)
        response.raise_for_status()
        if len(response.content) > LARGEST_DOCUMENT:
            raise ValueError("too large")
        document = response.json()
        if not isinstance(document, dict):
            raise ValueError("not an object")  # noqa: TRY004  # what is wrong is the value that came
        return document


def read_jwks(jwks: Mapping[str, Any]) -> KeysById:
    """The usable keys by id: public-key signatures only, so that no shared secret can ever be taken for a key."""
    found: dict[str, Key] = {}
    for data in jwks["keys"]:
        try:
            key = JWKRegistry.import_key(data)
        except (JoseError, ValueError, KeyError, TypeError):
            continue  # RFC 7517 section 5: a key that is not understood is passed over
        if not isinstance(key, OctKey) and data.get("use", "sig") == "sig":
            key.ensure_kid()
            found[str(key.kid)] = key
    return found
