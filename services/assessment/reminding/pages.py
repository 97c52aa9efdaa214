"""The office's pages of reminders: those of a round, and the mailboxes of an authority.

They execute the commands that the API executes. Several agencies are reminded each by its own command.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.reminding.api import enter_address, erase_address, remind
from assessment.reminding.bodies import RemindersOut, reminders_out
from assessment.reminding.display import (
    FAILED_COLUMNS,
    MAILBOX_COLUMNS,
    NEXT_COLUMNS,
    ROLES,
    SENT_COLUMNS,
    digest_of,
    failed_rows,
    mailbox_rows,
    next_rows,
    owing,
    sent_rows,
)
from assessment.reminding.forms import DIGEST, DO, ERASE, LATE, MAILBOX, REMINDING, erasure_in, mailbox_in, reminded_in
from assessment.reminding.queries import RoundReminders, addresses_of, mailboxes_in, reminders_for
from assessment.reminding.refusals import NothingToRemindError
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.http.path_fields import AuthorityCode, RoundId
from parindex.http.problems import STATUS
from parindex.http.write_endpoints import WriteRequest
from parindex.instant import instant
from parindex.refusal import Refused
from parindex.service import ServiceContext
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, SentForm, fresh_key, see_other
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.reminding")
ROOT: Final = "../../"
"""The way from both pages to the root of the service."""
DONE: Final = "yes"

Office = Annotated[Asker, allow_page(Role.OFFICE)]
AddressOffice = Annotated[Asker, allow_page(Role.OFFICE, at="authority", reads="mailboxes")]


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of the pages. They are for people, so OpenAPI leaves them out."""
    router = APIRouter(include_in_schema=False)

    @router.get("/rounds/{round}/reminders")
    async def reminders_page(round: RoundId, asker: Office, done: str = "") -> Response:
        return await _reminders(context, round, asker, done=done == DONE)

    @router.post("/rounds/{round}/reminders", **PAGE_FORM)
    async def remind_by_hand(request: Request, round: RoundId, asker: Office) -> Response:
        shown = _shown(context, await reminders_for(context, asker, round), await context.moment())
        sent = await REMINDING.read(request)
        if sent.text(DO) == LATE and sent.text(DIGEST) != digest_of(shown):
            return await _reminders(context, round, asker, changed=True)
        try:
            if sent.text(DO) == LATE:
                await _each(context, round, shown.late, sent.write, asker)
            else:
                await remind(context, round, reminded_in(sent).agency, sent.write, asker)
        except Refused as refused:
            return await _reminders(context, round, asker, refused=refused)
        return see_other(f"reminders?done={DONE}")

    @router.get("/authorities/{authority}/mailboxes")
    async def mailboxes_page(authority: AuthorityCode, asker: AddressOffice, done: str = "") -> Response:
        return await _mailboxes(context, authority, asker, done=done == DONE)

    @router.post("/authorities/{authority}/mailboxes", **PAGE_FORM)
    async def change_mailbox(request: Request, authority: AuthorityCode, asker: AddressOffice) -> Response:
        sent = await MAILBOX.read(request)
        try:
            if sent.text(DO) == ERASE:
                await erase_address(context, authority, erasure_in(sent), sent.write, asker)
            else:
                await enter_address(context, authority, mailbox_in(sent), sent.write, asker)
        except Refused as refused:
            return await _mailboxes(context, authority, asker, sent=sent, refused=refused)
        return see_other(f"mailboxes?done={DONE}")

    return router


async def _each(context: ServiceContext, round_id: str, agencies: list[str], write: WriteRequest, asker: Asker) -> None:
    """Remind each agency; one of which a reminder waits already is passed over."""
    for agency in agencies:
        try:
            key = f"{write.idempotency_key}-{agency}"
            await remind(context, round_id, agency, replace(write, idempotency_key=key), asker)
        except NothingToRemindError:
            continue


def _shown(context: ServiceContext, found: RoundReminders, now: datetime) -> RemindersOut:
    return reminders_out(found, instant(now), by_mail=context.mail is not None)


async def _reminders(
    context: ServiceContext,
    round_id: str,
    asker: Asker,
    *,
    done: bool = False,
    changed: bool = False,
    refused: Refused | None = None,
) -> Response:
    found = await reminders_for(context, asker, round_id)
    opened, shown = found.found.opened, _shown(context, found, await context.moment())
    return _page(
        "reminders.html",
        asker,
        STATUS[refused.kind][0] if refused else 409 if changed else 200,
        note=opened.note,
        title=opened.shown_title,
        round=opened.round,
        authority=opened.authority,
        by_mail=shown.by_mail,
        done=done,
        changed=changed,
        errors=REMINDING.errors(refused) if refused else {},
        failed=failed_rows(shown),
        failed_columns=FAILED_COLUMNS,
        sent=sent_rows(shown),
        sent_columns=SENT_COLUMNS,
        following=next_rows(shown),
        next_columns=NEXT_COLUMNS,
        owing=owing(found),
        late=len(shown.late),
        digest=digest_of(shown),
        key=fresh_key(),
    )


async def _mailboxes(
    context: ServiceContext,
    authority: str,
    asker: Asker,
    *,
    done: bool = False,
    sent: SentForm | None = None,
    refused: Refused | None = None,
) -> Response:
    kept = await mailboxes_in(context.log, authority)
    return _page(
        "mailboxes.html",
        asker,
        STATUS[refused.kind][0] if refused else 200,
        note="",
        authority=authority,
        by_mail=context.mail is not None,
        done=done,
        errors=MAILBOX.errors(refused) if refused else {},
        texts={name: sent.text(name) for name in sent.fields} if sent else {},
        rows=mailbox_rows(await addresses_of(context.log, kept.state)),
        columns=MAILBOX_COLUMNS,
        roles=[(role.value, words) for role, words in ROLES.items()],
        key=fresh_key(),
        version=kept.version,
    )


def _page(template: str, asker: Asker, status: int, *, note: str, **values: object) -> Response:
    shown = Visitor("", ROOT + SIGN_OUT, asker.subject, note)
    return page(TEMPLATES.render(template, ROOT, shown, **values), status)
