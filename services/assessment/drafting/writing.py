"""Writes a criteria set as a workbook that a programme officer fills in, or as YAML. The same set, the same bytes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import msgspec
import yaml
from xlsxwriter import Workbook as Writer

from assessment.drafting.layout import (
    BAND_COLUMNS,
    BANDS,
    CHOICES,
    CRITERIA,
    CRITERION_COLUMNS,
    DETAIL_COLUMNS,
    DETAILS,
    GUIDE,
    LISTS,
    NUMBERS,
    SET,
    SET_COLUMNS,
    SET_ITEMS,
    detail_column,
    listed_in,
)
from parindex.contracts.criteria import CriteriaSet, Criterion
from parindex.web.vietnamese import comma
from parindex.web.worksheets import letters

EXACT: Final = 15
"""Significant digits of a number that Excel keeps; a longer one is written as text."""
SPARE_LINES: Final = 200
"""Empty lines below those of the set, with the same drop-down lists."""
WIDTHS: Final = {"name": 50, "rule_text": 50, "kind": 30, "value": 70, "item": 32, "expression": 40, "level": 20}
GUIDANCE: Final = """
Bộ chỉ số cải cách hành chính, để điền rồi nạp vào hệ thống. Các dòng có sẵn sửa, xóa, thêm tùy ý.
1. Trang “Bộ chỉ số”: mã, tên, văn bản ban hành và các quy ước chung.
2. Trang “Tiêu chí”: mỗi dòng một lĩnh vực, tiêu chí hoặc tiêu chí thành phần, theo thứ tự in trong quyết định.
3. Ô “Thuộc” để trống thì dòng thuộc dòng cấp trên gần nhất ở phía trên.
4. Dòng được chấm điểm chọn “Cách tính điểm” và chỉ điền những cột mà cách tính đó dùng; dòng tổng để trống.
5. Trang “Chi tiết cách tính”: bậc, mức, kỳ hạn, trường hợp, vi phạm, biến, phương án trả lời, theo thứ tự.
6. Mã dòng của kỳ hạn, trường hợp, vi phạm và biến là chữ thường không dấu, chữ số, gạch dưới.
7. Tỷ lệ, mức sàn, mức trần: 0,75 hoặc 75% (ô định dạng phần trăm). Số thập phân viết bằng dấu phẩy hoặc dấu chấm.
8. Điểm thưởng, điểm trừ là một lĩnh vực riêng: chọn ở “Loại lĩnh vực”, không tính vào điểm tối đa của thang điểm.
9. “Khi bằng chỉ số, xét lần lượt”: appraisal (điểm thẩm định), survey (điều tra), mã lĩnh vực, cách nhau bằng dấu ;.
10. Mã như 1.10 phải là chữ: các cột mã đã định dạng Text, dán vào thì chọn “chỉ dán giá trị”.
11. Hệ thống chỉ ra mọi lỗi theo trang, dòng, cột trước khi ghi; chưa đúng hết thì chưa ghi gì.
"""


def write_set(criteria_set: CriteriaSet) -> bytes:
    """Return the bytes of the workbook of a set."""
    into = BytesIO()
    book = Writer(into, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"title": SET, "author": "parindex", "created": datetime(2000, 1, 1)})  # noqa: DTZ001
    _Written(book).write(criteria_set)
    book.close()
    return into.getvalue()


def write_yaml(criteria_set: CriteriaSet) -> bytes:
    """Return the set as YAML, as a round file has it; numbers are text."""
    plain = msgspec.to_builtins(criteria_set)
    written: str = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=10_000)
    return written.encode()


TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    CRITERIA: CRITERION_COLUMNS,
    DETAILS: DETAIL_COLUMNS,
    BANDS: BAND_COLUMNS,
}


class _Written:
    def __init__(self, book: Any) -> None:
        self._book, self._lists = book, 0
        self._sheets = {name: book.add_worksheet(name) for name in (SET, CRITERIA, DETAILS, BANDS, GUIDE, LISTS)}
        form = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#BBBBBB"}
        self._head = book.add_format({**form, "bold": True, "bg_color": "#D9E2EC"})
        self._text = book.add_format({**form, "num_format": "@"})
        self._number = book.add_format({**form, "num_format": "General"})

    def write(self, criteria_set: CriteriaSet) -> None:
        lines = lines_of(criteria_set)
        self._write_items(lines[SET])
        for name, columns in TABLES.items():
            self._table(name, columns, lines[name])
        guide = self._sheets[GUIDE]
        guide.set_column(0, 0, 120)
        for row, text in enumerate(GUIDANCE.strip().splitlines()):
            guide.write_string(row, 0, text, self._text)
        self._sheets[LISTS].hide()

    def _write_items(self, lines: Sequence[Mapping[str, str]]) -> None:
        sheet = self._sheets[SET]
        self._titles(sheet, SET_COLUMNS)
        for row, (name, line) in enumerate(zip(SET_ITEMS, lines, strict=True), 1):
            sheet.write_string(row, 0, line["item"], self._head)
            self._cell(sheet, row, 1, name, line["value"])
            if name in CHOICES:
                self._offer(sheet, row, row, 1, list(CHOICES[name].values()))

    def _table(self, name: str, columns: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> None:
        sheet, last = self._sheets[name], len(lines) + SPARE_LINES
        self._titles(sheet, columns)
        for row, line in enumerate(lines, 1):
            for column, field in enumerate(columns):
                self._cell(sheet, row, column, field, line.get(field, ""))
        for column, field in enumerate(columns):
            for row in range(len(lines) + 1, last + 1):
                sheet.write_blank(row, column, None, self._number if field in NUMBERS else self._text)
            if field in CHOICES:
                self._offer(sheet, 1, last, column, list(CHOICES[field].values()))

    def _cell(self, sheet: Any, row: int, column: int, field: str, text: str) -> None:  # private
        form = self._number if field in NUMBERS else self._text
        if not text:
            sheet.write_blank(row, column, None, form)
        elif field in NUMBERS and len(text.strip("-0.").replace(".", "")) <= EXACT:
            sheet.write_number(row, column, Decimal(text), form)
        else:
            sheet.write_string(row, column, comma(text) if field in NUMBERS else text, form)

    def _titles(self, sheet: Any, columns: Mapping[str, str]) -> None:
        sheet.freeze_panes(1, 2)
        for column, (name, title) in enumerate(columns.items()):
            sheet.write_string(0, column, title, self._head)
            sheet.set_column(column, column, WIDTHS.get(name, 16))

    def _offer(self, sheet: Any, first: int, last: int, column: int, words: Sequence[str]) -> None:  # private
        """Offer words as a drop-down list; the list is a column of a hidden worksheet, where it may be long."""
        at, self._lists = letters(self._lists), self._lists + 1
        for row, word in enumerate(words):
            self._sheets[LISTS].write_string(row, self._lists - 1, word)
        source = f"='{LISTS}'!${at}$1:${at}${len(words)}"
        sheet.data_validation(first, column, last, column, {"validate": "list", "source": source, "ignore_blank": True})


def lines_of(criteria_set: CriteriaSet) -> dict[str, list[dict[str, str]]]:
    """Return the lines of each worksheet by the keys of their columns: words for codes, numbers with a point."""
    values = {**msgspec.structs.asdict(criteria_set), **msgspec.structs.asdict(criteria_set.rounding)}
    return {
        SET: [{"item": title, "value": _word(name, values[name])} for name, title in SET_ITEMS.items()],
        CRITERIA: [_worded({**msgspec.to_builtins(row), **_rule_of(row)}) for row in criteria_set.criteria],
        DETAILS: [_worded(line) for row in criteria_set.criteria for line in _details_of(row)],
        BANDS: [_worded(msgspec.to_builtins(band)) for band in criteria_set.bands],
    }


def _worded(line: Mapping[str, Any]) -> dict[str, str]:
    return {name: _word(name, value) for name, value in line.items() if not isinstance(value, list | dict)}


def _word(name: str, value: object) -> str:
    """Return a value as its cell shows it."""
    if isinstance(value, list):
        return "; ".join(value)
    text = ("yes" if value else "") if isinstance(value, bool) else str(value)
    return CHOICES[name].get(text, text) if name in CHOICES else text


def _rule_of(row: Criterion) -> dict[str, Any]:
    rule: dict[str, Any] = msgspec.to_builtins(row.rule) if row.rule else {}
    return rule


def _details_of(row: Criterion) -> list[dict[str, Any]]:
    listed, _ = listed_in(type(row.rule)) if row.rule else ("", None)
    if not listed:
        return []
    parts = msgspec.to_builtins(getattr(row.rule, listed))
    return [{"criterion": row.code, **{detail_column(name): value for name, value in part.items()}} for part in parts]
