"""The outside issuer's endpoints, from its discovery document (OpenID Connect Discovery 4), read when needed."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog

from parindex.auth.outside_http import is_safe
from parindex.refusal import Kind, Refused

MAX_AGE = timedelta(minutes=10)
PAUSE = timedelta(seconds=5)
"""Between two attempts while it fails: each page that leads there would make one."""
WELL_KNOWN = "/.well-known/openid-configuration"

logger = structlog.stdlib.get_logger(__name__)


class OutsideIssuerUnavailableError(Refused):
    """The outside issuer does not answer, or not as OpenID Connect says. Names and passwords of our own still work."""

    code = "outside-issuer-unavailable"
    kind = Kind.UNAVAILABLE
    advice = (
        "Thử lại sau ít phút, hoặc đăng nhập bằng tên đăng nhập và mật khẩu; nếu kéo dài, báo quản trị viên.",
        "Try again in some minutes, or sign in with a name and a password; if it lasts, ask the administrator.",
    )
    vi = "Hệ thống đăng nhập bên ngoài hiện không trả lời được."
    en = "The outside sign-in system can't answer now."


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where to send a browser, where to exchange a code, and how.

    `basic`: the client's secret goes into the header (RFC 6749 2.3.1), else into the body. `names_itself`: the issuer
    states its name at each return (RFC 9207), so a return without it is wrong.
    """

    authorization: str
    token: str
    basic: bool
    names_itself: bool


class Discovery:
    """The endpoints of one issuer. A failed fetch is repeated after a pause; meanwhile the last known ones are used."""

    def __init__(self, issuer: str, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._http = http
        self._now = now
        self._known: Endpoints | None = None
        self._next = datetime.min.replace(tzinfo=now().tzinfo)
        self._fetching = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """Return the endpoints. Raises OutsideIssuerUnavailableError if they were never read."""
        async with self._fetching:
            if self._now() >= self._next:
                await self._fetch()
        if self._known is None:
            raise OutsideIssuerUnavailableError
        return self._known

    async def _fetch(self) -> None:
        try:
            answer = await self._http.get(self._issuer.rstrip("/") + WELL_KNOWN)
            self._known = _read(self._issuer, answer)
            self._next = self._now() + MAX_AGE
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, KeyError, RecursionError) as error:
            logger.warning("outside_issuer_not_discovered", reason=type(error).__name__)
            self._next = self._now() + PAUSE


def _read(issuer: str, answer: httpx.Response) -> Endpoints:
    """Raises ValueError, TypeError, KeyError."""
    if answer.status_code != httpx.codes.OK:
        raise ValueError("no document")
    document: Mapping[str, Any] = answer.json()
    if document["issuer"] != issuer:
        raise ValueError("the document is of another issuer")
    places = str(document["authorization_endpoint"]), str(document["token_endpoint"])
    if not all(is_safe(place) for place in places):
        raise ValueError("an endpoint is not https")
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    basic = "client_secret_basic" in methods
    if not basic and "client_secret_post" not in methods:
        raise ValueError("no way to send the secret")
    return Endpoints(*places, basic, document.get("authorization_response_iss_parameter_supported") is True)
