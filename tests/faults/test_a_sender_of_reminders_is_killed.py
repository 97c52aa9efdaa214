"""`kill -9` in the middle of the mail queue: no reminder goes out twice, and none is lost without a word."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.assessment.conftest import Assessment, Clock

from assessment.reminding.events import (
    ReminderDelivered,
    ReminderFailed,
    ReminderQueued,
    ReminderUnanswered,
    reminders_of,
)
from assessment.service import SERVICE
from parindex.hosting.databases import DatabaseUrls
from parindex.testing.fault_injection import child_process
from parindex.testing.mail import TAKEN, ReceivedMail, receiving
from parindex.testing.postgres import Databases
from parindex.testing.serving import home_of, served_in

SCRIPT = str(Path(__file__).parent / "reminding_process.py")
UNITS = [f"H16.0{number}" for number in range(1, 7)]
ENDS = (ReminderDelivered, ReminderFailed, ReminderUnanswered)


class Struck:
    """An answer of the mail server that holds the third one back until the sender is dead."""

    def __init__(self) -> None:
        self.times, self.reached, self.dead = 0, asyncio.Event(), asyncio.Event()

    async def __call__(self) -> str:
        self.times += 1
        if self.times == 3:
            self.reached.set()
            await self.dead.wait()
        return TAKEN


@pytest.fixture
async def home(database: Databases) -> DatabaseUrls:
    return await home_of(database, SERVICE)


@pytest.fixture
async def assessment(home: DatabaseUrls) -> AsyncIterator[Assessment]:
    """A round of six units with mailboxes, seven days before the deadline."""
    clock = Clock()
    async with served_in(home, SERVICE, clock) as opened, opened.http() as http:
        assessment = Assessment(opened.resources, http, clock)
        units = [{"code": code, "name": code} for code in UNITS]
        block = {"code": "so", "name": "Sở", "criteria_set": "ca-mau-2013", "units": units}
        until = (clock() + timedelta(days=6)).isoformat()
        await assessment.open_round(blocks=[block], deadlines={"self_scoring": until})
        for code in UNITS:
            body = {"agency": code, "role": "unit", "address": f"{code}@example.vn".lower()}
            assert (await assessment.office("PUT", "/v1/authorities/H16/mailboxes", body)).status_code == 201
        await assessment.catch_up()
        yield assessment


async def ends(assessment: Assessment) -> list[type]:
    """Wait until each reminder has an end, and return the ends."""
    streams = [reminders_of("r-2026", code) for code in UNITS]
    async with asyncio.timeout(60):
        while True:
            read = await assessment.resources.log.read_streams(streams)
            facts = [each.fact for recorded in read.values() for each in recorded]
            found = [type(fact) for fact in facts if isinstance(fact, ENDS)]
            if len(found) == len(UNITS) == sum(isinstance(fact, ReminderQueued) for fact in facts):
                return found


async def killed_once(home: DatabaseUrls, mail: ReceivedMail, struck: Struck, moment: str) -> None:
    async with child_process(SCRIPT, home.database_url, mail.port, moment) as sender, asyncio.timeout(60):
        await struck.reached.wait()
        await sender.kill()
    struck.dead.set()


@pytest.mark.parametrize("at", ["to_mailbox", "to_text"])
async def test_a_sender_that_is_killed_sends_no_reminder_twice_and_loses_none(
    home: DatabaseUrls, assessment: Assessment, at: str
) -> None:
    struck, moment = Struck(), assessment.clock().isoformat()
    async with receiving() as mail:
        setattr(mail, at, struck)
        await killed_once(home, mail, struck, moment)
        async with child_process(SCRIPT, home.database_url, mail.port, moment):
            found = Counter(await ends(assessment))
        received = Counter(letter["To"] for letter in mail.letters)
    lost = (
        UNITS[2:3] if at == "to_text" else []
    )  # the server had the text, and the sender no answer: it is not repeated
    assert received == {f"{code}@example.vn".lower(): 1 for code in UNITS if code not in lost}
    assert found == Counter([ReminderDelivered] * (6 - len(lost)) + [ReminderUnanswered] * len(lost))
