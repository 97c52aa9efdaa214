"""An outside OpenID Connect issuer: people sign in there, and come back with a code (RFC 6749 4.1, RFC 7636, RFC 9700).

Only the identity is taken from it, as issuer and subject. The account that signs in here, and its rights, are ours.
"""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote_plus

import httpx
import structlog
from joserfc.jwk import Key
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from parindex.auth.account_links import OutsideAccount, is_subject
from parindex.auth.keys import DiscoveredKeys
from parindex.auth.outside_discovery import Discovery, Endpoints, OutsideIssuerUnavailableError
from parindex.auth.outside_flow import OutsideFlow
from parindex.auth.outside_http import bounded_client, is_safe
from parindex.auth.refusals import KeysUnavailableError, SecretFileError, UnauthenticatedError
from parindex.auth.tokens import LONGEST_TOKEN, Tokens
from parindex.inputs.files import read_text
from parindex.refusal import Kind, Refused

LONGEST_CODE = 4_096
LARGEST_SECRET = 4_096
AT_ONCE = 16
"""Codes that are exchanged at the same time; others wait."""
WITHIN = 20.0
"""Seconds in which one code is exchanged and its token verified, with the wait."""
LABEL = "Đăng nhập bằng tài khoản của tỉnh"

logger = structlog.stdlib.get_logger(__name__)


class OutsideAnswerInvalidError(Refused):
    """The outside issuer's answer proves no identity: a wrong signature, nonce, audience, time and so on."""

    code = "outside-answer-invalid"
    kind = Kind.FORBIDDEN
    advice = (
        "Đăng nhập lại từ đầu; nếu vẫn vậy, báo quản trị viên.",
        "Sign in again from the beginning; if it fails again, ask the administrator.",
    )
    vi = "Câu trả lời của hệ thống đăng nhập bên ngoài không hợp lệ, nên không được chấp nhận."
    en = "The answer of the outside sign-in system is not valid, and was not accepted."


class OutsideSettings(BaseModel):
    """The outside issuer of an installation: all of URL, client and secret, or none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(default="", description="its URL, exactly as its tokens name it; https, or on this machine")
    client_id: str = Field(default="", description="of this installation, registered there")
    secret_file: Path | None = Field(default=None, description="a file with the client's secret alone")
    label: str = Field(default=LABEL, max_length=100, description="the words of the button")

    @field_validator("issuer")
    @classmethod
    def _https(cls, issuer: str) -> str:
        if issuer and (not is_safe(issuer) or "?" in issuer or "#" in issuer):
            raise ValueError("it has to be https, or http on this machine, without ? and #")
        return issuer

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = [self.issuer != "", self.client_id != "", self.secret_file is not None]
        if any(given) and not all(given):
            raise ValueError("issuer, client_id and secret_file are needed together")
        return self


@dataclass(frozen=True, slots=True)
class Client:
    """What this installation is at the outside issuer. `return_to`: the registered redirect URI."""

    id: str
    secret: str
    return_to: str


class OutsideIssuer:
    """Sends browsers to an outside issuer, and finds out who came back."""

    def __init__(self, settings: OutsideSettings, client: Client, now: Callable[[], datetime]) -> None:
        self.url = settings.issuer
        self.label = settings.label
        self._client = client
        self._http = bounded_client()
        self._discovery = Discovery(self.url, self._http, now)
        keys = _KeysOfIdTokens(DiscoveredKeys(self.url, self._http, now))
        self._tokens = Tokens(keys, now, client.id, kid_optional=True)
        self._exchanges = asyncio.Semaphore(AT_ONCE)

    async def address(self, flow: OutsideFlow) -> str:
        """Return where a browser begins a sign-in. Raises OutsideIssuerUnavailableError."""
        endpoint = httpx.URL((await self._discovery.endpoints()).authorization)
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.return_to,
            "scope": "openid",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
        }
        return str(endpoint.copy_merge_params(query))

    async def comes_from(self, iss: str | None) -> bool:
        """Return whether a return names this issuer, where it names one at all (RFC 9207: no mix-up of issuers)."""
        if iss is None:
            return not (await self._discovery.endpoints()).names_itself
        return _same(iss, self.url)

    async def account(self, code: str, flow: OutsideFlow) -> OutsideAccount:
        """Exchange a code, and return who signed in.

        Raises OutsideIssuerUnavailableError, OutsideAnswerInvalidError.
        """
        try:
            async with asyncio.timeout(WITHIN), self._exchanges:
                token = await self._exchange(code, flow)
                return OutsideAccount(self.url, await self._subject(token, flow))
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, KeysUnavailableError) as error:
            logger.warning("outside_issuer_not_answering", reason=type(error).__name__)
            raise OutsideIssuerUnavailableError from None
        except (UnauthenticatedError, ValueError, TypeError, KeyError, RecursionError) as error:
            logger.warning("outside_answer_invalid", reason=type(error).__name__)  # their texts may quote a token
            raise OutsideAnswerInvalidError from None

    async def _exchange(self, code: str, flow: OutsideFlow) -> str:
        """Return the ID token for a code."""
        endpoints = await self._discovery.endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.return_to,
            "code_verifier": flow.verifier,
        }
        answer = await self._http.post(endpoints.token, **self._authenticated(endpoints, form))
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise httpx.HTTPStatusError("the issuer failed", request=answer.request, response=answer)
        if answer.status_code != httpx.codes.OK:  # 400: the code is used, or too old; 3xx: no redirect is followed
            raise ValueError("the code was refused")
        token = answer.json()["id_token"]
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise TypeError("no token")
        return token

    def _authenticated(self, endpoints: Endpoints, form: Mapping[str, str]) -> dict[str, Any]:
        if endpoints.basic:  # both are form-encoded first (RFC 6749 2.3.1)
            return {"data": form, "auth": (quote_plus(self._client.id), quote_plus(self._client.secret))}
        return {"data": {**form, "client_id": self._client.id, "client_secret": self._client.secret}}

    async def _subject(self, token: str, flow: OutsideFlow) -> str:
        """Return the subject of an ID token that answers this sign-in (OpenID Connect Core 3.1.3.7)."""
        header, claims = await self._tokens.verified(token)  # signature, issuer, audience, times
        if str(header.get("typ", "JWT")).lower().removeprefix("application/") != "jwt":
            raise ValueError("another type of token")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client.id) != self._client.id:
            raise ValueError("meant for another client")
        if "iat" not in claims or not _same(str(claims.get("nonce", "")), flow.nonce):
            raise ValueError("no answer to this sign-in")
        subject = claims["sub"]
        if not isinstance(subject, str) or not is_subject(subject):
            raise TypeError("no subject")
        return subject


class _KeysOfIdTokens:
    """An issuer's keys; an ID token may name none where there is one alone (OpenID Connect Core 10.1)."""

    def __init__(self, keys: DiscoveredKeys) -> None:
        self.issuer = keys.issuer
        self._keys = keys

    async def find(self, kid: str) -> Key | None:
        return await (self._keys.find(kid) if kid else self._keys.sole())


def outside_issuer(settings: OutsideSettings, return_to: str, now: Callable[[], datetime]) -> OutsideIssuer | None:
    """Return the outside issuer that the settings name, or None. Raises SecretFileError; asks nothing of the issuer."""
    if settings.secret_file is None:
        return None
    try:
        secret = read_text(settings.secret_file, LARGEST_SECRET).strip()
    except OSError as error:
        raise SecretFileError.unread(settings.secret_file, error) from error
    return OutsideIssuer(settings, Client(settings.client_id, secret, return_to), now)


def _same(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
