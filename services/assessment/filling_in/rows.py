"""Reads the cells of a workbook into claims; each mistake and each thing that is not read is noted with its cell."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
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
    OURS,
    chosen_name,
    codes_of_words,
    column_of,
    key,
    letters,
)
from assessment.filling_in.refusals import WorkbookTooFaultyError
from assessment.filling_in.state import At, Note
from assessment.self_scoring.bodies import ListedClaimIn
from assessment.self_scoring.display import rule_said
from assessment.self_scoring.forms import DAYS, NUMBERS
from parindex.contracts.criteria import Criterion
from parindex.files.workbooks import Cell, CellKind, Workbook, Worksheet
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.values.days import NotADayError, day
from parindex.values.identifiers import SHA256
from parindex.web.forms import body_of
from parindex.web.vietnamese import NotReadError, read_day, read_number, written_day

FIRST_SERIAL: Final = date(1899, 12, 30)
"""Day 0 of Excel's numbers of days, for all days after February 1900."""
LAST_SERIAL: Final = 100_000
MOST_NOTES: Final = 2_000
"""Mistakes and warnings of one workbook: every one is shown, so a workbook with more of them is refused as a whole."""
LONGEST_CODE: Final = 63
"""Characters of a code that a note repeats; no criterion has a longer one."""
HEADS: Final = 20
"""The line of titles is among so many first ones."""
TICKED: Final = frozenset(key(word) for word in (NOT_APPLICABLE, "x", "có"))

Add = Callable[[At, str, str, str], None]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a workbook is read against: the self-scored leaves, all leaves, codes of headings, files by their labels."""

    leaves: Mapping[str, Criterion]
    headings: Collection[str]
    files: Mapping[str, str]


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
class Filled:
    """The content of a workbook: its criteria, its mistakes, and a warning for each part that is not read.

    Noting one more than MOST_NOTES raises WorkbookTooFaultyError.
    """

    rows: dict[str, FilledRow] = field(default_factory=dict)
    errors: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)

    def error(self, at: At, criterion: str, vi: str, en: str) -> None:
        """Note a mistake."""
        self.add(self.errors, Note(at, criterion, vi, en))

    def warn(self, at: At, criterion: str, vi: str, en: str) -> None:
        """Note a warning."""
        self.add(self.warnings, Note(at, criterion, vi, en))

    def add(self, notes: list[Note], note: Note) -> None:
        """Add to the mistakes or to the warnings."""
        if len(self.errors) + len(self.warnings) >= MOST_NOTES:
            raise WorkbookTooFaultyError(MOST_NOTES)
        notes.append(note)


def read_workbook(workbook: Workbook, ground: Ground) -> Filled:
    """Return what a workbook says."""
    filled = Filled()
    for name in workbook.others:
        if name not in OURS:
            filled.warn(At(name), "", "Trang tính này không được đọc.", "This worksheet is not read.")
    tables = [_table(workbook, CLAIMS, CLAIM_COLUMNS, filled), _table(workbook, DOCUMENTS, DOCUMENT_COLUMNS, filled)]
    claims, documents = tables
    if claims is None or documents is None:
        return filled
    _read_claims(claims, ground, filled)
    _read_documents(documents, ground, filled)
    for row in filled.rows.values():
        _finish(row, filled)
    return filled


@dataclass(frozen=True, slots=True)
class _Table:
    """A worksheet with its columns by key."""

    sheet: Worksheet
    columns: Mapping[str, int]
    head: int
    filled: Filled

    def lines(self) -> Iterator[tuple[int, "_Line"]]:
        """Yield the lines below the titles in which a column that we know has something."""
        for row in sorted(self.sheet.cells):
            cells = self.sheet.cells[row]
            known = {name: cells[at] for name, at in self.columns.items() if at in cells and _is_filled(cells[at])}
            if row > self.head and known:
                yield row, _Line(self, row, known)


@dataclass(slots=True)
class _Line:
    """A line of a table. Reading a cell that has a mistake notes it and returns ""."""

    table: _Table
    row: int
    cells: Mapping[str, Cell]
    criterion: str = ""
    wrong: bool = False

    def at(self, name: str) -> At:
        return At(self.table.sheet.name, self.row + 1, letters(self.table.columns[name]))

    def error(self, name: str, vi: str, en: str) -> str:
        self.table.filled.error(self.at(name), self.criterion, vi, en)
        self.wrong = True
        return ""

    def warn(self, name: str, vi: str, en: str) -> None:
        self.table.filled.warn(self.at(name), self.criterion, vi, en)

    def text(self, name: str) -> str:
        """Return a cell as text; a number as it is written."""
        cell = self._cell(name)
        if cell is None or cell.kind in {CellKind.TEXT, CellKind.NUMBER}:
            return cell.text.strip() if cell else ""
        vi, en = "Ô này phải là chữ; hãy định dạng ô là Text rồi gõ lại.", "This cell has to be text; type it again."
        return self.error(name, f"{vi} (Đang là: {_shown(cell)})", f"{en} (It is {_shown(cell)})")

    def number(self, name: str) -> str:
        """Return a cell as the number that the API takes."""
        cell = self._cell(name)
        if cell is None or cell.kind is CellKind.NUMBER:
            return cell.text if cell else ""
        if cell.kind is not CellKind.TEXT:
            return self.error(
                name, f"Ô này phải là số, không phải “{_shown(cell)}”.", f"It has to be a number, not “{_shown(cell)}”."
            )
        return self._read(name, cell.text, read_number)

    def day(self, name: str) -> str:
        """Return a cell as a day: a date of Excel, its number of days, or a text as day/month/year."""
        cell = self._cell(name)
        if cell is None:
            return ""
        try:
            if cell.kind is CellKind.DAY:
                return day(cell.text).isoformat()
            if cell.kind is CellKind.NUMBER and cell.text.isdecimal() and int(cell.text) <= LAST_SERIAL:
                return day((FIRST_SERIAL + timedelta(days=int(cell.text))).isoformat()).isoformat()
        except NotADayError as error:
            return self.error(name, error.fault.vi, error.fault.en)
        return self._read(name, _shown(cell), read_day)

    def _read(self, name: str, text: str, reader: Callable[[str], str]) -> str:
        try:
            return reader(text)
        except NotReadError as error:
            return self.error(name, error.fault.vi, error.fault.en)

    def _cell(self, name: str) -> Cell | None:
        cell = self.cells.get(name)
        if cell is None:
            return None
        if cell.kind is CellKind.ERROR:
            vi, en = "công thức chưa được tính", "a formula without a value"
            self.error(name, f"Ô này có lỗi: {_shown(cell) or vi}.", f"This cell has an error: {_shown(cell) or en}.")
            return None
        if cell.formula:
            self.warn(
                name, f"Ô này là công thức; hệ thống lấy giá trị đã tính: {_shown(cell)}.",
                f"This cell is a formula; its computed value is taken: {_shown(cell)}.",
            )  # fmt: skip
        return cell


def _table(workbook: Workbook, name: str, columns: Mapping[str, str], filled: Filled) -> _Table | None:
    sheet = workbook.sheet(name)
    if sheet is None:
        filled.error(At(name), "", "Tệp thiếu trang tính này.", "The file lacks this worksheet.")
        return None
    titles = {key(title): name for name, title in columns.items()}
    rows = (row for row in range(HEADS) if _named(sheet, row, key(columns[CODE])))
    head = next(rows, None)
    if head is None:
        title = columns[CODE]
        filled.error(
            At(name), "", f"Không thấy dòng tiêu đề có cột “{title}”.", f"There is no line with the title “{title}”."
        )
        return None
    found = _columns(sheet, head, titles, filled)
    _check_columns(sheet, head, found, columns, filled)
    for row, column in sheet.merged:
        if row >= head:
            vi, en = "Ô bị gộp; hãy bỏ gộp ô (Unmerge).", "The cell is merged with others; unmerge it."
            filled.error(At(name, row + 1, letters(column)), "", vi, en)
    for row in sorted(sheet.hidden & sheet.cells.keys()):
        filled.warn(At(name, row + 1), "", "Dòng bị ẩn, vẫn được đọc.", "The row is hidden; it is read.")
    return (
        _Table(sheet, found, head, filled) if all(title in found for title in columns if title not in LOCKED) else None
    )


def _columns(sheet: Worksheet, head: int, titles: Mapping[str, str], filled: Filled) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in sorted(sheet.cells[head].items()):
        name, at = titles.get(key(cell.text)), At(sheet.name, head + 1, letters(column))
        if name is None:
            filled.warn(at, "", f"Cột “{cell.text}” không được đọc.", f"The column “{cell.text}” is not read.")
        elif name in found:
            filled.error(at, "", f"Cột “{cell.text}” bị trùng.", f"The column “{cell.text}” occurs twice.")
        else:
            found[name] = column
    return found


def _check_columns(
    sheet: Worksheet, head: int, found: Mapping[str, int], columns: Mapping[str, str], filled: Filled
) -> None:
    at = At(sheet.name, head + 1)
    for name, title in columns.items():
        if name in found:
            continue
        note = filled.warn if name in LOCKED else filled.error
        note(at, "", f"Thiếu cột “{title}”.", f"The column “{title}” is missing.")
    if [name for name in columns if name in found] != sorted(found, key=found.__getitem__):
        vi, en = "Thứ tự cột đã đổi; mỗi cột được đọc theo tiêu đề.", "The columns were reordered; titles count."
        filled.warn(at, "", vi, en)
    untitled = {at for row in sheet.cells if row > head for at in sheet.cells[row]} - sheet.cells[head].keys()
    for column in sorted(untitled):
        vi, en = "Cột không có tiêu đề, không được đọc.", "The column has no title, and is not read."
        filled.warn(At(sheet.name, head + 1, letters(column)), "", vi, en)
    for row in sorted(row for row in sheet.cells if row < head):
        vi, en = "Dòng ở trên dòng tiêu đề, không được đọc.", "The line is above the titles, and is not read."
        filled.warn(At(sheet.name, row + 1), "", vi, en)


def _read_claims(table: _Table, ground: Ground, filled: Filled) -> None:
    for row, line in table.lines():
        code = line.text(CODE)
        line.criterion = code[:LONGEST_CODE]
        inputs = [name for name in line.cells if name not in {CODE, *LOCKED}]
        leaf = ground.leaves.get(code)
        if leaf is None:
            _read_heading(line, code, inputs, ground)
        elif is_surveyed(leaf):
            _skip(line, inputs, "Tiêu chí do điều tra xã hội học chấm", "A survey scores this criterion")
        elif code in filled.rows:
            line.error(CODE, f"Tiêu chí “{code}” bị trùng.", f"Criterion “{code}” occurs twice.")
            filled.rows[code].wrong = True
        else:
            filled.rows[code] = _read_claim(line, row, leaf, table.columns)


def _read_heading(line: _Line, code: str, inputs: list[str], ground: Ground) -> None:
    if code in ground.headings:
        _skip(line, inputs, "Dòng này là tiêu đề của nhóm tiêu chí", "This line is the heading of criteria")
    elif code:
        line.error(
            CODE, f"Phiếu không có tiêu chí “{line.criterion}”.", f"The sheet has no criterion “{line.criterion}”."
        )
    elif not line.wrong:
        vi, en = "Dòng không có mã tiêu chí nên bị bỏ qua.", "The line has no code of a criterion, and is skipped."
        line.warn(CODE, vi, en)


def _skip(line: _Line, inputs: list[str], vi: str, en: str) -> None:
    for name in inputs:
        line.warn(name, f"{vi}, nội dung ô này bị bỏ qua.", f"{en}; this cell is skipped.")


def _read_claim(line: _Line, row: int, leaf: Criterion, columns: Mapping[str, int]) -> FilledRow:
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


def _chosen(line: _Line, leaf: Criterion) -> str:
    text, words = line.text("chosen"), codes_of_words(leaf)
    if not words:
        return line.error("chosen", "Tiêu chí này không có mức để chọn.", "This criterion has nothing to choose.")
    if text and key(text) not in words:
        return line.error("chosen", f"“{text[:60]}” không có trong danh sách.", f"“{text[:60]}” is not in the list.")
    return words.get(key(text), "")


def _check_locked(line: _Line, leaf: Criterion) -> None:
    """Warn of a locked cell that was changed all the same: its text changes nothing."""
    said = {"name": leaf.name, "maximum": leaf.maximum, "rule": rule_said(leaf)}
    for name, text in said.items():
        cell = line.cells.get(name)
        if cell is not None and key(cell.text.replace(",", ".")) != key(text.replace(",", ".")):
            vi, en = "Ô khóa đã bị sửa, không được đọc.", "The locked cell was changed, and is not read."
            line.warn(name, vi, en)


def _read_documents(table: _Table, ground: Ground, filled: Filled) -> None:
    for row, line in table.lines():
        code = line.text(CODE)
        line.criterion = code[:LONGEST_CODE]
        if code in filled.rows:
            _add_document(line, row, filled.rows[code], ground)
        elif code in ground.leaves and not is_surveyed(ground.leaves[code]):
            vi, en = (
                "không có dòng ở trang “Tự chấm” nên tài liệu này bị bỏ qua.",
                "has no line; the document is skipped.",
            )
            line.warn(CODE, f"Tiêu chí {code} {vi}", f"Criterion {code} {en}")
        elif code:
            vi = f"Không tự chấm tiêu chí “{line.criterion}”."
            en = f"Criterion “{line.criterion}” is not self-scored."
            line.error(CODE, vi, en)
        elif not line.wrong:
            line.error(CODE, "Tài liệu chưa có mã tiêu chí.", "The document has no code of a criterion.")


def _add_document(line: _Line, row: int, filled: FilledRow, ground: Ground) -> None:
    document = {name: line.text(name) for name in ("number", "title", "page")}
    document |= {name: line.day(name) for name in DAYS}
    document["sha256"] = _digest(line, ground)
    filled.documents.append({name: text for name, text in document.items() if text})
    filled.document_rows.append(row)
    filled.document_columns = line.table.columns
    filled.wrong = filled.wrong or line.wrong


def _digest(line: _Line, ground: Ground) -> str:
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


def _named(sheet: Worksheet, row: int, title: str) -> bool:
    return any(key(cell.text) == title for cell in sheet.cells.get(row, {}).values())


def _is_filled(cell: Cell) -> bool:
    return bool(cell.text.strip()) or cell.kind is CellKind.ERROR


def _shown(cell: Cell) -> str:
    text = cell.text if len(cell.text) <= 60 else f"{cell.text[:60]}…"  # noqa: PLR2004
    return written_day(date.fromisoformat(text)) if cell.kind is CellKind.DAY else text
