"""The pages of an invitation: its link shows a form and changes nothing, because mail scanners open links, too."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from parindex.auth.accounts_file import Account
from parindex.auth.fastapi import public_page
from parindex.auth.rate_limits import address_of
from parindex.auth.sign_in_queue import SignIn
from parindex.http.problems import refused_response
from parindex.refusal import Refused
from parindex.sign_in.answers import DESK, UNPROCESSABLE, shown_secret
from parindex.sign_in.forms import Errors, NewPasswordForm
from parindex.sign_in.invited import InvitationOverError, Invitations
from parindex.sign_in.proceeding import proceed

NOT_FOUND = 404
Typed = Annotated[str, Form()]


def routes(invitations: Invitations, sign_in: SignIn) -> APIRouter:
    """Return the routes. The code of the link is the right."""
    router = APIRouter(include_in_schema=False, dependencies=[public_page])

    @router.get("/invitation")
    async def invitation_page(code: Annotated[str, Query()] = "") -> Response:
        account = invitations.open_with(code)
        return _over() if account is None else _form(account, code, {})

    @router.post("/invitation")
    async def use_invitation(request: Request, code: Typed = "", new: Typed = "", again: Typed = "") -> Response:
        if (account := invitations.open_with(code)) is None:
            return await _sent_again(invitations, sign_in, request, code, new)
        if errors := NewPasswordForm(new, again).errors():
            return _form(account, code, errors, UNPROCESSABLE)
        try:
            changed = await invitations.use(code, new)
        except InvitationOverError:
            return await _sent_again(invitations, sign_in, request, code, new)
        except Refused as refused:
            return _form(account, code, {"": refused.vi}, refused_response(request, refused).status_code)
        return await proceed(invitations.sessions, request, changed, DESK)

    return router


async def _sent_again(
    invitations: Invitations, sign_in: SignIn, request: Request, code: str, password: str
) -> Response:
    """Answer a second click: who knows the password that the first one has set is signed in; nothing is written."""
    if (account := invitations.used_with(code)) is None:
        return _over()
    try:
        known = await sign_in.person(account.name, password, None, address_of(request.scope))
    except Refused:
        return _over()
    return await proceed(invitations.sessions, request, known, DESK)


def _form(account: Account, code: str, errors: Errors, status: int = 200) -> Response:
    return shown_secret("invitation.html", None, status, invited=account, code=code, errors=errors)


def _over() -> Response:
    return shown_secret("invitation_over.html", None, NOT_FOUND)
