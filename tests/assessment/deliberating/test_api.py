"""A council over HTTP: it is composed, meets, and decides what an explanation left open, with votes."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.assessment.conftest import Assessment
from tests.assessment.deliberating.council_round import (
    COMPOSITION,
    COUNCIL,
    DECISION,
    DECISIONS,
    HELD,
    MEMBERS,
    SESSION,
    UNIT,
    dispute,
    meet,
)

from assessment.appraising.api import decide_in_session
from assessment.deliberating.api import votes_in
from assessment.deliberating.bodies import CouncilDecisionIn
from assessment.deliberating.refusals import QuorumMissingError
from assessment.opening.queries import terms_of
from assessment.opening.stages import CouncilVotes
from parindex.auth import Role
from parindex.auth.access import AccessRule, Audience, admit
from parindex.auth.principal import Principal, Right
from parindex.eventstore.appending import StreamMovedError
from parindex.http.write_endpoints import WriteRequest
from parindex.refusal import Kind
from parindex.testing.serving import NOON


async def test_a_council_decides_what_the_explanation_left_open_and_then_the_unit_is_completed(
    assessment: Assessment,
) -> None:
    await dispute(assessment)
    blocked = await assessment.complete("H16.01")
    assert (blocked.status_code, blocked.json()["code"]) == (409, "council-items-open")
    assert [place["at"] for place in blocked.json()["places"]] == ["/findings/1.1.4"]
    await meet(assessment)
    council = assessment.caller("hoi-dong", "council@H16")
    [item] = (await council("GET", f"{COUNCIL}/items")).json()
    assert (item["unit"], item["criterion"], item["open"], item["votes"]) == ("H16.01", "1.1.4", True, None)
    decided = await council("POST", DECISIONS, [DECISION])
    assert (decided.status_code, decided.json()["facts"]) == (201, ["ClaimCorrected"])
    [item] = (await council("GET", f"{COUNCIL}/items")).json()
    assert (item["open"], item["votes"]["in_favour"], item["votes"]["taking_part"]) == (False, 2, 2)
    sheet = (await assessment.unit("GET", f"{UNIT}/self-score")).json()
    row = next(each for each in sheet["rows"] if each["criterion"] == "1.1.4")
    assert (row["values"][-1]["stage"], row["values"][-1]["points"]) == ("council", "1.5")
    assert (await assessment.complete("H16.01")).status_code == 201
    [item] = (await council("GET", f"{COUNCIL}/items")).json()
    assert (item["open"], item["votes"]["session"]) == (False, 1)


async def test_names_and_places_are_in_the_vault_and_the_office_erases_them(assessment: Assessment) -> None:
    await dispute(assessment)
    await meet(assessment)
    seen = (await assessment.office("GET", COUNCIL)).json()
    assert [one["name"] for one in seen["members"]] == ["Nguyễn Thị Minh", "Trần Văn An", "Lê Thị Bình"]
    assert (seen["sessions"][0]["place"], seen["sessions"][0]["quorate"]) == ("Phòng họp số 2", True)
    stream = await assessment.resources.log.read_stream("council-r-2026")
    assert not any("Minh" in str(each.raw) or "Phòng" in str(each.raw) for each in stream)
    auditor = assessment.caller("kiem-toan", "auditor@H16")
    texts = (await auditor("GET", "/v1/rounds/r-2026/texts")).json()
    [name] = [one["commitment"] for one in texts if one["text"] == "Nguyễn Thị Minh"]
    erasure = {"reason": "Theo đề nghị của chủ thể."}
    assert (await assessment.office("POST", f"/v1/rounds/r-2026/texts/{name}/erasure", erasure)).status_code == 201
    after = (await assessment.office("GET", COUNCIL)).json()
    assert "Minh" not in str(after)
    assert after["members"][0]["name"].startswith("[Nội dung đã được xóa")


async def test_an_unchanged_council_is_recorded_once_and_a_change_keeps_the_commitments_of_the_rest(
    assessment: Assessment,
) -> None:
    await dispute(assessment)
    await meet(assessment)
    again = await assessment.office("PUT", COUNCIL, COMPOSITION)
    assert (again.status_code, again.json()["facts"]) == (201, [])
    smaller = await assessment.office("PUT", COUNCIL, COMPOSITION | {"members": MEMBERS[:2]})
    assert smaller.json()["facts"] == ["CouncilComposed"]
    first, *_, last = await assessment.resources.log.read_stream("council-r-2026")
    assert last.fact.members == first.fact.members[:2]


async def test_two_sessions_that_decide_at_one_moment_decide_once(assessment: Assessment) -> None:
    await dispute(assessment)
    await meet(assessment)
    await meet(assessment, 2)
    council = assessment.caller("hoi-dong", "council@H16")
    other = DECISIONS.replace("sessions/1", "sessions/2")
    answers = await assessment.at_one_moment(
        council("POST", DECISIONS, [DECISION]), council("POST", other, [DECISION | {"points": "2"}])
    )
    assert sorted(each.status_code for each in answers) == [201, 409]
    [refused] = [each.json() for each in answers if each.status_code == 409]
    assert (refused["code"], len(refused["places"])) == ("council-items-not-open", 1)
    first = 2 if answers[0].status_code == 409 else 1
    anew = DECISION | {"points": "2", "replaces": first}
    assert (await council("POST", other, [anew])).status_code == 201


async def test_a_session_that_loses_its_quorum_at_the_moment_of_the_decision_decides_nothing(
    assessment: Assessment,
) -> None:
    await dispute(assessment)
    await meet(assessment)
    left = HELD | {"attending": ["m1"]}
    with pytest.raises(QuorumMissingError) as refused:
        await decide_while(assessment, left)
    assert refused.value.kind is Kind.CONFLICT
    stream = await assessment.resources.log.read_stream("sheet-r-2026/H16.01")
    assert not any(getattr(each.fact, "votes", ()) for each in stream)


async def test_a_form_is_stale_when_the_council_moves_at_the_moment_of_the_decision(assessment: Assessment) -> None:
    await dispute(assessment)
    await meet(assessment)
    [*_, last] = await assessment.resources.log.read_stream("sheet-r-2026/H16.01")
    with pytest.raises(StreamMovedError) as refused:
        await decide_while(assessment, HELD | {"written": ["m3"]}, last.entry.version)
    assert (refused.value.stream, refused.value.expected, refused.value.present) == ("council-r-2026", 2, 3)


async def decide_while(assessment: Assessment, held: dict[str, Any], if_match: int | None = None) -> None:
    """Let a session decide, and record it anew between the reading of the council and the append."""
    context, body = assessment.resources.context, [CouncilDecisionIn.model_validate(DECISION)]
    terms = await terms_of(context.log, "r-2026", "H16.01")
    principal = Principal("hoi-dong", (Right.parse("council@H16"),))
    asker = admit(AccessRule(Audience.ROLES, frozenset({Role.COUNCIL})), principal)
    votes, recorded = votes_in(context, terms, 1, body), list[int]()

    async def voted() -> tuple[Mapping[str, CouncilVotes], int]:
        found = await votes()
        if not recorded:
            recorded.append((await assessment.office("PUT", SESSION, held)).status_code)
        return found

    try:
        await decide_in_session(context, terms, body, voted, WriteRequest(None, "c", if_match, b""), asker)
    finally:
        assert recorded == [201]


async def test_a_retry_decides_once_and_a_stale_form_is_refused(assessment: Assessment) -> None:
    await dispute(assessment)
    seen = (await assessment.office("GET", f"{UNIT}/self-score")).headers["etag"]
    await meet(assessment)
    council = assessment.caller("hoi-dong", "council@H16")
    first = await council("POST", DECISIONS, [DECISION], Idempotency_Key="k", If_Match=seen)
    again = await council("POST", DECISIONS, [DECISION], Idempotency_Key="k", If_Match=seen)
    assert (again.json()["repeated"], again.json()["position"]) == (True, first.json()["position"])
    stale = await council("POST", DECISIONS, [DECISION | {"replaces": 1}], If_Match=seen)
    assert stale.status_code == 412


async def test_mistakes_are_named_with_their_places_and_nothing_is_written(assessment: Assessment) -> None:
    await dispute(assessment)
    await meet(assessment)
    council = assessment.caller("hoi-dong", "council@H16")
    head = await assessment.resources.log.head()
    for body, code, at in (
        ([DECISION | {"votes": {"in_favour": 1, "against": 1}}], "council-votes-invalid", "/0/votes"),
        ([DECISION | {"criterion": "1.3"}], "council-items-not-open", "/0/criterion"),
        ([DECISION | {"points": "7"}], "findings-invalid", "/0/points"),
    ):
        refused = (await council("POST", DECISIONS, body)).json()
        assert (refused["code"], refused["places"][0]["at"]) == (code, at)
    unknown = await council("POST", DECISIONS.replace("sessions/1", "sessions/9"), [DECISION])
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-council-session")
    future = await assessment.office("PUT", SESSION, HELD | {"held_on": f"{NOON.year + 1}-01-01"})
    assert future.json()["places"][0]["at"] == "/held_on"
    without = await council("POST", f"{UNIT}/appraisal/decisions", [{"criterion": "1.1.4", "upheld": True}])
    assert without.json()["code"] == "council-session-needed"
    assert await assessment.resources.log.head() == head


async def test_a_concluded_session_decides_nothing_more(assessment: Assessment) -> None:
    await dispute(assessment)
    await meet(assessment)
    concluded = await assessment.office("POST", f"{SESSION}/conclusion", {"minutes": "05/BB-HĐTĐ"})
    assert concluded.json()["facts"] == ["CouncilSessionConcluded"]
    council = assessment.caller("hoi-dong", "council@H16")
    assert (await council("POST", DECISIONS, [DECISION])).json()["code"] == "council-session-concluded"
    assert (await assessment.office("GET", COUNCIL)).json()["sessions"][0]["minutes"] == "05/BB-HĐTĐ"


async def test_the_appraiser_of_a_field_puts_a_criterion_before_the_council(assessment: Assessment) -> None:
    await dispute(assessment)
    referral = [{"criterion": "1.2.1", "reason": "Hai cơ quan hiểu khác nhau về kỳ báo cáo."}]
    path = f"{UNIT}/appraisal/referrals"
    referred = await assessment.field_appraiser("POST", path, referral)
    assert (referred.status_code, referred.json()["facts"]) == (201, ["CriterionReferred"])
    foreign = await assessment.field_appraiser("POST", path, [{"criterion": "1.3", "reason": "x"}])
    assert (foreign.status_code, foreign.json()["code"]) == (422, "referrals-invalid")
    items = (await assessment.office("GET", f"{COUNCIL}/items")).json()
    assert [(one["criterion"], one["reason"]) for one in items] == [("1.1.4", ""), ("1.2.1", referral[0]["reason"])]


@pytest.mark.parametrize("right", ["appraiser@H16", "office@H16", "council@H16.02", "unit@H16.02"])
async def test_only_the_council_of_the_authority_decides_in_a_session(assessment: Assessment, right: str) -> None:
    await dispute(assessment)
    await meet(assessment)
    assert (await assessment.caller("ai-do", right)("POST", DECISIONS, [DECISION])).status_code == 403


async def test_a_round_without_a_council_has_none(assessment: Assessment) -> None:
    await assessment.open_round()
    refused = await assessment.office("PUT", COUNCIL, COMPOSITION)
    assert (refused.status_code, refused.json()["code"]) == (409, "council-not-offered")
    assert (await assessment.office("GET", f"{COUNCIL}/items")).json() == []
