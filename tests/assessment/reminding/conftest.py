"""A round with deadlines, its mailboxes, and a mail server that receives the letters."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest_asyncio
from fastapi import FastAPI
from tests.assessment.conftest import Assessment

from assessment.reminding.events import ReminderQueued, reminders_of
from assessment.reminding.sending import look_once
from assessment.service import SERVICE
from parindex.auth.fastapi import authenticate_with
from parindex.eventstore.registry import Recorded
from parindex.hosting.http_process import service_app
from parindex.hosting.resources import open_authenticator
from parindex.service import ServiceContext
from parindex.testing.mail import ReceivedMail, receiving
from parindex.testing.serving import ISSUER

REMINDERS = "/v1/rounds/r-2026/reminders"
MAILBOXES = "/v1/authorities/H16/mailboxes"
DEADLINES = {
    "self_scoring": "2026-07-10T17:00:00+07:00",
    "first_appraisal": "2026-07-20T17:00:00+07:00",
    "explanation": "2026-07-25T17:00:00+07:00",
    "appraisal": "2026-07-31T17:00:00+07:00",
}
ADDRESS = "cchc@snv.example.vn"


@dataclass
class Reminding:
    """Assessment with a mail server, as its two processes have it."""

    assessment: Assessment
    mail: ReceivedMail
    context: ServiceContext
    without_mail: httpx.AsyncClient

    async def look(self, within: float = 10.0) -> None:
        """Let the sender look at its queue once, with projections that have seen all."""
        await self.assessment.catch_up()
        await look_once(self.context, self.mail.client(within))

    async def enter_mailbox(self, agency: str, role: str, address: str = ADDRESS) -> None:
        body = {"agency": agency, "role": role, "address": address}
        answer = await self.assessment.office("PUT", MAILBOXES, body)
        assert answer.status_code == 201, answer.text

    async def facts(self, agency: str = "H16.01") -> list[Recorded]:
        return await self.context.log.read_stream(reminders_of("r-2026", agency))

    async def steps(self, agency: str = "H16.01") -> list[str]:
        """Return what happened to an agency's reminders: a queued one by its occasion, else the type of the event."""
        return [
            one.fact.occasion.value if isinstance(one.fact, ReminderQueued) else type(one.fact).__name__
            for one in await self.facts(agency)
        ]

    async def shown(self) -> dict[str, Any]:
        answer = await self.assessment.office("GET", REMINDERS)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest_asyncio.fixture
async def reminding(assessment: Assessment) -> AsyncIterator[Reminding]:
    """A round whose units have until 10 July, on 1 July; H16.01 has a mailbox, and H16.02 has none."""
    async with receiving() as mail:
        context = replace(assessment.resources.context, mail=mail.client())
        app: FastAPI = service_app(SERVICE, context, assessment.resources.settings)
        async with open_authenticator(assessment.resources, ISSUER.keys()) as authenticator:
            authenticate_with(app, authenticator)
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                resources = replace(assessment.resources, context=context)
                found = Reminding(Assessment(resources, http, assessment.clock), mail, context, assessment.http)
                await found.assessment.open_round(deadlines=DEADLINES, two_appraisals=True)
                await found.enter_mailbox("H16.01", "unit")
                yield found
