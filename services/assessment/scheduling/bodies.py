"""The bodies of plans, and how the API shows them."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, Field

from assessment.registering.queries import UnitWarning
from assessment.scheduling.items import (
    MOST_COST_LINES,
    MOST_PARTNERS,
    MOST_WORKING_DAYS,
    CostLine,
    PlanItem,
    RoundDeadline,
    SurveyMode,
    WorkState,
)
from assessment.scheduling.queries import DatedRound, cost_of, late_first
from assessment.scheduling.state import ExercisePlan, days_beyond
from parindex.http.body import AsText, Body, example
from parindex.http.fields import Day, Line, Name, Node, Note, Number, OptionalId, OptionalNode
from parindex.numbers import to_wire
from parindex.values.days import FIRST_ROUND, LAST_ROUND, day_text


class PlanIn(Body):
    """Lập kế hoạch của một năm: từ mẫu (`template`), từ kế hoạch năm trước (`from_last_year`), hoặc để trống.

    Draw up the plan of a year: from a template, from the plan of an earlier year, or without items.
    """

    model_config = example(year=2026, title="Kế hoạch xác định Chỉ số CCHC năm 2026", template="hai-duong-2023")

    year: int = Field(ge=FIRST_ROUND, le=LAST_ROUND)
    title: Name
    template: OptionalId = ""
    from_last_year: bool = False


class PlanItemIn(Body):
    """Một nội dung công việc. A work item: its agencies, its days, or the working days after another item.

    `sets` names the deadline of the round that the item's end sets.
    """

    model_config = example(title="Thẩm định", lead="H09.05", until="2027-02-26", sets="appraisal-until")

    title: Name
    lead: OptionalNode = ""
    partners: Annotated[list[Node], Field(max_length=MOST_PARTNERS)] = Field(default_factory=list)
    others: Line = ""
    since: Day | None = None
    until: Day | None = None
    after: OptionalId = ""
    working_days: int = Field(default=0, ge=0, le=MOST_WORKING_DAYS)
    sets: Annotated[RoundDeadline, AsText] = RoundDeadline.NONE
    product: Line = ""
    source: Line = ""

    def to_record(self, code: str) -> PlanItem:
        return PlanItem(
            code, self.title, self.lead, tuple(dict.fromkeys(self.partners)), self.others, day_text(self.since),
            day_text(self.until), self.after, self.working_days, self.sets, self.product, self.source,
        )  # fmt: skip


class ItemStateIn(Body):
    """Tiến độ của một nội dung, từ ngày nào (không nêu: hôm nay), và ghi chú. The state of an item, since a day."""

    model_config = example(state="done", on="2027-02-25", note="Đã gửi kết quả.")

    state: Annotated[WorkState, AsText]
    on: Day | None = None
    note: Note = ""


class PlanIssuanceIn(Body):
    """Số và ngày của văn bản ban hành kế hoạch. The number and the day of the document that issues the plan."""

    model_config = example(number="06/KH-UBND", issued_on="2026-11-17")

    number: Name
    issued_on: Day


class CostLineIn(Body):
    """Số phiếu của một nhóm theo một hình thức, và đơn giá một phiếu (đồng). Forms of a group, and the unit cost."""

    group: Name
    mode: Annotated[SurveyMode, AsText]
    forms: int = Field(ge=0, le=10**7)
    unit_cost: Number


class SurveyCostIn(Body):
    """Dự toán điều tra: các dòng, và dự phòng theo phần trăm. The costs of the survey, and a contingency in percent."""

    model_config = example(lines=[{"group": "Người dân", "mode": "post", "forms": 2550, "unit_cost": "45000"}])

    lines: Annotated[list[CostLineIn], Field(max_length=MOST_COST_LINES)]
    contingency: Number = "0"

    def to_records(self) -> list[CostLine]:
        return [CostLine(one.group, one.mode, one.forms, one.unit_cost) for one in self.lines]


class PlanItemOut(BaseModel):
    """Một nội dung với thời hạn và tiến độ. An item with its days and its state; "" where there is none."""

    code: str
    title: str
    lead: str
    partners: list[str]
    others: str
    since: str
    until: str = Field(description="the planned end, counted where the item follows another")
    expected: str = Field(description="the end that is expected today")
    days_late: int
    after: str
    working_days: int
    sets: RoundDeadline
    product: str
    source: str
    state: WorkState
    on: str = Field(description="the day from which the state holds")
    note: str


class CostLineOut(BaseModel):
    group: str
    mode: SurveyMode
    forms: int
    unit_cost: str
    cost: str = Field(description="forms × unit cost, exact")


class SurveyCostOut(BaseModel):
    lines: list[CostLineOut]
    contingency: str = Field(description="percent")
    subtotal: str
    total: str


class RoundOfPlanOut(BaseModel):
    """Một đợt của năm kế hoạch, với từng mốc mà kế hoạch đặt. A round of the plan's year."""

    round: str
    title: str
    training: bool
    deadlines: dict[RoundDeadline, str] = Field(description="instants; a deadline that the round lacks is absent")
    days_beyond: dict[RoundDeadline, int] = Field(
        description="by how many days a deadline lies beyond the end of the item that sets it; negative: before it; "
        "absent where no item sets the deadline"
    )


class AgencyWarningOut(BaseModel):
    """Cơ quan của một nội dung mà danh mục đơn vị không có. An agency that the register does not have."""

    item: str
    unit: str
    code: str = Field(description="unit-unknown or unit-not-there, on the last day of the plan's year")
    vi: str
    en: str
    successors: list[str]


class PlanOut(BaseModel):
    """Kế hoạch của một năm, nội dung chậm đứng trước. The plan of a year, late items first."""

    authority: str
    year: int
    title: str
    based_on: str
    number: str
    issued_on: str
    items: list[PlanItemOut]
    survey_cost: SurveyCostOut
    rounds: list[RoundOfPlanOut] = Field(description="the rounds of the authority in this year, the newest first")
    warnings: list[AgencyWarningOut] = Field(
        description="agencies of items that the register of the authority does not have; empty without a register"
    )


class PlanListed(BaseModel):
    year: int
    title: str
    number: str
    issued_on: str


class PlanTemplateOut(BaseModel):
    """Một mẫu kế hoạch, với nguồn của từng nội dung. A template, with the source of each item."""

    code: str
    name: str
    items: list[str]
    sources: list[str]


def plan_out(
    plan: ExercisePlan,
    today: str,
    notes: dict[str, str],
    rounds: Iterable[DatedRound],
    warnings: Iterable[tuple[str, UnitWarning]],
) -> PlanOut:
    """Return a plan as the API shows it; `notes` has the texts behind the commitments."""
    cost = cost_of(plan)
    lines = [
        CostLineOut(group=one.group, mode=one.mode, forms=one.forms, unit_cost=one.unit_cost, cost=to_wire(each))
        for one, each in zip(plan.costs, cost.lines, strict=True)
    ]
    items = [
        PlanItemOut(
            code=one.item.code, title=one.item.title, lead=one.item.lead, partners=[*one.item.partners],
            others=one.item.others, since=one.item.since, until=timing.until, expected=timing.expected,
            days_late=timing.days_late, after=one.item.after, working_days=one.item.working_days, sets=one.item.sets,
            product=one.item.product, source=one.item.source, state=one.state, on=one.on,
            note=notes.get(one.note, ""),
        )
        for one, timing in late_first(plan, today)
    ]  # fmt: skip
    return PlanOut(
        authority=plan.authority, year=plan.year, title=plan.title, based_on=plan.based_on, number=plan.number,
        issued_on=plan.issued_on, items=items,
        survey_cost=SurveyCostOut(
            lines=lines, contingency=plan.contingency, subtotal=to_wire(cost.subtotal), total=to_wire(cost.total)
        ),
        rounds=[
            RoundOfPlanOut(
                round=one.round, title=one.title, training=one.training,
                deadlines={name: at for name, at in one.deadlines.items() if at},
                days_beyond=dict(days_beyond(plan, one.deadlines)),
            )
            for one in rounds
        ],
        warnings=[
            AgencyWarningOut(
                item=item, unit=one.unit, code=one.code, vi=one.vi, en=one.en, successors=[*one.successors]
            )
            for item, one in warnings
        ],
    )  # fmt: skip
