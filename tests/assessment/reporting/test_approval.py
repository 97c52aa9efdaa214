"""A round may ask for the leader's approval: the unit sends, the leader approves or returns, the unit submits."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.assessment.conftest import Assessment, Caller
from tests.assessment.sheets import (
    CLAIMS,
    LATER,
    NOW,
    ROUND,
    SHEET,
    SOON,
    SUBMITTED,
    UNIT,
    figures,
    terms_in,
)

from assessment.opening.terms import Terms
from assessment.reporting.commands import (
    ApproveSelfScore,
    RecallFromLeader,
    ReturnSelfScore,
    SendToLeader,
    StateDifficulties,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.reporting.refusals import (
    ApprovalNotRequiredError,
    SelfScoreIncompleteError,
    SelfScoreNotApprovedError,
    SelfScoreNotSentError,
)
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import EnterClaims
from assessment.self_scoring.events import (
    DifficultiesStated,
    SelfScoreApproved,
    SelfScoreRecalled,
    SelfScoreReturned,
    SelfScoreSent,
    SelfScoreWithdrawn,
    SelfScoringExtended,
)
from assessment.self_scoring.refusals import (
    SelfScoreApprovedError,
    SelfScoreSentError,
    SelfScoreSubmittedBeforeError,
    SelfScoringOverError,
)
from assessment.self_scoring.state import SheetState
from parindex.auth.issuer import LIFETIME
from parindex.contracts.criteria import CriteriaSet
from parindex.eventstore.audit_feed import audit_feed
from parindex.testing.serving import ISSUER

BASE = "/v1/rounds/r-2026/units/H16.01"
ClaimsIn = Callable[[], list[dict[str, Any]]]
SENT, APPROVED = SelfScoreSent(ROUND, UNIT), SelfScoreApproved(ROUND, UNIT, 8)
RETURNED, RECALLED = SelfScoreReturned(ROUND, UNIT, "note:1"), SelfScoreRecalled(ROUND, UNIT)


@pytest.fixture
def free(ca_mau: CriteriaSet) -> Terms:
    """The terms of a round without the approval."""
    return terms_in(ca_mau)


@pytest.fixture
def terms(free: Terms) -> Terms:
    """The terms of a round that requires the approval."""
    return replace(free, approval=True)


def commands_of_the_unit(terms: Terms) -> list[Any]:
    claim = DeclaredClaim("1.3", figures({"points": "1"}))
    return [
        EnterClaims(terms, (claim,), NOW),
        StateDifficulties(terms, "difficulties:1", NOW),
        SendToLeader(terms, NOW),
    ]


def test_a_self_score_goes_to_the_leader_and_is_submitted_once_it_is_approved(terms: Terms) -> None:
    sent = SHEET.given(*CLAIMS).after(SendToLeader(terms, NOW))
    assert (sent.history[-1], sent.state.state) == (SENT, SheetState.SENT)
    with pytest.raises(SelfScoreNotApprovedError):
        sent.when(SubmitSelfScore(terms, NOW))
    approved = sent.after(ApproveSelfScore(terms, 8, NOW))
    assert (approved.history[-1], approved.state.state) == (APPROVED, SheetState.APPROVED)
    submitted = approved.after(SubmitSelfScore(terms, NOW))
    assert (submitted.history[-1], submitted.state.state) == (SUBMITTED, SheetState.SUBMITTED)
    assert submitted.when(WithdrawSelfScore(terms, NOW)) == (SelfScoreWithdrawn(ROUND, UNIT),)


def test_a_withdrawn_self_score_needs_the_approval_again(terms: Terms) -> None:
    withdrawn = SHEET.given(*CLAIMS, SENT, APPROVED, SUBMITTED, SelfScoreWithdrawn(ROUND, UNIT))
    assert withdrawn.state.state is SheetState.DRAFT
    with pytest.raises(SelfScoreNotApprovedError):
        withdrawn.when(SubmitSelfScore(terms, NOW))


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ((SENT,), SelfScoreSentError),
        ((SENT, APPROVED), SelfScoreApprovedError),
        ((SENT, APPROVED, SUBMITTED), SelfScoreSubmittedBeforeError),
    ],
)
def test_what_the_unit_has_not_in_its_hands_it_does_not_change(
    terms: Terms, facts: tuple[Any, ...], refusal: type[Exception]
) -> None:
    for command in commands_of_the_unit(terms):
        with pytest.raises(refusal):
            SHEET.given(*CLAIMS, *facts).when(command)


@pytest.mark.parametrize("facts", [(), (SENT, RECALLED), (SENT, RETURNED), (SENT, APPROVED, RETURNED)])
def test_what_the_unit_has_it_changes_and_sends(terms: Terms, facts: tuple[Any, ...]) -> None:
    for command in commands_of_the_unit(terms):
        assert len(SHEET.given(*CLAIMS, *facts).when(command)) == 1
    with pytest.raises(SelfScoreNotApprovedError):
        SHEET.given(*CLAIMS, *facts).when(SubmitSelfScore(terms, NOW))


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ((), SelfScoreNotSentError),
        ((SENT, RETURNED), SelfScoreNotSentError),
        ((SENT, APPROVED), SelfScoreApprovedError),
        ((SENT, APPROVED, SUBMITTED), SelfScoreSubmittedBeforeError),
    ],
)
def test_only_what_waits_for_the_leader_is_recalled_or_approved(
    terms: Terms, facts: tuple[Any, ...], refusal: type[Exception]
) -> None:
    for command in (RecallFromLeader(terms, NOW), ApproveSelfScore(terms, 1, NOW)):
        with pytest.raises(refusal):
            SHEET.given(*CLAIMS, *facts).when(command)


def test_a_leader_returns_what_waits_and_what_is_approved_until_it_is_submitted(terms: Terms) -> None:
    command = ReturnSelfScore(terms, "note:1", NOW)
    for facts in ((SENT,), (SENT, APPROVED)):
        after = SHEET.given(*CLAIMS, *facts).after(command)
        assert (after.history[-1], after.state.state) == (RETURNED, SheetState.RETURNED)
    with pytest.raises(SelfScoreNotSentError):
        SHEET.given(*CLAIMS).when(command)
    with pytest.raises(SelfScoreSubmittedBeforeError):
        SHEET.given(*CLAIMS, SENT, APPROVED, SUBMITTED).when(command)


def test_what_lacks_something_is_not_sent_and_every_place_is_named(terms: Terms) -> None:
    with pytest.raises(SelfScoreIncompleteError) as refused:
        SHEET.given(*CLAIMS[2:]).when(SendToLeader(terms, NOW))
    assert [place.at for place in refused.value.places] == ["/claims/1.1.1", "/claims/1.1.2"]


def test_after_the_deadline_nothing_moves_until_the_office_extends_it(terms: Terms) -> None:
    steps: dict[tuple[Any, ...], list[Any]] = {
        (): [SendToLeader(terms, LATER)],
        (SENT,): [
            RecallFromLeader(terms, LATER),
            ApproveSelfScore(terms, 8, LATER),
            ReturnSelfScore(terms, "note:1", LATER),
        ],
        (SENT, APPROVED): [SubmitSelfScore(terms, LATER)],
    }
    extended = SelfScoringExtended(ROUND, UNIT, LATER, "reason:1")
    for facts, commands in steps.items():
        for command in commands:
            with pytest.raises(SelfScoringOverError):
                SHEET.given(*CLAIMS, *facts).when(command)
            assert len(SHEET.given(*CLAIMS, *facts, extended).when(command)) == 1


def test_a_round_without_the_approval_has_no_sending(free: Terms) -> None:
    with pytest.raises(ApprovalNotRequiredError):
        SHEET.given(*CLAIMS).when(SendToLeader(free, NOW))
    assert SHEET.given(*CLAIMS).when(SubmitSelfScore(free, NOW)) == (SUBMITTED,)


def test_difficulties_replace_those_before_and_the_same_again_are_no_new_fact(terms: Terms) -> None:
    stated = SHEET.after(StateDifficulties(terms, "difficulties:1", NOW))
    assert stated.history == (DifficultiesStated(ROUND, UNIT, "difficulties:1"),)
    assert stated.when(StateDifficulties(terms, "difficulties:1", NOW)) == ()
    assert stated.when(StateDifficulties(terms, "", NOW)) == (DifficultiesStated(ROUND, UNIT, ""),)
    with pytest.raises(SelfScoringOverError):
        stated.when(StateDifficulties(terms, "", SOON.replace("00:00:00", "00:00:01")))


def leader_of(assessment: Assessment) -> Caller:
    return assessment.caller("lanh-dao-1", "leader@H16.01")


async def sent(assessment: Assessment, claims: list[dict[str, Any]]) -> str:
    """Open a round that requires the approval, send the claims to the leader, and return the sheet's ETag."""
    await assessment.open_round(approval=True, deadlines={"self_scoring": "2026-08-01T00:00:00Z"})
    assert (await assessment.unit("PUT", f"{BASE}/claims", claims)).status_code == 201
    answer = await assessment.unit("POST", f"{BASE}/self-score/sending")
    assert (answer.status_code, answer.json()["facts"]) == (201, ["SelfScoreSent"])
    return answer.headers["etag"]


async def sheet_for(caller: Caller) -> dict[str, Any]:
    sheet: dict[str, Any] = (await caller("GET", f"{BASE}/self-score")).json()
    return sheet


async def test_the_leader_approves_what_it_saw_and_the_unit_submits(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    etag, leader = await sent(assessment, claims_in()), leader_of(assessment)
    seen = await leader("GET", f"{BASE}/self-score")
    assert (seen.headers["etag"], seen.json()["state"], seen.json()["by"]) == (etag, "sent", "don-vi-1")
    assessment.clock.moment += timedelta(minutes=5)
    approval = await leader("POST", f"{BASE}/self-score/approval", If_Match=seen.headers["etag"])
    assert (approval.status_code, approval.json()["facts"]) == (201, ["SelfScoreApproved"])
    sheet = await sheet_for(assessment.unit)
    assert [sheet[name] for name in ("approval", "state", "since", "by")] == [
        True,
        "approved",
        "2026-07-01T12:05:00.000000Z",
        "lanh-dao-1",
    ]
    assert (await assessment.unit("POST", f"{BASE}/self-score/submission")).status_code == 201
    assert (await sheet_for(leader))["state"] == "submitted"


async def test_an_approval_of_a_sheet_that_changed_meanwhile_is_refused(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    etag, leader = await sent(assessment, claims_in()), leader_of(assessment)
    unnamed = await leader("POST", f"{BASE}/self-score/approval")
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "seen-version-missing")
    assert (await assessment.unit("POST", f"{BASE}/self-score/recall")).status_code == 201
    body = {"figures": {"points": "3"}}
    assert (await assessment.unit("PUT", f"{BASE}/claims/1.3", body)).status_code == 201
    assert (await assessment.unit("POST", f"{BASE}/self-score/sending")).status_code == 201
    stale = await leader("POST", f"{BASE}/self-score/approval", If_Match=etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stream-moved")
    assert (await sheet_for(leader))["state"] == "sent"


async def test_an_approval_and_a_recall_at_one_moment_never_both_win(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    etag, leader = await sent(assessment, claims_in()), leader_of(assessment)
    answers = await asyncio.gather(
        leader("POST", f"{BASE}/self-score/approval", If_Match=etag),
        assessment.unit("POST", f"{BASE}/self-score/recall"),
    )
    assert [answer.status_code for answer in answers] in ([201, 409], [412, 201])


async def test_a_returned_sheet_shows_the_note_until_it_is_sent_again(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    await sent(assessment, claims_in())
    leader, note = leader_of(assessment), "Tiêu chí 1.3: ghi nhầm số của ông Nguyễn Văn A."
    assert (await leader("POST", f"{BASE}/self-score/return", {"note": " "})).status_code == 422
    assert (await leader("POST", f"{BASE}/self-score/return", {"note": note})).status_code == 201
    sheet = await sheet_for(assessment.unit)
    assert [sheet[name] for name in ("state", "by", "note")] == ["returned", "lanh-dao-1", note]
    assert (await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "1"}})).status_code == 201
    assert (await sheet_for(assessment.unit))["note"] == note
    assert (await assessment.unit("POST", f"{BASE}/self-score/sending")).status_code == 201
    sheet = await sheet_for(assessment.unit)
    assert [sheet[name] for name in ("state", "by", "note")] == ["sent", "don-vi-1", ""]
    log = b"".join([page async for page in audit_feed(assessment.resources.log, 0, 1_000)]).decode()
    assert "SelfScoreReturned" in log
    assert "Nguyễn Văn A" not in log


async def test_a_claim_is_refused_with_who_has_the_sheet_and_what_helps(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    await sent(assessment, claims_in())
    answer = await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "1"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "self-score-sent")
    assert "lãnh đạo" in answer.json()["detail"]
    assert "thu hồi" in answer.json()["detail"]


async def test_only_the_leader_of_the_unit_approves_and_returns(assessment: Assessment, claims_in: ClaimsIn) -> None:
    etag = await sent(assessment, claims_in())
    others = [f"{role}@{node}" for role in ("unit", "office", "council") for node in ("H16", "H16.01")]
    for right in (*others, "leader@H16", "leader@H16.02", "leader@H16.01.01"):
        caller = assessment.caller("x", right)
        assert (await caller("POST", f"{BASE}/self-score/approval", If_Match=etag)).status_code == 403, right
        assert (await caller("POST", f"{BASE}/self-score/return", {"note": "x"})).status_code == 403, right
    for path in ("claims", "self-score/sending", "self-score/recall", "self-score/submission", "self-score/withdrawal"):
        method = "PUT" if path == "claims" else "POST"
        assert (await leader_of(assessment)(method, f"{BASE}/{path}", [])).status_code == 403, path


async def test_a_leader_whose_right_ended_since_it_opened_the_sheet_approves_nothing(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    etag, leader = await sent(assessment, claims_in()), leader_of(assessment)
    assert (await leader("GET", f"{BASE}/self-score")).status_code == 200
    token = {"Authorization": f"Bearer {ISSUER.mint('lanh-dao-1', ['leader@H16.01'], LIFETIME, assessment.clock())}"}
    assessment.clock.moment += timedelta(minutes=16)
    expired = await assessment.http.post(f"{BASE}/self-score/approval", headers=token | {"If-Match": etag})
    assert expired.status_code == 401
    renewed = assessment.caller("lanh-dao-1", "unit@H16.02")
    refused = await renewed("POST", f"{BASE}/self-score/approval", If_Match=etag)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await sheet_for(assessment.unit))["state"] == "sent"


async def test_one_person_of_a_small_office_may_send_and_approve_and_the_log_shows_it(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    await assessment.open_round(approval=True)
    both = assessment.caller("mot-nguoi", "unit@H16.01", "leader@H16.01")
    await both("PUT", f"{BASE}/claims", claims_in())
    etag = (await both("POST", f"{BASE}/self-score/sending")).headers["etag"]
    assert (await both("POST", f"{BASE}/self-score/approval", If_Match=etag)).status_code == 201
    recorded = await assessment.resources.log.read_stream("sheet-r-2026/H16.01")
    assert [each.entry.actor for each in recorded[-2:]] == ["mot-nguoi"] * 2
    assert recorded[-1].fact == SelfScoreApproved("r-2026", "H16.01", recorded[-2].entry.version)


async def test_the_sheet_lists_what_is_missing_as_a_sending_would(assessment: Assessment, claims_in: ClaimsIn) -> None:
    await assessment.open_round(approval=True)
    unproven = claims_in()[0] | {"evidence": []}
    await assessment.unit("PUT", f"{BASE}/claims", [unproven, *claims_in()[1:6]])
    sheet = await sheet_for(assessment.unit)
    assert [sheet[name] for name in ("state", "since", "by", "note", "difficulties")] == ["draft", "", "", "", ""]
    assert [(part["criterion"], part["field"]) for part in sheet["missing"]] == [
        ("1.1.1", "evidence"),
        ("1.3", "claim"),
    ]
    refused = (await assessment.unit("POST", f"{BASE}/self-score/sending")).json()
    assert refused["code"] == "self-score-incomplete"
    assert [(place["vi"], place["en"]) for place in refused["places"]] == [
        (part["vi"], part["en"]) for part in sheet["missing"]
    ]
    await assessment.unit("PUT", f"{BASE}/claims", claims_in())
    assert (await sheet_for(assessment.unit))["missing"] == []


async def test_difficulties_are_sealed_shown_erased_and_not_required(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    await assessment.open_round()
    path, text = f"{BASE}/self-score/difficulties", "Thiếu biên chế.\nKiến nghị: bà Trần Thị B phụ trách."
    first = await assessment.unit("PUT", path, {"text": text})
    assert (first.status_code, first.json()["facts"]) == (201, ["DifficultiesStated"])
    assert (await assessment.unit("PUT", path, {"text": text})).json()["facts"] == []
    assert (await sheet_for(leader_of(assessment)))["difficulties"] == text
    log = b"".join([page async for page in audit_feed(assessment.resources.log, 0, 1_000)]).decode()
    assert "Trần Thị B" not in log
    auditor = assessment.caller("kiem-toan", "auditor@H16")
    [sealed] = (await auditor("GET", f"{BASE}/texts")).json()
    assert (sealed["domain"], sealed["text"]) == ("difficulties", text)
    erasure = f"{BASE}/texts/{sealed['commitment']}/erasure"
    assert (await assessment.office("POST", erasure, {"reason": "Dữ liệu cá nhân."})).status_code == 201
    assert "Trần Thị B" not in (await sheet_for(assessment.unit))["difficulties"]
    assert (await assessment.unit("PUT", path, {"text": ""})).json()["facts"] == ["DifficultiesStated"]
    await assessment.submit("H16.01")
    locked = await assessment.unit("PUT", path, {"text": "x"})
    assert (locked.status_code, locked.json()["code"]) == (409, "self-score-submitted-before")
    assert (await assessment.other_unit("PUT", path, {"text": "x"})).status_code == 403


async def test_a_round_says_whether_it_requires_the_approval(assessment: Assessment) -> None:
    await assessment.open_round(approval=True)
    assert (await leader_of(assessment)("GET", "/v1/rounds/r-2026")).json()["approval"] is True
