"""The sender over a real log and a real mail server: each reminder is sent once, or says why not."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from tests.assessment.reminding.conftest import ADDRESS, MAILBOXES, Reminding

from assessment.reminding.sending import send_reminders, sole_sender
from parindex.testing.mail import TAKEN, says

DELIVERED = ["ReminderReleased", "ReminderDelivered"]


async def test_a_reminder_is_sent_once_on_each_occasion_in_words_that_help(reminding: Reminding) -> None:
    await reminding.enter_mailbox("H16", "office", "hoi@snv.example.vn")
    await reminding.look()
    assert (reminding.mail.letters, await reminding.steps()) == ([], [])
    reminding.assessment.clock.pass_days(2)  # 19:00 on 3 July
    await reminding.look()
    await reminding.look()
    assert await reminding.steps() == ["week-before", *DELIVERED]
    [letter] = reminding.mail.letters
    assert (letter["To"], letter["Subject"], letter["Reply-To"], letter["Message-ID"]) == (
        ADDRESS,
        "Nhắc hạn tự chấm: Chỉ số CCHC năm 2026",
        "hoi@snv.example.vn",
        "<r-2026.H16.01.1@cchc.example.vn>",
    )
    assert letter.get_content().replace("\r\n", "\n") == (
        "Kính gửi: Sở Nội vụ\n\n"
        "Đợt đánh giá: Chỉ số CCHC năm 2026\n"
        "Đơn vị chưa nộp bản tự chấm.\n"
        "Hạn tự chấm: 17:00 thứ Sáu, ngày 10/07/2026 (giờ Việt Nam). Còn 7 ngày.\n\n"
        "Thực hiện tại: https://cchc.example.vn/pages/rounds/r-2026/units/H16.01\n"
        "Cần hỏi hoặc cần gia hạn, hãy liên hệ cơ quan chủ trì đợt đánh giá: hoi@snv.example.vn.\n\n"
        "Thư do hệ thống tự gửi.\n"
    )
    reminding.assessment.clock.pass_days(9)  # 12 July
    await reminding.look()
    assert (await reminding.steps())[3:] == ["overdue", *DELIVERED]
    assert reminding.mail.letters[-1]["Subject"] == "Quá hạn tự chấm: Chỉ số CCHC năm 2026"
    assert "Đã quá hạn 2 ngày." in reminding.mail.letters[-1].get_content()


async def test_a_unit_that_has_submitted_gets_none_and_its_appraisers_get_theirs(reminding: Reminding) -> None:
    await reminding.enter_mailbox("H16", "appraiser", "tham-dinh@snv.example.vn")
    await reminding.assessment.submit("H16.01")
    reminding.assessment.clock.pass_days(13)  # 14 July, six days before the end of the first appraisal
    await reminding.look()
    assert (await reminding.steps(), await reminding.steps("H16")) == ([], ["week-before", *DELIVERED])
    [letter] = reminding.mail.letters
    assert letter["Subject"] == "Nhắc hạn thẩm định: Chỉ số CCHC năm 2026"
    text = letter.get_content()
    assert "chưa có kết quả thẩm định, của 1 đơn vị" in text
    assert "https://cchc.example.vn/pages/rounds/r-2026/appraisal" in text


async def test_without_a_mailbox_and_when_it_is_no_longer_owed_it_is_not_sent_and_says_why(
    reminding: Reminding,
) -> None:
    reminding.assessment.clock.pass_days(2)
    reminding.mail.to_mailbox = says("450 4.2.0 later")
    await reminding.look()
    assert await reminding.steps("H16.02") == ["week-before", "ReminderFailed"]
    assert [one.fact.why.value for one in (await reminding.facts("H16.02"))[1:]] == ["no-mailbox"]
    await reminding.assessment.submit("H16.01")
    reminding.mail.to_mailbox = says("250 2.0.0 taken")
    reminding.assessment.clock.pass_days(1)
    await reminding.look()
    assert await reminding.steps() == ["week-before", "ReminderDeferred", "ReminderFailed"]
    assert (await reminding.facts())[-1].fact.why.value == "not-needed"
    assert reminding.mail.letters == []


async def test_what_changes_while_the_sender_is_at_work_counts_for_the_letters_to_come(reminding: Reminding) -> None:
    await reminding.enter_mailbox("H16.02", "unit", "cu@stp.example.vn")
    reminding.assessment.clock.pass_days(2)

    async def changed_meanwhile() -> str:
        reminding.mail.to_mailbox = says(TAKEN)
        await reminding.enter_mailbox("H16.02", "unit", "moi@stp.example.vn")
        return TAKEN

    reminding.mail.to_mailbox = changed_meanwhile
    await reminding.look()
    assert reminding.mail.asked == [ADDRESS, "moi@stp.example.vn"]
    assert await reminding.steps("H16.02") == ["week-before", *DELIVERED]


async def test_a_unit_that_submits_while_the_sender_is_at_work_gets_no_letter(reminding: Reminding) -> None:
    await reminding.enter_mailbox("H16.02", "unit", "stp@example.vn")
    reminding.assessment.clock.pass_days(2)

    async def submitted_meanwhile() -> str:
        await reminding.assessment.submit("H16.02")
        return TAKEN

    reminding.mail.to_mailbox = submitted_meanwhile
    await reminding.look()
    assert reminding.mail.asked == [ADDRESS]
    assert (await reminding.facts("H16.02"))[-1].fact.why.value == "not-needed"


async def test_a_server_that_relays_nothing_is_away_and_gives_up_no_letter(reminding: Reminding) -> None:
    await reminding.enter_mailbox("H16.02", "unit", "stp@example.vn")
    reminding.assessment.clock.pass_days(2)
    reminding.mail.to_mailbox = says("554 5.7.1 Relay access denied")
    await reminding.look()
    assert (reminding.mail.asked, await reminding.steps()) == ([ADDRESS], ["week-before", "ReminderDeferred"])
    assert (await reminding.facts())[-1].fact.code == "554 5.7.1"


async def test_an_address_that_the_server_refuses_is_told_to_the_office_by_its_code_alone(
    reminding: Reminding,
) -> None:
    reminding.assessment.clock.pass_days(2)
    reminding.mail.to_mailbox = says(f"550 5.1.1 <{ADDRESS}> unknown")
    with capture_logs() as lines:
        await reminding.look()
    shown = {one["agency"]: one for one in (await reminding.shown())["reminders"]}
    assert (shown["H16.01"]["state"], shown["H16.01"]["why"], shown["H16.01"]["code"]) == (
        "failed", "refused-by-server", "550 5.1.1"
    )  # fmt: skip
    raw = b"".join([row["entry"] for row in await reminding.context.log.pool.fetch("SELECT entry FROM events")])
    assert b"example.vn" not in raw
    assert "example.vn" not in str(lines)
    assert [line["code"] for line in lines if line["event"] == "reminder_attempted"] == ["550 5.1.1"]


async def test_a_server_that_is_away_is_asked_once_and_all_are_sent_when_it_is_back(reminding: Reminding) -> None:
    await reminding.enter_mailbox("H16.02", "unit", "stp@example.vn")
    reminding.assessment.clock.pass_days(2)
    reminding.mail.to_mailbox = asyncio.Event().wait  # type: ignore[assignment]  # no answer
    await reminding.look(within=0.3)
    assert len(reminding.mail.asked) == 1
    assert await reminding.steps() == ["week-before", "ReminderDeferred"]
    reminding.mail.to_mailbox = says("250 2.0.0 taken")
    await reminding.look()
    assert [letter["To"] for letter in reminding.mail.letters] == ["stp@example.vn"]  # the other one waits five minutes
    reminding.assessment.clock.pass_days(1)
    await reminding.look()
    assert sorted(letter["To"] for letter in reminding.mail.letters) == [ADDRESS, "stp@example.vn"]


async def test_a_server_that_stays_away_for_two_days_is_given_up_and_said(reminding: Reminding) -> None:
    reminding.assessment.clock.pass_days(2)
    reminding.mail.to_mailbox = says("451 4.3.0 later")
    await reminding.look()
    reminding.assessment.clock.pass_days(2)
    await reminding.look()
    [last] = (await reminding.facts())[-1:]
    assert (last.fact.why.value, last.fact.code) == ("deferred-too-long", "451 4.3.0")


async def test_a_text_without_an_answer_is_not_sent_again_and_the_office_sees_it(reminding: Reminding) -> None:
    reminding.assessment.clock.pass_days(2)
    taken = reminding.mail.to_text

    async def taken_silently() -> str:
        await asyncio.sleep(30)
        return await taken()

    reminding.mail.to_text = taken_silently
    await reminding.look(within=0.3)
    reminding.mail.to_text = taken
    reminding.assessment.clock.pass_days(1)
    await reminding.look()
    assert await reminding.steps() == ["week-before", "ReminderReleased", "ReminderUnanswered"]
    assert [one["state"] for one in (await reminding.shown())["reminders"] if one["agency"] == "H16.01"] == ["unknown"]


async def test_an_erased_mailbox_gets_nothing(reminding: Reminding) -> None:
    answer = await reminding.assessment.office("POST", f"{MAILBOXES}/erasure", {"agency": "H16.01", "role": "unit"})
    assert answer.status_code == 201
    reminding.assessment.clock.pass_days(2)
    await reminding.look()
    assert (await reminding.facts())[-1].fact.why.value == "no-mailbox"


async def test_one_process_sends_and_another_one_waits(reminding: Reminding) -> None:
    async with sole_sender(reminding.context) as first, sole_sender(reminding.context) as second:
        assert (first is None, second is None) == (False, True)
    async with sole_sender(reminding.context) as third:
        assert third is not None


async def test_the_loop_sends_and_does_nothing_without_a_mail_server(reminding: Reminding) -> None:
    reminding.assessment.clock.pass_days(2)
    await reminding.assessment.catch_up()
    without = asyncio.create_task(send_reminders(replace(reminding.context, mail=None)))
    loop = asyncio.create_task(send_reminders(reminding.context))
    async with asyncio.timeout(30):
        await reminding.mail.arrived.wait()
    assert not without.done()
    for task in (without, loop):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
