"""What the pages of sign-in answer with: a page for a visitor, or a redirect with cookies or without."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import RedirectResponse

from parindex.auth.accounts_file import Account
from parindex.auth.issuer import LIFETIME
from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.sign_in.sessions import Begun, Sessions
from parindex.web.answering import page
from parindex.web.rendering import Templates, Visitor

FORM, DESK, ACCOUNT = f"{SIGN_IN_PATH}/", f"{SIGN_IN_PATH}/desk", f"{SIGN_IN_PATH}/account"
SIGN_OUT = f"{SIGN_IN_PATH}/sign-out"
CODE, SET_UP = f"{SIGN_IN_PATH}/code", f"{SIGN_IN_PATH}/set-up"
SEE_OTHER, UNPROCESSABLE = 303, 422
TEMPLATES = Templates("parindex.sign_in")


def shown(
    template: str, account: Account | None = None, status: int = 200, *, root: str = "", **values: Any
) -> Response:
    """Answer with a page of sign-in. `account`: the person who is signed in; `root`: the way to sign-in's root."""
    visitor = Visitor(account.shown_name, SIGN_OUT) if account else None
    return page(TEMPLATES.render(template, root, visitor, **values), status)


def shown_secret(template: str, account: Account | None = None, status: int = 200, **values: Any) -> Response:
    """Answer with a page whose address has a secret code: `Referer` names no more than the origin, also to ourselves.

    With `no-referrer`, browsers would send `Origin: null` with the page's form.
    """
    answer = shown(template, account, status, **values)
    answer.headers["Referrer-Policy"] = "strict-origin"
    return answer


def begun_at(sessions: Sessions, address: str, begun: Begun) -> Response:
    """Redirect with the cookies of a new session."""
    return with_session(sessions, RedirectResponse(address, SEE_OTHER), begun)


def with_session(sessions: Sessions, answer: Response, begun: Begun) -> Response:
    """Give the browser the cookies of a new session with an answer."""
    sessions.cookies.set_access(answer, begun.access, LIFETIME)
    sessions.cookies.set_renewal(answer, begun.renewal)
    return answer


def renewed_at(sessions: Sessions, address: str, access: str, status: int = SEE_OTHER) -> Response:
    """Redirect with a new access token; `status` 307 has the browser send its form again."""
    answer = RedirectResponse(address, status)
    sessions.cookies.set_access(answer, access, LIFETIME)
    return answer


def signed_out(sessions: Sessions, done: str) -> Response:
    """Redirect to the form after a sign-out. The browser also drops the pages that its back button would show.

    `no-store` alone is not enough: Chromium keeps such pages for the back button. Over plain http the header has no
    effect.
    """
    answer = to_form(sessions, done=done)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def to_form(sessions: Sessions, **query: str) -> Response:
    """Redirect to the form, and delete the cookies."""
    answer = RedirectResponse(f"{FORM}?{urlencode(query)}" if query else FORM, SEE_OTHER)
    sessions.cookies.delete(answer)
    return answer
