"""Writes the lines of a register as a workbook with xlsxwriter: the same register is the same bytes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook as Writer

from assessment.registering.state import UnitRegister
from assessment.registering.units import DAYS, GUIDE, KIND_WORDS, LISTS, SUCCESSIONS, TABLES, UNITS, UnitLine
from parindex.web.vietnamese import comma

SPARE_LINES: Final = 1_000
"""Empty lines below those of the register that have drop-down lists."""
WIDTHS: Final = {"name": 50, "seat": 40, "kind": 24, "reference": 28, "end_reference": 28}
GUIDANCE: Final = """
Danh mục đơn vị, để sửa rồi tải lại lên hệ thống. Trước khi ghi, hệ thống cho xem những gì sẽ thay đổi.
1. Trang “Đơn vị”: mỗi dòng cho biết một đơn vị là gì kể từ một ngày. Đơn vị không có trong tệp thì giữ nguyên.
2. Đổi tên, đổi loại, đổi nơi trực thuộc hoặc trụ sở: thêm một dòng cùng mã, với “Từ ngày” là ngày thay đổi.
3. Sửa một chỗ ghi sai: sửa ngay trên dòng đã có, không đổi “Từ ngày”.
4. “Trực thuộc”: mã của đơn vị cấp trên; để trống nếu trực thuộc thẳng cơ quan có danh mục này.
5. “Không còn từ ngày”: ngày đầu tiên đơn vị không còn. Đơn vị thôi hoạt động hết ngày 30/06/2025 thì ghi 01/07/2025.
6. Đơn vị có nhiều dòng thì ghi ngày đó ở dòng cuối; đơn vị có trong tệp mà không ghi ngày nào là đơn vị đang hoạt động.
7. Trang “Tiền thân”: đơn vị mới được lập từ đơn vị cũ nào, từ ngày nào (ngày đầu tiên của đơn vị mới).
8. Tỷ trọng là phần của đơn vị mới do đơn vị cũ đó tạo nên: 0,6 hoặc 1/3; tổng của một đơn vị mới phải bằng 1.
9. Ví dụ sáp nhập A và B thành C từ 01/03/2025: thêm dòng C từ ngày đó, ghi A và B không còn từ ngày đó; trang “Tiền
thân” có hai dòng, A thành C và B thành C.
10. Ví dụ chia tách: mỗi đơn vị mới có một dòng ở trang “Tiền thân”, với cùng đơn vị cũ và tỷ trọng 1.
11. Mã đơn vị và tỷ trọng là chữ: các cột đó đã định dạng Text, dán vào thì chọn “chỉ dán giá trị”.
12. Hệ thống chỉ ra mọi lỗi theo trang, dòng, cột; còn lỗi thì chưa ghi gì.
"""


def lines_of(register: UnitRegister) -> list[UnitLine]:
    """Return the lines that say all that a register says; recorded again, they change nothing."""
    return [line for code in sorted(register.units) for line in _lines_of(register, code)]


def write_units(lines: Sequence[UnitLine]) -> bytes:
    """Return the bytes of the workbook with these lines."""
    into = BytesIO()
    book = Writer(into, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"title": UNITS, "author": "parindex", "created": datetime(2000, 1, 1)})  # noqa: DTZ001
    _Written(book).write(rows_of(lines))
    book.close()
    return into.getvalue()


def rows_of(lines: Sequence[UnitLine]) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each worksheet by the keys of their columns; days are as in 2025-07-01."""
    return {
        UNITS: [
            {
                "code": line.code,
                "name": line.name,
                "kind": KIND_WORDS[line.kind],
                "parent": line.parent,
                "seat": line.seat,
                "valid_from": line.valid_from,
                "valid_to": line.valid_to,
                "reference": line.reference,
                "end_reference": line.end_reference or "",
            }
            for line in lines
        ],
        SUCCESSIONS: [
            {
                "predecessor": one.code,
                "code": line.code,
                "valid_from": line.valid_from,
                "weight": comma(one.weight),
            }
            for line in lines
            for one in line.predecessors
        ],
    }


def _lines_of(register: UnitRegister, code: str) -> Iterator[UnitLine]:
    unit = register.units[code]
    for record in unit.records:
        ends = unit.valid_to if record is unit.records[-1] else ""
        yield UnitLine(
            record.code, record.valid_from, record.name, record.kind, record.parent, record.seat, record.reference,
            ends, unit.end_reference if ends else "", record.predecessors,
        )  # fmt: skip


class _Written:
    def __init__(self, book: Any) -> None:
        self._sheets = {name: book.add_worksheet(name) for name in (*TABLES, GUIDE, LISTS)}
        form = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#BBBBBB"}
        self._head = book.add_format({**form, "bold": True, "bg_color": "#D9E2EC"})
        self._text = book.add_format({**form, "num_format": "@"})
        self._day = book.add_format({**form, "num_format": "dd/mm/yyyy"})
        self._empty_text, self._empty_day = (book.add_format({"num_format": each}) for each in ("@", "dd/mm/yyyy"))

    def write(self, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        for name, columns in TABLES.items():
            self._table(self._sheets[name], columns, rows[name])
        guide = self._sheets[GUIDE]
        guide.set_column(0, 0, 120)
        for row, text in enumerate(GUIDANCE.strip().splitlines()):
            guide.write_string(row, 0, text, self._text)
        lists = self._sheets[LISTS]
        for row, word in enumerate(KIND_WORDS.values()):
            lists.write_string(row, 0, word)
        lists.hide()

    def _table(self, sheet: Any, columns: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> None:  # private
        """Write the rows. The formats of the columns hold for the cells below them too."""
        sheet.freeze_panes(1, 2)
        for column, (field, title) in enumerate(columns.items()):
            is_day = field in DAYS
            sheet.write_string(0, column, title, self._head)
            sheet.set_column(column, column, WIDTHS.get(field, 18), self._empty_day if is_day else self._empty_text)
            for row, cells in enumerate(rows, 1):
                if cells[field] and is_day:
                    sheet.write_datetime(row, column, date.fromisoformat(cells[field]), self._day)
                elif cells[field]:
                    sheet.write_string(row, column, cells[field], self._text)
                else:
                    sheet.write_blank(row, column, None, self._day if is_day else self._text)
            if field == "kind":
                source = f"='{LISTS}'!$A$1:$A${len(KIND_WORDS)}"
                offer = {"validate": "list", "source": source, "ignore_blank": True}
                sheet.data_validation(1, column, len(rows) + SPARE_LINES, column, offer)
