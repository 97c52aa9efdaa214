"""A council has members, decides with more than half of them, and records only votes that carry."""

from dataclasses import replace
from typing import Any

import pytest
from tests.assessment.appraising.submitted import CLAIMED, SUBMITTED
from tests.assessment.sheets import NOW, ROUND, UNIT, figures

from assessment.appraising.commands import CompleteAppraisal, MakeFindings
from assessment.appraising.decisions import appraising
from assessment.appraising.refusals import (
    AppraisalCompletedBeforeError,
    AppraisalOverError,
    CouncilDecidesError,
    CouncilItemsNotOpenError,
    CouncilItemsOpenError,
    CouncilSessionNeededError,
    SelfAppraisalError,
)
from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.deliberating.commands import (
    ComposeCouncil,
    ConcludeSession,
    RecordSession,
    ReferCriteria,
)
from assessment.deliberating.decisions import deliberating, referring, votes_of
from assessment.deliberating.events import CouncilComposed, CouncilSessionConcluded, CouncilSessionRecorded
from assessment.deliberating.members import CouncilMember, CouncilRole
from assessment.deliberating.refusals import (
    CouncilInvalidError,
    CouncilNotComposedError,
    CouncilNotOfferedError,
    QuorumMissingError,
    ReferralsInvalidError,
    SessionConcludedError,
    SessionInvalidError,
    SessionUnknownError,
    VotesInvalidError,
)
from assessment.deliberating.state import CouncilFact, Referral, TakenVote
from assessment.opening.deadlines import Deadlines
from assessment.opening.events import RoundOpened
from assessment.opening.stages import CouncilVotes, MemberVote, ValueStage, Vote
from assessment.opening.terms import Terms, terms_for
from assessment.self_scoring.events import (
    AppraisalCompleted,
    ClaimCorrected,
    ClaimUpheld,
    CriterionReferred,
    CutExplained,
    ExplanationSubmitted,
    FirstAppraisalAnnounced,
)
from assessment.self_scoring.state import SheetFact
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.testing.rules import Rules

OFFICE = ActingAppraiser(frozenset(("H16", "H16.02")), frozenset(("H16",)), "a")
FIELD = ActingAppraiser(frozenset(("H16.02",)), frozenset(("H16.02",)), "b")
COUNCIL, SHEET, REFERRING = Rules(deliberating), Rules(appraising), Rules(referring)
MEMBERS = (
    CouncilMember("m1", CouncilRole.CHAIR, name="member-name:1"),
    CouncilMember("m2", CouncilRole.SECRETARY, account="thu-ky"),
    CouncilMember("m3", CouncilRole.MEMBER, name="member-name:3"),
    CouncilMember("m4", CouncilRole.MEMBER, name="member-name:4", agency=f"{UNIT}.01"),
)
COMPOSED = CouncilComposed(ROUND, "4762/QĐ-UBND", "2026-05-01", MEMBERS)
HELD = CouncilSessionRecorded(ROUND, 1, "2026-06-30", "place:1", "m1", ("m1", "m2"), ("m3",))
CONCLUDED = CouncilSessionConcluded(ROUND, 1, "05/BB-HĐTĐ")


def compose(*members: CouncilMember, offered: bool = True) -> ComposeCouncil:
    return ComposeCouncil(ROUND, offered, "4762/QĐ-UBND", "2026-05-01", members)


def record(**changes: object) -> RecordSession:
    said = {"attending": ("m1", "m2"), "written": ("m3",), "presiding": "m1", "session": 1, "held_on": "2026-06-30"}
    return RecordSession(round=ROUND, place="place:1", today="2026-06-30", **{**said, **changes})  # type: ignore[arg-type]


def voted(
    *facts: CouncilFact, unit: str = "H16.05", claimant: str = "", session: int = 1, **votes: Any
) -> CouncilVotes:
    council = deliberating.fold((COMPOSED, HELD, *facts))
    taken, claimants = TakenVote("1.3", pointer="/0", **votes), {"1.3": claimant} if claimant else {}
    terms = Terms(ROUND, unit, "H16", {}, {}, claimants=claimants)
    return votes_of(council, session, terms, [taken])["1.3"]


def test_a_council_is_composed_and_composed_anew() -> None:
    assert COUNCIL.when(compose(*MEMBERS)) == (COMPOSED,)
    assert COUNCIL.given(COMPOSED).when(compose(*MEMBERS)) == ()
    [again] = COUNCIL.given(COMPOSED).when(compose(*MEMBERS[:2]))
    assert again == replace(COMPOSED, members=MEMBERS[:2])
    with pytest.raises(CouncilNotOfferedError):
        COUNCIL.when(compose(*MEMBERS, offered=False))


@pytest.mark.parametrize(
    ("members", "places"),
    [
        ((MEMBERS[1], MEMBERS[2]), ["/members"]),
        ((MEMBERS[0], replace(MEMBERS[0], code="m9")), ["/members"]),
        ((*MEMBERS, replace(MEMBERS[1], code="m9", account="khac")), ["/members"]),
        ((MEMBERS[0], MEMBERS[2], MEMBERS[2]), ["/members/2/code"]),
        ((MEMBERS[0], MEMBERS[1], replace(MEMBERS[2], account="thu-ky")), ["/members/2/account"]),
        ((MEMBERS[0], CouncilMember("m5", CouncilRole.MEMBER)), ["/members/1/name"]),
    ],
)
def test_every_mistake_of_a_composition_is_named(members: tuple[CouncilMember, ...], places: list[str]) -> None:
    with pytest.raises(CouncilInvalidError) as refused:
        COUNCIL.when(compose(*members))
    assert [place.at for place in refused.value.places] == places


def test_a_session_is_recorded_changed_and_concluded() -> None:
    known = COUNCIL.given(COMPOSED)
    assert known.when(record()) == (HELD,)
    [later] = known.given(HELD).when(record(session=2))
    assert later == replace(HELD, session=2)
    changed = known.given(HELD).when(record(attending=("m1",)))
    assert changed == (replace(HELD, attending=("m1",)),)
    assert known.given(HELD).when(ConcludeSession(ROUND, 1, "05/BB-HĐTĐ")) == (CONCLUDED,)
    for command in (record(), ConcludeSession(ROUND, 1, "06/BB-HĐTĐ")):
        with pytest.raises(SessionConcludedError) as over:
            known.given(HELD, CONCLUDED).when(command)
        assert over.value.session == 1
    with pytest.raises(CouncilNotComposedError):
        COUNCIL.when(record())
    with pytest.raises(SessionUnknownError) as unknown:
        known.when(ConcludeSession(ROUND, 1, "05/BB-HĐTĐ"))
    assert unknown.value.session == 1


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"session": 2}, ["/session"]),
        ({"held_on": "2026-07-01"}, ["/held_on"]),
        ({"attending": ("m1", "m9", "m1")}, ["/attending/1", "/attending/2"]),
        ({"written": ("m2",)}, ["/written/0"]),
        ({"presiding": "m4"}, ["/presiding"]),
    ],
)
def test_every_mistake_of_a_session_is_named(changes: dict[str, object], places: list[str]) -> None:
    with pytest.raises(SessionInvalidError) as refused:
        COUNCIL.given(COMPOSED).when(record(**changes))
    assert [place.at for place in refused.value.places] == places


def test_more_than_half_of_the_members_decide_and_half_does_not() -> None:
    assert voted(in_favour=2, against=1) == CouncilVotes(1, 4, 3, 2, 1, 0)
    with pytest.raises(QuorumMissingError) as refused:
        voted(replace(HELD, written=()), in_favour=2)
    assert (refused.value.session, refused.value.taking_part, refused.value.size) == (1, 2, 4)
    with pytest.raises(SessionConcludedError):
        voted(CONCLUDED, in_favour=3)
    with pytest.raises(SessionUnknownError):
        voted(session=2, in_favour=3)


def test_the_size_of_the_council_is_that_of_the_session() -> None:
    larger = (*MEMBERS, *(replace(MEMBERS[2], code=f"n{number}") for number in range(9)))
    assert voted(replace(COMPOSED, members=larger), in_favour=3).members == 4


@pytest.mark.parametrize(
    "votes",
    [
        {"in_favour": 1, "against": 2},
        {"in_favour": 1, "against": 1, "abstained": 1},
        {"abstained": 3, "presiding_in_favour": True},
        {"in_favour": 2},
        {"in_favour": 4},
        {"in_favour": 3, "by_member": (MemberVote("m1", Vote.IN_FAVOUR),)},
        {"by_member": (MemberVote("m1", Vote.IN_FAVOUR), MemberVote("m2", Vote.IN_FAVOUR))},
        {"by_member": tuple(MemberVote(code, Vote.IN_FAVOUR) for code in ("m1", "m2", "m4"))},
        {"by_member": tuple(MemberVote(code, Vote.IN_FAVOUR) for code in ("m1", "m2", "m2"))},
    ],
)
def test_votes_that_do_not_carry_or_do_not_add_up_are_refused(votes: dict[str, Any]) -> None:
    with pytest.raises(VotesInvalidError):
        voted(**votes)


def test_between_equal_numbers_the_member_who_presides_decides_and_is_named() -> None:
    assert voted(in_favour=1, against=1, abstained=1, presiding_in_favour=True) == CouncilVotes(1, 4, 3, 1, 1, 1, "m1")
    named = (MemberVote("m1", Vote.IN_FAVOUR), MemberVote("m2", Vote.AGAINST), MemberVote("m3", Vote.ABSTAINED))
    assert voted(by_member=named) == CouncilVotes(1, 4, 3, 1, 1, 1, "m1", named)
    turned = (MemberVote("m1", Vote.AGAINST), MemberVote("m2", Vote.IN_FAVOUR), MemberVote("m3", Vote.ABSTAINED))
    with pytest.raises(VotesInvalidError):
        voted(by_member=turned, presiding_in_favour=True)
    assert voted(in_favour=2, against=1, presiding_in_favour=True).decided_by == ""


def test_a_member_of_the_unit_does_not_vote_about_it_and_still_counts_as_present() -> None:
    held = replace(HELD, attending=("m1", "m2", "m4"), written=())
    assert voted(held, unit=UNIT, in_favour=2) == CouncilVotes(1, 4, 3, 2, 0, 0)
    assert voted(held, in_favour=3).in_favour == 3
    with pytest.raises(VotesInvalidError):
        voted(held, unit=UNIT, in_favour=3)
    presiding = replace(held, presiding="m4")
    with pytest.raises(VotesInvalidError) as refused:
        voted(presiding, unit=UNIT, in_favour=1, against=1, presiding_in_favour=True)
    assert [place.at for place in refused.value.places] == ["/0/votes/presiding_in_favour"]


def test_a_member_of_the_agency_that_claims_a_criterion_does_not_vote_about_it() -> None:
    held = replace(HELD, attending=("m1", "m2", "m4"), written=())
    assert voted(held, claimant=UNIT, in_favour=2) == CouncilVotes(1, 4, 3, 2, 0, 0)
    with pytest.raises(VotesInvalidError):
        voted(held, claimant=UNIT, in_favour=3)
    assert voted(held, claimant="H16.09", in_favour=3).in_favour == 3
    office = replace(COMPOSED, members=(*MEMBERS[:3], replace(MEMBERS[3], agency="H16")))
    assert voted(office, held, claimant="H16.09", in_favour=3).in_favour == 3
    with pytest.raises(VotesInvalidError):
        voted(office, held, claimant="H16", in_favour=3)


VOTES = CouncilVotes(1, 4, 3, 3, 0, 0)
CUT = ClaimCorrected(ROUND, UNIT, "1.3", "c:1", points="1.5", by="a")
EXPLAINED: tuple[SheetFact, ...] = (
    *SUBMITTED,
    *(ClaimUpheld(ROUND, UNIT, code, by="a") for code in CLAIMED if code != "1.3"),
    CUT,
    FirstAppraisalAnnounced(ROUND, UNIT, ("1.3",)),
    CutExplained(ROUND, UNIT, "1.3", "e:1", figures({"points": "2.5"})),
    ExplanationSubmitted(ROUND, UNIT, ("1.3",)),
)
UNSETTLED = (*EXPLAINED, replace(CUT, stage=ValueStage.APPRAISAL_2, comment="c:2"))
SETTLED = (*EXPLAINED, ClaimUpheld(ROUND, UNIT, "1.3", "c:2", "a", ValueStage.APPRAISAL_2))
REFERRED = CriterionReferred(ROUND, UNIT, "1.1.4", "reason:1")
DECIDED = ClaimUpheld(ROUND, UNIT, "1.3", "", "a", ValueStage.COUNCIL, (VOTES,))


@pytest.fixture
def terms(ca_mau: CriteriaSet) -> Terms:
    block = Block(code="so", name="Sở", criteria_set="ca-mau-2013", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
    opened = RoundOpened("H16", ROUND, 2026, "Đợt", "", (block,), two_appraisals=True, council=True)
    return terms_for(opened, block, ca_mau, UNIT, due=1)


def decide(terms: Terms, criterion: str = "1.3", votes: CouncilVotes | None = VOTES) -> MakeFindings:
    finding = ProposedFinding(criterion, upheld=True, pointer="/0")
    return MakeFindings(terms, (finding,), OFFICE, NOW, council=True, votes={criterion: votes} if votes else {})


def complete(terms: Terms) -> CompleteAppraisal:
    return CompleteAppraisal(terms, OFFICE, NOW)


def test_what_the_explanation_did_not_settle_waits_for_the_council(terms: Terms) -> None:
    with pytest.raises(CouncilItemsOpenError) as refused:
        SHEET.given(*UNSETTLED).when(complete(terms))
    assert list(refused.value.criteria) == ["1.3"]
    assert SHEET.given(*UNSETTLED).when(decide(terms)) == (DECIDED,)
    [completed] = SHEET.given(*UNSETTLED, DECIDED).when(complete(terms))
    assert isinstance(completed, AppraisalCompleted)
    assert SHEET.given(*SETTLED).when(complete(terms))
    assert SHEET.given(*UNSETTLED).when(complete(replace(terms, council=False)))


def test_what_was_put_before_the_council_waits_for_it_too(terms: Terms) -> None:
    with pytest.raises(CouncilItemsOpenError) as refused:
        SHEET.given(*UNSETTLED, REFERRED).when(complete(terms))
    assert list(refused.value.criteria) == ["1.1.4", "1.3"]
    with pytest.raises(CouncilItemsOpenError):
        SHEET.given(*UNSETTLED, REFERRED, DECIDED).when(complete(terms))
    both = SHEET.given(*UNSETTLED, REFERRED, DECIDED, replace(DECIDED, criterion="1.1.4"))
    assert both.when(complete(terms))


def test_a_session_decides_what_is_before_the_council_and_nothing_else(terms: Terms) -> None:
    for given, command in (
        (SETTLED, decide(terms)),
        (UNSETTLED, decide(terms, "1.1.4")),
        (UNSETTLED, decide(terms, votes=replace(VOTES, replaces=1))),
    ):
        with pytest.raises(CouncilItemsNotOpenError) as refused:
            SHEET.given(*given).when(command)
        assert refused.value.places[0].at == "/0/criterion"
    with pytest.raises(CouncilSessionNeededError):
        SHEET.given(*UNSETTLED).when(decide(terms, votes=None))


def test_a_criterion_is_decided_once_and_anew_only_by_a_decision_that_names_the_one_before(terms: Terms) -> None:
    known = SHEET.given(*UNSETTLED, DECIDED)
    with pytest.raises(CouncilItemsNotOpenError) as refused:
        known.when(decide(terms, votes=replace(VOTES, session=2)))
    assert "phiên họp 1" in refused.value.places[0].vi
    anew = replace(VOTES, session=2, replaces=1)
    assert known.when(decide(terms, votes=anew)) == (replace(DECIDED, votes=(anew,)),)


def test_a_round_without_a_council_is_as_it_was(terms: Terms) -> None:
    [found] = SHEET.given(*UNSETTLED).when(decide(replace(terms, council=False), votes=None))
    assert found == replace(DECIDED, votes=())


def test_a_reopened_round_puts_before_the_council_only_what_is_referred_anew(terms: Terms) -> None:
    again = replace(terms, due=2)
    done = (*UNSETTLED, REFERRED, DECIDED, replace(DECIDED, criterion="1.1.4"), AppraisalCompleted(ROUND, UNIT, 1, ()))
    assert SHEET.given(*done).when(complete(again))
    known = SHEET.given(*done, REFERRED)
    with pytest.raises(CouncilItemsOpenError):
        known.when(complete(again))
    [corrected] = known.when(decide(again, "1.1.4"))
    assert corrected == ClaimUpheld(ROUND, UNIT, "1.1.4", "", "a", ValueStage.CORRECTION, (VOTES,))
    by_appraiser = MakeFindings(again, (ProposedFinding("1.1.4", upheld=True, pointer="/0"),), OFFICE, NOW)
    with pytest.raises(CouncilDecidesError):
        known.given(corrected).when(by_appraiser)


def refer(terms: Terms, *criteria: str, by: ActingAppraiser = OFFICE) -> ReferCriteria:
    return ReferCriteria(
        terms, tuple(Referral(code, "reason:1", f"/{at}") for at, code in enumerate(criteria)), by, NOW
    )


def test_a_criterion_is_put_before_the_council_by_the_office_or_by_its_appraiser(terms: Terms) -> None:
    fields = replace(terms, appraisers={**terms.appraisers, "1.1.4": "H16.02"})
    assert REFERRING.given(*UNSETTLED).when(refer(fields, "1.1.4")) == (REFERRED,)
    assert REFERRING.given(*UNSETTLED).when(refer(fields, "1.1.4", by=FIELD)) == (REFERRED,)
    with pytest.raises(ReferralsInvalidError) as refused:
        REFERRING.given(*UNSETTLED).when(refer(fields, "1.1.4", "1.1.1", by=FIELD))
    assert [place.at for place in refused.value.places] == ["/1/criterion"]
    with pytest.raises(SelfAppraisalError):
        REFERRING.given(*UNSETTLED).when(refer(terms, "1.1.4", by=replace(FIELD, nodes=frozenset((UNIT,)))))


def test_the_people_of_the_agency_that_claims_a_criterion_do_not_put_it_before_the_council(terms: Terms) -> None:
    claimed = replace(terms, claimants={"1.1.4": "H16.02"})
    with pytest.raises(ReferralsInvalidError) as refused:
        REFERRING.given(*UNSETTLED).when(refer(claimed, "1.1.4", by=replace(OFFICE, nodes=FIELD.nodes | OFFICE.nodes)))
    assert [place.at for place in refused.value.places] == ["/0/criterion"]
    assert REFERRING.given(*UNSETTLED).when(refer(claimed, "1.1.4")) == (REFERRED,)


def test_what_has_no_finding_is_before_the_council_or_is_decided_is_not_put_before_it(terms: Terms) -> None:
    known = REFERRING.given(*UNSETTLED, REFERRED)
    for code in ("9.9", "1.3", "1.1.4"):
        with pytest.raises(ReferralsInvalidError):
            known.when(refer(terms, code))
    with pytest.raises(ReferralsInvalidError):
        REFERRING.given(*UNSETTLED).when(refer(terms, "1.1.1", "1.1.1"))
    with pytest.raises(ReferralsInvalidError):
        REFERRING.given(*UNSETTLED, DECIDED).when(refer(terms, "1.3"))
    with pytest.raises(AppraisalCompletedBeforeError):
        REFERRING.given(*SETTLED, AppraisalCompleted(ROUND, UNIT, 1, ())).when(refer(terms, "1.1.4"))
    with pytest.raises(CouncilNotOfferedError):
        REFERRING.given(*UNSETTLED).when(refer(replace(terms, council=False), "1.1.4"))
    with pytest.raises(AppraisalOverError):
        REFERRING.given(*UNSETTLED).when(
            refer(replace(terms, deadlines=Deadlines(appraisal_until="2026-01-01T00:00:00.000000Z")), "1.1.4")
        )
