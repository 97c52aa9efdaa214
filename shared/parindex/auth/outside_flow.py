"""A sign-in that is under way at the outside issuer: what this browser has to bring back, in one signed cookie.

Nothing of it is stored here. The verifier and the nonce are this browser's own, so signing them is enough: only the
issuer's answer to this browser fits them.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from parindex.auth.keys import Keys
from parindex.auth.refusals import TokenMalformedError, TokenTypeError
from parindex.auth.tokens import Tokens

FLOW_AUDIENCE = "parindex-outside"
FLOW_TYPE = "outside+jwt"
FLOW_LIFE = timedelta(minutes=10)
"""For a password, a second factor and a consent at the outside issuer."""
RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class OutsideFlow:
    """The values of one sign-in: `state` (RFC 6749 10.12), `nonce`, the PKCE verifier (RFC 7636), where it leads."""

    state: str
    nonce: str
    verifier: str
    target: str

    @classmethod
    def begin(cls, target: str) -> Self:
        """Return a new sign-in with random values. `target`: a path of this origin."""
        state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
        return cls(state, nonce, verifier, target)

    @property
    def challenge(self) -> str:
        """The S256 challenge of the verifier (RFC 7636 4.2)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode("ascii")).digest()).rstrip(b"=").decode()


class OutsideFlows:
    """Verifies the tokens of sign-ins under way, at the present time."""

    def __init__(self, keys: Keys, now: Callable[[], datetime]) -> None:
        self._tokens = Tokens(keys, now, FLOW_AUDIENCE)

    async def read(self, token: str) -> OutsideFlow:
        """Return what a token says. Raises a subclass of UnauthenticatedError for every kind of wrong token."""
        header, claims = await self._tokens.verified(token)
        if header.get("typ") != FLOW_TYPE:
            raise TokenTypeError
        values: list[Any] = [claims.get(name) for name in ("sub", "nonce", "verifier", "next")]
        if not all(isinstance(value, str) for value in values):
            raise TokenMalformedError
        return OutsideFlow(*values)
