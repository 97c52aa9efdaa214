"""The contracts of a small round, as assessment and survey send them."""

from collections.abc import Sequence

from parindex.contracts.assessment import (
    AppraisalCompleted,
    Block,
    Claim,
    CriteriaSetEnacted,
    Figure,
    Finding,
    RoundClosed,
    RoundOpened,
    RoundReopened,
    RoundUnit,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
)
from parindex.contracts.base import Contract
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.survey import OptionCount, TallyClosed, TallyUpdated

UNITS = [f"H09.{number:02}" for number in range(1, 8)]
CLOSED, REOPENED = RoundClosed(round="r", closing=1), RoundReopened(round="r", closing=1)
TALLIED = TallyClosed(round="r", closing=1, covers=9)


def enacted(criteria_set: CriteriaSet) -> CriteriaSetEnacted:
    return CriteriaSetEnacted(authority="H09", criteria_set=criteria_set, digest="5e" * 32)


def opened(code: str = "set-1", units: Sequence[str] = UNITS) -> RoundOpened:
    block = Block(
        code="b", name="Huyện", criteria_set=code, units=[RoundUnit(code=unit, name=f"Đơn vị {unit}") for unit in units]
    )
    return RoundOpened(authority="H09", round="r", year=2025, title="Đợt 2025", blocks=[block])


def submitted(unit: str, points: str) -> SelfScoreSubmitted:
    figures = [Figure(name="points", value=points)]
    return SelfScoreSubmitted(round="r", unit=unit, claims=[Claim(criterion="1.1", figures=figures)])


def appraised(unit: str, done: int, criterion: str = "2.2") -> AppraisalCompleted:
    figures = [Figure(name="done", value=str(done)), Figure(name="planned", value="7")]
    return AppraisalCompleted(round="r", unit=unit, findings=[Finding(criterion=criterion, figures=figures)])


def tallied(unit: str, fives: int, question: str = "q1") -> TallyUpdated:
    counts = [OptionCount(option="1", count=1), OptionCount(option="5", count=fives)]
    return TallyUpdated(round="r", unit=unit, question=question, group="firm", counts=counts, covers=fives)


def assessment_contracts(criteria_set: CriteriaSet) -> list[Contract]:
    claims = [submitted(unit, "1.5") for unit in UNITS]
    findings = [appraised(unit, 3 + at) for at, unit in enumerate(UNITS)]
    more = [SelfScoreWithdrawn(round="r", unit=UNITS[0]), submitted(UNITS[0], "2"), appraised(UNITS[1], 5)]
    return [enacted(criteria_set), opened(), *claims, *more, *findings, CLOSED]


def survey_contracts() -> list[Contract]:
    return [tallied(unit, fives) for fives in (1, 2, 3) for unit in UNITS] + [TALLIED]
