"""Access rules at routes: `asker: Annotated[Asker, allow(Role.OFFICE)]`, `dependencies=[public]`.

`allow`, `signed_in` and `public` are for API routes; `allow_page`, `signed_in_page` and `public_page` for pages.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.routing import BaseRoute, Mount
from starlette.types import Scope

from parindex.auth.access import AccessRule, Asker, Audience, NodeNotCheckedError, admit
from parindex.auth.devices import is_device_secret
from parindex.auth.page_cookies import PageCookies
from parindex.auth.principal import Principal, Role, anonymous
from parindex.auth.rate_limits import RateLimits, is_nearby
from parindex.auth.refusals import DeviceUnknownError, UnauthenticatedError
from parindex.auth.tokens import Tokens

Devices = Callable[[str], Awaitable[Principal | None]]  # from a device's secret to its principal

_BEARER = HTTPBearer(
    scheme_name="bearer", bearerFormat="JWT", description="OIDC access token, or a kiosk's secret", auto_error=False
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class Authenticator:
    """Authenticates the token of `Authorization: Bearer`, or of a browser's cookie, and returns its principal."""

    def __init__(self, tokens: Tokens, devices: Devices | None = None) -> None:
        self._tokens = tokens
        self._devices = devices
        self.cookies = PageCookies(tokens.issuer)

    async def principal(self, bearer: str) -> Principal:
        """Return the principal of a token. Raises UnauthenticatedError (or a subclass), or KeysUnavailableError."""
        if not is_device_secret(bearer):
            return await self._tokens.principal(bearer)
        found = await self._devices(bearer) if self._devices else None
        if found is None:
            raise DeviceUnknownError
        return found


ASKER = "parindex.asker"
"""The key in a request's scope of its route's rule and the admitted asker."""
PRINCIPAL = "parindex.principal"
"""The key in a request's scope of the authenticated principal, admitted or not."""


Trace = Callable[[Asker, Scope], Awaitable[None]]
"""Records a read durably, with the asker and the address."""


class RuleMissingError(RuntimeError):
    """Routes have no access rule. It is a programming error, and the app does not start."""


def authenticate_with(app: FastAPI, authenticator: Authenticator) -> None:
    """Set the authenticator of an app; the app factory calls it after all routes are added. Raises RuleMissingError."""
    if ruleless := sorted({route.path for route in access_rules(app) if route.rule is None}):
        raise RuleMissingError(", ".join(ruleless))
    if any(route.rule and route.rule.reads for route in access_rules(app)) and not hasattr(app.state, "trace_read"):
        raise RuleMissingError("reads of this app have to be recorded, and it has no place for the records")
    app.state.authenticator = authenticator
    rate_limits_of(app)


def rate_limits_of(app: FastAPI) -> RateLimits:
    """Return the rate limits of an app; the default ones if none were set."""
    if not hasattr(app.state, "rate_limits"):
        app.state.rate_limits = RateLimits()
    found: RateLimits = app.state.rate_limits
    return found


class _Public:
    """The gate of public routes: it needs no token and reads none."""

    def __init__(self, *, page: bool = False) -> None:
        self.rule = AccessRule(Audience.PUBLIC, page=page)

    async def __call__(self, request: Request) -> Asker:
        return await authenticate_request(request, self.rule)


class _Gate:
    """A gate that checks the whole rule before the handler runs."""

    def __init__(self, rule: AccessRule) -> None:
        self.rule = rule

    async def __call__(self, request: Request, _: _Credentials) -> Asker:
        asker = await authenticate_request(request, self.rule)
        if self.rule.at is not None:
            asker.may(request.path_params[self.rule.at])
        await record_read(request, asker)
        return asker


class _WatchedGate:
    """A gate that admits, and checks after the handler that it asked about a node, before the answer is sent."""

    def __init__(self, rule: AccessRule) -> None:
        self.rule = rule

    async def __call__(self, request: Request, _: _Credentials) -> AsyncIterator[Asker]:
        asker = await authenticate_request(request, self.rule)
        yield asker
        finish_request(request, asker)
        await record_read(request, asker)


async def authenticate_request(request: Request, rule: AccessRule) -> Asker:
    """Authenticate a request, count it, and admit its asker by the rule of the route: once per request.

    `way_in.py` calls it before it reads a body, and the route's own gate then gets the same asker. The scope needs the
    path parameters. Raises UnauthenticatedError, ForbiddenError, TooManyRequestsError and TooManyAttemptsError.
    """
    known: tuple[AccessRule, Asker] | None = request.scope.get(ASKER)
    if known is not None and known[0] is rule:
        return known[1]
    asker = await _ask(request, rule)
    request.scope[ASKER] = rule, asker
    return asker


def bearer_of(request: Request) -> str | None:
    """Return the token of a request, if it has one, as `HTTPBearer` reads it."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return bearer.strip() or None if scheme.lower() == "bearer" else None


async def admit_request(request: Request, bearer: str, rule: AccessRule) -> Asker:
    """Do a gate's work before the handler: authenticate the token, count the request, and admit by the rule."""
    rate_limits: RateLimits = request.app.state.rate_limits
    principal = await rate_limits.principal(request.scope, bearer, request.app.state.authenticator.principal)
    request.scope[PRINCIPAL] = principal
    return admit(rule, principal, None if rule.at is None else request.path_params[rule.at])


def finish_request(request: Request, asker: Asker) -> None:
    """Do a gate's work after the handler: raise NodeNotCheckedError if it had to check a node and did not."""
    if asker.rule.handler_must_check and not asker.checked:
        raise NodeNotCheckedError(f"{request.method} {request.url.path} never called asker.require(node)")


def trace_reads(app: FastAPI, trace: Trace) -> None:
    """Set the function that records the traced reads of an app; the app factory calls it."""
    app.state.trace_read = trace


async def record_read(request: Request, asker: Asker) -> None:
    """Record a read where the route's rule requires it. The answer is sent only after this has succeeded."""
    if asker.rule.reads:
        trace: Trace = request.app.state.trace_read
        await trace(asker, request.scope)


def _token_of(request: Request, rule: AccessRule) -> str | None:
    """Return the token that the rule looks at: the cookie's for a page, else the header's. Raises CookieTwiceError."""
    if rule.audience is Audience.PUBLIC:
        return None
    if not rule.page:
        return bearer_of(request)
    cookies: PageCookies = request.app.state.authenticator.cookies
    token = cookies.access_token(request.scope)
    return None if token is None or is_device_secret(token) else token


async def _ask(request: Request, rule: AccessRule) -> Asker:
    bearer = _token_of(request, rule)
    if bearer is not None:
        return await admit_request(request, bearer, rule)
    if rule.audience is Audience.NEARBY and is_nearby(request.scope):
        return admit(rule, anonymous())
    if "authorization" in request.headers:  # it is not checked, so the request counts as anonymous
        rate_limits_of(request.app).anonymous(request.scope)
    if rule.audience is not Audience.PUBLIC:
        raise UnauthenticatedError
    return admit(rule, anonymous())


class _Nearby:
    """A gate that admits clients on this machine without a token: monitoring has to work when sign-in is down."""

    rule = AccessRule(Audience.NEARBY)

    async def __call__(self, request: Request, _: _Credentials) -> Asker:
        return await authenticate_request(request, self.rule)


public: Any = Depends(_Public())
public_page: Any = Depends(_Public(page=True))
"""For pages that need no sign-in and have forms: requests that write are checked for forgery as at every page."""
nearby: Any = Depends(_Nearby())
signed_in: Any = Depends(_Gate(AccessRule(Audience.SIGNED_IN)))
signed_in_page: Any = Depends(_Gate(AccessRule(Audience.SIGNED_IN, page=True)))


def allow(*roles: Role, at: str | None = None, reads: str = "") -> Any:
    """Allow these roles at the node that the path parameter `at` names, at an API route.

    With `at=None` the node is in the body or in the database: the handler has to call `asker.require(node)` (or `may`,
    or `visible`) before it returns; if it does not, the answer is 500. `reads`: see AccessRule.
    """
    return _gate(AccessRule(Audience.ROLES, frozenset(roles), at, reads))


def allow_page(*roles: Role, at: str | None = None, reads: str = "") -> Any:
    """Allow these roles at a page, as `allow` does at an API route: the browser's cookie authenticates."""
    return _gate(AccessRule(Audience.ROLES, frozenset(roles), at, reads, page=True))


def _gate(rule: AccessRule) -> Any:
    if not rule.roles:
        raise ValueError("an access rule of roles needs at least one role")
    # scope="function": the code after the gate's `yield` runs before the answer is sent
    return Depends(_WatchedGate(rule), scope="function") if rule.handler_must_check else Depends(_Gate(rule))


@dataclass(frozen=True, slots=True)
class RuledRoute:
    """A route with its access rule, for checks; a route without a declaration has no `rule`."""

    methods: tuple[str, ...]
    path: str
    rule: AccessRule | None


def access_rules(app: FastAPI, prefix: str = "") -> list[RuledRoute]:
    """Return every route of an app, of its routers and of its mounted apps."""
    return [ruled for context in iter_route_contexts(app.routes) for ruled in _ruled(context, prefix)]


def access_rule_of(route: BaseRoute | RouteContext) -> AccessRule | None:
    """Return the access rule that a route declares, or None.

    Raises ValueError if a route declares two, or if its rule names a parameter that its path does not have.
    """
    if getattr(route.endpoint, "__module__", "") == "fastapi.applications":  # type: ignore[union-attr]
        return AccessRule(Audience.PUBLIC)  # the framework's own pages: /docs, /openapi.json
    rules = list(_rules_in(getattr(route, "dependant", None)))
    path = getattr(route, "path", "")
    if len(rules) > 1:
        raise ValueError(f"{path} declares {len(rules)} access rules; the one that counts must be the only one")
    if rules and rules[0].at is not None and not re.search(rf"\{{{rules[0].at}[:}}]", path):
        raise ValueError(f"{path} has no parameter {rules[0].at!r}, which its access rule names")
    return rules[0] if rules else None


def _ruled(context: RouteContext, prefix: str) -> Iterator[RuledRoute]:
    route, path = context.original_route, prefix + (context.path or "")
    if isinstance(route, Mount):
        if isinstance(route.app, FastAPI):
            yield from access_rules(route.app, path)
        else:
            yield RuledRoute((), path, None)
        return
    yield RuledRoute(tuple(sorted(context.methods or ())), path, access_rule_of(context))


def _rules_in(dependant: Dependant | None) -> Iterator[AccessRule]:
    for inner in dependant.dependencies if dependant else ():
        if isinstance(inner.call, _Public | _Nearby | _Gate | _WatchedGate):
            yield inner.call.rule
        yield from _rules_in(inner)
