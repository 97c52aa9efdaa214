"""A mail server for tests: a real one (aiosmtpd) on this machine, whose answers a test sets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Final

from aiosmtpd.smtp import SMTP

from parindex.mail.smtp import MailServer, MailSettings

SENDER: Final = "nhac-han@cchc.example.vn"
SITE: Final = "https://cchc.example.vn/pages"
TAKEN: Final = "250 2.0.0 taken"

Answer = Callable[[], Awaitable[str]]


async def takes() -> str:
    """Answer that a letter, or a mailbox, is accepted."""
    return TAKEN


def says(answer: str) -> Answer:
    """Return an answer that is always the same."""

    async def answered() -> str:
        return answer

    return answered


class ReceivedMail:
    """What a mail server received, and what it answers to mailboxes and to texts."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.letters: list[EmailMessage] = []
        self.arrived = asyncio.Event()
        self.asked: list[str] = []
        self.to_mailbox: Answer = takes
        self.to_text: Answer = takes

    @property
    def settings(self) -> MailSettings:
        return MailSettings(url=f"smtp://127.0.0.1:{self.port}", sender=SENDER, site=SITE)

    def client(self, within: float = 10.0) -> MailServer:
        return MailServer(self.settings, within)

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.asked.append(address)
        answer = await self.to_mailbox()
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        answer = await self.to_text()
        if answer == TAKEN:
            self.letters.append(message_from_bytes(envelope.content, policy=default))
            self.arrived.set()
        return answer


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[ReceivedMail]:
    """Receive mail in this event loop, at a free port unless one is named."""
    received = ReceivedMail(port)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(received, hostname="mail.example", loop=loop), "127.0.0.1", port)
    received.port = server.sockets[0].getsockname()[1]
    try:
        yield received
    finally:
        server.close()
