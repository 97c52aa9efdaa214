"""A letter at a real mail server: it is delivered, or the end says why not and whether the server may have it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from parindex.mail.addresses import ADDRESS
from parindex.mail.letters import DeliveryKind, Letter, MailDelivery
from parindex.mail.smtp import MailServer, MailSettings, content_of
from parindex.testing.mail import SENDER, SITE, TAKEN, Answer, receiving, says

LETTER = Letter(
    "cchc@so.example.vn", "Nhắc hạn tự chấm", ".dòng đầu\nHạn: 17:00\n", "<r.H16.1@cchc.example.vn>",
    "2026-07-01T12:00:00.000000Z", "hoi@so.example.vn",
)  # fmt: skip
SOON = 0.5


class Begun:
    """Counts how often the text was about to be handed over."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


async def never() -> str:
    await asyncio.sleep(30)
    return TAKEN


async def test_a_letter_arrives_with_its_headers_and_its_text() -> None:
    begun = Begun()
    async with receiving() as mail:
        assert await mail.client().deliver(LETTER, begun) == MailDelivery(DeliveryKind.DELIVERED, "250")
    [letter] = mail.letters
    headers = {name: letter[name] for name in ("From", "To", "Subject", "Message-ID", "Reply-To", "Auto-Submitted")}
    assert headers == {
        "From": SENDER,
        "To": LETTER.to,
        "Subject": LETTER.subject,
        "Message-ID": LETTER.message_id,
        "Reply-To": LETTER.reply_to,
        "Auto-Submitted": "auto-generated",
    }
    assert letter["Date"].datetime.isoformat() == "2026-07-01T12:00:00+00:00"
    assert letter.get_content().replace("\r\n", "\n") == LETTER.text
    assert begun.times == 1


@pytest.mark.parametrize(
    ("to_mailbox", "to_text", "end", "begun"),
    [
        (says("550 5.1.1 no cchc@so.example.vn"), says(TAKEN), MailDelivery(DeliveryKind.REFUSED, "550 5.1.1"), 0),
        (says("552 5.2.2 full"), says(TAKEN), MailDelivery(DeliveryKind.REFUSED, "552 5.2.2"), 0),
        (says("550 no such user"), says(TAKEN), MailDelivery(DeliveryKind.REFUSED, "550"), 0),
        (says("554 5.7.1 Relay access denied"), says(TAKEN), MailDelivery(DeliveryKind.AWAY, "554 5.7.1"), 0),
        (says("550 5.7.1 not permitted"), says(TAKEN), MailDelivery(DeliveryKind.AWAY, "550 5.7.1"), 0),
        (says("550 5.1.8 sender's domain"), says(TAKEN), MailDelivery(DeliveryKind.AWAY, "550 5.1.8"), 0),
        (says("530 5.7.0 sign in"), says(TAKEN), MailDelivery(DeliveryKind.AWAY, "530 5.7.0"), 0),
        (says("535 no"), says(TAKEN), MailDelivery(DeliveryKind.AWAY, "535"), 0),
        (says("554 no"), says(TAKEN), MailDelivery(DeliveryKind.AWAY, "554"), 0),
        (says("451 4.7.1 greylisted"), says(TAKEN), MailDelivery(DeliveryKind.DEFERRED, "451 4.7.1"), 0),
        (says(TAKEN), says("554 5.6.0 no"), MailDelivery(DeliveryKind.REFUSED, "554 5.6.0"), 1),
        (says(TAKEN), says("452 full"), MailDelivery(DeliveryKind.DEFERRED, "452"), 1),
        (never, says(TAKEN), MailDelivery(DeliveryKind.AWAY), 0),
        (says(TAKEN), never, MailDelivery(DeliveryKind.UNKNOWN), 1),
    ],
)
async def test_each_refusal_and_each_silence_has_its_end_without_an_address(
    to_mailbox: Answer, to_text: Answer, end: MailDelivery, begun: int
) -> None:
    seen = Begun()
    async with receiving() as mail:
        mail.to_mailbox, mail.to_text = to_mailbox, to_text
        assert await mail.client(SOON).deliver(LETTER, seen) == end
    assert (mail.letters, seen.times) == ([], begun)


async def spoken(answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> MailDelivery:
    """Deliver the letter to a server that speaks as `answer` does."""

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
            await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(heard, "127.0.0.1", 0)
    async with server:
        url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return await MailServer(MailSettings(url=url, sender=SENDER, site=SITE), SOON).deliver(LETTER, Begun())


async def test_a_server_that_is_away_refuses_us_or_speaks_otherwise_is_away() -> None:
    async with receiving() as mail:
        pass
    assert await mail.client().deliver(LETTER, Begun()) == MailDelivery(DeliveryKind.AWAY)

    async def refuses(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.7.1 go away\r\n")

    async def other(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

    async def silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3 * SOON)

    assert await spoken(refuses) == MailDelivery(DeliveryKind.AWAY, "554 5.7.1")
    assert (await spoken(other)).kind is DeliveryKind.AWAY
    assert await spoken(silent) == MailDelivery(DeliveryKind.AWAY)


async def test_a_server_that_leaves_after_the_text_may_have_the_letter() -> None:
    async def leaves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        while line := await reader.readline():
            if line == b".\r\n":
                return
            if line[:4] in {b"EHLO", b"MAIL", b"RCPT"}:
                writer.write(b"250 ok\r\n")
            elif line[:4] == b"DATA":
                writer.write(b"354 go on\r\n")

    assert await spoken(leaves) == MailDelivery(DeliveryKind.UNKNOWN)


async def test_an_error_of_the_caller_ends_the_attempt_before_the_text() -> None:
    async def raises() -> None:
        raise LookupError

    async with receiving() as mail:
        with pytest.raises(LookupError):
            await mail.client().deliver(LETTER, raises)
    assert (mail.asked, mail.letters) == ([LETTER.to], [])


WORDS = st.sampled_from(
    ["UBND", "cấp", "xã", "năm", "2026", "Chỉ", "số", "cải", "cách", "hành", "chính", "thử-nghiệm", "ự"]
)


@given(st.lists(WORDS, min_size=1, max_size=60))
@example(
    ["Nhắc", "hạn", "tự", "chấm:", "Chỉ", "số", "cải", "cách", "hành", "chính", "UBND", "cấp", "xã", "năm", "2026"]
)
def test_a_long_subject_is_read_as_it_was_written(words: list[str]) -> None:
    letter = replace(LETTER, subject=" ".join(words))
    content = content_of(letter, SENDER)
    assert message_from_bytes(content, policy=default)["Subject"] == letter.subject
    assert max(map(len, content.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "text",
    [
        "a@b.vn\r\nBcc: c@d.vn", "a@b.vn\n", "a@b.vn,c@d.vn", "a b@c.vn", '"a"@b.vn', "a@b", "@b.vn", "a@b..vn",
        "a..b@c.vn", "<a@b.vn>", "a@b.vn>", "â@b.vn", "a@-b.vn", "", f"{'a' * 250}@b.vn", "a@b.vn\0",
    ],
)  # fmt: skip
def test_what_is_not_one_plain_address_is_refused(text: str) -> None:
    assert not ADDRESS.fits(text)


def test_an_address_of_an_office_is_taken() -> None:
    assert ADDRESS.fits("so-noi.vu+cchc_1@tinh-16.example.gov.vn")


@pytest.mark.parametrize("header", ["to", "subject", "message_id", "reply_to"])
def test_no_header_takes_a_line_end(header: str) -> None:
    fields = {name: getattr(LETTER, name) for name in Letter.__slots__} | {header: "a@b.vn\r\nBcc: c@d.vn"}
    with pytest.raises(ValueError, match=r"linefeed|newline|CR|Header"):
        content_of(Letter(**fields), SENDER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://mail"}, {"url": "smtp://"}, {"sender": "a@b.vn\nx"}, {"site": "cchc.example.vn"}, {"site": ""},
        {"sender": ""}, {"url": ""},
    ],
)  # fmt: skip
def test_settings_that_are_incomplete_or_wrong_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        MailSettings(**{"url": "smtps://a:b@mail.example", "sender": SENDER, "site": SITE, **wrong})


def test_a_password_is_not_in_the_text_of_the_settings() -> None:
    assert "secret" not in repr(MailSettings(url="smtps://a:secret@mail.example", sender=SENDER, site=SITE))
