"""What follows a correct password: a session."""

import structlog
from fastapi import Request, Response

from parindex.auth.accounts_file import Account
from parindex.http.problems import refused_response
from parindex.refusal import Refused
from parindex.sign_in.answers import begun_at, shown
from parindex.sign_in.forms import SignInForm
from parindex.sign_in.sessions import Sessions

logger = structlog.stdlib.get_logger(__name__)


async def proceed(sessions: Sessions, request: Request, account: Account, target: str) -> Response:
    """Sign a person in who has just proved the password, and lead to the target."""
    try:
        begun = await sessions.begin(account)
    except Refused as refused:
        return refused_form(request, SignInForm(account.name, ""), target, refused)
    logger.info("signed_in", account=sessions.id_of(account), kind=account.kind)
    return begun_at(sessions, target, begun)


def refused_form(request: Request, form: SignInForm, target: str, refused: Refused) -> Response:
    """Show the sign-in form again with a refusal, under the status and the headers that programs get."""
    programs = refused_response(request, refused)
    errors = {"": refused.vi}
    answer = shown("form.html", None, programs.status_code, form=form, next=target, errors=errors, done="")
    if wait := programs.headers.get("Retry-After"):
        answer.headers["Retry-After"] = wait
    return answer
