"""The loop that queues the reminders that are due, and sends the queued ones. The log is the queue.

A letter is handed over after `ReminderReleased` is in the log, and its end follows. So where this process dies in
between, the next one finds a letter without an end: the mail server may have it, and it is not sent again by itself.
One process of an installation sends at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.opening.events import RoundOpened
from assessment.opening.queries import listed_rounds, rounds_of
from assessment.reminding.commands import EndAttempt, QueueReminders, ReleaseReminder, ReminderCommand, WithdrawReminder
from assessment.reminding.decisions import reminding
from assessment.reminding.events import reminders_of
from assessment.reminding.letters import Correspondence, letter_of
from assessment.reminding.occasions import MailboxRole, WhyFailed, occasion_now, wanted_for
from assessment.reminding.queries import AgencyReminders, RoundReminders, mailboxes_in, reminders_in, reminders_in_round
from assessment.reminding.refusals import ReminderNotQueuedError
from assessment.reminding.state import Mailboxes, Reminder, ReminderState
from parindex.backoff import raise_if_cancelled
from parindex.eventstore.appending import Appended, Metadata
from parindex.eventstore.command_handling import execute
from parindex.eventstore.vault import Opening, open_sealed
from parindex.instant import instant
from parindex.mail.letters import DeliveryKind, Letter, MailDelivery
from parindex.mail.smtp import MailServer
from parindex.service import ServiceContext

PAUSE: Final = 20
"""Seconds between two looks at the queue."""
SENDER: Final = "assessment.reminding.send"
"""The actor of the loop."""
TAKE: Final = text("SELECT pg_try_advisory_lock(hashtextextended('parindex: reminders', 0))")

logger = structlog.stdlib.get_logger(__name__)


async def send_reminders(context: ServiceContext) -> None:
    """Queue and send reminders until cancelled."""
    if context.mail is None:
        await asyncio.Event().wait()
        return
    while True:
        async with sole_sender(context) as session:
            while session is not None:
                await look_once(context, context.mail)
                raise_if_cancelled()
                await asyncio.sleep(PAUSE)
                await session.execute(text("SELECT 1"))  # the lock is gone with its session, and then this raises
        await asyncio.sleep(PAUSE)


@asynccontextmanager
async def sole_sender(context: ServiceContext) -> AsyncIterator[AsyncConnection | None]:
    """Take the lock of the one sender, or yield None where another process holds it."""
    async with context.engine.connect() as connection:
        session = await connection.execution_options(isolation_level="AUTOCOMMIT")
        taken = await session.scalar(TAKE)
        try:
            yield session if taken else None
        finally:
            if taken:
                await session.invalidate()  # the end of the session releases the lock


async def look_once(context: ServiceContext, mail: MailServer) -> None:
    """Queue the reminders that are due in rounds that are not closed, and send, unless the mail server is away."""
    listed = [one.round for one in await listed_rounds(context.engine) if not one.closed]
    found = [one for one in await rounds_of(context.log, listed) if not one.state.closed]
    for one in await reminders_in(context, found):
        kept = (await mailboxes_in(context.log, one.found.opened.authority)).state
        if not await Sending(context, mail, one, kept).send_all():
            return


@dataclass(frozen=True)
class Sending:
    """The sending of the reminders of one round. `of` and `mailboxes` say what is queued.

    What is sent is read anew before each letter, because a mail server may take its time.
    """

    context: ServiceContext
    mail: MailServer
    of: RoundReminders
    mailboxes: Mailboxes

    @property
    def _opened(self) -> RoundOpened:
        return self.of.found.opened

    async def send_all(self) -> bool:
        """Send the reminders of each agency; return whether the mail server may be asked for more."""
        for agency in self.of.agencies:
            raise_if_cancelled()  # the mail client turns a cancellation into an error of its own
            await self._end_of_a_lost_process(agency)
            now = instant(await self.context.moment())
            with_due = await self._with_due(agency, now)
            for reminder in with_due.reminders.queued(now):
                if not await self._send(with_due, reminder):
                    return False
        return True

    async def _end_of_a_lost_process(self, agency: AgencyReminders) -> None:
        """Record that the outcome of those that a lost process handed over is not known."""
        for one in agency.reminders.by_number.values():
            if one.state is ReminderState.RELEASED:
                await self._ends(agency, one.number, MailDelivery(DeliveryKind.UNKNOWN))

    async def _with_due(self, agency: AgencyReminders, now: str) -> AgencyReminders:
        """Queue the reminders of an agency that are due; return it with them."""
        has = self.mailboxes.roles(agency.agency)
        due = [(one, occasion) for one in agency.awaited if (occasion := occasion_now(one.until, now))]
        known = {one.key for one in agency.reminders.by_number.values()}
        wanted = [key for one, occasion in due for key in wanted_for(one, occasion, has) if key not in known]
        if not wanted:
            return agency
        cause = f"{self.context.log.origin}/{await self.context.log.head()}"
        done = await self._execute(agency, QueueReminders(self._opened.round, agency.agency, wanted, now), cause)
        at = {fact.number: position for position, fact in enumerate(done.facts, done.first)}
        reminders = reduce(reminding.evolve, done.facts, agency.reminders)
        return replace(agency, reminders=reminders, queued={**agency.queued, **at})

    async def _send(self, agency: AgencyReminders, reminder: Reminder) -> bool:
        try:
            return await self._delivered(agency, reminder)
        except ReminderNotQueuedError:  # another process was faster
            return True

    async def _delivered(self, queued: AgencyReminders, reminder: Reminder) -> bool:
        agency = (await reminders_in_round(self.context, self._opened.round)).of(queued.agency)
        named = (self._opened.round, agency.agency, reminder.number)
        letter = await self._letter(agency, reminder)
        if isinstance(letter, WhyFailed):
            await self._execute(agency, WithdrawReminder(*named, letter), self._cause(agency, reminder.number))
            return True

        async def before_text() -> None:
            await self._execute(agency, ReleaseReminder(*named), self._cause(agency, reminder.number))

        delivery = await self.mail.deliver(letter, before_text)
        await self._ends(agency, reminder.number, delivery)
        return delivery.kind is not DeliveryKind.AWAY

    async def _letter(self, agency: AgencyReminders, reminder: Reminder) -> Letter | WhyFailed:
        awaited = agency.owes(reminder)
        if awaited is None:
            return WhyFailed.NOT_NEEDED
        addresses = (await mailboxes_in(self.context.log, self._opened.authority)).state.addresses
        to = addresses.get((agency.agency, reminder.key.role), "")
        ask = addresses.get((self._opened.authority, MailboxRole.OFFICE), "")
        texts = await self._texts([one for one in (to, ask) if one])
        if not texts.get(to):
            return WhyFailed.NO_MAILBOX
        of = Correspondence(self._opened, self.mail.sender, self.mail.site, texts.get(ask, ""))
        return letter_of(of, reminder, awaited, agency.name, texts[to], instant(await self.context.moment()))

    async def _texts(self, commitments: list[str]) -> Mapping[str, str]:
        opened = await open_sealed(self.context.log, commitments)
        return {one: each.text for one, each in opened.items() if each.opening is Opening.VERIFIED}

    async def _ends(self, agency: AgencyReminders, number: int, delivery: MailDelivery) -> None:
        at = instant(await self.context.moment())
        command = EndAttempt(self._opened.round, agency.agency, number, delivery, at)
        await self._execute(agency, command, self._cause(agency, number))
        logger.info(
            "reminder_attempted", round=self._opened.round, agency=agency.agency, number=number,
            outcome=delivery.kind.value, code=delivery.code,
        )  # fmt: skip

    def _cause(self, agency: AgencyReminders, number: int) -> str:
        return f"{self.context.log.origin}/{agency.queued[number]}"

    async def _execute(self, agency: AgencyReminders, command: ReminderCommand, cause: str) -> Appended:
        at = instant(await self.context.moment())
        metadata = Metadata(SENDER, at, self._opened.authority, cause, causation=cause)
        stream = reminders_of(self._opened.round, agency.agency)
        return await execute(self.context.log, stream, reminding, command, metadata)
