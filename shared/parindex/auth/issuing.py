"""The local issuer over HTTP: discovery, keys, and tokens for names and passwords (OAuth 2, RFC 6749)."""

import asyncio
import base64
import binascii
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

import structlog
from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from parindex.auth.accounts import Account, AccountKind, Accounts
from parindex.auth.attempts import Attempts, Key, Spraying
from parindex.auth.fastapi import public
from parindex.auth.floods import Rates, address_of
from parindex.auth.issuer import LIFETIME, LocalIssuer
from parindex.auth.refusals import TooManyAttemptsError, WrongCredentialsError
from parindex.http.problems import problems
from parindex.refusal import Refused

logger = structlog.stdlib.get_logger(__name__)

MOST_AT_ONCE = 20
"""Sign-ins of one client address that may wait; whoever sends more holds up themselves, and nobody else for long."""

_KINDS = {"password": AccountKind.PERSON, "client_credentials": AccountKind.CLIENT}
_WRONG = {AccountKind.PERSON: "invalid_grant", AccountKind.CLIENT: "invalid_client"}
_Short = Annotated[str, Form(max_length=200)]
_Secret = Annotated[str, Form(max_length=1_024)]


class GrantUnknownError(Refused):
    """A grant type that is neither `password` nor `client_credentials`."""

    code = "grant-type-unknown"
    members: ClassVar[Mapping[str, str]] = {"error": "unsupported_grant_type"}

    def __init__(self) -> None:
        super().__init__(
            "grant_type phải là password hoặc client_credentials.",
            "grant_type has to be password or client_credentials.",
        )


class TokenOut(BaseModel):
    """An OAuth 2 token answer."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105  # the kind of token, not one
    expires_in: int


@dataclass(frozen=True, slots=True)
class _Claimed:
    name: str
    password: str
    kind: AccountKind


class SignIn:
    """Checks who signs in, one at a time: argon2 takes memory and both cores, and a flood must not get either."""

    def __init__(self, accounts: Accounts, now: Callable[[], datetime], attempts: Attempts, spraying: Spraying) -> None:
        self._accounts = accounts
        self._now = now
        self._attempts = attempts
        self._spraying = spraying
        self._turn = asyncio.Lock()
        self._waiting = Counter[str]()

    async def account(self, claimed: _Claimed, client: str) -> Account:
        """Raises WrongCredentialsError or TooManyAttemptsError."""
        key = (claimed.name, client)
        self._check(key)
        with self._in_line(client):
            async with self._turn:
                return await self._verified(claimed, key)

    async def _verified(self, claimed: _Claimed, key: Key) -> Account:
        self._check(key)  # others may have failed while this one waited
        account = await asyncio.to_thread(self._accounts.verify, claimed.name, claimed.kind, claimed.password)
        if account is None:
            self._attempts.failed(key, self._now())
            self._spraying.failed(key)
            raise WrongCredentialsError(_WRONG[claimed.kind])
        self._attempts.succeeded(key)
        self._spraying.succeeded(key)
        return account

    def _check(self, key: Key) -> None:
        self._attempts.check(key, self._now())
        self._spraying.check(key)

    @contextmanager
    def _in_line(self, client: str) -> Iterator[None]:
        if self._waiting[client] >= MOST_AT_ONCE:
            raise TooManyAttemptsError(1)
        self._waiting[client] += 1
        try:
            yield
        finally:
            self._waiting[client] -= 1
            self._waiting += Counter()  # drops clients that wait no longer


def routes(
    issuer: LocalIssuer,
    accounts: Accounts,
    now: Callable[[], datetime],
    attempts: Attempts | None = None,
    spraying: Spraying | None = None,
) -> APIRouter:
    """Mount them where `issuer.url` points to."""
    router = APIRouter(tags=["sign-in"], dependencies=[public])
    sign_in = SignIn(accounts, now, attempts or Attempts(), spraying or Spraying(Rates()))

    @router.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        """Nơi đăng nhập tự giới thiệu. OpenID Connect discovery."""
        return issuer.discovery()

    @router.get("/jwks")
    async def jwks() -> dict[str, Any]:
        """Khóa để kiểm tra chữ ký của mã truy cập. The keys that access tokens are signed with."""
        return issuer.jwks()

    @router.post("/token", responses=problems(401, 429))
    async def token(
        request: Request,
        response: Response,
        grant_type: _Short,
        username: _Short = "",
        password: _Secret = "",
        client_id: _Short = "",
        client_secret: _Secret = "",
    ) -> TokenOut:
        """Đăng nhập và nhận mã truy cập.

        People: grant_type=password; provincial systems: client_credentials. Form fields, or HTTP Basic.
        """
        if grant_type not in _KINDS:
            raise GrantUnknownError
        kind = _KINDS[grant_type]
        form = (username, password) if kind is AccountKind.PERSON else (client_id, client_secret)
        claimed = _Claimed(*(_basic(request) or form), kind)
        account = await sign_in.account(claimed, address_of(request.scope))
        logger.info("signed_in", account=account.name, kind=account.kind)
        response.headers["Cache-Control"] = "no-store"
        minted = issuer.mint(account.name, account.rights, LIFETIME, now())
        return TokenOut(access_token=minted, expires_in=int(LIFETIME.total_seconds()))

    return router


def _basic(request: Request) -> tuple[str, str] | None:
    """Name and password of an `Authorization: Basic` header. Raises WrongCredentialsError for a broken one."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise WrongCredentialsError from None
    if not colon:
        raise WrongCredentialsError
    return name, password
