"""The step after a correct password or a sign-in outside: a session, or the second factor, or setting that up."""

from urllib.parse import urlencode

import structlog
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from parindex.auth.accounts_file import Account
from parindex.auth.second_factor import SecondFactorMissingError
from parindex.http.problems import refused_response
from parindex.refusal import Refused
from parindex.sign_in.answers import CODE, SEE_OTHER, SET_UP, begun_at, shown
from parindex.sign_in.forms import SignInForm
from parindex.sign_in.sessions import Sessions

logger = structlog.stdlib.get_logger(__name__)


async def proceed(sessions: Sessions, request: Request, account: Account, target: str) -> Response:
    """Sign a person in who has proved the password or an outside account, or lead to the second step."""
    if account.totp or sessions.lacks_second_factor(account):
        return await _second_step(sessions, request, account, target)
    return await begin(sessions, request, account, target)


async def begin(sessions: Sessions, request: Request, account: Account, target: str) -> Response:
    """Begin a session, and lead to the target."""
    try:
        begun = await sessions.begin(account)
    except Refused as refused:
        return refused_form(request, SignInForm(account.name, ""), target, refused)
    logger.info("signed_in", account=sessions.id_of(account), kind=account.kind)
    return begun_at(sessions, target, begun)


async def _second_step(sessions: Sessions, request: Request, account: Account, target: str) -> Response:
    if not account.totp and not sessions.accounts.may_change_passwords:
        return refused_form(request, SignInForm(account.name, ""), target, SecondFactorMissingError())
    page = CODE if account.totp else SET_UP
    answer = RedirectResponse(f"{page}?{urlencode({'next': target})}", SEE_OTHER)
    sessions.cookies.set_step(answer, await sessions.step(account))
    return answer


def refused_form(request: Request, form: SignInForm, target: str, refused: Refused) -> Response:
    """Show the sign-in form again with a refusal, under the status and the headers that programs get."""
    programs = refused_response(request, refused)
    values = {"form": form, "next": target, "outside": request.app.state.outside_label}
    answer = shown("form.html", None, programs.status_code, errors={"": refused.vi}, done="", **values)
    if wait := programs.headers.get("Retry-After"):
        answer.headers["Retry-After"] = wait
    return answer
