"""Why a line has its points, in Vietnamese: API and page show these words. Pure.

The sentences with numbers are those of `parindex/web/arithmetic_words.py`: their expression gives the points again.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from parindex.contracts.assessment import Claim, Figure
from parindex.contracts.criteria import Criterion, NormalisedToBest, SurveyPoints
from parindex.contracts.formula import Counted, compared_value
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.uncomputable import UncomputableError
from parindex.numbers import from_wire
from parindex.web import vietnamese
from parindex.web.arithmetic_words import Arithmetic, arithmetic_of, written
from scoring.computing.events import TallyReceived
from scoring.computing.refusals import FAULTS
from scoring.deriving.state import LineChange, LineHistory, LogEntry, Mover

MOVERS: Final = {
    Mover.OPENING: "Mở đợt",
    Mover.CLAIMS: "Tự chấm",
    Mover.APPRAISAL: "Thẩm định",
    Mover.SURVEY: "Khảo sát",
    Mover.BLOCK: "Giá trị cao nhất trong khối",
}
NOTHING_YET: Final = (
    "Lúc đó chưa có dữ liệu nào về đơn vị này: đợt chưa mở, hoặc dữ liệu chưa được chuyển sang phần tính điểm."
)
NO_FIGURES: Final = "Lần tính này do phiên bản cũ ghi nên không có số liệu kèm theo; xem bản ghi gốc"
NOT_COMPLETED: Final = (
    "Chưa hoàn thành thẩm định của đơn vị; có thể đã có kết quả từng tiêu chí, nhưng chưa được tính đến khi hoàn thành"
)
NOT_FOUND: Final = "Thẩm định của đơn vị đã hoàn thành, không có kết quả cho tiêu chí này"
LOGS: Final = {
    "assessment": "sổ tự chấm, thẩm định", "survey": "sổ khảo sát", "scoring": "sổ tính điểm"
}  # fmt: skip
RECORDED: Final = {
    "ClaimsReceived": "nhận số liệu tự chấm",
    "FindingsReceived": "nhận kết quả thẩm định",
    "TallyReceived": "nhận kết quả khảo sát",
    "IndexComputed": "tính chỉ số",
}
NOT_APPLICABLE: Final = "Không áp dụng với đơn vị này, không tính vào điểm tối đa"
FULL_MARKS: Final = "Không áp dụng với đơn vị này, bộ chỉ số cho điểm tối đa"
ORIGINS: Final = {"kiosk": "kiosk", "outside": "điều tra bên ngoài"}


def by_name(figures: Iterable[Figure]) -> dict[str, str]:
    """Return figures by their names."""
    return {each.name: each.value for each in figures}


def counted(tallies: Iterable[TallyReceived]) -> list[Counted]:
    """Return tallies as the formula takes them."""
    return [Counted({each.option: each.count for each in one.counts}, one.score, one.out_of) for one in tallies]


def points_said(line: ScoreLine | None) -> str:
    """Return the points of a line, the maximum, and the loss: "1,5 trên 2 điểm, mất 0,5 điểm"."""
    if line is None or not line.points:
        return "Chưa có điểm"
    points, maximum = from_wire(line.points), from_wire(line.maximum)
    lost = f", mất {written(maximum - points)} điểm" if points < maximum else ""
    return f"{written(points)} trên {written(maximum)} điểm{lost}"


def result_of(history: LineHistory) -> Arithmetic | str:
    """Return how the points that count were computed, or in words why the line has none."""
    line, row = history.line, history.row
    if line is None:
        return NOTHING_YET
    if line.fault:
        return FAULTS[line.fault].vi if line.fault in FAULTS else line.fault
    if not line.points:
        return _not_final(row, completed=history.completed)
    if _left_out(history, line):
        return _excluded(row, from_wire(line.points))
    return _computed(history, row, line)


def claim_of(history: LineHistory) -> Arithmetic | str:
    """Return what the unit's own figures would give, or in words why nothing."""
    claim, row, line = history.inputs.claim, history.row, history.line
    if isinstance(row.rule, SurveyPoints):
        return "Tiêu chí điều tra xã hội học, đơn vị không tự chấm"
    if claim is None:
        if history.inputs.claims_at is None and (history.claimed_from or (line and line.claimed)):
            return _without_figures([history.claimed_from])
        return "Chưa nộp bản tự chấm nào có tiêu chí này" if line else NOTHING_YET
    if not claim.applicable:
        return "Đơn vị khai không áp dụng"
    return _of_claim(row, claim)


def tally_said(tally: TallyReceived) -> str:
    """Return a tally with its counts: "Câu hỏi q1, nhóm firm, kiosk: 1: 1 phiếu, 5: 2 phiếu"."""
    group = f", nhóm {tally.group}" if tally.group else ""
    of = f"Câu hỏi {tally.question}{group}, {ORIGINS.get(tally.origin, tally.origin)}"
    if tally.score:
        return f"{of}: {vietnamese.comma(tally.score)} trên {vietnamese.comma(tally.out_of)}"
    counts = ", ".join(f"{each.option}: {each.count} phiếu" for each in tally.counts)
    return f"{of}: {counts or 'chưa có phiếu'} (đã đếm đến bản ghi {tally.covers} của phần khảo sát)"


def best_said(line: ScoreLine | None, names: Mapping[str, str]) -> str:
    """Return the greatest value of the block, and whose it is; "" where nothing is compared."""
    if line is None or not line.best:
        return ""
    return f"{written(from_wire(line.best))}, của {names.get(line.best_unit) or line.best_unit}"


def movers_said(movers: Sequence[Mover]) -> str:
    """Return what moved a line: "Mở đợt, Tự chấm"."""
    return ", ".join(MOVERS[mover] for mover in movers) or "Tính lại"


def amount_said(points: str) -> str:
    """Return points for a table; "–" for no points."""
    return written(from_wire(points)) if points else "–"


def change_said(change: LineChange) -> str:
    """Return a change in one line: "15/11/2026 09:30, Thẩm định: – → 1,5 điểm, theo tự chấm 2 (bản ghi scoring/7)"."""
    after, entry = change.after, change.entry
    before = amount_said(change.before.points if change.before else "")
    points = f"{before} → {after_said(after.points, after.fault)} điểm, theo tự chấm {amount_said(after.claimed)}"
    return f"{vietnamese.minute(entry.at)}, {movers_said(change.movers)}: {points} (bản ghi scoring/{entry.position})"


def after_said(points: str, fault: str) -> str:
    """Return the points after a change, or that they can't be computed."""
    return "không tính được" if fault else amount_said(points)


def entry_said(entry: LogEntry) -> str:
    """Return an entry of scoring's log with the one that it was received from, in words."""
    what = RECORDED.get(entry.type, entry.type)
    said = f"{place_said(f'scoring/{entry.position}')}: {what}, ghi lúc {vietnamese.minute(entry.at)}"
    return f"{said}, nhận từ {place_said(entry.source)}" if entry.source else said


def entry_named(entry: LogEntry) -> str:
    """Return an entry as auditors look it up: "scoring/269 ClaimsReceived, assessment/315"."""
    return f"scoring/{entry.position} {entry.type}{', ' if entry.source else ''}{entry.source}"


def place_said(place: str) -> str:
    """Return the place of an entry in words: "bản ghi 269 của sổ tính điểm" for "scoring/269"."""
    log, _, position = place.partition("/")
    return f"bản ghi {position} của {LOGS.get(log, f'sổ {log}')}"


def _left_out(history: LineHistory, line: ScoreLine) -> bool:
    """Return whether the criterion does not apply: the opening says so, or the appraisal found it."""
    found = history.inputs.finding
    return not line.causes or (found is not None and not found.applicable)


def _excluded(row: Criterion, points: Fraction) -> Arithmetic:
    return (
        Arithmetic(FULL_MARKS, vietnamese.comma(row.maximum), points)
        if points
        else Arithmetic(NOT_APPLICABLE, "0", points)
    )


def _computed(history: LineHistory, row: Criterion, line: ScoreLine) -> Arithmetic | str:
    """Return the arithmetic of the inputs in the log, if they are those of the line and give its points again.

    Else they are not all there: an earlier version computed from inputs that it did not record.
    """
    try:
        found = _of_inputs(history, row, line)
    except UncomputableError:
        found = None
    return found if found and found.points == from_wire(line.points) else _without_figures(line.causes)


def _of_inputs(history: LineHistory, row: Criterion, line: ScoreLine) -> Arithmetic | None:
    used, found = history.inputs, history.inputs.finding
    if isinstance(row.rule, SurveyPoints):
        sources = [at.source for at, _ in used.tallies.values()]
        tallies = counted(tally for _, tally in used.tallies.values())
        return _worked(row, {}, tallies) if sources == list(line.causes) else None
    if found is None or used.findings_at is None or used.findings_at.source != line.causes[0]:
        return None
    if found.points:
        return Arithmetic("Thẩm định chấm điểm trực tiếp", vietnamese.comma(found.points), from_wire(found.points))
    return _worked(row, by_name(found.figures), best=from_wire(line.best) if line.best else None)


def _worked(
    row: Criterion, figures: Mapping[str, str], tallies: Sequence[Counted] = (), best: Fraction | None = None
) -> Arithmetic | None:
    assert row.rule is not None  # noqa: S101  # a line is that of a row with a rule
    return arithmetic_of(row.rule, row.maximum, figures, tallies, best)


def _without_figures(sources: Iterable[str]) -> str:
    named = ", ".join(filter(None, sources))
    return f"{NO_FIGURES} ({named})" if named else NO_FIGURES


def _not_final(row: Criterion, *, completed: bool) -> str:
    if isinstance(row.rule, SurveyPoints):
        return "Chưa có phiếu trả lời hoặc kết quả điều tra nào"
    return NOT_FOUND if completed else NOT_COMPLETED


def _of_claim(row: Criterion, claim: Claim) -> Arithmetic | str:
    figures = by_name(claim.figures)
    try:
        if isinstance(row.rule, NormalisedToBest):
            return f"Giá trị {written(compared_value(figures))}, so với khối khi thẩm định xong"
        return _worked(row, figures) or _not_final(row, completed=False)
    except UncomputableError as error:
        return error.vi
