"""What the pages of the whole sheet and of its report show, computed beforehand: the templates compute nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from assessment.enacting.figures import is_surveyed
from assessment.opening.terms import Terms
from assessment.reporting.queries import SinceReturn
from assessment.reporting.sums import area_said, total_said
from assessment.self_scoring.display import (
    BY_BEST,
    CLAIMABLE,
    MINE,
    SHEET_STATES,
    by_area,
    differences,
    document_said,
    figures_said,
    move_rows,
    shown,
    worth_of,
)
from assessment.self_scoring.queries import SheetRow, ShownPart, ShownSheet
from assessment.self_scoring.reading import OpenSheet
from assessment.self_scoring.state import SheetState
from parindex.contracts.criteria import Criterion
from parindex.eventstore.registry import Recorded
from parindex.web import vietnamese
from parindex.web.parts import AccountPart, Column, Conflict, HistoryLine, Link, Side, SummaryRow, Tag, Task, parts_of
from parindex.web.rule_words import area_name

REPORT_COLUMNS = (
    Column("Tiêu chí"),
    Column("Điểm tự chấm", number=True),
    Column("Tối đa", number=True),
    Column("Số liệu"),
    Column("Tài liệu", number=True),
)
NOT_FOR_UNIT: Final = "Không áp dụng với đơn vị này"
WHY: Final = "Vì sao được điểm này?"
SCORING_OF_SHEET, SCORING_OF_REPORT = "../../../../scoring", "../../../../../scoring"
"""The way from each page to scoring, which answers why a unit has its points."""
NO_POINTS: Final = "–"
"""Stands for the points of a claim that has none, or none yet; the figures say why."""

Persons = Mapping[str, Sequence[str | AccountPart]]
"""Who is to fill each criterion, as a page says it."""
NO_PERSONS: Final[Persons] = MappingProxyType({})


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
DONE = {
    "sent": "Đã trình lãnh đạo.",
    "recalled": "Đã thu hồi phiếu để sửa.",
    "approved": "Đã phê duyệt phiếu.",
    "returned": "Đã trả lại phiếu cho đơn vị.",
    "submitted": "Đã nộp bản tự chấm.",
    "withdrawn": "Đã rút bản tự chấm để sửa.",
}
"""What the page says after each kind of move."""
OF_UNIT = {SheetState.SENT: [RECALL], SheetState.APPROVED: [SUBMIT], SheetState.SUBMITTED: [WITHDRAW]}
OF_LEADER = {SheetState.SENT: [APPROVE, RETURN], SheetState.APPROVED: [RETURN]}


def moves_of(sheet: ShownSheet, *, as_unit: bool, as_leader: bool) -> list[Move]:
    """Return what the reader may do with the sheet now. A sheet that lacks something is neither sent nor submitted."""
    moves = list(OF_LEADER.get(sheet.state, [])) if as_leader else []
    if as_unit and sheet.state in CLAIMABLE:
        waits = sheet.missing or any(not part.reported for part in sheet.parts)
        return moves if waits else [*moves, SEND if sheet.approval else SUBMIT]
    if as_unit and not (sheet.state is SheetState.SUBMITTED and sheet.completed):
        moves += OF_UNIT[sheet.state]
    return moves


def done_said(sheet: ShownSheet, me: str) -> str:
    """Return what the reader has just done with the sheet; "" where the last move is of another person."""
    last = sheet.moves[-1] if sheet.moves else None
    return DONE[last.move] if last and last.by == me else ""


@dataclass(frozen=True, slots=True)
class AreaView:
    """One area of the set: its criteria as tasks, and the points that the unit claims there, in words."""

    code: str
    name: str
    points: str
    tasks: Sequence[Task]


@dataclass(frozen=True, slots=True)
class SheetView:
    """A unit's sheet, or the part of an agency. `missing` leads to each listed criterion that its reader has to claim.

    `parts` are those that agencies claim in place of the unit, `returnable` offers those that reported theirs.
    """

    title: str
    unit: str
    state: str
    deadline: str
    done: int
    total: int
    points: str
    areas: Sequence[AreaView]
    missing: Sequence[Task]
    note: str
    moved: Sequence[SummaryRow]
    parts: Sequence[SummaryRow]
    returnable: Sequence[tuple[str, str]]

    @property
    def summary(self) -> list[SummaryRow]:
        """How far the sheet is, until when it may be filled, and the points claimed so far."""
        return [
            SummaryRow("Tình trạng", self.state),
            *self.moved,
            SummaryRow("Hạn tự chấm", self.deadline or "Không có hạn"),
            SummaryRow("Đã chấm", f"{self.done} / {self.total} tiêu chí"),
            SummaryRow("Tổng điểm tự chấm, tạm tính", self.points),
        ]


@dataclass(frozen=True, slots=True)
class ReportArea:
    """One area in the report: a row for each criterion, with the cells of REPORT_COLUMNS."""

    title: str
    points: str
    rows: Sequence[Sequence[Link | str]]


@dataclass(frozen=True, slots=True)
class ReportView:
    """The three parts of a unit's report: the table by area, the explanations with the documents, the difficulties.

    `changes` is None where the leader never returned the sheet; `returned` says then when, and why.
    """

    areas: Sequence[ReportArea]
    explained: Sequence[SummaryRow]
    difficulties: str
    returned: str
    changes: Sequence[HistoryLine] | None


def sheet_view(opened: OpenSheet, persons: Persons = NO_PERSONS, only: Collection[str] | None = None) -> SheetView:
    """Return what the page of a sheet shows. Survey criteria are in it: they say who scores them.

    `persons` has who is to fill each criterion, as the page says it; `only`: the criteria to list, None for all.
    """
    sheet, terms = opened.sheet, opened.terms
    missing = {part.criterion: part.vi for part in sheet.missing}
    claimed = [row for row in sheet.rows if row.criterion in terms.appraisers]
    own = [row for row in claimed if not opened.acts_for or opened.is_own(row.criterion)]
    listed = [row for row in own if only is None or row.criterion in only]
    by_areas = by_area(opened.criteria_set, sheet.rows)
    areas = [_area(area, rows, opened, missing, persons, only) for area, rows in by_areas]
    return SheetView(
        title=opened.title,
        unit=opened.name,
        state=SHEET_STATES[sheet.state],
        deadline=vietnamese.deadline(sheet.deadline) if sheet.deadline else "",
        done=sum(1 for row in claimed if row.criterion not in missing),
        total=len(claimed),
        points=total_said(by_areas, terms.leaves),
        areas=[area for area in areas if area.tasks],
        missing=[
            _missing(terms.unit, row, missing[row.criterion], mine=only is not None)
            for row in listed
            if row.criterion in missing
        ],
        note=sheet.note,
        moved=move_rows(sheet),
        parts=[_part(part) for part in sheet.parts],
        returnable=[(part.claimant, part.claimant) for part in sheet.parts if part.reported],
    )


def _part(part: ShownPart) -> SummaryRow:
    """Return how far the part of an agency is, and who reported it, or returned it and why."""
    missing = f", còn thiếu {part.missing}" if part.missing else ""
    facts = f"{len(part.criteria)} tiêu chí{missing}"
    if not part.at:
        return SummaryRow(part.claimant, f"{facts} · Chưa báo cáo")
    said = "Đã báo cáo" if part.reported else "Đã trả lại để sửa"
    note = f"; lý do: {part.note}" if part.note else ""
    return SummaryRow(
        part.claimant, [f"{facts} · {said} lúc {vietnamese.minute(part.at)} – ", AccountPart(part.by), note]
    )


def _area(
    area: Criterion,
    rows: Sequence[SheetRow],
    opened: OpenSheet,
    missing: Mapping[str, str],
    persons: Persons,
    only: Collection[str] | None,
) -> AreaView:
    """Return an area with the tasks that are listed; its points are of all its criteria."""
    tasks = {
        row.criterion: _task(row, opened, missing, mine=only is not None)
        for row in rows
        if only is None or row.criterion in only
    }
    others = {} if opened.sheet.partial else opened.terms.claimants
    who: Persons = {code: [f"{agency} tự chấm"] for code, agency in others.items()}
    who = {**who, **{code: ["Giao cho ", *person] for code, person in persons.items() if code not in who}}
    handed = [
        replace(task, hint=[*parts_of(task.hint), " · " if task.hint else "", *who[code]]) if code in who else task
        for code, task in tasks.items()
    ]
    return AreaView(area.code, area_name(area), area_said((area, rows), opened.terms.leaves), handed)


def _task(row: SheetRow, opened: OpenSheet, missing: Mapping[str, str], *, mine: bool) -> Task:
    terms, leaf = opened.terms, opened.terms.leaves[row.criterion]
    stages = f"{terms.unit}/criteria/{row.criterion}/stages{opened.then}"
    title, address = f"{row.criterion} {row.name}", _address(terms.unit, row.criterion, mine=mine)
    if opened.until.past:
        address = stages
    if row.excluded:
        return Task(title, NOT_FOR_UNIT)
    if is_surveyed(leaf):
        most = f"Tối đa {vietnamese.comma(row.maximum)} điểm"
        return Task(title, "Điều tra xã hội học chấm", address=stages, hint=most, also=_why(row, opened))
    worth = worth_of(leaf, row.claim).text
    if row.claim is None:
        return Task(title, "Chưa chấm", Tag.TO_DO, address, f"Tối đa {vietnamese.comma(row.maximum)} điểm")
    if row.criterion in missing:
        return Task(title, "Còn thiếu", Tag.TO_DO, address, missing[row.criterion], _why(row, opened))
    return Task(title, "Đã chấm", Tag.DONE, address, worth, _why(row, opened))


def _missing(unit: str, row: SheetRow, why: str, *, mine: bool) -> Task:
    return Task(f"{row.criterion} {row.name}", "Còn thiếu", Tag.TO_DO, _address(unit, row.criterion, mine=mine), why)


def _address(unit: str, criterion: str, *, mine: bool) -> str:
    """Return the way from a sheet's page to a criterion's; `mine`: to its page in the reader's own list."""
    return f"{unit}/criteria/{criterion}" + (f"?only={MINE}" if mine else "")


def _why(row: SheetRow, opened: OpenSheet) -> Link | None:
    """Return the way from a sheet's page to why a criterion has its points; None where scoring does not answer."""
    return Link(WHY, _derivation(SCORING_OF_SHEET, row, opened.terms)) if opened.derivable else None


def _derivation(scoring: str, row: SheetRow, terms: Terms) -> str:
    return f"{scoring}/rounds/{terms.round}/units/{terms.unit}/criteria/{row.criterion}"


def report_view(opened: OpenSheet, since: SinceReturn | None) -> ReportView:
    """Return what the page of the report shows."""
    sheet, terms = opened.sheet, opened.terms
    return ReportView(
        areas=[
            ReportArea(
                f"{area.code} {area_name(area)}",
                area_said((area, rows), terms.leaves),
                [_report_row(row, opened) for row in rows],
            )
            for area, rows in by_area(opened.criteria_set, sheet.rows)
        ],
        explained=[
            _explained(row) for row in sheet.rows if row.claim and (row.claim.explanation or row.claim.evidence)
        ],
        difficulties=sheet.difficulties,
        returned=f"lúc {vietnamese.minute(since.at)}: {since.note}" if since else "",
        changes=_changes(since, terms) if since else None,
    )


def _report_row(row: SheetRow, opened: OpenSheet) -> list[Link | str]:
    terms = opened.terms
    leaf, title, most = terms.leaves[row.criterion], f"{row.criterion} {row.name}", vietnamese.comma(row.maximum)
    if row.excluded:
        return [title, "", "", NOT_FOR_UNIT, ""]
    if is_surveyed(leaf):
        return [Link(title, f"criteria/{row.criterion}/stages{opened.then}"), "", most, "Điều tra xã hội học", ""]
    to = f"criteria/{row.criterion}" + (f"/stages{opened.then}" if opened.until.past else "")
    if row.claim is None:
        return [Link(title, to), "", most, "Chưa chấm", ""]
    worth = worth_of(leaf, row.claim)
    points: Link | str = shown(worth.points) if worth.points is not None else NO_POINTS
    if opened.derivable and worth.points is not None:
        points = Link(shown(worth.points), _derivation(SCORING_OF_REPORT, row, terms))
    figures = [f"{label}: {text}" for label, text in figures_said(leaf, row.claim.figures).items()]
    if worth.points is None:
        value_said = worth.compared and "value" in row.claim.figures
        figures.append(BY_BEST if value_said else worth.text)
    return [Link(title, to), points, most, "; ".join(figures), str(len(row.claim.evidence))]


def _explained(row: SheetRow) -> SummaryRow:
    claim = row.claim
    documents = [f"Tài liệu: {document_said(one)}" for one in claim.evidence] if claim else []
    explanation = [claim.explanation] if claim and claim.explanation else []
    return SummaryRow(f"{row.criterion} {row.name}", "\n".join([*explanation, *documents]))


def _changes(since: SinceReturn, terms: Terms) -> list[HistoryLine]:
    lines = []
    for code, (was, now) in since.claims.items():
        leaf = terms.leaves[code]
        if now is not None:
            note = "\n".join(differences(leaf, was, now))
            lines.append(HistoryLine(f"{code} {leaf.name}", now.by, vietnamese.minute(now.at), note))
    if since.difficulties:
        was_said, now_said = since.difficulties
        lines.append(HistoryLine("Khó khăn và kiến nghị", "", "", f"{was_said or '–'} → {now_said or '–'}"))
    return lines


def difficulties_conflict(sheet: ShownSheet, stated: Recorded, mine: str) -> Conflict:
    """Return a stale form of the difficulties: who stated others meanwhile, with both texts."""
    side = Side("text", "Khó khăn và kiến nghị", sheet.difficulties, mine, mine)
    return Conflict(stated.entry.actor, f"lúc {vietnamese.minute(stated.entry.occurred_at)}", sheet.version, [side])
