"""All that assessment wrote and published stays readable: one file per event and contract version, never edited."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from assessment.deliberating.events import CouncilComposed, CouncilSessionConcluded, CouncilSessionRecorded
from assessment.deliberating.members import CouncilMember, CouncilRole
from assessment.enacting.events import CriteriaSetEnacted, RuleTextsRecorded
from assessment.enacting.state import RuleText
from assessment.opening.deadlines import Deadlines, OwnDeadlines
from assessment.opening.events import RoundClosed, RoundOpened, RoundReopened
from assessment.opening.responsibility import CriterionAppraiser, CriterionClaimant
from assessment.opening.stages import CouncilVotes, MemberVote, ValueStage, Vote
from assessment.registering.events import UnitEnded, UnitRecorded
from assessment.registering.units import Predecessor, UnitKind
from assessment.reminding.events import (
    MailboxEntered,
    MailboxErased,
    ReminderDeferred,
    ReminderDelivered,
    ReminderFailed,
    ReminderQueued,
    ReminderReleased,
    ReminderUnanswered,
)
from assessment.reminding.occasions import MailboxRole, Occasion, WhyFailed
from assessment.scheduling.events import (
    PlanIssued,
    PlanItemEntered,
    PlanItemMarked,
    PlanItemRemoved,
    PlanNoteErased,
    PlanPrepared,
    SurveyCostEstimated,
)
from assessment.scheduling.items import CostLine, PlanItem, RoundDeadline, SurveyMode, WorkState
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CriterionAssigned,
    CriterionReferred,
    CutExplained,
    DifficultiesStated,
    ExplanationEnded,
    ExplanationSubmitted,
    FileErased,
    FileRemoved,
    FileScanned,
    FileUploaded,
    FirstAppraisalAnnounced,
    PartReported,
    PartReturned,
    SelfScoreApproved,
    SelfScoreRecalled,
    SelfScoreReturned,
    SelfScoreSent,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
    SelfScoringExtended,
    TextErased,
)
from assessment.service import SERVICE
from parindex.contracts.assessment import Block, Claim, Figure, Finding, RoundUnit
from parindex.contracts.criteria import (
    Band,
    Choice,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    NotApplicable,
    Option,
    Proportional,
    RankedFrom,
    RoundingPolicy,
    Rule,
    Share,
    Step,
    Steps,
    SurveyPoints,
    Ties,
    Timeliness,
    YesNo,
)
from parindex.testing.goldens import GoldenConformance

ROUND, UNIT = "r-2026", "H09.05"
RATIO = [Figure(name="done", value="9"), Figure(name="planned", value="10")]

RULES: list[Rule] = [
    EnteredPoints(),
    YesNo(),
    Timeliness(on_time="1", late="0.5"),
    Steps(steps=[Step(bound="90", closed=False, points="1"), Step(bound="70", closed=True, points="0.5")]),
    Choice(options=[Option(code="tot", name="Tốt", points="0.75")]),
    Proportional(floor="0.8", ceiling="0.95"),
    SurveyPoints(question="hai-long", group="citizen", shares=[Share(option="5", share="1")]),
]
EVERYTHING = CriteriaSet(
    code="bo-2026",
    title="Bộ chỉ số cải cách hành chính",
    reference="1880/QĐ-UBND",
    criteria=[
        Criterion(code="1", name="Công tác chỉ đạo, điều hành", level=Level.AREA, maximum="7"),
        *(
            Criterion(
                code=f"1.{number}", name=f"Tiêu chí {number}", level=Level.CRITERION, maximum="1", parent="1",
                rule=rule, evidence_required=number == 1, reference="Điều 5",
            )
            for number, rule in enumerate(RULES, start=1)
        ),
    ],
    rounding=RoundingPolicy(decimals=3, mode="half_even", total="sum_of_rounded"),
    ties=Ties.BY_APPRAISAL,
    ranked_from=RankedFrom.ROUNDED,
    not_applicable=NotApplicable.FULL_MARKS,
    bands=[Band(name="Tốt", at_least="80"), Band(name="I", at_least="70", block="huyen")],
)  # fmt: skip
BLOCK = Block(code="so", name="Sở, ban, ngành", criteria_set="bo-2026", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
DOCUMENT = Evidence(
    "01/KH-SNV", "2026-01-05", "evidence-title:00", "tr. 3, mục II", "ab" * 32, "2026-01-05", "2026-12-31"
)
FINDINGS = (
    Finding(criterion="1.1", figures=RATIO),
    Finding(criterion="1.2", applicable=False, corrected=True),
    Finding(criterion="1.3", points="0.5", corrected=True),
)
COUNCILLESS = {"council": False, "votes": ()}
"""What version 6 of an opening, and version 3 of a finding, did not have."""
CLAIMANTS = (
    CriterionClaimant("1.1", "H09.07"),
    CriterionClaimant("1.2", "H09.08", block="so"),
    CriterionClaimant("1.2", UNIT, unit=UNIT),
)
ITSELF = {"claimants": (), "agency": "", **COUNCILLESS}
"""What version 5 of an opening, and version 2 of an upload, did not have: each unit claimed all of its rows."""
DATELESS = {
    "self_scoring_from": "",
    "first_appraisal_until": "",
    "explanation_until": "",
    "own_deadlines": (),
    "training": False,
    **ITSELF,
}
"""What version 4 of an opening did not have."""
STAGELESS = {"stage": ValueStage.APPRAISAL_1, "two_appraisals": False, **DATELESS}
"""What version 2 of a finding, and version 3 of an opening, did not have."""
GREW = {
    "confirmed": (),
    "by": "",
    "approval": False,
    "reused_from": "",
    "effective_from": "",
    "effective_to": "",
    **STAGELESS,
}
EXTENDED = AppraisalExtended(ROUND, UNIT, 1, "2026-09-10T00:00:00.000000Z", "reason:00")
REOPENED = RoundReopened(ROUND, 1, (UNIT,), "reason:00")
"""Fields that version 1 of a fact did not have, and what they are where it is read, unless the fact has that here."""
PLANNED = PlanItem(
    "6", "Thẩm định", "H09.05", ("H09.07",), "Bưu điện tỉnh", "2026-02-01", "", "5", 10, RoundDeadline.APPRAISAL_UNTIL,
    "Báo cáo thẩm định", "Kế hoạch 06/KH-UBND",
)  # fmt: skip
VOTES = CouncilVotes(2, 3, 2, 1, 1, 0, "m1", (MemberVote("m1", Vote.IN_FAVOUR), MemberVote("m2", Vote.AGAINST)), 1)
FACTS: list[Any] = [
    CriteriaSetEnacted("H09", EVERYTHING, "5e" * 32),
    RuleTextsRecorded("bo-2026", (RuleText("1.1", "Kịp thời: 1"),)),
    RoundOpened(
        "H09", ROUND, 2026, "Chỉ số CCHC năm 2026", "12/KH-UBND", (BLOCK,),
        (CriterionAppraiser("1.1", "H09.07", "so"),), "2026-08-01T00:00:00.000000Z", "2026-09-01T00:00:00.000000Z",
        approval=True, two_appraisals=True, self_scoring_from="2026-07-01T00:00:00.000000Z",
        first_appraisal_until="2026-08-10T00:00:00.000000Z", explanation_until="2026-08-20T00:00:00.000000Z",
        own_deadlines=(
            OwnDeadlines(Deadlines(self_scoring_until="2026-08-05T00:00:00.000000Z"), "so"),
            OwnDeadlines(Deadlines(appraisal_until="2026-09-05T00:00:00.000000Z"), unit=UNIT),
        ),
        claimants=CLAIMANTS,
        council=True,
    ),
    ClaimEntered(
        ROUND, UNIT, "1.1", tuple(RATIO), evidence=(DOCUMENT,), explanation="explanation:00",
        confirmed=("done-over-planned", "thousands-mark"),
    ),
    SelfScoreSubmitted(
        ROUND, UNIT, (Claim(criterion="1.1", figures=RATIO), Claim(criterion="1.2", applicable=False))
    ),
    DifficultiesStated(ROUND, UNIT, "difficulties:00"),
    PartReported(ROUND, UNIT, "H09.07"),
    PartReturned(ROUND, UNIT, "H09.07", "note:00"),
    SelfScoreSent(ROUND, UNIT),
    SelfScoreRecalled(ROUND, UNIT),
    SelfScoreApproved(ROUND, UNIT, 12),
    SelfScoreReturned(ROUND, UNIT, "note:00"),
    SelfScoreWithdrawn(ROUND, UNIT),
    SelfScoringExtended(ROUND, UNIT, "2026-08-10T00:00:00.000000Z", "reason:00"),
    ClaimUpheld(ROUND, UNIT, "1.1", "comment:00", "tham-dinh", ValueStage.APPRAISAL_2, (VOTES,)),
    ClaimCorrected(
        ROUND, UNIT, "1.3", "comment:00", (Figure(name="answer", value="no"),), by="tham-dinh",
        confirmed=("percent-over-hundred",), stage=ValueStage.COUNCIL, votes=(VOTES,),
    ),
    FirstAppraisalAnnounced(ROUND, UNIT, ("1.3", "1.4")),
    CutExplained(
        ROUND, UNIT, "1.3", "explanation:00", (Figure(name="answer", value="yes"),), evidence=(DOCUMENT,),
        confirmed=("percent-over-hundred",),
    ),
    ExplanationSubmitted(ROUND, UNIT, ("1.3",)),
    ExplanationEnded(ROUND, UNIT, "reason:00"),
    CriterionReferred(ROUND, UNIT, "1.3", "reason:00"),
    CouncilComposed(
        ROUND, "4762/QĐ-UBND", "2026-09-15",
        (
            CouncilMember("m1", CouncilRole.CHAIR, "", "member-name:00", "member-position:00", "H09"),
            CouncilMember("m2", CouncilRole.SECRETARY, "k7m2q9x4"),
        ),
    ),
    CouncilSessionRecorded(ROUND, 1, "2027-02-20", "place:00", "m1", ("m1",), ("m2",)),
    CouncilSessionConcluded(ROUND, 1, "05/BB-HĐTĐ"),
    AppraisalCompleted(ROUND, UNIT, 1, FINDINGS),
    RoundClosed(ROUND, 1),
    TextErased(ROUND, UNIT, "comment:00", "reason:00"),
    UnitRecorded(
        "H09", UNIT, "2025-07-01", "Sở Y tế", UnitKind.DEPARTMENT, "H09.01", "Số 1, đường Lê Lợi", "12/QĐ-UBND",
        (Predecessor("H09.07", "0.6"), Predecessor("H09.08", "2/5")),
    ),
    UnitEnded("H09", UNIT, "2026-03-01", "13/QĐ-UBND"),
    PlanPrepared("H09", 2026, "Kế hoạch", "2025", (PLANNED,)),
    PlanItemEntered("H09", 2026, PLANNED),
    PlanItemRemoved("H09", 2026, "6"),
    PlanItemMarked("H09", 2026, "6", WorkState.DONE, "2026-02-27", "plan-note:00"),
    PlanNoteErased("H09", "plan-note:00", "reason:00"),
    PlanIssued("H09", 2026, "06/KH-UBND", "2026-01-17"),
    SurveyCostEstimated("H09", 2026, (CostLine("Người dân", SurveyMode.POST, 2_550, "45000"),), "5"),
    replace(EXTENDED, stage=ValueStage.EXPLANATION),
    RoundReopened(ROUND, 1, (UNIT,), "reason:00", "2026-10-01T00:00:00.000000Z"),
    FileUploaded(
        ROUND, UNIT, "5e" * 32, 1_048_576, "application/pdf", 12, "file-name:00", "r-2025", "2026-01-01", "2026-12-31",
        "H09.07",
    ),
    FileRemoved(ROUND, UNIT, "5e" * 32),
    CriterionAssigned(ROUND, UNIT, "1.1", "k7m2q9x4"),
    FileErased(ROUND, UNIT, "5e" * 32, 1, "reason:00"),
    FileScanned(ROUND, UNIT, "5e" * 32, "", "ClamAV 1.4.6/27500/Fri Nov 27 09:00:00 2026"),
    ReminderQueued(
        ROUND, UNIT, 1, ValueStage.SELF, "2026-07-10T10:00:00.000000Z", Occasion.WEEK_BEFORE, MailboxRole.UNIT,
        "2026-07-03T00:00:00.000000Z",
    ),
    ReminderReleased(ROUND, UNIT, 1),
    ReminderDelivered(ROUND, UNIT, 1, "250"),
    ReminderDeferred(ROUND, UNIT, 1, "451 4.7.1", "2026-07-03T00:05:00.000000Z"),
    ReminderFailed(ROUND, UNIT, 1, WhyFailed.BY_SERVER, "550 5.1.1"),
    ReminderUnanswered(ROUND, UNIT, 1),
    MailboxEntered("H09", UNIT, MailboxRole.UNIT, "mailbox:01", "mailbox:00"),
    MailboxErased("H09", UNIT, MailboxRole.UNIT, "mailbox:01"),
]  # fmt: skip
OLDER: list[Any] = [
    replace(fact, **defaults)
    for fact in FACTS
    for grew in (GREW, STAGELESS, DATELESS, ITSELF, COUNCILLESS)
    if (defaults := {name: default for name, default in grew.items() if hasattr(fact, name)})
]


class TestGoldens(GoldenConformance):
    service, folder, facts, lifted = SERVICE, Path(__file__).parent / "goldens", FACTS, [*OLDER, REOPENED, EXTENDED]
