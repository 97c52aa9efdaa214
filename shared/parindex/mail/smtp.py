"""The client of a mail server: one letter for one mailbox over SMTP.

The caller learns when the text is about to be handed over, and can record that first. Until then a failure has sent
nothing, so the letter may be tried again; after it, a missing answer leaves open whether the server has the letter.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP as AS_SENT
from email.utils import format_datetime
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from pydantic import BaseModel, ConfigDict, Field, model_validator

from parindex.instant import moment
from parindex.mail.addresses import ADDRESS
from parindex.mail.letters import DeliveryKind, Letter, MailDelivery

WITHIN: Final = 30.0
"""Seconds for each half of a delivery: until the server accepts the mailbox, and until it answers to the text."""
SCHEMES: Final = ("smtp", "smtps")
WIDTH: Final = 70
"""Characters of a line of the subject."""
TEMPORARY, PERMANENT, LAST = 400, 500, 599
OF_THE_MAILBOX: Final = frozenset({550, 551, 553})
"""The codes by which a server refuses one mailbox, where the second code does not say otherwise."""
OF_US: Final = ("5.1.7", "5.1.8", "5.7.")
"""The second codes by which a server refuses the sender or the client. Many say that at the mailbox alone: Postfix by
its usual setting `smtpd_delay_reject`."""
_ENHANCED: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


class MailSettings(BaseModel):
    """Where mail is sent. With a name and a password in the address, `smtp` insists on STARTTLS."""

    model_config = ConfigDict(frozen=True)

    url: str = Field(default="", repr=False, description="smtp://host:25, smtps://name:password@host")
    sender: str = Field(default="", description="the address that letters come from")
    site: str = Field(default="", description="the address of the pages, for the links in letters")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not (self.url or self.sender or self.site):
            return self
        parts = urlsplit(self.url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ValueError("url has to be smtp://host:port or smtps://host:port")
        if not ADDRESS.fits(self.sender):
            raise ValueError("sender has to be an e-mail address")
        if not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", self.site):
            raise ValueError("site has to begin with https:// or http://")
        return self


class MailServer:
    """A mail server. Each letter has a connection of its own, because there are few of them."""

    def __init__(self, settings: MailSettings, within: float = WITHIN) -> None:
        parts = urlsplit(settings.url)
        self._host = parts.hostname or ""
        self._secure = parts.scheme == "smtps"
        self._port = parts.port
        self._username = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._within = within
        self.sender = settings.sender
        self.site = settings.site.rstrip("/")

    async def deliver(self, letter: Letter, before_text: Callable[[], Awaitable[object]]) -> MailDelivery:
        """Send a letter. `before_text` is awaited before its text is handed over; its errors end the attempt."""
        content = content_of(letter, self.sender)
        client = self._client()
        try:
            if refused := await self._introduced(client, letter.to):
                return refused
            await before_text()
            return await self._handed_over(client, content)
        finally:
            client.close()

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            use_tls=self._secure,
            start_tls=None if self._secure or not self._username else True,
            local_hostname=self.sender.rpartition("@")[2],
            timeout=self._within,
        )

    async def _introduced(self, client: SMTP, to: str) -> MailDelivery | None:
        """Connect, and name sender and mailbox; return why that failed."""
        named = False
        try:
            async with asyncio.timeout(self._within):
                await client.connect()
                await client.mail(self.sender)
                named = True
                await client.rcpt(to)
        except SMTPResponseException as refusal:
            return MailDelivery(kind_at_mailbox(refusal) if named else DeliveryKind.AWAY, code_of(refusal))
        except (SMTPException, OSError, ValueError):  # ValueError: the answer is no SMTP
            return MailDelivery(DeliveryKind.AWAY)
        return None

    async def _handed_over(self, client: SMTP, content: bytes) -> MailDelivery:
        try:
            async with asyncio.timeout(self._within):
                taken = await client.data(content)
        except SMTPResponseException as refusal:
            if not TEMPORARY <= refusal.code <= LAST:
                return MailDelivery(DeliveryKind.UNKNOWN)
            kind = DeliveryKind.REFUSED if refusal.code >= PERMANENT else DeliveryKind.DEFERRED
            return MailDelivery(kind, code_of(refusal))
        except (SMTPException, OSError, ValueError):
            return MailDelivery(DeliveryKind.UNKNOWN)
        with suppress(SMTPException, OSError):
            async with asyncio.timeout(1):
                await client.quit()
        return MailDelivery(DeliveryKind.DELIVERED, str(taken.code))


def content_of(letter: Letter, sender: str) -> bytes:
    """Return a letter as bytes for a mail server. Raises ValueError where a header would have a line end.

    The subject is encoded on its own, because `EmailMessage` loses blanks of long ones.
    """
    if len(letter.subject.splitlines()) > 1:
        raise ValueError("Header values may not contain linefeed or carriage return characters")
    subject = Header(letter.subject, "utf-8", WIDTH, "Subject").encode(linesep="\r\n")
    message = EmailMessage(policy=AS_SENT)
    message["From"], message["To"] = sender, letter.to
    message["Date"], message["Message-ID"] = format_datetime(moment(letter.at)), letter.message_id
    if letter.reply_to:
        message["Reply-To"] = letter.reply_to
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "vi"
    message.set_content(letter.text, cte="base64")
    return f"Subject: {subject}\r\n".encode("ascii") + message.as_bytes()


def kind_at_mailbox(refusal: SMTPResponseException) -> DeliveryKind:
    """Return what an answer to the mailbox refuses: this letter, or us and so every letter."""
    if not PERMANENT <= refusal.code <= LAST:
        return DeliveryKind.DEFERRED
    second = _second(refusal)
    of_mailbox = refusal.code in OF_THE_MAILBOX or second.startswith(("5.1.", "5.2."))
    return DeliveryKind.REFUSED if of_mailbox and not second.startswith(OF_US) else DeliveryKind.AWAY


def code_of(refusal: SMTPResponseException) -> str:
    """Return the codes of a server's answer, such as "550 5.1.1", without its words."""
    return " ".join(filter(None, [str(refusal.code) if refusal.code > 0 else "", _second(refusal)]))


def _second(refusal: SMTPResponseException) -> str:
    enhanced = _ENHANCED.match(refusal.message)
    return enhanced[0] if enhanced else ""
