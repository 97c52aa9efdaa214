"""What the pages of a unit's sheet show, computed beforehand: the templates place it and compute nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessment.enacting.figures import is_surveyed
from assessment.opening.terms import Terms
from assessment.self_scoring.forms import FIGURES, errors_of, figures_tried
from assessment.self_scoring.queries import SheetRow, ShownClaim, ShownSheet
from assessment.self_scoring.state import Stage
from parindex.contracts.criteria import CriteriaSet, Criterion, Level
from parindex.contracts.formula import number, points_of
from parindex.contracts.uncomputable import UncomputableError
from parindex.http.problems import MalformedError
from parindex.web import vietnamese
from parindex.web.parts import Conflict, Side, SummaryRow, Tag, Task

DECIMALS = 2
STAGES = {
    Stage.DRAFT: "Đang tự chấm",
    Stage.SENT: "Chờ lãnh đạo phê duyệt",
    Stage.APPROVED: "Lãnh đạo đã phê duyệt",
    Stage.RETURNED: "Lãnh đạo trả lại",
    Stage.SUBMITTED: "Đã nộp",
}
CLAIMABLE = {Stage.DRAFT, Stage.RETURNED}
LOCKED = {
    Stage.SENT: "Bản tự chấm đang chờ lãnh đạo phê duyệt. Muốn sửa, đơn vị thu hồi ở trang phiếu tự chấm.",
    Stage.APPROVED: "Lãnh đạo đã phê duyệt bản tự chấm. Muốn sửa, lãnh đạo trả lại ở trang phiếu tự chấm.",
    Stage.SUBMITTED: "Bản tự chấm đã nộp. Khi chưa ai thẩm định, đơn vị rút lại được ở trang phiếu tự chấm.",
}


@dataclass(frozen=True, slots=True)
class Move:
    """What may be done with the whole sheet: the name that the form sends, its button, what it means.

    `note`: the label of a text that goes with it, "" for none.
    """

    name: str
    label: str
    hint: str
    note: str = ""


SEND = Move("send", "Trình lãnh đạo phê duyệt", "Trong lúc chờ phê duyệt, không sửa được phiếu; thu hồi thì sửa được.")
RECALL = Move("recall", "Thu hồi để sửa", "Phiếu trở lại đang tự chấm.")
APPROVE = Move("approve", "Phê duyệt", "Phê duyệt phiếu đúng như trang này đang hiện.")
RETURN = Move("return", "Trả lại", "Phiếu trở lại cho đơn vị sửa.", "Lý do trả lại")
SUBMIT = Move("submit", "Nộp bản tự chấm", "Sau khi nộp, phiếu được chuyển đi thẩm định.")
WITHDRAW = Move("withdraw", "Rút bản tự chấm để sửa", "Chỉ rút được khi chưa ai thẩm định.")
OF_UNIT = {Stage.SENT: [RECALL], Stage.APPROVED: [SUBMIT], Stage.SUBMITTED: [WITHDRAW]}
OF_LEADER = {Stage.SENT: [APPROVE, RETURN], Stage.APPROVED: [RETURN]}


def moves_of(sheet: ShownSheet, *, as_unit: bool, as_leader: bool) -> list[Move]:
    """Return what the reader may do with the sheet now. A sheet that lacks something is neither sent nor submitted."""
    moves = list(OF_LEADER.get(sheet.state, [])) if as_leader else []
    if as_unit and sheet.state in CLAIMABLE:
        return moves if sheet.missing else [*moves, SEND if sheet.approval else SUBMIT]
    if as_unit and not (sheet.state is Stage.SUBMITTED and sheet.completed):
        moves += OF_UNIT[sheet.state]
    return moves


@dataclass(frozen=True, slots=True)
class AreaView:
    """One area of the set: its criteria as tasks, and the points that the unit claims there, such as "3,5 / 10"."""

    code: str
    name: str
    points: str
    tasks: Sequence[Task]


@dataclass(frozen=True, slots=True)
class SheetView:
    """A unit's sheet. `missing` leads to each criterion that keeps it from being sent or submitted."""

    title: str
    unit: str
    stage: str
    deadline: str
    done: int
    total: int
    points: str
    areas: Sequence[AreaView]
    missing: Sequence[Task]
    note: str
    claimable: bool

    @property
    def summary(self) -> list[SummaryRow]:
        """How far the sheet is, until when it may be filled, and the points claimed so far."""
        return [
            SummaryRow("Tình trạng", self.stage),
            SummaryRow("Hạn tự chấm", self.deadline or "Không có hạn"),
            SummaryRow("Đã chấm", f"{self.done} / {self.total} tiêu chí"),
            SummaryRow("Tổng điểm tự chấm, tạm tính", self.points),
        ]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a claim earns by the rule: points, or the reason why it earns none. "Không áp dụng" has no points."""

    points: Fraction | None
    text: str


def worth_of(leaf: Criterion, claim: ShownClaim | None) -> Worth:
    """Return what a claim earns; exactly as scoring computes it."""
    if claim is None or leaf.rule is None:
        return Worth(None, "")
    if not claim.applicable:
        return Worth(None, "Không áp dụng")
    try:
        points = points_of(leaf.rule, number(leaf.maximum), claim.figures)
    except UncomputableError as error:
        return Worth(None, error.vi)
    return Worth(points, f"{shown(points)} / {vietnamese.comma(leaf.maximum)} điểm" if points is not None else "")


def tried(leaf: Criterion, texts: Mapping[str, str]) -> str:
    """Return what typed figures would earn, or why they earn nothing yet; "" where nothing is typed."""
    if texts.get("not_applicable") == "yes":
        return "Không áp dụng: tiêu chí không có điểm và không tính vào điểm tối đa."
    if leaf.rule is None or not any(texts.get(name, "").strip() for name in FIGURES):
        return ""
    try:
        points = points_of(leaf.rule, number(leaf.maximum), figures_tried(leaf, texts))
    except MalformedError as wrong:
        return " ".join(errors_of(wrong, leaf).values())
    except UncomputableError as error:
        return error.vi
    return f"Số liệu này được {shown(points or Fraction(0))} / {vietnamese.comma(leaf.maximum)} điểm (chưa lưu)."


def shown(points: Fraction) -> str:
    """Write points with two decimals at most: 12,5."""
    return vietnamese.shown(points, DECIMALS).rstrip("0").rstrip(",")


def sheet_view(sheet: ShownSheet, terms: Terms, criteria_set: CriteriaSet, title: str, unit: str) -> SheetView:
    """Return what the page of a sheet shows. Survey criteria are in it: they say who scores them."""
    missing = {part.criterion: part.vi for part in sheet.missing}
    claimed = [row for row in sheet.rows if row.criterion in terms.appraisers]
    return SheetView(
        title=title,
        unit=unit,
        stage=STAGES[sheet.state],
        deadline=vietnamese.deadline(sheet.deadline) if sheet.deadline else "",
        done=sum(1 for row in claimed if row.criterion not in missing),
        total=len(claimed),
        points=_sum(claimed, terms),
        areas=[_area(area, rows, terms, missing) for area, rows in by_area(criteria_set, sheet.rows)],
        missing=[_missing(terms.unit, row, missing[row.criterion]) for row in claimed if row.criterion in missing],
        note=sheet.note,
        claimable=sheet.state in CLAIMABLE,
    )


def summary_of(row: SheetRow, leaf: Criterion) -> list[SummaryRow]:
    """Return the facts of a criterion: its maximum and rule, the points of the claim, the finding of the appraisal."""
    rows = [
        SummaryRow("Điểm tối đa", vietnamese.comma(leaf.maximum)),
        SummaryRow("Cách tính điểm", leaf.rule_text),
        SummaryRow("Tài liệu kiểm chứng", "Cần có, hoặc giải trình" if leaf.evidence_required else "Không bắt buộc"),
    ]
    if row.claim is not None:
        rows.append(SummaryRow("Điểm theo số liệu đã khai", worth_of(leaf, row.claim).text))
        rows.append(SummaryRow("Lưu lần cuối", vietnamese.minute(row.claim.at)))
    if row.finding is not None:
        found = "Giữ nguyên số liệu tự chấm" if row.finding.upheld else "Thẩm định sửa"
        rows.append(SummaryRow("Kết quả thẩm định", found))
        rows.append(SummaryRow("Ý kiến thẩm định", row.finding.comment))
    return rows


def conflict_of(
    sheet: ShownSheet, theirs: Mapping[str, str], mine: Mapping[str, str], labels: Mapping[str, str]
) -> Conflict:
    """Return a stale form: every field that either of the two has, with both texts."""
    names = [name for name in labels if theirs.get(name) or mine.get(name)]
    sides = [Side(name, labels[name], theirs.get(name, ""), mine.get(name, ""), mine.get(name, "")) for name in names]
    return Conflict("Một người khác của đơn vị", "trong lúc bạn sửa", sheet.version, sides)


def neighbours(terms: Terms, criterion: str) -> tuple[str, str, str]:
    """Return the criterion before, the one after, and the place of this one, such as "3 / 40"; "" for no neighbour."""
    codes = list(terms.appraisers)
    at = codes.index(criterion)
    before, after = codes[at - 1] if at else "", codes[at + 1] if at + 1 < len(codes) else ""
    return before, after, f"{at + 1} / {len(codes)}"


def by_area(criteria_set: CriteriaSet, rows: Iterable[SheetRow]) -> list[tuple[Criterion, list[SheetRow]]]:
    """Return the rows of each area of a set, in the order of the set."""
    by_code = {row.code: row for row in criteria_set.criteria}
    found: dict[str, list[SheetRow]] = {}
    for row in rows:
        above = by_code[row.criterion]
        while above.parent and above.level is not Level.AREA:
            above = by_code[above.parent]
        found.setdefault(above.code, []).append(row)
    return [(by_code[code], members) for code, members in found.items()]


def _area(area: Criterion, rows: Sequence[SheetRow], terms: Terms, missing: Mapping[str, str]) -> AreaView:
    tasks = [_task(row, terms, missing) for row in rows]
    return AreaView(area.code, area.name, _sum(rows, terms), tasks)


def _task(row: SheetRow, terms: Terms, missing: Mapping[str, str]) -> Task:
    leaf = terms.leaves[row.criterion]
    title, address = f"{row.criterion} {row.name}", _address(terms.unit, row.criterion)
    if is_surveyed(leaf):
        return Task(title, "Điều tra xã hội học chấm", hint=f"Tối đa {vietnamese.comma(row.maximum)} điểm")
    worth = worth_of(leaf, row.claim).text
    if row.claim is None:
        return Task(title, "Chưa chấm", Tag.TO_DO, address, f"Tối đa {vietnamese.comma(row.maximum)} điểm")
    if row.criterion in missing:
        return Task(title, "Còn thiếu", Tag.TO_DO, address, missing[row.criterion])
    return Task(title, "Đã chấm", Tag.DONE, address, worth)


def _missing(unit: str, row: SheetRow, why: str) -> Task:
    return Task(f"{row.criterion} {row.name}", "Còn thiếu", Tag.TO_DO, _address(unit, row.criterion), why)


def _address(unit: str, criterion: str) -> str:
    """Return the way from a sheet's page to a criterion's."""
    return f"{unit}/criteria/{criterion}"


def _sum(rows: Iterable[SheetRow], terms: Terms) -> str:
    """Return claimed points and the maximum of the self-scored criteria that apply: "12,5 / 60"; "" for none."""
    points, maximum = Fraction(0), Fraction(0)
    for row in rows:
        leaf = terms.leaves[row.criterion]
        if is_surveyed(leaf) or (row.claim is not None and not row.claim.applicable):
            continue
        points += worth_of(leaf, row.claim).points or 0
        maximum += number(leaf.maximum)
    return f"{shown(points)} / {shown(maximum)}" if maximum else ""
