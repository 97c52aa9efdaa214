"""Request bodies of the office: a round as it is opened."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from assessment.opening.commands import OpenRound
from assessment.opening.deadlines import FIELDS, NO_DEADLINES, Deadlines, OwnDeadlines, laid_over
from assessment.opening.responsibility import CriterionAppraiser, CriterionClaimant
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.http.body import Body, example
from parindex.http.fields import Code, Id, Line, Moment, Name, Node, OptionalId, OptionalNode
from parindex.instant import instant
from parindex.values.days import FIRST_ROUND, LAST_ROUND


class UnitIn(Body):
    code: Node
    name: Name
    not_applicable: list[Code] = Field(
        default=[],
        max_length=500,
        description="mã tiêu chí, lĩnh vực không áp dụng với đơn vị này; codes of criteria and areas of the set that "
        "this unit is not assessed by",
    )


class BlockIn(Body):
    """Khối: các đơn vị xếp hạng cùng nhau theo một bộ chỉ số."""

    code: Id
    name: Name
    criteria_set: Id
    units: list[UnitIn] = Field(max_length=5_000)

    def to_record(self) -> Block:
        units = [RoundUnit(code=unit.code, name=unit.name, not_applicable=unit.not_applicable) for unit in self.units]
        return Block(code=self.code, name=self.name, criteria_set=self.criteria_set, units=units)


class DeadlinesIn(Body):
    """Năm mốc thời hạn theo thứ tự; hai mốc giữa chỉ dùng khi thẩm định hai lần.

    The five dates of a round in their order. The third and the fourth are for two appraisals; `appraisal` is the
    deadline of the last one.
    """

    self_scoring_from: Moment | None = None
    self_scoring: Moment | None = None
    first_appraisal: Moment | None = None
    explanation: Moment | None = None
    appraisal: Moment | None = None

    def to_record(self) -> Deadlines:
        return Deadlines(**{name: _instant(getattr(self, field)) for field, name in FIELDS.items()})


class OwnDeadlinesIn(DeadlinesIn):
    """Thời hạn riêng của một khối (`block`) hoặc một đơn vị (`unit`); mốc không nêu thì theo đợt.

    The dates of one block or of one unit; a date that is not given is the round's.
    """

    block: OptionalId = ""
    unit: OptionalNode = ""

    def to_own(self) -> OwnDeadlines:
        return OwnDeadlines(self.to_record(), self.block, self.unit)


class PressWindowIn(Body):
    """Khoảng thời gian của lượt bấm kiosk được tính vào đợt: từ `from`, trước `until`.

    Within which own time a kiosk's press may count. Without it: from the beginning of `year` to the end of the next
    year, in Vietnamese time; in any case it has to be received before the round's tallies are closed.
    """

    since: Moment | None = Field(None, alias="from", examples=["2026-01-01T00:00:00+07:00"])
    until: Moment | None = Field(None, examples=["2026-12-01T00:00:00+07:00"])


class AppraiserIn(Body):
    """Cơ quan thẩm định một tiêu chí, hoặc cả một lĩnh vực; `block` rỗng: mọi khối."""

    criterion: Code
    appraiser: Node
    block: OptionalId = ""

    def to_record(self) -> CriterionAppraiser:
        return CriterionAppraiser(self.criterion, self.appraiser, self.block)


class ClaimantIn(Body):
    """Cơ quan tự chấm thay đơn vị một tiêu chí, hoặc cả một lĩnh vực; `block`, `unit` rỗng: mọi đơn vị.

    The agency that claims a criterion, or a whole area, in place of units: those of a block, one unit, or all.
    """

    criterion: Code
    claimant: Node
    block: OptionalId = ""
    unit: OptionalNode = ""

    def to_record(self) -> CriterionClaimant:
        return CriterionClaimant(self.criterion, self.claimant, self.block, self.unit)


class RoundIn(Body):
    """Mở một đợt."""

    model_config = example(
        authority="H09",
        round="h09-2026",
        year=2026,
        title="Chỉ số cải cách hành chính năm 2026",
        reference="12/KH-UBND",
        blocks=[
            {
                "code": "so",
                "name": "Các sở, ban, ngành",
                "criteria_set": "h09-2026-so",
                "units": [
                    {"code": "H09.05", "name": "Sở Tài chính"},
                    {"code": "H09.12", "name": "Sở Y tế"},
                ],
            }
        ],
        deadlines={"self_scoring": "2026-11-30T17:00:00+07:00", "appraisal": "2026-12-20T17:00:00+07:00"},
        press_window={"from": "2026-01-01T00:00:00+07:00", "until": "2026-12-01T00:00:00+07:00"},
        appraisers=[{"criterion": "1", "appraiser": "H09"}],
    )

    authority: Node
    round: Id
    year: int = Field(ge=FIRST_ROUND, le=LAST_ROUND)
    title: Name
    reference: Line = ""
    blocks: list[BlockIn] = Field(max_length=200)
    deadlines: DeadlinesIn = DeadlinesIn()
    plan: bool = Field(
        default=False,
        description="true: mốc không nêu ở `deadlines` thì lấy từ kế hoạch của năm; mốc đã nêu được giữ. "
        "The dates that `deadlines` does not give come from the plan of the year; those that it gives win",
    )
    own_deadlines: list[OwnDeadlinesIn] = Field(default=[], max_length=5_200)
    press_window: PressWindowIn | None = None
    appraisers: list[AppraiserIn] = Field(default=[], max_length=5_000)
    claimants: list[ClaimantIn] = Field(default=[], max_length=5_000)
    four_eyes: bool = Field(
        default=False,
        description="true: ai đã điều chỉnh một đơn vị thì không tự hoàn thành thẩm định đơn vị đó; "
        "who corrected a unit does not complete its appraisal",
    )
    approval: bool = Field(
        default=False,
        description="true: đơn vị chỉ nộp bản tự chấm mà lãnh đạo đơn vị (leader) đã duyệt; "
        "a unit submits only what its leader approved",
    )
    two_appraisals: bool = Field(
        default=False,
        description="true: sau thẩm định lần 1, đơn vị giải trình những tiêu chí bị điều chỉnh, rồi thẩm định lần 2; "
        "a unit explains what the first appraisal corrected, and a second one looks at that again",
    )
    training: bool = Field(
        default=False,
        description="true: đợt tập huấn, các đơn vị làm thử; không công bố. "
        "A training round: units practise, and the results are never published",
    )
    council: bool = Field(
        default=False,
        description="true: những tiêu chí còn ý kiến khác nhau sau lần thẩm định cuối do hội đồng biểu quyết tại phiên "
        "họp; a council decides in sessions, with votes, what stays open after the last appraisal",
    )

    def command(self, sets: Mapping[str, CriteriaSet], at: str, planned: Deadlines = NO_DEADLINES) -> OpenRound:
        """Return the command; `sets` are those that exist and that the authority may use, `planned` a plan's dates."""
        window = self.press_window
        return OpenRound(
            authority=self.authority,
            round=self.round,
            year=self.year,
            title=self.title,
            reference=self.reference,
            blocks=tuple(block.to_record() for block in self.blocks),
            appraisers=tuple(entry.to_record() for entry in self.appraisers),
            deadlines=laid_over(planned, self.deadlines.to_record()),
            sets=sets,
            at=at,
            pressed_from=_instant(window.since) if window else "",
            pressed_until=_instant(window.until) if window else "",
            four_eyes=self.four_eyes,
            approval=self.approval,
            two_appraisals=self.two_appraisals,
            own_deadlines=tuple(entry.to_own() for entry in self.own_deadlines),
            training=self.training,
            claimants=tuple(entry.to_record() for entry in self.claimants),
            council=self.council,
        )


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else instant(moment)
