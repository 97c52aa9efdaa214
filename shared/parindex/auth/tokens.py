"""Bearer tokens: JSON Web Tokens of one issuer, verified and turned into a principal."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry

from parindex.auth.keys import Keys
from parindex.auth.principal import Principal, Right, Role, is_reserved
from parindex.auth.refusals import (
    TokenAlgorithmError,
    TokenAudienceError,
    TokenExpiredError,
    TokenIssuerError,
    TokenKeyUnknownError,
    TokenMalformedError,
    TokenNotYetValidError,
    TokenSignatureError,
    TokenSubjectError,
    TokenTypeError,
    UnauthenticatedError,
)
from parindex.refusal import Refused
from parindex.values.texts import TextRule

AUDIENCE = "parindex"
ALGORITHMS = ("EdDSA", "Ed25519", "RS256", "PS256", "ES256")
ACCESS_TOKEN = "at+jwt"  # noqa: S105  # RFC 9068: the `typ` of our issuer's tokens, which other issuers may use too
LEEWAY = 30  # seconds by which clocks may differ
LONGEST_TOKEN = 16_384  # characters
MOST_RIGHTS = 500
LONGEST_SUBJECT = 200
LAST_SECOND = 253_402_300_799  # of the year 9999; the library compares times with floats, which overflow at 10^400
_SUBJECT = TextRule(LONGEST_SUBJECT, needed=True)

_BY_CLAIM: dict[str, type[UnauthenticatedError]] = {
    "iss": TokenIssuerError,
    "aud": TokenAudienceError,
    "nbf": TokenNotYetValidError,
    "iat": TokenNotYetValidError,
}
_ID_TOKENS = {"nonce", "at_hash", "c_hash", "s_hash"}
"""Claims that only ID tokens have (OpenID Connect Core 2, 3.3.2.11)."""
_ACCESS_TOKENS = {"scope", "scp", "client_id"}
# errors that the library raises on malformed input, besides its own
_BROKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, ArithmeticError)


class Registry(JWSRegistry):
    """The library's registry with our algorithms only, without the warning about the name EdDSA, which issuers use."""

    max_header_length = 4_096

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)  # issuers add header fields of their own

    def get_alg(self, name: str) -> Any:  # the type has no public name
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("not allowed")
        return self.algorithms[name]


class Tokens:
    """Verifies access tokens of one issuer and one audience, at the present time.

    `kid_optional`: a token may name no key; the keys are then asked for the id "".
    """

    def __init__(
        self, keys: Keys, now: Callable[[], datetime], audience: str = AUDIENCE, *, kid_optional: bool = False
    ) -> None:
        self._keys = keys
        self._no_kid = "" if kid_optional else None
        self._now = now
        self._audience = audience
        self._registry = Registry()

    @property
    def issuer(self) -> str:
        """The issuer whose tokens are accepted, as their `iss` names it."""
        return self._keys.issuer

    async def principal(self, token: str) -> Principal:
        """Return the principal of a token.

        Raises a subclass of UnauthenticatedError for every kind of wrong token, KeysUnavailableError if the issuer's
        keys were never fetched. No error contains a part of the token.
        """
        header, claims = await self.verified(token)
        if not _is_access_token(header, claims):
            raise TokenTypeError
        return _principal(claims)

    async def verified(self, token: str) -> tuple[Mapping[str, Any], dict[str, Any]]:
        """Return header and claims of a token of this issuer and audience that is valid now, of whatever type.

        Raises as `principal` does; the caller checks the type.
        """
        key = await self._keys.find(self._kid_of(token))
        if key is None:
            raise TokenKeyUnknownError
        try:
            decoded = jwt.decode(token, key, ALGORITHMS, self._registry)
        except BadSignatureError:
            raise TokenSignatureError from None  # the library's errors may quote the token
        except _BROKEN:
            raise TokenMalformedError from None
        self._check(decoded.claims)
        return decoded.header, decoded.claims

    def _kid_of(self, token: str) -> str:
        if len(token) > LONGEST_TOKEN:
            raise TokenMalformedError
        try:
            header = jws.extract_compact(token.encode("ascii"), registry=self._registry).protected
        except _BROKEN:
            raise TokenMalformedError from None
        if header.get("alg") not in ALGORITHMS:
            raise TokenAlgorithmError
        kid = header.get("kid", self._no_kid)
        if not isinstance(kid, str):
            raise TokenMalformedError
        return kid

    def _check(self, claims: dict[str, Any]) -> None:
        if not all(_is_time(claims[name]) for name in ("exp", "nbf", "iat") if name in claims):
            raise TokenMalformedError
        registry = jwt.JWTClaimsRegistry(
            now=int(self._now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._keys.issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            registry.validate(claims)
        except ExpiredTokenError:
            raise TokenExpiredError from None
        except ClaimError as error:
            raise _BY_CLAIM.get(error.claim, TokenMalformedError) from None
        except _BROKEN:
            raise TokenMalformedError from None


def _is_time(value: object) -> bool:
    """Return whether a value is a NumericDate (RFC 7519 2) up to the year 9999; NaN is not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LAST_SECOND


def _is_access_token(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Return whether a token is an access token. An ID token identifies a person to a program and gives no access here.

    Where the type is not `at+jwt`, the claims decide: a scope, a client (RFC 9068 2.2), or `typ` (Keycloak).
    """
    kind = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    if kind != "jwt":
        return kind == ACCESS_TOKEN
    if "typ" in claims:
        return bool(claims["typ"] == "Bearer")
    return _ID_TOKENS.isdisjoint(claims) and not _ACCESS_TOKENS.isdisjoint(claims)


def _principal(claims: dict[str, Any]) -> Principal:
    subject, rights = claims["sub"], claims.get("rights", [])
    if not _is_name(subject) or not isinstance(rights, list) or len(rights) > MOST_RIGHTS:
        raise TokenMalformedError
    if is_reserved(subject):
        raise TokenSubjectError
    read = [_right(text) for text in rights if not _is_foreign(text)]
    # a kiosk authenticates with its own secret, and service rights are for our own node: a token can't grant them
    return Principal(subject, tuple(right for right in read if right.may_be_granted), via=_via(claims))


def _via(claims: Mapping[str, Any]) -> str:
    if "act" not in claims:
        return ""
    match claims["act"]:
        case {"sub": str(actor)} if _is_name(actor):
            return actor
    raise TokenMalformedError


def _is_name(subject: str) -> bool:
    # the subject becomes the actor of log entries, which have to be tidy texts; an issuer may use any text
    return _SUBJECT.tidy(subject) == subject and _SUBJECT.fault(subject) is None


def _is_foreign(text: object) -> bool:
    # a role of a newer version gives no right here, but does not make the token invalid
    return isinstance(text, str) and "@" in text and text.partition("@")[0] not in set(Role)


def _right(text: object) -> Right:
    if not isinstance(text, str):
        raise TokenMalformedError
    try:
        return Right.parse(text)
    except Refused:
        raise TokenMalformedError from None
