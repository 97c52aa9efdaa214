"""Reads the lines of a workbook into claims; each mistake and each line that is not read is noted with its cell."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from assessment.enacting.figures import is_surveyed
from assessment.filling_in.layout import (
    CLAIM_COLUMNS,
    CLAIMS,
    CODE,
    DOCUMENT_COLUMNS,
    DOCUMENTS,
    FILE,
    LOCKED,
    NOT_APPLICABLE,
    NUMBERS,
    OURS,
    chosen_name,
    codes_of_words,
    column_of,
    is_filled_in,
)
from assessment.self_scoring.bodies import ListedClaimIn
from assessment.self_scoring.display import rule_said
from assessment.self_scoring.forms import DAYS
from parindex.contracts.criteria import Criterion
from parindex.files.sheet_marks import letters
from parindex.files.workbooks import Workbook
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.values.identifiers import SHA256
from parindex.web.forms import body_of
from parindex.web.worksheets import At, Line, Notes, Table, key, table_in

LONGEST_CODE: Final = 63
"""Characters of a code that a note repeats; no criterion has a longer one."""
TICKED: Final = frozenset(key(word) for word in (NOT_APPLICABLE, "x", "có"))


@dataclass(frozen=True, slots=True)
class Ground:
    """What a workbook is read against: the leaves by code, the codes of headings, the digests of files by label.

    `excluded` has the leaves that do not apply to the unit.
    """

    leaves: Mapping[str, Criterion]
    headings: Collection[str]
    files: Mapping[str, str]
    excluded: frozenset[str] = frozenset()


@dataclass(slots=True)
class FilledRow:
    """A criterion as the workbook has it. `claim` is absent where its cells have mistakes, or are all empty."""

    criterion: str
    row: int
    columns: Mapping[str, int]
    values: Mapping[str, object] = field(default_factory=dict)
    documents: list[dict[str, str]] = field(default_factory=list)
    document_rows: list[int] = field(default_factory=list)
    document_columns: Mapping[str, int] = field(default_factory=dict)
    wrong: bool = False
    claim: ListedClaimIn | None = None

    def at(self, pointer: str) -> At:
        """Return the cell that a pointer into the claim is about."""
        parts = pointer.strip("/").split("/")
        if parts[0] == "evidence" and len(parts) > 1 and int(parts[1]) < len(self.document_rows):
            name = FILE if parts[-1] == "sha256" else parts[-1]
            column = self.document_columns.get(name, self.document_columns[CODE])
            return At(DOCUMENTS, self.document_rows[int(parts[1])] + 1, letters(column))
        return At(CLAIMS, self.row + 1, letters(self.columns[column_of(parts[-1])]))


@dataclass(slots=True)
class Filled(Notes):
    """The content of a workbook: its criteria, and the notes about what has a mistake or is not read."""

    rows: dict[str, FilledRow] = field(default_factory=dict)


def read_workbook(workbook: Workbook, ground: Ground) -> Filled:
    """Return what a workbook says."""
    filled = Filled()
    for name in workbook.others:
        if name not in OURS:
            filled.warn(At(name), "", "Trang tính này không được đọc.", "This worksheet is not read.")
    tables = [
        table_in(workbook, CLAIMS, CLAIM_COLUMNS, filled, LOCKED),
        table_in(workbook, DOCUMENTS, DOCUMENT_COLUMNS, filled),
    ]
    claims, documents = tables
    if claims is None or documents is None:
        return filled
    _read_claims(claims, ground, filled)
    _read_documents(documents, ground, filled)
    for row in filled.rows.values():
        _finish(row, filled)
    return filled


def _read_claims(table: Table, ground: Ground, filled: Filled) -> None:
    for row, line in table.lines():
        code = line.code(CODE)
        line.criterion = code[:LONGEST_CODE]
        inputs = [name for name in line.cells if name not in {CODE, *LOCKED}]
        leaf = ground.leaves.get(code)
        if leaf is None:
            _read_heading(line, code, inputs, ground)
        elif code in ground.excluded:
            _skip(line, inputs, "Tiêu chí không áp dụng với đơn vị này", "This criterion does not apply to the unit")
        elif is_surveyed(leaf):
            _skip(line, inputs, "Tiêu chí do điều tra xã hội học chấm", "A survey scores this criterion")
        elif not is_filled_in(leaf):
            _skip(line, inputs, "Tiêu chí này khai trên trang của nó", "This criterion is claimed at its page")
        elif code in filled.rows:
            line.error(CODE, f"Tiêu chí “{code}” bị trùng.", f"Criterion “{code}” occurs twice.")
            filled.rows[code].wrong = True
        else:
            filled.rows[code] = _read_claim(line, row, leaf, table.columns)


def _read_heading(line: Line, code: str, inputs: list[str], ground: Ground) -> None:
    if code in ground.headings:
        _skip(line, inputs, "Dòng này là tiêu đề của nhóm tiêu chí", "This line is the heading of criteria")
    elif code:
        line.error(
            CODE, f"Phiếu không có tiêu chí “{line.criterion}”.", f"The sheet has no criterion “{line.criterion}”."
        )
    elif not line.wrong:
        vi, en = "Dòng không có mã tiêu chí nên bị bỏ qua.", "The line has no code of a criterion, and is skipped."
        line.warn(CODE, vi, en)


def _skip(line: Line, inputs: list[str], vi: str, en: str) -> None:
    for name in inputs:
        line.warn(name, f"{vi}, nội dung ô này bị bỏ qua.", f"{en}; this cell is skipped.")


def _read_claim(line: Line, row: int, leaf: Criterion, columns: Mapping[str, int]) -> FilledRow:
    figures = {name: line.number(name) for name in NUMBERS if name in line.cells}
    if "chosen" in line.cells:
        figures[chosen_name(leaf) or "chosen"] = _chosen(line, leaf)
    refused, explanation = key(line.text("not_applicable")), line.text("explanation")
    if refused and refused not in TICKED:
        line.error(
            "not_applicable", f"Chỉ ghi “{NOT_APPLICABLE}” hoặc để trống.", f"Write “{NOT_APPLICABLE}”, or nothing."
        )
    values: dict[str, object] = {
        "criterion": leaf.code,
        "figures": {name: text for name, text in figures.items() if text},
        "applicable": not refused,
        "explanation": explanation,
    }
    _check_locked(line, leaf)
    return FilledRow(leaf.code, row, columns, values, wrong=line.wrong)


def _chosen(line: Line, leaf: Criterion) -> str:
    text, words = line.text("chosen"), codes_of_words(leaf)
    if not words:
        return line.error("chosen", "Tiêu chí này không có mức để chọn.", "This criterion has nothing to choose.")
    if text and key(text) not in words:
        return line.error("chosen", f"“{text[:60]}” không có trong danh sách.", f"“{text[:60]}” is not in the list.")
    return words.get(key(text), "")


def _check_locked(line: Line, leaf: Criterion) -> None:
    """Warn of a locked cell that was changed all the same: its text changes nothing."""
    said = {"name": leaf.name, "maximum": leaf.maximum, "rule": rule_said(leaf)}
    for name, text in said.items():
        cell = line.cells.get(name)
        if cell is not None and key(cell.text.replace(",", ".")) != key(text.replace(",", ".")):
            vi, en = "Ô khóa đã bị sửa, không được đọc.", "The locked cell was changed, and is not read."
            line.warn(name, vi, en)


def _read_documents(table: Table, ground: Ground, filled: Filled) -> None:
    for row, line in table.lines():
        code = line.code(CODE)
        line.criterion = code[:LONGEST_CODE]
        if code in filled.rows:
            _add_document(line, row, filled.rows[code], ground)
        elif code in ground.leaves and is_filled_in(ground.leaves[code]):
            vi, en = (
                "không có dòng ở trang “Tự chấm” nên tài liệu này bị bỏ qua.",
                "has no line; the document is skipped.",
            )
            line.warn(CODE, f"Tiêu chí {code} {vi}", f"Criterion {code} {en}")
        elif code:
            vi = f"Không tự chấm tiêu chí “{line.criterion}” bằng Excel."
            en = f"Criterion “{line.criterion}” is not self-scored by Excel."
            line.error(CODE, vi, en)
        elif not line.wrong:
            line.error(CODE, "Tài liệu chưa có mã tiêu chí.", "The document has no code of a criterion.")


def _add_document(line: Line, row: int, filled: FilledRow, ground: Ground) -> None:
    document = {name: line.text(name) for name in ("number", "title", "page")}
    document |= {name: line.day(name) for name in DAYS}
    document["sha256"] = _digest(line, ground)
    filled.documents.append({name: text for name, text in document.items() if text})
    filled.document_rows.append(row)
    filled.document_columns = line.table.columns
    filled.wrong = filled.wrong or line.wrong


def _digest(line: Line, ground: Ground) -> str:
    text = line.text(FILE)
    if not text or SHA256.fault(text) is None:
        return text
    if (found := ground.files.get(key(text))) is None:
        return line.error(
            FILE, "Đơn vị chưa tải lên tệp này; hãy chọn trong danh sách.", "The unit has no such file; choose one."
        )
    return found


def _finish(row: FilledRow, filled: Filled) -> None:
    """Make the claim of a row that says something and has no mistakes yet."""
    values = {**row.values, "evidence": row.documents}
    is_empty = values == {
        "criterion": row.criterion,
        "figures": {},
        "applicable": True,
        "explanation": "",
        "evidence": [],
    }
    if row.wrong or is_empty:
        return
    try:
        row.claim = body_of(ListedClaimIn, values)
    except MalformedError as malformed:
        row.wrong = True
        take_places(filled, row, malformed.places)


def take_places(filled: Filled, row: FilledRow, places: Collection[Place]) -> None:
    """Note mistakes that a rule found in the claim of a row, with their cells."""
    for place in places:
        filled.error(row.at(place.at), row.criterion, place.vi, place.en)
