"""What the pages of an explanation show, computed beforehand: templates place, they do not compute."""

from collections.abc import Mapping, Sequence

from assessment.opening.stages import ValueStage
from assessment.proving.queries import ShownFile
from assessment.self_scoring.display import lock_after, shown, value_said
from assessment.self_scoring.queries import SheetRow, ShownClaim, ShownValue
from assessment.self_scoring.reading import OpenSheet
from parindex.contracts.criteria import Criterion
from parindex.contracts.formula import number
from parindex.web.parts import Lock, SummaryRow, Tag, Task

ENDED = {
    ValueStage.APPRAISAL_2: "Thẩm định lần 2",
    ValueStage.COUNCIL: "Hội đồng quyết định",
    ValueStage.CORRECTION: "Thẩm định lại sau khi mở lại đợt",
}


def explanation_in(row: SheetRow) -> ShownClaim | None:
    """Return what the unit explains for a criterion in the form of a claim, which the page's form shows; or None."""
    found = value_at(row, ValueStage.EXPLANATION)
    if found is None:
        return None
    return ShownClaim(
        figures=found.figures,
        applicable=found.applicable,
        evidence=found.evidence,
        files=[],
        explanation=found.reason,
        confirmed=[],
        by=found.by,
        at=found.at,
        position=found.position,
    )


def value_at(row: SheetRow, stage: ValueStage) -> ShownValue | None:
    """Return the value of a criterion of one stage, or None."""
    return next((value for value in row.values if value.stage is stage), None)


def summary_of(opened: OpenSheet) -> list[SummaryRow]:
    """Return how far the explanation is."""
    sheet = opened.sheet
    explained = [code for code in sheet.explainable if explanation_in(opened.row(code)[0])]
    state = "Đang giải trình" if sheet.stage is ValueStage.EXPLANATION else ENDED.get(sheet.stage, "")
    return [
        SummaryRow("Tình trạng", "Đã thẩm định xong" if sheet.completed else state),
        SummaryRow("Tiêu chí bị điều chỉnh", str(len(sheet.explainable))),
        SummaryRow("Đã giải trình", str(len(explained))),
    ]


def lock_of(opened: OpenSheet, now: str) -> Lock | None:
    """Return why nothing can be explained now; None where the unit can."""
    sheet, terms = opened.sheet, opened.terms
    if sheet.stage is ValueStage.EXPLANATION:
        return lock_after(sheet, terms, ValueStage.EXPLANATION, now)
    if not sheet.explainable:
        return Lock("Chưa có kết quả thẩm định lần 1 để giải trình.")
    return Lock("Việc giải trình đã xong.", "", "Hội đồng thẩm định quyết định những điểm còn ý kiến khác nhau.")


def tasks_of(opened: OpenSheet) -> list[Task]:
    """Return the criteria that may be explained, each with its points before and after the first appraisal."""
    return [_task(*opened.row(code)) for code in opened.sheet.explainable]


def files_to_choose(files: Sequence[ShownFile], texts: Mapping[str, str], at: int) -> list[tuple[str, str]]:
    """Return the unit's files to choose from for a document, and the one it has, which may be gone by now."""
    has = texts.get(f"sha256-{at}", "")
    known = [(file.sha256, file.name) for file in files]
    return [("", "Không kèm tệp"), *known, *([(has, has[:12])] if has and has not in dict(known) else [])]


def _task(row: SheetRow, leaf: Criterion) -> Task:
    before, after = value_at(row, ValueStage.SELF), value_at(row, ValueStage.APPRAISAL_1)
    hint = f"Tự chấm {_points(before, leaf)} → thẩm định {_points(after, leaf)}: {after.reason if after else ''}"
    title, address = f"{row.criterion} {row.name}", f"criteria/{row.criterion}/explanation"
    if explanation_in(row):
        return Task(title, "Đã giải trình", Tag.DONE, address, hint)
    return Task(title, "Chưa giải trình", Tag.PLAIN, address, hint)


def _points(value: ShownValue | None, leaf: Criterion) -> str:
    if value is None:
        return "–"
    return f"{shown(number(value.points))} điểm" if value.points else value_said(value, leaf).lower()
