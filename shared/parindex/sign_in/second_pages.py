"""The pages of the second factor: the code at sign-in, setting it up at sign-in or later, and turning it off."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from parindex.auth import Asker
from parindex.auth.fastapi import public_page, signed_in_page
from parindex.auth.second_factor import new_key
from parindex.auth.sign_in_queue import SignIn
from parindex.http.return_paths import own_path
from parindex.refusal import Refused
from parindex.sign_in.answers import ACCOUNT, DESK, begun_at, shown, to_form
from parindex.sign_in.proceeding import begin
from parindex.sign_in.second_answers import AT_SIGN_IN, OWN, SecondAnswers
from parindex.sign_in.second_steps import SecondSteps
from parindex.sign_in.sessions import Sessions

Person = Annotated[Asker, signed_in_page]
Typed = Annotated[str, Form()]
Next = Annotated[str, Query(alias="next")]
TypedNext = Annotated[str, Form(alias="next")]


def routes(sessions: Sessions, sign_in: SignIn, steps: SecondSteps) -> APIRouter:
    """Return the routes of the second step of a sign-in. The token of the first step is the right."""
    router = APIRouter(include_in_schema=False)
    pages = SecondAnswers(sessions, sign_in, steps)

    @router.get("/code", dependencies=[public_page])
    async def code_page(request: Request, next_path: Next = "") -> Response:
        account = await pages.stepping(request)
        target = own_path(next_path, DESK)
        return to_form(sessions) if account is None else shown("code.html", errors={}, next=target)

    @router.post("/code", dependencies=[public_page])
    async def prove_second_factor(request: Request, code: Typed = "", next_path: TypedNext = "") -> Response:
        account, target = await pages.stepping(request), own_path(next_path, DESK)
        if account is None or not account.totp:
            return to_form(sessions)
        try:
            known = await pages.proved(request, account, code)
        except Refused as refused:
            return pages.refused(request, "code.html", refused, next=target)
        answer = await begin(sessions, request, known, target)
        sessions.cookies.delete_step(answer)
        return answer

    @router.get("/set-up", dependencies=[public_page])
    async def set_up_page(request: Request, next_path: Next = "") -> Response:
        account, target = await pages.stepping(request), own_path(next_path, DESK)
        if account is None or account.totp:
            return to_form(sessions)
        return pages.set_up(account, new_key(), {}, AT_SIGN_IN, target)

    @router.post("/set-up", dependencies=[public_page])
    async def set_up_at_sign_in(
        request: Request, key: Typed = "", code: Typed = "", next_path: TypedNext = ""
    ) -> Response:
        account = await pages.stepping(request, key)
        if account is None:
            return to_form(sessions)
        return await pages.turned_on(request, account, key, code, (AT_SIGN_IN, own_path(next_path, DESK)))

    return router


def own_routes(sessions: Sessions, sign_in: SignIn, steps: SecondSteps) -> APIRouter:
    """Return the routes of a person who is signed in."""
    router = APIRouter(include_in_schema=False)
    pages = SecondAnswers(sessions, sign_in, steps)

    @router.get("/second-factor")
    async def second_factor_page(asker: Person) -> Response:
        if (account := sessions.account(asker.subject)) is None:
            return to_form(sessions)
        return pages.set_up(account, new_key(), {}, OWN, DESK, visitor=True)

    @router.post("/second-factor")
    async def turn_second_factor_on(
        request: Request, asker: Person, present: Typed = "", key: Typed = "", code: Typed = ""
    ) -> Response:
        if (account := sessions.account(asker.subject)) is None:
            return to_form(sessions)
        try:
            await pages.prove_password(request, account, present)
        except Refused as refused:
            return pages.not_turned_on(request, account, key, refused)
        return await pages.turned_on(request, account, key, code, (OWN, ACCOUNT))

    @router.post("/second-factor-off")
    async def turn_second_factor_off(
        request: Request, asker: Person, present: Typed = "", code: Typed = ""
    ) -> Response:
        if (account := sessions.account(asker.subject)) is None:
            return to_form(sessions)
        if not account.totp:  # a second click
            return begun_at(sessions, ACCOUNT, await sessions.begin(account))
        return await pages.turned_off(request, account, present, code)

    return router
