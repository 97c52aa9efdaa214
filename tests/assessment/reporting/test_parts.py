"""Agencies report the parts that they claim in place of a unit; the unit returns a part, and submits them all."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.assessment.conftest import Assessment, Caller, all_claims
from tests.assessment.sheets import CLAIMS, NOW, ROUND, SHEET, SOON, UNIT, terms_in

from assessment.opening.events import RoundOpened
from assessment.opening.responsibility import CriterionClaimant
from assessment.opening.terms import Terms, terms_for
from assessment.reporting.commands import ReportPart, ReturnPart, SendToLeader, SubmitSelfScore
from assessment.reporting.refusals import (
    PartNotReportedError,
    PartsNotReportedError,
    PartUnknownError,
    SelfScoreIncompleteError,
)
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import EnterClaims
from assessment.self_scoring.events import PartReported, PartReturned, SelfScoreSent, SelfScoreSubmitted
from assessment.self_scoring.refusals import PartReportedBeforeError, SelfScoreSentError, SelfScoringOverError
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet

BASE = "/v1/rounds/r-2026/units/H16.01"
FIRST, SECOND = "H16.05", "H16.06"
CLAIMANTS = (CriterionClaimant("1.1", FIRST), CriterionClaimant("1.3", SECOND))
REPORTED = (PartReported(ROUND, UNIT, FIRST), PartReported(ROUND, UNIT, SECOND))
RETURNED = PartReturned(ROUND, UNIT, FIRST, "note:1")


def shared(criteria_set: CriteriaSet, *, approval: bool = False) -> Terms:
    block = Block(code="so", name="Sở", criteria_set="ca-mau-2013", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
    opened = RoundOpened("H16", ROUND, 2026, "Đợt", "", (block,), (), SOON, approval=approval, claimants=CLAIMANTS)
    return terms_for(opened, block, criteria_set, UNIT, due=1)


@pytest.fixture
def terms(ca_mau: CriteriaSet) -> Terms:
    return shared(ca_mau)


def report(terms: Terms, *agencies: str, at: str = NOW) -> ReportPart:
    return ReportPart(terms, frozenset(agencies), at)


def give_back(terms: Terms, claimant: str) -> ReturnPart:
    return ReturnPart(terms, claimant, "note:1", NOW)


def test_a_part_is_reported_once_it_lacks_nothing_and_only_once(terms: Terms) -> None:
    of_first = [claim for claim in CLAIMS if claim.criterion.startswith("1.1.")]
    with pytest.raises(SelfScoreIncompleteError) as refused:
        SHEET.given(*of_first[1:]).when(report(terms, FIRST))
    assert [place.at for place in refused.value.places] == ["/claims/1.1.1"]
    reported = SHEET.given(*of_first)  # what other parts lack does not matter
    assert reported.when(report(terms, FIRST)) == REPORTED[:1]
    assert reported.given(REPORTED[0]).when(report(terms, FIRST)) == ()
    assert SHEET.given(*CLAIMS).when(report(terms, SECOND, FIRST, UNIT)) == REPORTED


def test_a_reported_part_does_not_change_until_it_is_returned(terms: Terms) -> None:
    claim = EnterClaims(terms, (DeclaredClaim("1.1.2", applicable=False),), NOW, frozenset({FIRST}))
    other = EnterClaims(terms, (DeclaredClaim("1.3", applicable=False),), NOW, frozenset({SECOND}))
    reported = SHEET.given(*CLAIMS, REPORTED[0])
    with pytest.raises(PartReportedBeforeError) as refused:
        reported.when(claim)
    assert refused.value.claimant == FIRST
    assert reported.when(other)
    assert reported.given(RETURNED).when(claim)
    assert reported.when(give_back(terms, FIRST)) == (RETURNED,)


def test_only_a_reported_part_of_the_unit_is_returned_while_the_unit_has_its_sheet(terms: Terms) -> None:
    with pytest.raises(PartNotReportedError):
        SHEET.given(*CLAIMS).when(give_back(terms, FIRST))
    with pytest.raises(PartNotReportedError):
        SHEET.given(*CLAIMS, REPORTED[0], RETURNED).when(give_back(terms, FIRST))
    with pytest.raises(PartUnknownError):
        SHEET.given(*CLAIMS, *REPORTED).when(give_back(terms, "H16.07"))
    sent = SHEET.given(*CLAIMS, *REPORTED, SelfScoreSent(ROUND, UNIT))
    with pytest.raises(SelfScoreSentError):
        sent.when(give_back(terms, FIRST))
    with pytest.raises(SelfScoreSentError):
        sent.when(report(terms, FIRST))
    with pytest.raises(SelfScoringOverError):
        SHEET.given(*CLAIMS).when(report(terms, FIRST, at="2026-09-01T00:00:00.000000Z"))


def test_the_unit_submits_and_sends_when_all_parts_are_reported(terms: Terms, ca_mau: CriteriaSet) -> None:
    approved = shared(ca_mau, approval=True)
    for events in ((), REPORTED[:1], (*REPORTED, RETURNED)):
        for command in (SubmitSelfScore(terms, NOW), SendToLeader(approved, NOW)):
            with pytest.raises(PartsNotReportedError) as refused:
                SHEET.given(*CLAIMS, *events).when(command)
            assert FIRST in refused.value.agencies or events
    [submitted] = SHEET.given(*CLAIMS, *REPORTED).when(SubmitSelfScore(terms, NOW))
    assert isinstance(submitted, SelfScoreSubmitted)
    assert SHEET.given(*CLAIMS).when(SubmitSelfScore(terms_in(ca_mau), NOW))  # no agency: as before


def claims(prefix: str, *, within: bool = True) -> Sequence[dict[str, Any]]:
    return [each for each in all_claims() if each["criterion"].startswith(prefix) is within]


async def test_each_sees_the_state_of_its_parts_and_the_note_and_the_unit_sees_all(assessment: Assessment) -> None:
    await assessment.open_round(claimants=[{"criterion": "1.1", "claimant": FIRST}])
    field, unit = assessment.caller("so-05", f"unit@{FIRST}"), assessment.unit
    assert (await unit("PUT", f"{BASE}/claims", claims("1.1.", within=False))).status_code == 201

    async def part(caller: Caller) -> list[object]:
        [shown] = (await caller("GET", f"{BASE}/self-score")).json()["parts"]
        return [shown[name] for name in ("claimant", "missing", "reported", "by", "note")]

    assert await part(unit) == await part(field) == [FIRST, 4, False, "", ""]
    incomplete = await field("POST", f"{BASE}/self-score/part-report")
    assert (incomplete.status_code, len(incomplete.json()["places"])) == (409, 4)
    assert (await field("PUT", f"{BASE}/claims", claims("1.1."))).status_code == 201
    early = await unit("POST", f"{BASE}/self-score/submission")
    assert (early.status_code, early.json()["code"]) == (409, "parts-not-reported")
    assert (await field("POST", f"{BASE}/self-score/part-report")).json()["facts"] == ["PartReported"]
    assert await part(unit) == [FIRST, 0, True, "so-05", ""]
    returned = await unit("POST", f"{BASE}/self-score/parts/{FIRST}/return", {"note": "Sửa 1.1.4"})
    assert returned.json()["facts"] == ["PartReturned"]
    assert await part(field) == await part(unit) == [FIRST, 0, False, "don-vi-1", "Sửa 1.1.4"]
    assert (await field("POST", f"{BASE}/self-score/part-report")).status_code == 201
    assert (await unit("POST", f"{BASE}/self-score/submission")).status_code == 201


async def test_the_unit_reports_no_part_and_the_agency_returns_none(assessment: Assessment) -> None:
    await assessment.open_round(claimants=[{"criterion": "1.1", "claimant": FIRST}])
    path = f"{BASE}/self-score/parts/{FIRST}/return"
    for caller in (assessment.unit, assessment.office, assessment.caller("x", f"unit@{SECOND}", f"leader@{FIRST}")):
        assert (await caller("POST", f"{BASE}/self-score/part-report")).status_code == 403
    for right in (f"unit@{FIRST}", f"leader@{FIRST}", "office@H16", "unit@H16.02"):
        assert (await assessment.caller("x", right)("POST", path, {"note": "x"})).status_code == 403
    unknown = await assessment.unit("POST", f"{BASE}/self-score/parts/{SECOND}/return", {"note": "x"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-part")


async def test_who_claims_for_an_agency_is_not_taken_for_a_person_of_the_unit(assessment: Assessment) -> None:
    await assessment.open_round(claimants=[{"criterion": "1.1", "claimant": FIRST}])
    field = assessment.caller("so-05", f"unit@{FIRST}")
    assert (await field("PUT", f"{BASE}/claims", claims("1.1."))).status_code == 201
    assert (await assessment.unit("PUT", f"{BASE}/claims", claims("1.1.", within=False))).status_code == 201
    await assessment.catch_up()
    for to, criterion, at in (
        ("so-05", "1.2.1", ["/0/to"]),
        ("don-vi-1", "1.1.2", ["/0/criterion"]),
        ("don-vi-1", "1.2.1", []),
    ):
        lines = [{"criterion": criterion, "to": to}]
        answer = await assessment.caller("khac", "unit@H16.01")("PUT", f"{BASE}/assignments", lines)
        assert [place["at"] for place in answer.json().get("places", [])] == at
