"""Reminders and mailboxes over HTTP: the office sees the reminders, sends by hand, and keeps the addresses."""

import asyncio

from tests.assessment.reminding.conftest import ADDRESS, MAILBOXES, REMINDERS, Reminding

from parindex.eventstore.vault import Opening, open_sealed


async def test_the_office_sees_what_comes_next_and_what_was_sent(reminding: Reminding) -> None:
    shown = await reminding.shown()
    assert (shown["by_mail"], shown["reminders"], shown["late"]) == (True, [], [])
    assert [(one["agency"], one["occasion"], one["due_at"]) for one in shown["next"]] == [
        ("H16.01", "week-before", "2026-07-03T00:00:00.000000Z"),
        ("H16.02", "week-before", "2026-07-03T00:00:00.000000Z"),
    ]
    reminding.assessment.clock.pass_days(10)
    await reminding.look()
    shown = await reminding.shown()
    assert shown["late"] == ["H16.01", "H16.02"]
    [sent] = [one for one in shown["reminders"] if one["agency"] == "H16.01"]
    assert (sent["name"], sent["stage"], sent["occasion"], sent["role"], sent["state"], sent["code"]) == (
        "Sở Nội vụ", "self", "overdue", "unit", "delivered", "250"
    )  # fmt: skip


async def test_a_reminder_by_hand_is_sent_once_for_one_request(reminding: Reminding) -> None:
    body = {"agency": "H16.01"}
    for _ in range(2):
        answer = await reminding.assessment.office("POST", REMINDERS, body, Idempotency_Key="k")
        assert (answer.status_code, answer.json()["facts"]) == (201, ["ReminderQueued"])
    again = await reminding.assessment.office("POST", REMINDERS, body)
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-remind")
    await reminding.look()
    assert len(reminding.mail.letters) == 1
    assert (await reminding.assessment.office("POST", REMINDERS, body)).status_code == 201


async def test_who_owes_nothing_is_not_reminded(reminding: Reminding) -> None:
    await reminding.assessment.submit("H16.01")
    for agency in ("H16.01", "H16.99", "H16.01"):
        refused = await reminding.assessment.office("POST", REMINDERS, {"agency": agency}, Idempotency_Key=agency)
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-remind"), agency


async def test_without_a_mail_server_the_office_is_told(reminding: Reminding) -> None:
    office = reminding.assessment.caller("so-noi-vu", "office@H16")
    without = type(reminding.assessment)(
        reminding.assessment.resources, reminding.without_mail, reminding.assessment.clock
    ).caller(office.name, *office.rights)
    assert (await without("GET", REMINDERS)).json()["by_mail"] is False
    refused = await without("POST", REMINDERS, {"agency": "H16.01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no-mail-server")


async def test_what_waits_when_the_round_is_closed_is_not_sent(reminding: Reminding) -> None:
    await reminding.assessment.office("POST", REMINDERS, {"agency": "H16.01"})
    for unit in ("H16.01", "H16.02"):
        await reminding.assessment.appraise(unit)
    assert (await reminding.assessment.office("POST", "/v1/rounds/r-2026/closing")).status_code == 201
    await reminding.look()
    [one] = (await reminding.shown())["reminders"]
    assert (one["state"], one["why"], reminding.mail.letters) == ("failed", "not-needed", [])


async def test_an_address_is_in_the_vault_until_it_is_changed_or_erased(reminding: Reminding) -> None:
    log = reminding.context.log
    [first] = await log.read_stream("mailboxes-H16")
    assert (await open_sealed(log, [first.fact.address]))[first.fact.address].text == ADDRESS
    await reminding.enter_mailbox("H16.01", "unit")  # the same one again is no event
    assert len(await log.read_stream("mailboxes-H16")) == 1
    await reminding.enter_mailbox("H16.01", "unit", "moi@snv.example.vn")
    read = await reminding.assessment.office("GET", MAILBOXES)
    assert (read.json(), read.headers["ETag"]) == (
        [{"agency": "H16.01", "role": "unit", "address": "moi@snv.example.vn"}],
        '"2"',
    )
    assert (await open_sealed(log, [first.fact.address]))[first.fact.address].opening is Opening.ERASED
    erasure = {"agency": "H16.01", "role": "unit"}
    stale = await reminding.assessment.office("POST", f"{MAILBOXES}/erasure", erasure, If_Match='"1"')
    assert stale.status_code == 412
    for _ in range(2):
        done = await reminding.assessment.office("POST", f"{MAILBOXES}/erasure", erasure, Idempotency_Key="k")
        assert (done.status_code, done.json()["facts"]) == (201, ["MailboxErased"])
    assert (await reminding.assessment.office("GET", MAILBOXES)).json() == []
    unknown = await reminding.assessment.office("POST", f"{MAILBOXES}/erasure", erasure)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-mailbox")
    commitments = [one.fact.former for one in (await log.read_stream("mailboxes-H16"))[1:]]
    opened = await open_sealed(log, commitments)
    assert {one.opening for one in opened.values()} == {Opening.ERASED}


async def test_what_is_no_address_or_not_of_the_authority_is_refused_with_its_place(reminding: Reminding) -> None:
    for wrong, at in (
        ({"address": "a@b.vn\r\nBcc: c@d.vn"}, "/address"),
        ({"agency": "H17.01"}, "/agency"),
        ({"role": "ai-do"}, "/role"),
    ):
        body = {"agency": "H16.01", "role": "unit", "address": ADDRESS, **wrong}
        refused = await reminding.assessment.office("PUT", MAILBOXES, body)
        assert (refused.status_code, [one["at"] for one in refused.json()["places"]]) == (422, [at]), refused.text


async def test_a_unit_reads_neither_addresses_nor_reminders(reminding: Reminding) -> None:
    for path in (MAILBOXES, REMINDERS):
        assert (await reminding.assessment.unit("GET", path)).status_code == 403


async def test_two_who_enter_one_mailbox_at_once_leave_an_address_that_opens(reminding: Reminding) -> None:
    for turn in range(5):
        again, other = f"a{turn}@snv.example.vn", f"b{turn}@snv.example.vn"
        await reminding.enter_mailbox("H16.01", "unit", again)
        await asyncio.gather(*(reminding.enter_mailbox("H16.01", "unit", each) for each in (other, again)))
        [kept] = (await reminding.assessment.office("GET", MAILBOXES)).json()
        assert kept["address"] in {again, other}
