"""The office's pages of reminders and mailboxes over HTTP."""

import pytest
from tests.assessment.people import Person, hidden_in, texts_in
from tests.assessment.reminding.conftest import ADDRESS, Reminding

from parindex.testing.mail import says

REMINDERS, MAILBOXES = "/rounds/r-2026/reminders", "/authorities/H16/mailboxes"


@pytest.fixture
def office(reminding: Reminding) -> Person:
    return Person(reminding.assessment, "so-noi-vu", ("office@H16",))


async def test_the_office_sees_what_comes_what_went_and_what_did_not(reminding: Reminding, office: Person) -> None:
    assert 'href="r-2026/reminders"' in (await office.opens("/rounds/r-2026")).text
    begun = texts_in(await office.opens(REMINDERS))
    assert "Không có thư nào như vậy." in begun
    assert "Chưa gửi thư nhắc nào." in begun
    assert "Sở Nội vụ Tự chấm, hạn 17:00 ngày 10/07/2026: trước hạn một tuần 07:00 ngày 03/07/2026" in begun
    reminding.assessment.clock.pass_days(2)
    await reminding.look()
    shown = texts_in(await office.opens(REMINDERS))
    assert "trước hạn một tuần → Đầu mối của đơn vị Chưa có hộp thư" in shown
    assert "trước hạn một tuần → Đầu mối của đơn vị Máy chủ thư đã nhận (mã 250)" in shown
    reminding.mail.to_mailbox = says("550 5.1.1 no")
    reminding.assessment.clock.pass_days(8)
    await reminding.look()
    assert "Máy chủ thư từ chối (mã 550 5.1.1)" in texts_in(await office.opens(REMINDERS))


async def test_the_office_reminds_one_or_all_that_are_late_once(reminding: Reminding, office: Person) -> None:
    page = await office.opens(REMINDERS)
    assert "cơ quan quá hạn" not in page.text
    one = {**hidden_in(page), "do": "one", "agency": "H16.01"}
    for _ in range(2):
        done = await office.sends(REMINDERS, one)
        assert (done.status_code, done.headers["location"]) == (303, "reminders?done=yes")
    assert await reminding.steps() == ["by-hand"]
    again = await office.sends(REMINDERS, {**hidden_in(await office.opens(REMINDERS)), "do": "one", "agency": "H16.01"})
    assert (again.status_code, "thư nhắc đang chờ gửi" in again.text) == (409, True)
    reminding.assessment.clock.pass_days(10)
    late = await office.opens(REMINDERS)
    assert "Gửi thư nhắc cho 2 cơ quan quá hạn" in late.text
    digest = late.text.partition('name="digest" value="')[2][:64]
    sent = {**hidden_in(late), "do": "late", "digest": digest}
    stale = await office.sends(REMINDERS, {**sent, "digest": "0" * 64})
    assert (stale.status_code, "đã khác với lúc bạn xem" in stale.text) == (409, True)
    assert (await office.sends(REMINDERS, sent)).status_code == 303
    assert (await reminding.steps(), await reminding.steps("H16.02")) == (["by-hand"], ["by-hand"])


async def test_the_office_sets_changes_and_erases_a_mailbox(reminding: Reminding, office: Person) -> None:
    page = await office.opens(MAILBOXES)
    assert f"H16.01 Đầu mối của đơn vị {ADDRESS}" in texts_in(page)
    wrong = {**hidden_in(page), "do": "save", "agency": "H16.02", "role": "unit", "address": "a@b.vn, c@d.vn"}
    refused = await office.sends(MAILBOXES, wrong)
    assert (refused.status_code, "Phải là một địa chỉ thư" in refused.text) == (422, True)
    assert "a@b.vn, c@d.vn" in refused.text
    saved = await office.sends(MAILBOXES, {**wrong, "address": "stp@example.vn"})
    assert (saved.status_code, saved.headers["location"]) == (303, "mailboxes?done=yes")
    erased = {**hidden_in(page), "do": "erase", "agency": "H16.01", "role": "unit", "address": ""}
    stale = await office.sends(MAILBOXES, erased)
    assert (stale.status_code, "Đã có người lưu thay đổi khác" in stale.text) == (412, True)
    now = await office.opens(f"{MAILBOXES}?done=yes")
    assert (await office.sends(MAILBOXES, {**erased, **hidden_in(now)})).status_code == 303
    shown = texts_in(await office.opens(MAILBOXES))
    assert (ADDRESS in shown, "stp@example.vn" in shown) == (False, True)


async def test_without_a_mail_server_the_page_says_so_and_offers_nothing(reminding: Reminding, office: Person) -> None:
    without = await reminding.without_mail.get(REMINDERS, headers=office.headers())
    assert "Hệ thống chưa được cài máy chủ thư" in without.text
    assert "<form" not in without.text.partition("<h1>")[2]


async def test_a_unit_opens_neither_page(reminding: Reminding) -> None:
    unit = Person(reminding.assessment, "don-vi-1", ("unit@H16.01",))
    for path in (REMINDERS, MAILBOXES):
        assert (await unit.opens(path)).status_code == 403
