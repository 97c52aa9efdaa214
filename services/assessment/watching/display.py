"""What the office's pages of a round show, computed beforehand: templates place it and compute nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from assessment.opening.deadlines import Deadlines
from assessment.opening.stages import ValueStage
from assessment.opening.terms import Terms
from assessment.self_scoring.display import SHEET_STATES, STAGE_NAMES, shown, value_said
from assessment.self_scoring.queries import ShownValue
from assessment.self_scoring.state import Sheet, SheetState, appraisal_deadline, deadline_of, stage_deadline
from assessment.watching.comparison import ComparedUnit, Comparison
from assessment.watching.forms import Act
from assessment.watching.queries import NextStep, WatchedRound, WatchedUnit
from parindex.contracts.criteria import Criterion
from parindex.contracts.formula import number
from parindex.web import vietnamese
from parindex.web.parts import Column, Link, SummaryRow, Words

UNIT_COLUMNS: Final = (
    Column("Đơn vị"),
    Column("Tình trạng"),
    Column("Tự chấm", number=True),
    Column("Thẩm định", number=True),
    Column("Hạn"),
    Column("Việc của cơ quan chủ trì"),
)
AGENCY_COLUMNS: Final = (Column("Cơ quan thẩm định"), Column("Đã thẩm định", number=True))
REFUSED_COLUMNS: Final = (Column("Đơn vị"), Column("Vì sao chưa ghi"))
OFFERS: Final = {
    NextStep.ANNOUNCE: "Thông báo kết quả thẩm định lần 1 cho {} đơn vị",
    NextStep.COMPLETE: "Hoàn thành thẩm định {} đơn vị đã có đủ kết quả",
}
NEXT: Final = {
    NextStep.ANNOUNCE: "Thông báo kết quả thẩm định lần 1",
    NextStep.COMPLETE: "Hoàn thành thẩm định",
}
DONE: Final[Mapping[str, str]] = {
    Act.ANNOUNCE: "Đã thông báo kết quả thẩm định lần 1.",
    Act.COMPLETE: "Đã hoàn thành thẩm định.",
    Act.CLOSE: "Đã đóng đợt.",
    Act.EXTEND_SELF_SCORING: "Đã gia hạn tự chấm.",
    Act.EXTEND_FIRST_APPRAISAL: "Đã gia hạn thẩm định lần 1.",
    Act.EXTEND_EXPLANATION: "Đã gia hạn giải trình.",
    Act.EXTEND_APPRAISAL: "Đã gia hạn thẩm định.",
    Act.END_EXPLANATION: "Đã kết thúc việc giải trình.",
}


def round_rows(watched: WatchedRound) -> list[SummaryRow]:
    """Return how far a round is, and its deadlines."""
    opened, state, units = watched.found.opened, watched.found.state, watched.units
    submitted = sum(each.sheet.submitted for each in units)
    return [
        SummaryRow("Tình trạng", f"Đã đóng (lần {state.closings})" if state.closed else "Đang mở"),
        SummaryRow("Đã nộp bản tự chấm", f"{submitted} / {len(units)} đơn vị"),
        SummaryRow("Đã thẩm định xong", f"{sum(each.completed for each in units)} / {len(units)} đơn vị"),
        SummaryRow("Quá hạn", f"{len(watched.late)} / {len(units)} đơn vị"),
        *_date_rows(opened.deadlines, two=opened.two_appraisals),
        *([SummaryRow("Hội đồng", "Biểu quyết những tiêu chí còn ý kiến khác nhau")] if opened.council else []),
        SummaryRow("Bản tự chấm", "Lãnh đạo đơn vị phê duyệt trước khi nộp" if opened.approval else "Đơn vị tự nộp"),
        SummaryRow("Thẩm định", "Hai lần, giữa hai lần đơn vị giải trình" if opened.two_appraisals else "Một lần"),
    ]


def units_by_block(watched: WatchedRound) -> list[tuple[str, list[WatchedUnit]]]:
    """Return the units of each block with the block's name, in the order of the round."""
    by_code = {each.unit.terms.unit: each for each in watched.units}
    return [(block.name, [by_code[unit.code] for unit in block.units]) for block in watched.found.opened.blocks]


def unit_rows(units: Sequence[WatchedUnit], at: str) -> list[Sequence[Words | Link]]:
    """Return the lines of a block with the cells of UNIT_COLUMNS."""
    return [_row(each, at) for each in units]


def late_rows(watched: WatchedRound) -> list[Sequence[Words | Link]]:
    """Return the units that are late with the cells of UNIT_COLUMNS, the longest first."""
    return unit_rows(sorted(watched.late, key=lambda each: each.until), watched.at)


def agency_rows(watched: WatchedRound) -> list[Sequence[Words | Link]]:
    """Return how far each appraising agency is, with the cells of AGENCY_COLUMNS."""
    names = {each.unit.terms.unit: each.unit.name for each in watched.units}
    named = {watched.found.opened.authority: "Cơ quan chủ trì", **names}
    return [(named.get(agency, agency), f"{done} / {total} mục") for agency, (done, total) in watched.agencies.items()]


def unit_summary(watched: WatchedUnit) -> list[SummaryRow]:
    """Return how far one unit is."""
    terms, sheet = watched.unit.terms, watched.sheet
    return [
        SummaryRow("Tình trạng", state_said(watched)),
        SummaryRow("Tự chấm", f"{watched.claimed} / {len(terms.appraisers)} tiêu chí"),
        SummaryRow("Thẩm định", f"{watched.found} / {len(terms.appraisers)} tiêu chí"),
        *_date_rows(dates_of(terms, sheet), two=terms.two_appraisals),
    ]


def dates_of(terms: Terms, sheet: Sheet) -> Deadlines:
    """Return the five dates of a unit with its extensions."""
    stated = terms.deadlines
    first, explanation = ValueStage.APPRAISAL_1, ValueStage.EXPLANATION
    return Deadlines(
        stated.self_scoring_from,
        deadline_of(terms, sheet),
        stage_deadline(terms, sheet, first) if stated.first_appraisal_until else "",
        stage_deadline(terms, sheet, explanation) if stated.explanation_until else "",
        appraisal_deadline(terms, sheet),
    )


def _date_rows(dates: Deadlines, *, two: bool) -> Iterator[SummaryRow]:
    """Yield the dates as lines; those between two appraisals where there are two."""
    if dates.self_scoring_from:
        yield SummaryRow("Tự chấm từ", vietnamese.minute(dates.self_scoring_from))
    yield SummaryRow("Hạn tự chấm", _deadline(dates.self_scoring_until))
    if two:
        yield SummaryRow("Hạn thẩm định lần 1", _deadline(dates.first_appraisal_until or dates.appraisal_until))
        yield SummaryRow("Hạn giải trình", _deadline(dates.explanation_until or dates.appraisal_until))
    yield SummaryRow("Hạn thẩm định", _deadline(dates.appraisal_until))


def acts_of(watched: WatchedUnit) -> list[tuple[Act, str]]:
    """Return what the office may do for a unit for a reason: extensions, which take a moment, and an ending."""
    terms, sheet = watched.unit.terms, watched.sheet
    acts: list[tuple[Act, str]] = []
    if not sheet.submitted and terms.deadlines.self_scoring_until:
        acts.append((Act.EXTEND_SELF_SCORING, "Gia hạn tự chấm"))
    early = {ValueStage.SELF, ValueStage.APPRAISAL_1}
    if terms.two_appraisals and terms.deadlines.first_appraisal_until and watched.stage in early:
        acts.append((Act.EXTEND_FIRST_APPRAISAL, "Gia hạn thẩm định lần 1"))
    if terms.two_appraisals and terms.deadlines.explanation_until and watched.stage in early | {ValueStage.EXPLANATION}:
        acts.append((Act.EXTEND_EXPLANATION, "Gia hạn giải trình"))
    if not watched.completed and terms.deadlines.appraisal_until:
        acts.append((Act.EXTEND_APPRAISAL, "Gia hạn thẩm định"))
    if watched.stage is ValueStage.EXPLANATION and not watched.completed:
        acts.append((Act.END_EXPLANATION, "Kết thúc việc giải trình"))
    return acts


def names_in(compared: Comparison) -> list[str]:
    """Return the names that the sets of the blocks give the criterion, each once."""
    units = [*(each.unit for each in compared.units), *compared.awaited]
    return [*dict.fromkeys(unit.terms.leaves[compared.criterion].name for unit in units)]


def stages_in(compared: Comparison) -> list[ValueStage]:
    """Return the stages of which some unit has a value, in their order."""
    said = {value.stage for each in compared.units for value in each.values}
    return [stage for stage in ValueStage if stage in said]


def comparison_columns(stages: Sequence[ValueStage]) -> list[Column]:
    """Return the columns of a comparison: the unit, each stage, and whether it waits."""
    return [Column("Đơn vị"), *(Column(STAGE_NAMES[stage]) for stage in stages), Column("Tình trạng")]


def comparison_rows(compared: Comparison, stages: Sequence[ValueStage]) -> list[Sequence[Words | Link]]:
    """Return the lines of a comparison with the cells of these columns."""
    return [_compared_row(each, compared.criterion, stages) for each in compared.units]


def _compared_row(each: ComparedUnit, criterion: str, stages: Sequence[ValueStage]) -> Sequence[Words | Link]:
    values = {value.stage: value for value in each.values}
    return [
        Link(each.unit.name, f"../../units/{each.unit.terms.unit}/criteria/{criterion}/appraisal"),
        *(_value_said(values[stage], each.leaf) if stage in values else "" for stage in stages),
        "Chưa thẩm định" if each.waiting else STAGE_NAMES[each.stage],
    ]


def _value_said(value: ShownValue, leaf: Criterion) -> str:
    points = f"{shown(number(value.points))} / {vietnamese.comma(leaf.maximum)} điểm" if value.points else ""
    documents = f"{len(value.evidence)} tài liệu" if value.evidence else ""
    return "\n".join(filter(None, (value_said(value, leaf), points, documents, value.reason)))


def state_said(watched: WatchedUnit) -> str:
    """Return where a unit is, in words."""
    if watched.completed:
        return "Đã thẩm định xong"
    if watched.sheet.state is not SheetState.SUBMITTED:
        return SHEET_STATES[watched.sheet.state]
    council = f"; hội đồng còn {watched.open_items} tiêu chí" if watched.open_items else ""
    return STAGE_NAMES[watched.stage] + council


def _row(each: WatchedUnit, at: str) -> Sequence[Words | Link]:
    terms = each.unit.terms
    return [
        Link(each.unit.name, f"{terms.round}/units/{terms.unit}"),
        state_said(each),
        f"{each.claimed} / {len(terms.appraisers)}",
        f"{each.found} / {len(terms.appraisers)}",
        "" if each.completed else _deadline(each.until) + _days_said(each, at),
        Link(NEXT[each.next] if each.next else "Gia hạn, xử lý", f"{terms.round}/units/{terms.unit}/office"),
    ]


def _deadline(until: str) -> str:
    return vietnamese.deadline(until) if until else "Không có hạn"


def _days_said(each: WatchedUnit, at: str) -> str:
    days = each.days_left(at)
    if days is None:
        return ""
    if each.late(at):
        return f". Quá hạn {-days} ngày" if days else ". Đã quá hạn"
    return f". Còn {days} ngày" if days else ". Hạn là hôm nay"
