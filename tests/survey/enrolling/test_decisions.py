from dataclasses import replace

import pytest

from parindex.contracts.survey import MOST_GROUPS
from parindex.contracts.taken import IdOfAnotherError
from parindex.testing.rules import Rules
from survey.enrolling.commands import EnrolKiosk, IssueEnrolmentCode, KioskCommand, RegisterKiosk, RevokeKiosk
from survey.enrolling.decisions import enrolling, require_few_groups
from survey.enrolling.events import EnrolmentCodeIssued, KioskEnrolled, KioskFact, KioskRegistered, KioskRevoked
from survey.enrolling.refusals import KioskRetiredError, KioskTakenError, KioskUnknownError, TooManyGroupsError
from survey.enrolling.state import Kiosk

LATER = "2026-07-02T12:00:00.000000Z"
REGISTER = RegisterKiosk("k1", "H09.05", "hai-long", "nguoi-dan", ("1", "5"), "c0de")
REGISTERED = KioskRegistered("k1", "H09.05", "hai-long", "nguoi-dan", ("1", "5"), "c0de")
EMPTY: Rules[KioskCommand, Kiosk, KioskFact] = Rules(enrolling)
KNOWN = EMPTY.given(REGISTERED)


def test_a_kiosk_is_registered_with_its_question_and_the_digest_of_its_code() -> None:
    assert EMPTY.when(REGISTER) == (REGISTERED,)
    assert KNOWN.state == Kiosk(unit="H09.05", question="hai-long", group="nguoi-dan", options=("1", "5"))


def test_a_kiosk_is_registered_once() -> None:
    with pytest.raises(KioskTakenError, match="kiosk is called k1 already"):
        KNOWN.when(REGISTER)


@pytest.mark.parametrize("command", [EnrolKiosk("k1"), IssueEnrolmentCode("k1", LATER), RevokeKiosk("k1")])
def test_a_command_to_a_kiosk_that_is_not_registered_is_refused(command: KioskCommand) -> None:
    with pytest.raises(KioskUnknownError, match="No kiosk is called k1"):
        EMPTY.when(command)


def test_another_device_may_take_over_until_the_kiosk_is_revoked() -> None:
    assert KNOWN.when(IssueEnrolmentCode("k1", LATER, "ab")) == (EnrolmentCodeIssued("k1", LATER, "ab"),)
    assert KNOWN.when(EnrolKiosk("k1", "ab")) == (KioskEnrolled("k1", "ab"),)
    revoked = KNOWN.given(KioskRevoked("k1"))
    for command in (EnrolKiosk("k1", "ab"), IssueEnrolmentCode("k1", LATER, "ab")):
        with pytest.raises(KioskRetiredError, match="kiosk k1 was revoked"):
            revoked.when(command)


def test_a_kiosk_is_revoked_once() -> None:
    assert KNOWN.when(RevokeKiosk("k1")) == (KioskRevoked("k1"),)
    assert KNOWN.after(RevokeKiosk("k1")).when(RevokeKiosk("k1")) == ()


def test_each_device_that_takes_over_is_counted_and_the_kiosk_stays_what_it_was() -> None:
    taken_over = KNOWN.given(
        KioskEnrolled("k1"), EnrolmentCodeIssued("k1", LATER), KioskEnrolled("k1"), KioskRevoked("k1")
    )
    expected = Kiosk(
        unit="H09.05", question="hai-long", group="nguoi-dan", options=("1", "5"), enrolments=2, revoked=True
    )
    assert taken_over.state == expected


@pytest.mark.parametrize("kiosk", ["h08-k1", "h10-k1"])
def test_an_id_with_the_code_of_another_authority_is_refused(kiosk: str) -> None:
    with pytest.raises(IdOfAnotherError) as refused:
        EMPTY.when(replace(REGISTER, kiosk=kiosk))
    found = refused.value
    assert (found.id_, found.authority, found.at, found.holder) == (kiosk, "H09", "/kiosk", "")
    assert EMPTY.when(replace(REGISTER, kiosk="h09-k1")) != ()


def test_an_id_that_another_authority_took_first_is_refused_and_its_holder_is_named() -> None:
    with pytest.raises(IdOfAnotherError) as refused:
        KNOWN.when(replace(REGISTER, unit="H62.05"))
    found = refused.value
    assert (found.id_, found.authority, found.at, found.holder) == ("k1", "H62", "/kiosk", "H09")


def test_the_kiosks_of_a_unit_ask_a_question_of_as_many_groups_as_a_score_can_pool() -> None:
    asking = [Kiosk(unit="H09.05", question="hai-long", group=f"g{each}") for each in range(1, MOST_GROUPS)]
    require_few_groups(REGISTER, asking)
    full = [*asking, Kiosk(unit="H09.05", question="hai-long", group="g0")]
    require_few_groups(replace(REGISTER, group="g0"), full)
    with pytest.raises(TooManyGroupsError) as refused:
        require_few_groups(REGISTER, full)
    assert refused.value.most == MOST_GROUPS
    require_few_groups(replace(REGISTER, unit="H09.06"), full)
    require_few_groups(replace(REGISTER, question="cho-doi"), full)
