"""Reads a worksheet that a person filled in, as a table: columns by titles, lines, and texts, numbers, days in cells.

Each mistake and each part that is not read is noted with its cell.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import BaseModel, Field

from parindex.files.sheet_marks import letters
from parindex.files.workbooks import Cell, CellKind, Workbook, Worksheet
from parindex.numbers import exact, to_wire
from parindex.refusal import Refused
from parindex.values.days import NotADayError, day
from parindex.values.texts import compared
from parindex.web.shown_numbers import is_percent, is_shown_exactly, shown_text
from parindex.web.vietnamese import NoNumberError, NotReadError, comma, read_day, read_moment, read_number, written_day

FIRST_SERIAL: Final = date(1899, 12, 30)
"""Day 0 of Excel's numbers of days, for all days after February 1900."""
LAST_SERIAL: Final = 100_000
"""Numbers beyond it are no days."""
MOST_NOTES: Final = 2_000
"""Mistakes and warnings of one workbook: every one is shown, so a workbook with more of them is refused as a whole."""
LONGEST_QUOTED: Final = 60
"""The most characters that a mistake quotes of a cell."""
HUNDRED: Final = 100
"""What a percent cell shows of 1."""
HEADS: Final = 20
"""The line of titles is among so many first ones."""
_EXCELS_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?")


class WorkbookTooFaultyError(Refused):
    """The workbook has more mistakes and parts that are not read than anyone looks through; nothing of it is read."""

    code = "workbook-too-faulty"
    vi = (
        "Tệp có hơn {most} chỗ sai hoặc không đọc được, nên không đọc tiếp. "
        "Hãy tải tệp của hệ thống xuống lại và điền vào tệp đó."
    )
    en = (
        "The file has more than {most} mistakes and parts that are not read, so it is read no further. "
        "Download the system's file again, and fill that in."
    )

    most: int


@dataclass(frozen=True, slots=True)
class At:
    """A cell: worksheet, row from 1, letters of the column. Row 0 is the worksheet as a whole."""

    sheet: str
    row: int = 0
    column: str = ""

    @property
    def place(self) -> str:
        """The cell as a place of a refusal."""
        parts = (f"sheet {self.sheet}", f"row {self.row}" if self.row else "", self.column and f"column {self.column}")
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Note:
    """A mistake or a warning at a cell. A warning with a `code` has to be confirmed before the workbook is applied.

    `criterion`: the code of the criterion that the line is about, "" for none.
    """

    at: At
    criterion: str
    vi: str
    en: str
    code: str = ""


class CellNote(BaseModel):
    """Một lỗi hoặc cảnh báo ở một ô."""

    sheet: str = Field(description="trang tính; the worksheet")
    row: int = Field(description="dòng, từ 1; 0 là cả trang tính. The row, from 1; 0 is the whole worksheet")
    column: str = Field(description="cột (A, B, …); rỗng là cả dòng. The column; empty for the whole row")
    criterion: str
    vi: str
    en: str
    code: str = Field(description="of a warning that has to be confirmed; otherwise empty")


def in_order(notes: Iterable[Note], sheets: Sequence[str]) -> list[Note]:
    """Return notes in the order of the workbook: by worksheet, row and column; other worksheets are at the end."""
    places = {name: place for place, name in enumerate(sheets)}

    def place_of(note: Note) -> tuple[int, int, int, str]:
        at = note.at
        return places.get(at.sheet, len(places)), at.row, len(at.column), at.column

    return sorted(notes, key=place_of)


def noted(note: Note) -> CellNote:
    """Return a note as the API has it."""
    return CellNote(**asdict(note.at), criterion=note.criterion, vi=note.vi, en=note.en, code=note.code)


@dataclass(slots=True)
class Notes:
    """The mistakes of a workbook, and a warning for each part that is not read.

    Noting one more than MOST_NOTES raises WorkbookTooFaultyError.
    """

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


@dataclass(frozen=True, slots=True)
class Table:
    """A worksheet with its columns by key."""

    sheet: Worksheet
    columns: Mapping[str, int]
    head: int
    notes: Notes

    def lines(self) -> Iterator[tuple[int, "Line"]]:
        """Yield the lines below the titles in which a column that we know has something."""
        for row in sorted(self.sheet.cells):
            cells = self.sheet.cells[row]
            known = {name: cells[at] for name, at in self.columns.items() if at in cells and _is_filled(cells[at])}
            if row > self.head and known:
                yield row, Line(self, row, known)


@dataclass(slots=True)
class Line:
    """A line of a table. Reading a cell that has a mistake notes it and returns ""."""

    table: Table
    row: int
    cells: Mapping[str, Cell]
    criterion: str = ""
    wrong: bool = False

    def at(self, name: str) -> At:
        """Return the place of a cell."""
        return At(self.table.sheet.name, self.row + 1, letters(self.table.columns[name]))

    def error(self, name: str, vi: str, en: str) -> str:
        """Note a mistake at a cell."""
        self.table.notes.error(self.at(name), self.criterion, vi, en)
        self.wrong = True
        return ""

    def warn(self, name: str, vi: str, en: str) -> None:
        """Note a warning at a cell."""
        self.table.notes.warn(self.at(name), self.criterion, vi, en)

    def text(self, name: str) -> str:
        """Return a cell as text; a number as Excel shows it, where that is certain."""
        cell = self._cell(name)
        if cell is None or cell.kind is CellKind.TEXT:
            return cell.text.strip() if cell else ""
        if cell.kind is CellKind.NUMBER:
            shown = shown_text(cell.text, cell.format_code)
            return self._no_text(name, cell) if shown is None else shown
        vi, en = "Ô này phải là chữ; hãy định dạng ô là Text rồi gõ lại.", "This cell has to be text; type it again."
        return self.error(name, f"{vi} (Đang là: {_shown(cell)})", f"{en} (It is {_shown(cell)})")

    def code(self, name: str) -> str:
        """Return a cell as a code; one that Excel has made another number than was typed is a mistake."""
        cell = self.cells.get(name)
        wrong = cell is not None and cell.kind is CellKind.NUMBER and shown_text(cell.text, cell.format_code) is None
        if cell is not None and wrong and "." in cell.text:
            vi = f"Excel đã đổi mã thành số {cell.text}: 1.10 thành 1.1. Hãy định dạng ô là Text rồi gõ lại mã."
            en = f"Excel has made the code the number {cell.text}: 1.10 became 1.1. Format it as text, type it again."
            return self.error(name, vi, en)
        return self.text(name)

    def chosen(self, name: str, words: Mapping[str, str]) -> str:
        """Return the code of the word in a cell; `words` by code. The code itself may be written too."""
        codes = {key(word): code for code, word in words.items()} | {key(code): str(code) for code in words}
        text = self.text(name)
        if text and key(text) not in codes:
            found = f"{text[:LONGEST_QUOTED]}…" if len(text) > LONGEST_QUOTED else text
            listed = "; ".join(f"“{word}”" for word in words.values())  # a word may have a comma
            vi = f"“{found}” không có trong danh sách; chỉ được là một trong: {listed}."
            return self.error(
                name, vi, f"“{found}” is not in the list; it has to be one of: {', '.join(filter(None, words))}."
            )
        return str(codes.get(key(text), ""))

    def number(self, name: str, *, share: bool = False, of_hundred: bool = False) -> str:
        """Return a cell as the number that the API takes.

        A percentage, in a percent cell or as the text "85%", is 0.85 where the column has a `share`, 85 where it counts
        `of_hundred`, and a mistake elsewhere.
        """
        cell = self._cell(name)
        if cell is None:
            return ""
        if cell.kind is CellKind.NUMBER:
            return self._stored(name, cell, share=share, of_hundred=of_hundred)
        if cell.kind is not CellKind.TEXT:
            return self.error(
                name, f"Ô này phải là số, không phải “{_shown(cell)}”.", f"It has to be a number, not “{_shown(cell)}”."
            )
        text = cell.text.strip()
        typed = text.removesuffix("%").rstrip() if share or of_hundred else text
        try:
            number = read_number(typed)
        except NoNumberError:
            example = "0,75 hoặc 75%" if share else "90 hoặc 90%" if of_hundred else "83,25"
            quoted = f"{text[:LONGEST_QUOTED]}…" if len(text) > LONGEST_QUOTED else text
            vi, en = f"“{quoted}” không phải là số ở ô này; ví dụ {example}.", f"“{quoted}” is no number in this cell."
            return self.error(name, vi, en)
        except NotReadError as error:
            return self.error(name, error.fault.vi, error.fault.en)
        return to_wire(exact(number) / HUNDRED) if typed != text and share else number

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

    def moment(self, name: str) -> str:
        """Return a cell as an instant: a date of Excel with its time, or a text as day/month/year hour:minute.

        Both are Vietnamese time.
        A day without a time is refused, because it may mean the day's beginning or its end.
        """
        cell = self._cell(name)
        if cell is None:
            return ""
        if cell.kind is CellKind.OTHER and _EXCELS_MOMENT.fullmatch(cell.text):
            return self._read(name, _as_typed(cell.text), read_moment)
        return self._read(name, _shown(cell), read_moment)

    def _no_text(self, name: str, cell: Cell) -> str:
        """Note a number whose digits may be shown otherwise than they are stored: 1,10 is stored as 1.1."""
        stored, how = comma(cell.text), f" ({cell.format_code[:LONGEST_QUOTED]})" if cell.format_code else ""
        vi = f"Ô này là số {stored}{how}, nên không biết chắc ô hiện chữ gì: số 1,10 chỉ còn là 1,1."
        en = f"The cell is the number {cell.text}{how}, so it is not certain what it shows: 1.10 is 1.1 there."
        return self.error(
            name, f"{vi} Hãy định dạng ô là Text rồi gõ lại.", f"{en} Format the cell as text, and type it again."
        )

    def _stored(self, name: str, cell: Cell, *, share: bool, of_hundred: bool) -> str:
        """Return the number that a cell holds; a percentage as `number` does."""
        if is_percent(cell.format_code) and of_hundred:
            return to_wire(exact(cell.text) * HUNDRED)
        if is_percent(cell.format_code) and not share:
            vi = f"Ô này là phần trăm, Excel lưu là {comma(cell.text)}. Hãy định dạng ô là Number rồi gõ lại số."
            en = f"It is a percentage, which Excel stores as {cell.text}. Format it as a number, and type it again."
            return self.error(name, vi, en)
        if cell.text == "-0":
            vi, en = "Ô này là số 0 có dấu trừ; hãy gõ lại là 0.", "The cell is a zero with a minus sign; type 0."
            return self.error(name, vi, en)
        if not is_shown_exactly(cell.text, cell.format_code):
            how = f" ({cell.format_code[:LONGEST_QUOTED]})" if cell.format_code else ""
            vi = f"Không chắc ô hiện đúng số đã lưu{how}; hệ thống lấy số đã lưu: {comma(cell.text)}."
            en = f"The cell may show another number than it holds{how}; what it holds is taken: {cell.text}."
            self.warn(name, vi, en)
        return cell.text

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


def table_in(
    workbook: Workbook,
    name: str,
    columns: Mapping[str, str],
    notes: Notes,
    unread: Collection[str] = (),
    ignored: Collection[str] = (),
) -> Table | None:
    """Return a worksheet as a table with these columns (titles by key); None where it, or a column, is missing.

    The line of titles has the title of the first column. `unread`: columns that may be missing, with a warning.
    `ignored`: titles of columns for people, which are not read and say so in their titles, so no warning does.
    """
    first = next(iter(columns.values()))
    sheet = workbook.sheet(name)
    if sheet is None:
        notes.error(At(name), "", "Tệp thiếu trang tính này.", "The file lacks this worksheet.")
        return None
    titles: dict[str, str | None] = {key(title): name for name, title in columns.items()}
    titles |= dict.fromkeys(map(key, ignored))
    rows = (row for row in range(HEADS) if _named(sheet, row, key(first)))
    head = next(rows, None)
    if head is None:
        notes.error(
            At(name), "", f"Không thấy dòng tiêu đề có cột “{first}”.", f"There is no line with the title “{first}”."
        )
        return None
    found = _columns(sheet, head, titles, notes)
    _check_columns(sheet, head, found, columns, notes, unread)
    for row, column in sheet.merged:
        if row >= head:
            vi, en = "Ô bị gộp; hãy bỏ gộp ô (Unmerge).", "The cell is merged with others; unmerge it."
            notes.error(At(name, row + 1, letters(column)), "", vi, en)
    _warn_of_sheet(sheet, found, notes)
    return Table(sheet, found, head, notes) if columns.keys() - found.keys() <= set(unread) else None


def _warn_of_sheet(sheet: Worksheet, found: Mapping[str, int], notes: Notes) -> None:
    if sheet.written:
        vi = f"Trang tính trong tệp có tên “{sheet.written}”, được đọc là “{sheet.name}”."
        en = f"The worksheet has the name “{sheet.written}” in the file; it is read as “{sheet.name}”."
        notes.warn(At(sheet.name), "", vi, en)
    if sheet.is_hidden:
        notes.warn(At(sheet.name), "", "Trang tính bị ẩn, vẫn được đọc.", "The worksheet is hidden; it is read.")
    for column in sorted(sheet.hidden_columns & set(found.values())):
        at = At(sheet.name, 0, letters(column))
        notes.warn(at, "", "Cột bị ẩn, vẫn được đọc.", "The column is hidden; it is read.")
    for row in sorted(sheet.hidden & sheet.cells.keys()):
        notes.warn(At(sheet.name, row + 1), "", "Dòng bị ẩn, vẫn được đọc.", "The row is hidden; it is read.")


def key(text: str) -> str:
    """Return a word as it is compared: without case and invisible characters."""
    return compared(text).casefold()


def _columns(sheet: Worksheet, head: int, titles: Mapping[str, str | None], notes: Notes) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in sorted(sheet.cells[head].items()):
        name, at = titles.get(key(cell.text), ""), At(sheet.name, head + 1, letters(column))
        if name is None:
            continue
        if not name:
            notes.warn(at, "", f"Cột “{cell.text}” không được đọc.", f"The column “{cell.text}” is not read.")
        elif name in found:
            notes.error(at, "", f"Cột “{cell.text}” bị trùng.", f"The column “{cell.text}” occurs twice.")
        else:
            found[name] = column
    return found


def _check_columns(  # private
    sheet: Worksheet,
    head: int,
    found: Mapping[str, int],
    columns: Mapping[str, str],
    notes: Notes,
    unread: Collection[str],
) -> None:
    at = At(sheet.name, head + 1)
    for name, title in columns.items():
        if name in found:
            continue
        note = notes.warn if name in unread else notes.error
        note(at, "", f"Thiếu cột “{title}”.", f"The column “{title}” is missing.")
    if [name for name in columns if name in found] != sorted(found, key=found.__getitem__):
        vi, en = "Thứ tự cột đã đổi; mỗi cột được đọc theo tiêu đề.", "The columns were reordered; titles count."
        notes.warn(at, "", vi, en)
    untitled = {at for row in sheet.cells if row > head for at in sheet.cells[row]} - sheet.cells[head].keys()
    for column in sorted(untitled):
        vi, en = "Cột không có tiêu đề, không được đọc.", "The column has no title, and is not read."
        notes.warn(At(sheet.name, head + 1, letters(column)), "", vi, en)
    for row in sorted(row for row in sheet.cells if row < head):
        vi, en = "Dòng ở trên dòng tiêu đề, không được đọc.", "The line is above the titles, and is not read."
        notes.warn(At(sheet.name, row + 1), "", vi, en)


def _named(sheet: Worksheet, row: int, title: str) -> bool:
    return any(key(cell.text) == title for cell in sheet.cells.get(row, {}).values())


def _is_filled(cell: Cell) -> bool:
    return bool(cell.text.strip()) or cell.kind is CellKind.ERROR


def _as_typed(text: str) -> str:
    """Return a moment of Excel as people type it, to the second: its number of days is not exact beyond that."""
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(microsecond=0) + timedelta(seconds=round(at.microsecond / 1_000_000))
    except (ValueError, OverflowError):
        return text  # it is no moment for a reader either
    return f"{written_day(at.date())} {at:%H:%M:%S}"


def _shown(cell: Cell) -> str:
    text = cell.text if len(cell.text) <= LONGEST_QUOTED else f"{cell.text[:LONGEST_QUOTED]}…"
    return written_day(date.fromisoformat(text)) if cell.kind is CellKind.DAY else text
