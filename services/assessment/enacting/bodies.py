"""Request body of a criteria set: the shape of its contract (`parindex.contracts.criteria`), checked at the endpoint.

Numbers are text ("0.5"): JSON's own numbers are floats to most programs. What the numbers say is checked by the rules.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from pydantic import Field

from assessment.enacting.figures import MOST_FIGURES
from parindex.contracts.criteria import AreaKind, CriteriaSet, Level, NotApplicable, OnZero, RankedFrom, Ties
from parindex.contracts.expression import LONGEST
from parindex.http.body import AsText, Body, example
from parindex.http.fields import (
    Code,
    FigureName,
    Id,
    Line,
    Name,
    Node,
    Note,
    Number,
    OptionalCode,
    OptionalId,
    OptionalNumber,
    Tidy,
)
from parindex.numbers import Mode, Parts
from parindex.values.texts import TextRule

MOST_PARTS: Final = 200
"""Rungs of a ladder, levels of a choice, options of a question."""


class EnteredPointsIn(Body):
    kind: Literal["entered_points"]


class YesNoIn(Body):
    kind: Literal["yes_no"]


class TimelinessIn(Body):
    kind: Literal["timeliness"]
    on_time: Number
    late: Number
    never: Number = "0"


class StepIn(Body):
    bound: Number
    closed: bool = Field(description="true: the bound itself belongs to this rung (từ); false: strictly above (trên)")
    points: Number


class StepsIn(Body):
    kind: Literal["steps"]
    steps: list[StepIn] = Field(max_length=MOST_PARTS)
    otherwise: Number = "0"


class OptionIn(Body):
    code: Code
    name: Name
    points: OptionalNumber = ""
    share: OptionalNumber = Field(default="", description="a share of the maximum, instead of points: 0.75 is 75 %")


class ChoiceIn(Body):
    kind: Literal["choice"]
    options: list[OptionIn] = Field(max_length=MOST_PARTS)


class ProportionalIn(Body):
    kind: Literal["proportional"]
    floor: Number = "0"
    ceiling: Number = "1"


class NormalisedToBestIn(Body):
    kind: Literal["normalised_to_best"]


class NamedFigureIn(Body):
    figure: FigureName
    name: Name


class DueDatesIn(Body):
    kind: Literal["due_dates"]
    dates: list[NamedFigureIn] = Field(max_length=MOST_FIGURES)
    on_time: Number
    late: Number = "0"
    never: Number = "0"


class PerCaseIn(Body):
    kind: Literal["per_case"]
    each: Number
    cap: OptionalNumber = ""


class CaseIn(Body):
    figure: FigureName
    name: Name
    points: Number


class BestOfCasesIn(Body):
    kind: Literal["best_of_cases"]
    cases: list[CaseIn] = Field(max_length=MOST_FIGURES)
    otherwise: Number = "0"


class DeductionIn(Body):
    kind: Literal["deduction"]
    violations: list[CaseIn] = Field(default=[], max_length=MOST_FIGURES)
    floor: Number = "0"


class FormulaIn(Body):
    kind: Literal["formula"]
    variables: list[NamedFigureIn] = Field(max_length=MOST_FIGURES)
    expression: Annotated[str, Tidy(TextRule(LONGEST, needed=True))] = Field(examples=["a / b * maximum"])
    on_zero: Annotated[OnZero, AsText] = OnZero.REFUSED


class ExternalValueIn(Body):
    kind: Literal["external_value"]
    source: Name = Field(description="the outside index, such as SIPAS 2026")
    out_of: Number = "100"


class ShareIn(Body):
    option: Code
    share: Number


class SurveyPointsIn(Body):
    kind: Literal["survey_points"]
    question: Code
    group: OptionalCode = ""
    shares: list[ShareIn] = Field(default=[], max_length=MOST_PARTS)


RuleIn = Annotated[
    EnteredPointsIn
    | YesNoIn
    | TimelinessIn
    | DueDatesIn
    | StepsIn
    | ChoiceIn
    | ProportionalIn
    | NormalisedToBestIn
    | PerCaseIn
    | BestOfCasesIn
    | DeductionIn
    | FormulaIn
    | ExternalValueIn
    | SurveyPointsIn,
    Field(discriminator="kind"),
]


class CriterionIn(Body):
    code: Code
    name: Name
    level: Annotated[Level, AsText]
    maximum: Number
    parent: OptionalCode = ""
    rule: RuleIn | None = None
    rule_text: Note = ""
    evidence_required: bool = Field(
        default=False,
        description="true: a self-score is submitted only when the claim has evidence or an explanation; "
        "a claim without is taken before",
    )
    reference: Line = ""
    area_kind: Annotated[AreaKind, AsText] = Field(
        default=AreaKind.ORDINARY,
        description="of an area: `bonus` is added to the points and `penalty` taken from them; neither is in the scale",
    )
    area_cap: OptionalNumber = Field(
        default="", description="of a bonus or penalty area: the most that it gives or takes; empty is its maximum"
    )


class RoundingPolicyIn(Body):
    decimals: int = 2
    mode: Annotated[Mode, AsText] = Mode.HALF_UP
    total: Annotated[Parts, AsText] = Parts.ROUNDED_SUM


class BandIn(Body):
    name: Name
    at_least: Number
    block: OptionalId = ""


class CriteriaSetIn(Body):
    """Bộ chỉ số."""

    code: Id
    title: Name
    reference: Name = Field(description="the decision that issues it, such as 1880/QĐ-UBND")
    criteria: list[CriterionIn] = Field(max_length=2_000)
    rounding: RoundingPolicyIn = RoundingPolicyIn()
    ties: Annotated[Ties, AsText] = Ties.SAME_RANK
    ranked_from: Annotated[RankedFrom, AsText] = RankedFrom.EXACT
    not_applicable: Annotated[NotApplicable, AsText] = NotApplicable.RESCALE
    bands: list[BandIn] = Field(default=[], max_length=100)
    tie_keys: list[Code] = Field(
        default=[],
        max_length=20,
        description="with `ties` = `by_keys`: `appraisal`, `survey` or codes of areas; more points of a key go first",
    )
    index_above_hundred: bool = Field(
        default=False, description="true: with bonus points the index may be more than 100; false: 100 is the most"
    )

    def to_record(self) -> CriteriaSet:
        """Return it as the contract's record."""
        return msgspec.convert(self.model_dump(mode="json", exclude_none=True), CriteriaSet)


EXAMPLE: Final[Mapping[str, object]] = {
    "code": "h09-2026-so",
    "title": "Bộ chỉ số cải cách hành chính các sở, ban, ngành năm 2026",
    "reference": "1880/QĐ-UBND",
    "criteria": [
        {"code": "1", "name": "Công tác chỉ đạo, điều hành", "level": "area", "maximum": "65"},
        {
            "code": "1.1",
            "name": "Mức độ hoàn thành kế hoạch cải cách hành chính",
            "level": "criterion",
            "parent": "1",
            "maximum": "65",
            "rule": {"kind": "proportional", "floor": "0.5"},
            "evidence_required": True,
        },
        {"code": "2", "name": "Điều tra xã hội học", "level": "area", "maximum": "35"},
        {
            "code": "2.1",
            "name": "Sự hài lòng của người dân",
            "level": "criterion",
            "parent": "2",
            "maximum": "35",
            "rule": {"kind": "survey_points", "question": "hai-long"},
        },
    ],
    "rounding": {"decimals": 2, "mode": "half_up", "total": "rounded_sum"},
    "bands": [{"name": "Tốt", "at_least": "80"}, {"name": "Chưa đạt", "at_least": "0"}],
}
"""A small set, for the examples of bodies."""


class EnactmentIn(Body):
    """Ban hành bộ chỉ số."""

    model_config = example(
        authority="H09",
        criteria_set=EXAMPLE,
    )

    authority: Node = Field(description="agency code of who enacts it, such as H09")
    criteria_set: CriteriaSetIn
