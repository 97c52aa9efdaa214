"""The pages of a signed-in person: the desk, and the own account with its sessions and its password."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import structlog
from fastapi import APIRouter, Form, Request, Response

from parindex.auth import Asker, Role
from parindex.auth.accounts_file import Account
from parindex.auth.fastapi import signed_in_page
from parindex.auth.rate_limits import address_of
from parindex.auth.refusals import WrongCredentialsError
from parindex.auth.sign_in_queue import SignIn
from parindex.contracts.addresses import (
    API_DOCUMENTS,
    CRITERIA_SETS,
    DESK_OF_ASSESSMENT,
    DESK_OF_PUBLICATION,
    DESK_OF_SURVEY,
    PUBLICATION,
    SHEETS,
    UNIT_REGISTERS,
    YEARS,
    Address,
)
from parindex.http.correlation import correlation_of
from parindex.http.problems import refused_response
from parindex.refusal import Refused
from parindex.sign_in.answers import ACCOUNT, UNPROCESSABLE, begun_at, shown, signed_out, to_form
from parindex.sign_in.forms import Errors, PasswordForm
from parindex.sign_in.sessions import Sessions
from parindex.sign_in.wording import in_words

Person = Annotated[Asker, signed_in_page]
Changed = Literal["", "password", "second-factor"]
Typed = Annotated[str, Form()]
PARTS: Final[Mapping[Address, Sequence[Role]]] = {
    DESK_OF_ASSESSMENT: (Role.UNIT, Role.LEADER, Role.APPRAISER, Role.COUNCIL, Role.OFFICE),
    DESK_OF_SURVEY: (Role.SURVEYOR, Role.COUNTER, Role.OFFICE),
    DESK_OF_PUBLICATION: (Role.OFFICE, Role.PUBLISHER),
}
"""The parts of the desk, with the roles for which something may wait there."""

logger = structlog.stdlib.get_logger(__name__)


def routes(sessions: Sessions, sign_in: SignIn) -> APIRouter:
    """Return the routes. An account that was removed meanwhile leads to the form."""
    router = APIRouter(include_in_schema=False)

    @router.get("/desk")
    async def desk_page(asker: Person) -> Response:
        if (account := sessions.account(asker.subject)) is None:
            return to_form(sessions)
        rights = in_words(asker.principal.rights)
        parts = [part for part, roles in PARTS.items() if asker.principal.has(roles)]
        sheets = SHEETS if asker.principal.has((Role.UNIT, Role.LEADER)) else None
        sets = CRITERIA_SETS if asker.principal.has((Role.OFFICE, Role.COUNCIL)) else None
        registers = UNIT_REGISTERS if asker.principal.has(Role.OFFICE) else None
        years = YEARS if asker.principal.has(Role.OFFICE) else None
        office = sessions.end_everywhere and asker.principal.has(Role.OFFICE)
        elsewhere = {"sheets": sheets, "sets": sets, "registers": registers, "years": years}
        values: dict[str, Any] = {"rights": rights, "parts": parts, "office": office, **elsewhere}
        return shown("desk.html", account, publication=PUBLICATION, documents=API_DOCUMENTS, **values)

    @router.get("/account")
    async def account_page(asker: Person, changed: Changed = "") -> Response:
        if (account := sessions.account(asker.subject)) is None:
            return to_form(sessions)
        return _account(sessions, account, {}, changed=changed)

    @router.post("/password")
    async def change_password(
        request: Request, asker: Person, present: Typed = "", new: Typed = "", again: Typed = ""
    ) -> Response:
        if (account := sessions.account(asker.subject)) is None:
            return to_form(sessions)
        return await _changed(sessions, sign_in, request, account, PasswordForm(present, new, again))

    if sessions.end_everywhere:

        @router.post("/sign-out-everywhere")
        async def end_every_session(request: Request, asker: Person) -> Response:
            await sessions.end_all(asker.subject, correlation_of(request.scope))
            return signed_out(sessions, "signed-out-everywhere")

    return router


async def _changed(
    sessions: Sessions, sign_in: SignIn, request: Request, account: Account, form: PasswordForm
) -> Response:
    """Change the password of an account that proves its present one, and go on in a new session."""
    if errors := form.errors():
        return _account(sessions, account, errors, UNPROCESSABLE)
    try:
        known = await sign_in.person(account.name, form.present, None, address_of(request.scope))
        changed = await asyncio.to_thread(sessions.accounts.change_password, known, form.new)
    except Refused as refused:
        text = "Mật khẩu hiện tại không đúng." if isinstance(refused, WrongCredentialsError) else refused.vi
        return _account(sessions, account, {"present": text}, refused_response(request, refused).status_code)
    logger.info("password_changed", account=sessions.id_of(changed))
    return begun_at(sessions, f"{ACCOUNT}?changed=password", await sessions.begin(changed))


def _account(
    sessions: Sessions, account: Account, errors: Errors, status: int = 200, changed: Changed = ""
) -> Response:
    return shown(
        "account.html",
        account,
        status,
        rights=in_words(account.rights),
        errors=errors,
        changed=changed,
        everywhere=sessions.end_everywhere,
        second_factor=bool(account.totp),
        passwords=account.password_hash != "" and sessions.accounts.may_change_passwords,
    )
