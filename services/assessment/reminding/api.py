"""HTTP endpoints of reminders and mailboxes: the office sees the reminders, sends by hand, and keeps addresses."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Response

from assessment.reminding.bodies import (
    MailboxErasureIn,
    MailboxIn,
    MailboxOut,
    ReminderIn,
    RemindersOut,
    reminders_out,
)
from assessment.reminding.commands import EnterMailbox, EraseMailbox, MailboxCommand, QueueReminders
from assessment.reminding.decisions import keeping_mailboxes, reminding
from assessment.reminding.events import mailboxes_of, reminders_of
from assessment.reminding.queries import addresses_of, by_hand, mailboxes_in, reminders_for
from assessment.reminding.refusals import NoMailServerError, NothingToRemindError
from assessment.reminding.state import Mailboxes
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Append, Appended, Sealed, if_still
from parindex.eventstore.command_handling import attempted_or_repeated, execute
from parindex.eventstore.sealing import Seals
from parindex.eventstore.vault import erase
from parindex.http.path_fields import AuthorityCode, RoundId
from parindex.http.problems import problems
from parindex.http.write_endpoints import EDITABLE, WRITE, IncomingWrite, WriteRequest, etag, receipt
from parindex.instant import instant
from parindex.service import ServiceContext

REMINDERS: Final = "/v1/rounds/{round}/reminders"
MAILBOXES: Final = "/v1/authorities/{authority}/mailboxes"
DOMAIN: Final = "mailbox"
"""The domain tag of the commitments to addresses."""
Wanted = Callable[[Mailboxes], Awaitable[tuple[MailboxCommand, Sequence[Sealed]]]]
"""What makes a command, and the texts that it seals, from the present mailboxes."""

Office = Annotated[Asker, allow(Role.OFFICE)]
OfficeHere = Annotated[Asker, allow(Role.OFFICE, at="authority")]
READS_ADDRESSES: Final = allow(Role.OFFICE, at="authority", reads="mailboxes")


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes of this step."""
    router = APIRouter()
    _add_reminders(router, context)
    _add_mailboxes(router, context)
    return router


def _add_reminders(router: APIRouter, context: ServiceContext) -> None:
    @router.get(REMINDERS, responses=problems(404))
    async def list_reminders(round: RoundId, asker: Office) -> RemindersOut:
        """Thư nhắc hạn của một đợt: đã gửi, chưa gửi được và vì sao, sắp gửi. The reminders of a round."""
        found = await reminders_for(context, asker, round)
        return reminders_out(found, instant(await context.moment()), by_mail=context.mail is not None)

    @router.post(REMINDERS, **WRITE)
    async def send_reminder(round: RoundId, body: ReminderIn, write: IncomingWrite, asker: Office) -> Response:
        """Xếp thư nhắc cho một cơ quan vào hàng chờ. Queue reminders for an agency of all that it owes."""
        return receipt(await remind(context, round, body.agency, write, asker), reminders_of(round, body.agency))


def _add_mailboxes(router: APIRouter, context: ServiceContext) -> None:
    @router.get(MAILBOXES, responses=EDITABLE, dependencies=[READS_ADDRESSES])
    async def list_mailboxes(authority: AuthorityCode, response: Response) -> list[MailboxOut]:
        """Hộp thư nhận nhắc hạn của các cơ quan. The mailboxes of the agencies within an authority."""
        kept = await mailboxes_in(context.log, authority)
        response.headers["ETag"] = etag(kept.version)
        found = await addresses_of(context.log, kept.state)
        return [MailboxOut(agency=of, role=role, address=address) for (of, role), address in found.items()]

    @router.put(MAILBOXES, **WRITE)
    async def enter_mailbox(
        authority: AuthorityCode, body: MailboxIn, write: IncomingWrite, asker: OfficeHere
    ) -> Response:
        """Ghi địa chỉ thư của một cơ quan; địa chỉ trước bị xóa. Enter a mailbox; the address before is erased."""
        done = await enter_address(context, authority, body, write, asker)
        return receipt(done, mailboxes_of(authority))

    @router.post(MAILBOXES + "/erasure", **WRITE)
    async def erase_mailbox(
        authority: AuthorityCode, body: MailboxErasureIn, write: IncomingWrite, asker: OfficeHere
    ) -> Response:
        """Xóa một hộp thư và địa chỉ của nó khỏi kho. Erase a mailbox and its address in the vault."""
        done = await erase_address(context, authority, body, write, asker)
        return receipt(done, mailboxes_of(authority))


async def remind(context: ServiceContext, round_id: str, agency: str, write: WriteRequest, asker: Asker) -> Appended:
    """Queue reminders by hand. Raises NoMailServerError, and NothingToRemindError also where a key is sent again."""
    found = await reminders_for(context, asker, round_id)
    authority = found.found.opened.authority
    stream = reminders_of(round_id, agency)
    at = await context.moment()
    metadata = write.metadata(asker, authority, at)
    if metadata.idempotency and (before := await context.log.answered(metadata.idempotency, stream)):
        return _of_something(before, agency)
    if context.mail is None:
        raise NoMailServerError
    wanted = by_hand(found.of(agency), (await mailboxes_in(context.log, authority)).state)
    command = QueueReminders(round_id, agency, wanted, instant(at))
    return _of_something(await execute(context.log, stream, reminding, command, metadata, write.if_match), agency)


def _of_something(done: Appended, agency: str) -> Appended:
    if not done.facts:
        raise NothingToRemindError(agency)
    return done


async def enter_address(
    context: ServiceContext, authority: str, body: MailboxIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Enter the address of a mailbox; the one that it replaces is erased in the same transaction."""

    async def wanted(kept: Mailboxes) -> tuple[MailboxCommand, Sequence[Sealed]]:
        former = kept.addresses.get((body.agency, body.role), "")
        known = await addresses_of(context.log, kept)
        seals = Seals({former: known[body.agency, body.role]} if former else {})
        command = EnterMailbox(authority, body.agency, body.role, seals.commit(body.address, DOMAIN, former))
        return command, seals.all

    return await _written(context, authority, wanted, write, asker)


async def erase_address(
    context: ServiceContext, authority: str, body: MailboxErasureIn, write: WriteRequest, asker: Asker
) -> Appended:
    """Erase a mailbox with its address. Raises MailboxUnknownError."""

    async def wanted(_: Mailboxes) -> tuple[MailboxCommand, Sequence[Sealed]]:
        return EraseMailbox(authority, body.agency, body.role), ()

    return await _written(context, authority, wanted, write, asker)


async def _written(
    context: ServiceContext, authority: str, wanted: Wanted, write: WriteRequest, asker: Asker
) -> Appended:
    """Append a command's event, and erase the address that it names as the former one, in one transaction.

    `wanted` makes the command from the state that it is decided on, so that it names no address that another writer
    has erased since.
    """
    stream, at = mailboxes_of(authority), await context.moment()
    metadata = write.metadata(asker, authority, at)
    if metadata.idempotency and (before := await context.log.answered(metadata.idempotency, stream)):
        return before

    async def attempt() -> Appended:
        kept = await mailboxes_in(context.log, authority)
        command, sealed = await wanted(kept.state)
        expected = kept.version if write.if_match is None else write.if_match
        facts = keeping_mailboxes.decide(command, kept.state)
        append = Append(stream, replace(metadata, sealed=tuple(sealed)), if_still(stream, expected, facts))
        async with context.engine.begin() as connection:
            return await erase(context.log, connection, append, [one.former for one in facts if one.former])

    return await attempted_or_repeated(context.log, stream, metadata, attempt, waits=write.if_match is None)
