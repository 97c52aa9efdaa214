"""The pages of one account, as an office manages it: its rights, invitation, secret, sessions, removal."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from parindex.auth import Asker, Role
from parindex.auth.account_links import OutsideAccount
from parindex.auth.fastapi import allow_page
from parindex.http.correlation import correlation_of
from parindex.sign_in.answers import UNPROCESSABLE
from parindex.sign_in.people import People
from parindex.sign_in.people_answers import DONE, Move, PeopleAnswers, powers_of
from parindex.sign_in.people_bodies import WhyIn
from parindex.sign_in.powers import Powers
from parindex.web.forms import body_of

Office = Annotated[Asker, allow_page(Role.OFFICE)]
Reader = Annotated[Asker, allow_page(Role.OFFICE, reads="account-name")]
Typed = Annotated[str, Form()]


def routes(people: People) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    pages = PeopleAnswers(people)

    @router.get("/accounts/{account}")
    async def managed_account_page(account: str, asker: Reader, done: str = "") -> Response:
        found = await people.one(account, powers_of(asker))
        powers_of(asker, [found])
        return pages.account(asker, found, {}, done=DONE.get(done, ""))

    @router.post("/accounts/{account}/rights")
    async def give_right(request: Request, account: str, asker: Office, role: Typed = "", node: Typed = "") -> Response:
        right = f"{role}@{node.strip()}"
        return await pages.moved(request, asker, account, lambda by: people.give(account, right, by), "given")

    @router.post("/accounts/{account}/ended-rights")
    async def end_right(request: Request, account: str, asker: Office, right: Typed = "") -> Response:
        return await pages.moved(request, asker, account, lambda by: people.end(account, right, by), "ended")

    @router.post("/accounts/{account}/sessions-end")
    async def end_sessions(request: Request, account: str, asker: Office) -> Response:
        correlation = correlation_of(request.scope)
        return await pages.moved(
            request, asker, account, lambda by: people.end_sessions(account, by, correlation), "sessions"
        )

    @router.post("/accounts/{account}/second-factor-end")
    async def reset_second_factor(request: Request, account: str, asker: Office, reason: Typed = "") -> Response:
        return await pages.moved(request, asker, account, _reset(people, account, reason), "second-factor")

    @router.post("/accounts/{account}/removal")
    async def remove_account(request: Request, account: str, asker: Office, sure: Typed = "") -> Response:
        if sure != "yes":
            found = await people.one(account, powers_of(asker))
            errors = {"sure": "Hãy đánh dấu ô xác nhận nếu muốn gỡ tài khoản."}
            return pages.account(asker, found, errors, UNPROCESSABLE)
        return await pages.moved(request, asker, account, lambda by: people.remove(account, by), "removed")

    @router.post("/accounts/{account}/invitation")
    async def invite_again(request: Request, account: str, asker: Office, key: Typed = "") -> Response:
        return await pages.secret(request, asker, account, key)

    @router.post("/accounts/{account}/secret")
    async def replace_secret(request: Request, account: str, asker: Office, key: Typed = "") -> Response:
        return await pages.secret(request, asker, account, key)

    _add_links(router, people, pages)
    return router


def _add_links(router: APIRouter, people: People, pages: PeopleAnswers) -> None:
    """Add the forms of links to identities of the outside issuer."""

    @router.post("/accounts/{account}/links")
    async def link_outside(request: Request, account: str, asker: Office, subject: Typed = "") -> Response:
        return await pages.moved(
            request, asker, account, lambda by: people.link_outside(account, subject.strip(), by), "linked", subject
        )

    @router.post("/accounts/{account}/ended-links")
    async def end_link(
        request: Request, account: str, asker: Office, issuer: Typed = "", subject: Typed = ""
    ) -> Response:
        link = OutsideAccount(issuer, subject)
        return await pages.moved(
            request, asker, account, lambda by: people.unlink_outside(account, link, by), "unlinked"
        )


def _reset(people: People, account: str, typed: str) -> Move:
    """Return the move that removes a second factor for a reason; without one it raises MalformedError."""

    async def move(by: Powers) -> None:
        await people.reset_second_factor(account, by, body_of(WhyIn, {"reason": typed}).reason)

    return move
