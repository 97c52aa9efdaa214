"""The sign-in app: the local issuer over HTTP, its pages, and the endpoints of the log of accounts and rights."""

from collections.abc import Sequence
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response

from parindex.auth.accounts import Accounts
from parindex.auth.attempts import Attempts, SprayingLimit
from parindex.auth.fastapi import Authenticator, authenticate_with
from parindex.auth.issuer import LocalIssuer
from parindex.auth.outside_flow import OutsideFlows
from parindex.auth.outside_issuer import outside_issuer
from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.auth.rate_limits import RateLimits
from parindex.auth.sign_in_queue import SignIn
from parindex.auth.tokens import Tokens
from parindex.hosting.feed_routes import feed_routes
from parindex.hosting.http_process import VERSION
from parindex.hosting.resources import Resources
from parindex.hosting.settings import IssuerSettings
from parindex.http import api_document, problem_handlers, problems
from parindex.http.limits import limit_body
from parindex.http.rate_limiting import limit_rates
from parindex.http.reads import keep_reads, reads_routes
from parindex.http.refusal_pages import refusal_routes
from parindex.http.return_paths import OUTSIDE_RETURN
from parindex.http.routes import add_routes
from parindex.http.sign_in_routes import TokenRequestError
from parindex.http.sign_in_routes import routes as issuing_routes
from parindex.http.vault_routes import vault_routes
from parindex.http.way_in import check_requests, path_in
from parindex.instant import Clock
from parindex.monitoring.history import history_routes
from parindex.refusal import Refused
from parindex.sign_in.answers import SIGN_OUT, TEMPLATES
from parindex.sign_in.colleagues import routes as colleague_routes
from parindex.sign_in.invitation_pages import routes as invitation_pages
from parindex.sign_in.invited import Invitations
from parindex.sign_in.link_list_api import routes as link_list_api
from parindex.sign_in.link_list_pages import routes as link_list_pages
from parindex.sign_in.link_lists import LinkLists
from parindex.sign_in.managed_pages import routes as managed_pages
from parindex.sign_in.names import routes as names_routes
from parindex.sign_in.outside_pages import routes as outside_pages
from parindex.sign_in.own_pages import routes as own_pages
from parindex.sign_in.pages import routes as leading_pages
from parindex.sign_in.people import People
from parindex.sign_in.people_api import routes as people_api
from parindex.sign_in.people_pages import routes as people_pages
from parindex.sign_in.register import Register
from parindex.sign_in.second_pages import own_routes as second_factor_pages
from parindex.sign_in.second_pages import routes as second_step_pages
from parindex.sign_in.second_steps import SecondSteps
from parindex.sign_in.service import SIGN_IN
from parindex.sign_in.sessions import Sessions
from parindex.tracing.requests import SILENT
from parindex.web.assets import asset_routes
from parindex.web.problem_pages import ProblemPages

LARGEST_FORM = 16 * 1024
"""Bytes of a sign-in, which is public: two names and two secrets."""
LARGEST_BODY = 128 * 1024
"""Bytes of an auditor's request: as many commitments as one request may have."""
FOR_PROGRAMS = ("/token", "/jwks", "/.well-known/")
"""Addresses that answer programs only, besides those of every service."""
ABOUT_SIGN_IN = """Đăng nhập: cấp mã truy cập cho người và chương trình; cho kiểm toán biết mã tài khoản là của ai.

*Sign-in: access tokens for people and programs (OAuth 2), OpenID Connect discovery, and for auditors the log of
accounts and rights. A refused token request has, beside the members of a problem document, the `error` of RFC 6749.*
"""
SIGN_IN_TAGS = [
    {"name": "sign-in", "description": "Mã truy cập và khóa. Access tokens and the keys that they are signed with."},
    {"name": "accounts", "description": "Tài khoản và quyền. Accounts, their rights, and who an id of the logs is."},
    {"name": "feeds", "description": api_document.KERNEL_TAGS["feeds"]},
]


def mounting_app() -> FastAPI:
    """Return an empty app for mounting others; it refuses malformed requests and serves the pages of refusals."""
    app = FastAPI(title="parindex", docs_url=None, redoc_url=None, openapi_url=None, telemetry=SILENT)
    add_routes(app, refusal_routes())
    check_requests(app, strangers_counted=False)
    problem_handlers.install(app)
    return app


def issuer_app(issuer: LocalIssuer, accounts: Accounts, now: Clock, held: Resources | None = None) -> FastAPI:
    """Return the local issuer as an app: discovery, keys, tokens. The environment may set its rates.

    `held`: the log of accounts and rights; the app then has its routes for auditors, and the route of account names.
    """
    settings = IssuerSettings()
    rates, roles = settings.rates, frozenset(settings.second_factor_roles)
    app = FastAPI(
        title="Đăng nhập",
        version=VERSION,
        description=ABOUT_SIGN_IN,
        openapi_tags=SIGN_IN_TAGS,
        servers=api_document.servers("sign-in")[:1],
        docs_url=None,
        redoc_url=None,
        telemetry=SILENT,
    )
    sign_in = SignIn(accounts, now, Attempts(), SprayingLimit(rates))
    add_routes(app, issuing_routes(issuer, sign_in, now, roles))
    sessions = Sessions(issuer, accounts, held.log if held else None, now, roles)
    register = Register(held.log, issuer, accounts, now) if held else None
    steps = SecondSteps(sessions, register, now)
    for second_pages in (second_step_pages, second_factor_pages):
        add_routes(app, second_pages(sessions, sign_in, steps))
    for pages in (leading_pages, own_pages):
        add_routes(app, pages(sessions, sign_in))
    outside = outside_issuer(settings.outside, issuer.url + OUTSIDE_RETURN.removeprefix(SIGN_IN_PATH), now)
    app.state.outside_label = outside.label if outside else ""
    if outside:
        add_routes(app, outside_pages(sessions, outside, OutsideFlows(issuer.keys(), now)))
    add_routes(app, asset_routes())
    app.state.problem_page = ProblemPages(TEMPLATES, machines=FOR_PROGRAMS, sign_out=SIGN_OUT)
    check_requests(app, LARGEST_FORM)
    if held is not None and register is not None:
        people = People(sessions, register, now, settings.outside.issuer)
        for router in (*_log_routes(held), *_people_routes(people, sign_in)):
            add_routes(app, router)
        keep_reads(app, held.log)
    authenticate_with(app, Authenticator(Tokens(issuer.keys(), now)))
    app.add_middleware(cast(Any, limit_body), max_bytes=LARGEST_BODY)
    limit_rates(app, RateLimits(rates))
    problem_handlers.install(app)
    app.exception_handler(problems.MalformedError)(_as_oauth)
    api_document.describe_to_programs(app, f"{SIGN_IN_PATH}/token")
    return app


def _log_routes(held: Resources) -> Sequence[APIRouter]:
    """Return the routes of the log of accounts and rights: its own, and those of every log."""
    return (
        *SIGN_IN.routes(held.context),
        feed_routes(held.log),
        reads_routes(held.log),
        vault_routes(held.log, shared_streams=SIGN_IN.shared_streams),
        history_routes(SIGN_IN, held.context),
    )


def _people_routes(people: People, sign_in: SignIn) -> Sequence[APIRouter]:
    """Return the routes of people, programs and invitations. What they write is recorded, so they need the log."""
    invitations = Invitations(people.sessions, people.register, people.now)
    of_offices = people_pages(people), managed_pages(people), people_api(people)
    lists = LinkLists(people)
    of_lists = link_list_pages(lists), link_list_api(lists)
    of_people = names_routes(people), colleague_routes(people.sessions)
    return *of_offices, *of_lists, *of_people, invitation_pages(invitations, sign_in)


async def _as_oauth(request: Request, refused: Refused) -> Response:
    """Answer a malformed token request with the `error` of RFC 6749, which OAuth clients read."""
    at_token = path_in(request.scope) == "/token"
    return problems.refused_response(request, TokenRequestError.of(refused) if at_token else refused)
