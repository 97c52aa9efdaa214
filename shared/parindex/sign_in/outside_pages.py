"""Sign-in with an account of the outside issuer: the way there, and the return with a code. Links decide who it is."""

import hmac
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from parindex.auth.account_links import OutsideAccount
from parindex.auth.fastapi import public_page, rate_limits_of
from parindex.auth.outside_flow import FLOW_LIFE, OutsideFlow, OutsideFlows
from parindex.auth.outside_issuer import LONGEST_CODE, OutsideAnswerInvalidError, OutsideIssuer
from parindex.auth.page_cookies import SIGN_IN_PATH, cookie_in
from parindex.auth.refusals import UnauthenticatedError
from parindex.http.problems import refused_response
from parindex.http.return_paths import own_path
from parindex.refusal import Kind, Refused
from parindex.sign_in.answers import DESK, SEE_OTHER, shown
from parindex.sign_in.proceeding import proceed
from parindex.sign_in.sessions import Sessions

COOKIE = "parindex-outside"
LONGEST_TARGET = 1_000
"""Characters of the path to return to: the cookie has to stay short enough for browsers. A longer one is dropped."""
FORBIDDEN = 403

logger = structlog.stdlib.get_logger(__name__)


class Brought(BaseModel):
    """What a browser brings back. Other parameters are ignored, such as a `session_state` (RFC 6749 4.1.2)."""

    model_config = ConfigDict(extra="ignore")

    state: str = ""
    code: str = ""
    iss: str | None = None
    error: str = ""


class OutsideReturnUnknownError(Refused):
    """The return fits no sign-in that this browser has under way: it is too old, done already, or forged."""

    code = "outside-return-unknown"
    kind = Kind.BAD_REQUEST
    advice = ("Bắt đầu đăng nhập lại từ trang đăng nhập.", "Begin again at the sign-in page.")
    vi = "Lần đăng nhập này đã quá hạn, đã dùng rồi, hoặc không bắt đầu từ trình duyệt này."
    en = "This sign-in is too old, was used already, or did not begin in this browser."


class OutsideSignInDeclinedError(Refused):
    """The outside issuer returned an error instead of a code, or the person cancelled there."""

    code = "outside-sign-in-declined"
    kind = Kind.FORBIDDEN
    advice = ("Đăng nhập lại, hoặc hỏi nơi cấp tài khoản.", "Sign in again, or ask the provider of the account.")
    vi = "Hệ thống đăng nhập bên ngoài không xác nhận, hoặc bạn đã hủy."
    en = "The outside sign-in system did not confirm, or you cancelled."


def routes(sessions: Sessions, outside: OutsideIssuer, flows: OutsideFlows) -> APIRouter:
    """Return the routes. Each return, a failed one too, ends the sign-in under way."""
    router = APIRouter(include_in_schema=False, dependencies=[public_page])

    @router.get("/outside")
    async def begin_outside(request: Request, next_path: Annotated[str, Query(alias="next")] = "") -> Response:
        rate_limits_of(request.app).anonymous(request.scope)
        target = own_path(next_path, DESK)
        flow = OutsideFlow.begin(target if len(target) <= LONGEST_TARGET else DESK)
        try:
            answer = RedirectResponse(await outside.address(flow), SEE_OTHER)
        except Refused as refused:
            return _refused(request, refused, target)
        _keep(sessions, answer, sessions.flow_token(flow))
        return answer

    @router.get("/outside-return")
    async def end_outside(request: Request, brought: Annotated[Brought, Query()]) -> Response:
        rate_limits_of(request.app).anonymous(request.scope)
        answer = await _returned(sessions, outside, flows, request, brought)
        _forget(sessions, answer)
        return answer

    return router


async def _returned(
    sessions: Sessions, outside: OutsideIssuer, flows: OutsideFlows, request: Request, brought: Brought
) -> Response:
    target = DESK
    try:
        flow = await _under_way(flows, request, brought)
        target = flow.target
        link = await _identity(outside, brought, flow)
        account = sessions.accounts.linked_to(link)
        if account is None:
            return _unlinked(link, outside, target)
    except Refused as refused:
        return _refused(request, refused, target)
    logger.info("outside_account_verified", account=sessions.id_of(account))
    return await proceed(sessions, request, account, target)


async def _under_way(flows: OutsideFlows, request: Request, brought: Brought) -> OutsideFlow:
    """Return the sign-in that this browser began. Raises OutsideReturnUnknownError, CookieTwiceError."""
    try:
        flow = await flows.read(cookie_in(request.scope, COOKIE) or "")
    except UnauthenticatedError:
        raise OutsideReturnUnknownError from None
    if not hmac.compare_digest(brought.state.encode(), flow.state.encode()):
        raise OutsideReturnUnknownError
    return flow


async def _identity(outside: OutsideIssuer, brought: Brought, flow: OutsideFlow) -> OutsideAccount:
    """Return who signed in. Raises OutsideSignInDeclinedError, and what OutsideIssuer.account raises."""
    if not await outside.comes_from(brought.iss):
        raise OutsideAnswerInvalidError
    if brought.error or not 0 < len(brought.code) <= LONGEST_CODE:
        raise OutsideSignInDeclinedError
    return await outside.account(brought.code, flow)


def _unlinked(link: OutsideAccount, outside: OutsideIssuer, target: str) -> Response:
    logger.info("outside_account_not_linked")
    values = {"issuer": link.issuer, "subject": link.subject, "label": outside.label, "next": target}
    return shown("outside_unlinked.html", None, FORBIDDEN, **values)


def _refused(request: Request, refused: Refused, target: str) -> Response:
    """Show a refusal with the way to our own form, under the status and the headers that programs get."""
    logger.info("outside_sign_in_failed", code=refused.code)
    programs = refused_response(request, refused)
    answer = shown("outside_refused.html", None, programs.status_code, refused=refused, next=target)
    if wait := programs.headers.get("Retry-After"):
        answer.headers["Retry-After"] = wait
    return answer


def _keep(sessions: Sessions, answer: Response, token: str) -> None:
    seconds = int(FLOW_LIFE.total_seconds())
    secure = sessions.cookies.secure
    # Lax: the return is a link from another site, at the top of the browser, and carries the cookie
    answer.set_cookie(COOKIE, token, seconds, path=SIGN_IN_PATH, secure=secure, httponly=True, samesite="lax")


def _forget(sessions: Sessions, answer: Response) -> None:
    answer.delete_cookie(COOKIE, SIGN_IN_PATH, secure=sessions.cookies.secure, httponly=True, samesite="lax")
