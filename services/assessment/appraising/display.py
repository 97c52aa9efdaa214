"""What the appraisers' pages show, computed beforehand: templates place it and compute nothing."""

from collections.abc import Mapping, Sequence
from typing import Final

from assessment.appraising.state import ItemState
from assessment.appraising.worklist import CHANGED, Item, ListFilter, Worklist
from assessment.opening.stages import ValueStage
from assessment.self_scoring.display import (
    STAGE_NAMES,
    document_said,
    figures_said,
    finding_said,
    lock_after,
    shown,
    value_said,
    worth_of,
)
from assessment.self_scoring.events import ClaimCorrected, ClaimEntered, ClaimUpheld
from assessment.self_scoring.queries import SheetRow, ShownClaim, ShownFinding, ShownValue
from assessment.self_scoring.reading import OpenSheet
from parindex.contracts.criteria import Criterion
from parindex.contracts.formula import number
from parindex.eventstore.registry import Recorded
from parindex.web import vietnamese
from parindex.web.parts import Column, Link, Lock, SummaryRow, Words

ROWS_OF_PAGE: Final = 50
STATES: Final = {
    ItemState.TO_DO: "Chưa thẩm định",
    ItemState.UPHELD: "Đã công nhận",
    ItemState.CORRECTED: "Đã điều chỉnh",
}
COLUMNS: Final = (
    Column("Đơn vị, tiêu chí"),
    Column("Đơn vị tự chấm"),
    Column("Tài liệu", number=True),
    Column("Thẩm định"),
)
UPHELD_COLUMNS: Final = (Column("Đơn vị"), Column("Số tiêu chí", number=True))
EXCEPTION_COLUMNS: Final = (Column("Đơn vị, tiêu chí"), Column("Vì sao xem riêng"))
REFUSED_COLUMNS: Final = (Column("Đơn vị"), Column("Vì sao chưa ghi"))
CHANGE_COLUMNS: Final = (Column("Bước"), Column("Lần xem trước"), Column("Hiện nay"))
Choices = Sequence[tuple[str, str]]


def progress_rows(work: Worklist, wanted: ListFilter) -> list[SummaryRow]:
    """Return how far the appraisal of a round is for its reader."""
    mine = [item for item in work.items if wanted.every or item.mine]
    waiting = sum(item.state is ItemState.TO_DO for item in mine)
    until = work.found.opened.appraisal_until
    return [
        SummaryRow("Đã thẩm định", f"{len(mine) - waiting} / {len(mine)} mục của các đơn vị đã nộp"),
        SummaryRow("Đơn vị chưa nộp", ", ".join(unit.name for unit in work.awaited) or "Không còn"),
        SummaryRow("Đơn vị đã thẩm định xong", str(work.completed)),
        SummaryRow("Hạn thẩm định", vietnamese.deadline(until) if until else "Không có hạn"),
    ]


def lock_of(opened: OpenSheet, criterion: str, now: str, *, listed: bool) -> Lock | None:
    """Return why no finding can be made for a criterion now; None where it can.

    `listed`: the criterion is on the reader's list.
    """
    sheet, terms = opened.sheet, opened.terms
    if not sheet.submitted_at:
        return Lock(
            "Đơn vị chưa nộp bản tự chấm.", "", "Văn phòng của cơ quan chủ trì nhắc đơn vị, hoặc gia hạn cho đơn vị."
        )
    if sheet.completed:
        return Lock("Đơn vị đã được thẩm định xong.", "", "Hội đồng mở lại đợt cho đơn vị, có lý do.")
    if sheet.stage is ValueStage.EXPLANATION:
        return Lock("Đơn vị đang giải trình.", "", "Đơn vị nộp giải trình, hoặc văn phòng kết thúc việc giải trình.")
    if sheet.stage is ValueStage.COUNCIL:
        return Lock("Hội đồng đang quyết định.", "", "Hội đồng thẩm định.")
    if not listed:
        return Lock(f"Cơ quan {terms.appraisers[criterion]} thẩm định tiêu chí này, hoặc bạn thuộc đơn vị này.")
    first = sheet.stage is ValueStage.APPRAISAL_1 and terms.two_appraisals
    over = lock_after(sheet, terms, ValueStage.APPRAISAL_1, now) if first else None
    return over or lock_after(sheet, terms, ValueStage.APPRAISAL_2, now)


def choices_of(work: Worklist, wanted: ListFilter) -> dict[str, Choices]:
    """Return what the filter offers, by the name of its field; the first choice is everything."""
    units = {item.unit.terms.unit: item.unit.name for item in work.items}
    leaves = {item.criterion: item.unit.terms.leaves[item.criterion].name for item in work.items}
    listed = [item for item in work.items if wanted.every or item.mine]
    counts = {state: sum(item.state is state for item in listed) for state in STATES}
    changed = (CHANGED, f"Có thay đổi từ lần xem trước ({sum(item.changed for item in listed)})")
    return {
        "state": [("", "Tất cả"), *((state, f"{name} ({counts[state]})") for state, name in STATES.items()), changed],
        "of_unit": [("", "Mọi đơn vị"), *units.items()],
        "of_criterion": [("", "Mọi tiêu chí"), *((code, f"{code} {name}") for code, name in leaves.items())],
    }


def item_rows(
    items: Sequence[Item], entries: Mapping[int, Recorded], wanted: ListFilter
) -> list[Sequence[Words | Link]]:
    """Return the lines of a list with the cells of COLUMNS. `entries`: the entries of their claims and findings."""
    return [_row(item, entries, wanted) for item in items]


def change_rows(before: SheetRow, now: SheetRow, leaf: Criterion) -> list[list[Words]]:
    """Return the stages whose value differs between two moments, with the cells of CHANGE_COLUMNS."""
    then, today = ({value.stage: _all_said(value, leaf) for value in row.values} for row in (before, now))
    return [
        [STAGE_NAMES[stage], then.get(stage, "Chưa có"), today.get(stage, "Đã rút")]
        for stage in ValueStage
        if then.get(stage) != today.get(stage)
    ]


def _all_said(value: ShownValue, leaf: Criterion) -> str:
    """Return everything that a stage says of a criterion, with its moment: no two entries have the same text."""
    points = f"{shown(number(value.points))} điểm" if value.points else ""
    documents = [f"Tài liệu: {document_said(one)}" for one in value.evidence]
    said = (value_said(value, leaf), points, value.reason, *documents, f"Ghi lúc {vietnamese.minute(value.at)}")
    return "\n".join(filter(None, said))


def place_of(item: Item) -> str:
    """Return where an item is, below the address of its round."""
    return f"units/{item.unit.terms.unit}/criteria/{item.criterion}/appraisal"


def named(item: Item) -> str:
    """Return an item as people name it: the unit, and the criterion with its code."""
    return f"{item.unit.name}: {item.criterion} {item.unit.terms.leaves[item.criterion].name}"


def claim_said(fact: ClaimEntered, leaf: Criterion) -> str:
    """Return a claim in one text: its figures, and the points that they earn."""
    figures = {figure.name: figure.value for figure in fact.figures}
    said = "; ".join(f"{label}: {text}" for label, text in figures_said(leaf, figures).items())
    return "\n".join(filter(None, (said, worth_of(leaf, _claim(fact)).text)))


def evidence_rows(claim: ShownClaim | None) -> list[tuple[str, str]]:
    """Return the documents of a claim: each as people read it, with the digest of its file, "" where it has none."""
    held = set(claim.files) if claim else set()
    return [(document_said(one), one.sha256 if one.sha256 in held else "") for one in (claim.evidence if claim else [])]


def _row(item: Item, entries: Mapping[int, Recorded], wanted: ListFilter) -> Sequence[Words | Link]:
    leaf = item.unit.terms.leaves[item.criterion]
    claim, found = (entries[at].fact if at in entries else None for at in (item.progress.claimed, item.progress.found))
    claimed = claim_said(claim, leaf) if isinstance(claim, ClaimEntered) else "Chưa kê khai"
    documents = str(len(claim.evidence)) if isinstance(claim, ClaimEntered) else ""
    said = [STATES[item.state], *(["Có thay đổi từ lần xem trước"] if item.changed else [])]
    if isinstance(found, ClaimUpheld | ClaimCorrected) and item.state is not ItemState.UPHELD:
        said.append(finding_said(_finding(found), leaf))
    return [Link(named(item), place_of(item) + wanted.query()), claimed, documents, "\n".join(said)]


def _claim(fact: ClaimEntered) -> ShownClaim:
    figures = {figure.name: figure.value for figure in fact.figures}
    return ShownClaim(figures, fact.applicable, list(fact.evidence), [], "", [], "", "", 0)


def _finding(fact: ClaimUpheld | ClaimCorrected) -> ShownFinding:
    corrected = fact if isinstance(fact, ClaimCorrected) else None
    return ShownFinding(
        stage=ValueStage(fact.stage),
        upheld=corrected is None,
        figures={figure.name: figure.value for figure in corrected.figures} if corrected else {},
        applicable=corrected is None or corrected.applicable,
        points=corrected.points if corrected else "",
        comment="",
        confirmed=[],
        by="",
        at="",
        position=0,
    )
