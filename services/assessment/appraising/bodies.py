"""Request bodies of appraisers and offices, and the answers that show a round and the items of a list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from assessment.appraising.state import ItemState, ProposedFinding, UnitProgress
from assessment.opening.bodies import AppraiserIn
from assessment.opening.state import FoundRound
from assessment.self_scoring.bodies import Confirmed, ExtensionIn, FiguresIn, figures_of
from assessment.self_scoring.state import FindingFact
from parindex.contracts.assessment import Block, RoundUnit
from parindex.eventstore.sealing import Seals
from parindex.http.body import Body, example
from parindex.http.fields import Code, Moment, Node, Note, OptionalNumber, Reason


class FindingIn(Body):
    """Đúng một cách: công nhận (`upheld`), giữ kết quả trước, số liệu khác, điểm khác, không áp dụng; nêu lý do.

    `upheld` công nhận số liệu của đơn vị (nêu lại khi giải trình, nếu có) và không bắt buộc nêu lý do; `kept` giữ kết
    quả của lần thẩm định trước.
    """

    model_config = example(
        criterion="1.1", figures={"planned": "10", "done": "8"}, comment="Nhiệm vụ số 9 chưa có sản phẩm."
    )

    criterion: Code
    upheld: bool = False
    kept: bool = False
    figures: FiguresIn = Field(default={})
    applicable: bool = True
    points: OptionalNumber = ""
    comment: Note = ""
    confirmed: Confirmed = Field(default=[])

    def to_record(self, seals: Seals, pointer: str, before: FindingFact | None = None) -> ProposedFinding:
        """Return the finding with its comment sealed; an unchanged comment keeps its commitment of `before`."""
        return ProposedFinding(
            criterion=self.criterion,
            upheld=self.upheld,
            kept=self.kept,
            figures=figures_of(self.figures),
            applicable=self.applicable,
            points=self.points,
            comment=seals.commit(self.comment, "comment", before.comment if before else ""),
            confirmed=tuple(self.confirmed),
            pointer=pointer,
        )


Findings = Annotated[list[FindingIn], Field(min_length=1, max_length=2_000)]


class ReopeningIn(Body):
    """Mở lại đợt: lý do, và những đơn vị phải thẩm định lại (không nêu: mọi đơn vị)."""

    model_config = example(reason="Tiêu chí 1.1 của một đơn vị tính sai.", units=["H09.12"])

    reason: Reason
    units: list[Node] = Field(default=[], max_length=5_000)
    appraisal_until: Moment | None = Field(
        default=None, description="hạn thẩm định lại; không nêu: không có hạn. Until when they are appraised again"
    )


ExtendedStage = Literal["appraisal-1", "explanation", "appraisal-2"]
"""The stages of an appraisal that have a deadline, as ValueStage writes them."""


class StageExtensionIn(ExtensionIn):
    """Gia hạn thẩm định: `stage` là bước được gia hạn; không nêu: lần thẩm định cuối."""

    stage: ExtendedStage = "appraisal-2"


class EndingIn(Body):
    """Kết thúc việc giải trình khi đơn vị không nộp giải trình: lý do."""

    model_config = example(reason="Đã quá thời hạn giải trình nêu tại Công văn số 45/SNV-CCHC.")

    reason: Reason


class UnitOut(BaseModel):
    """How far a unit is; `completed`: its appraisal is finished for the coming (or the last) closing."""

    code: str
    name: str
    claims: int = 0
    submitted_at: str = ""
    findings: int = 0
    completed: bool = False
    not_applicable: list[str] = Field(default=[], description="criteria and areas that do not apply to the unit")


class BlockOut(BaseModel):
    """`units` has those that the asker may see."""

    code: str
    name: str
    criteria_set: str
    units: list[UnitOut]


class OwnDatesOut(BaseModel):
    """The dates of one block or of one unit, as instants; an empty one is the round's."""

    block: str = ""
    unit: str = ""
    self_scoring_from: str = ""
    self_scoring_until: str = ""
    first_appraisal_until: str = ""
    explanation_until: str = ""
    appraisal_until: str = ""


class RoundOut(BaseModel):
    """A round with the progress of its units, which follows the log within moments; of the past, it is exact.

    Dates are instants; an empty one sets no deadline. Extensions of single units are in their sheets.
    """

    authority: str
    round: str
    year: int
    title: str
    reference: str
    self_scoring_from: str
    self_scoring_until: str
    first_appraisal_until: str
    explanation_until: str
    appraisal_until: str
    own_deadlines: list[OwnDatesOut] = Field(description="of blocks, and of the units that the asker may see")
    training: bool
    pressed_from: str
    pressed_until: str
    closed: bool
    closing: int
    blocks: list[BlockOut]
    appraisers: list[AppraiserIn]
    four_eyes: bool
    approval: bool
    two_appraisals: bool
    council: bool


def shown_round(
    found: FoundRound, progress: Mapping[str, UnitProgress], visible: Callable[[Block], Sequence[RoundUnit]]
) -> RoundOut:
    """Return a round as an asker sees it; `visible` returns the units of a block that the asker may see."""
    opened, state = found.opened, found.state
    seen = {unit.code for block in opened.blocks for unit in visible(block)}
    return RoundOut(
        authority=opened.authority,
        round=opened.round,
        year=opened.year,
        title=opened.title,
        reference=opened.reference,
        **asdict(opened.deadlines),
        own_deadlines=[
            OwnDatesOut(block=own.block, unit=own.unit, **asdict(own.deadlines))
            for own in opened.own_deadlines
            if not own.unit or own.unit in seen
        ],
        training=opened.training,
        pressed_from=opened.pressed_from,
        pressed_until=opened.pressed_until,
        closed=state.closed,
        closing=state.closings,
        blocks=[_block(block, visible(block), progress) for block in opened.blocks],
        appraisers=[
            AppraiserIn(criterion=entry.criterion, appraiser=entry.appraiser, block=entry.block)
            for entry in opened.appraisers
        ],
        four_eyes=opened.four_eyes,
        approval=opened.approval,
        two_appraisals=opened.two_appraisals,
        council=opened.council,
    )


def _block(block: Block, visible: Sequence[RoundUnit], progress: Mapping[str, UnitProgress]) -> BlockOut:
    units = [_unit(unit, progress.get(unit.code)) for unit in visible]
    return BlockOut(code=block.code, name=block.name, criteria_set=block.criteria_set, units=units)


def _unit(unit: RoundUnit, progress: UnitProgress | None) -> UnitOut:
    if progress is None:
        return UnitOut(code=unit.code, name=unit.name, not_applicable=unit.not_applicable)
    return UnitOut(
        code=unit.code,
        name=unit.name,
        not_applicable=unit.not_applicable,
        claims=progress.claims,
        submitted_at=progress.submitted_at,
        findings=progress.findings,
        completed=progress.completed,
    )


class ItemOut(BaseModel):
    """Một mục thẩm định. A criterion of a unit; the positions are those of its newest entries, 0 for none."""

    unit: str
    name: str
    criterion: str
    state: ItemState
    mine: bool = Field(description="it waits for the asker, and not for another agency")
    changed: bool = Field(description="something was said of it since the asker saw it, or after `since`")
    claimed: int
    explained: int = Field(description="where the unit submitted what it explains of it")
    found: int
    seen: int = Field(description="up to which position the asker has seen it, or 0")


class ItemsOut(BaseModel):
    """Danh sách thẩm định. `total`: how many items the filter admits; `position`: the next `since`."""

    round: str
    total: int
    position: int
    items: list[ItemOut]
