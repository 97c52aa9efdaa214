"""The pages that lead in and out: the form, renewal, sign-out. OpenAPI, which is for programs, leaves them out."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from parindex.auth.accounts_file import Account
from parindex.auth.fastapi import public_page
from parindex.auth.rate_limits import address_of
from parindex.auth.refusals import UnauthenticatedError
from parindex.auth.sign_in_queue import SignIn
from parindex.http.return_paths import own_path
from parindex.refusal import Refused
from parindex.sign_in.answers import DESK, UNPROCESSABLE, renewed_at, shown, signed_out, to_form
from parindex.sign_in.forms import Errors, SignInForm
from parindex.sign_in.proceeding import proceed, refused_form
from parindex.sign_in.sessions import Sessions
from parindex.web.forms import PAGE_FORM

Next = Annotated[str, Query(alias="next")]
Done = Literal["", "signed-out", "signed-out-everywhere"]
Typed = Annotated[str, Form()]


def routes(sessions: Sessions, sign_in: SignIn) -> APIRouter:
    """Return the routes. No right is needed: a session may be over, and still leads here."""
    router = APIRouter(include_in_schema=False, dependencies=[public_page])

    @router.get("/")
    async def sign_in_page(request: Request, next_path: Next = "", done: Done = "") -> Response:
        target = own_path(next_path, DESK)
        if (account := await _present(sessions, request)) is not None:
            return shown("already.html", account, target=target)
        return _form(request, SignInForm("", ""), target, {}, done=done)

    @router.post("/")
    async def begin_session(
        request: Request, name: Typed = "", password: Typed = "", next_path: Annotated[str, Form(alias="next")] = ""
    ) -> Response:
        form, target = SignInForm(name, password), own_path(next_path, DESK)
        if errors := form.errors():
            return _form(request, form, target, errors, UNPROCESSABLE)
        try:
            account = await sign_in.person(form.name, form.password, None, address_of(request.scope))
        except Refused as refused:
            return refused_form(request, form, target, refused)
        return await proceed(sessions, request, account, target)

    @router.get("/renew")
    async def renew_session(request: Request, next_path: Next = "") -> Response:
        target = own_path(next_path, DESK)
        try:
            access = await sessions.renewed(sessions.cookies.renewal_token(request.scope))
        except UnauthenticatedError:
            return to_form(sessions, next=target)
        return renewed_at(sessions, target, access)

    @router.post("/renew", **PAGE_FORM)
    async def renew_and_send_again(request: Request, next_path: Next = "") -> Response:
        """Renew a session with a form under way: the browser sends it again to its address, as it was typed.

        Raises UnauthenticatedError where the session is over: a form can't wait until somebody has signed in.
        """
        access = await sessions.renewed(sessions.cookies.renewal_token(request.scope))
        return renewed_at(sessions, own_path(next_path, DESK), access, HTTPStatus.TEMPORARY_REDIRECT)

    @router.post("/sign-out")
    async def end_session() -> Response:
        return signed_out(sessions, "signed-out")

    return router


async def _present(sessions: Sessions, request: Request) -> Account | None:
    """Return the account that is signed in at this browser, if its session may be renewed."""
    try:
        return await sessions.renewing(sessions.cookies.renewal_token(request.scope))
    except Refused:
        return None


def _form(
    request: Request, form: SignInForm, target: str, errors: Errors, status: int = 200, done: Done = ""
) -> Response:
    outside = request.app.state.outside_label
    return shown("form.html", None, status, form=form, next=target, errors=errors, done=done, outside=outside)
