"""Writes a unit's sheet as a workbook. The same sheet is the same bytes. No text becomes a formula or a link."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook as Writer

from assessment.enacting.figures import is_surveyed
from assessment.filling_in.layout import (
    CLAIM_COLUMNS,
    CLAIMS,
    CODE,
    DOCUMENT_COLUMNS,
    DOCUMENTS,
    FILE,
    FORM,
    GUIDE,
    LISTS,
    MARK,
    NOT_APPLICABLE,
    NOT_FOR_UNIT,
    NUMBERS,
    ON_ITS_PAGE,
    SPARE_LINES,
    SURVEYED,
    chosen_name,
    inputs_of,
    is_filled_in,
    words_of,
)
from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.display import rule_said, worth_of
from assessment.self_scoring.forms import DAYS
from assessment.self_scoring.queries import SheetRow
from parindex.contracts.criteria import Criterion
from parindex.files.sheet_marks import letters
from parindex.web import vietnamese

EXACT: Final = 15
"""Significant digits of a number that Excel keeps; a longer one is written as text."""
WIDTHS: Final = {
    "name": 44,
    "rule": 44,
    "explanation": 50,
    "chosen": 24,
    "worth": 22,
    "title": 50,
    FILE: 44,
    "number": 22,
}
GUIDANCE: Final = """
Phiếu tự chấm của {unit}, {title}. Tải xuống từ phiên bản {version} của phiếu.
1. Điền trang “Tự chấm” (mỗi dòng một tiêu chí) và “Tài liệu kiểm chứng” (mỗi dòng một tài liệu). Ô xám bị khóa.
2. Số viết bằng dấu phẩy hoặc dấu chấm thập phân (83,25), không có dấu phân cách hàng nghìn. Ngày: ngày/tháng/năm.
3. Tiêu chí không áp dụng: chọn “Không áp dụng” và để trống số liệu.
4. Không đổi mã tiêu chí, tiêu đề cột và tên trang tính. Dòng để trống thì nội dung đã lưu trên hệ thống giữ nguyên.
5. Tệp minh chứng được tải lên trên hệ thống; ở đây chọn tệp đã tải lên trong danh sách.
6. Lưu tệp (.xlsx) rồi tải lên ở trang “Điền bằng Excel”. Hệ thống chỉ ra mọi thay đổi và mọi lỗi trước khi ghi.
"""


@dataclass(frozen=True, slots=True)
class Filling:
    """What a workbook is made of. `digest` is that of the criteria set, `files` has labels by digest.

    `note` is what is said of a training round: at the top of each printed page, and first in the guidance.
    """

    round: str
    unit: str
    title: str
    name: str
    version: int
    digest: str
    areas: Sequence[tuple[Criterion, Sequence[SheetRow]]]
    leaves: Mapping[str, Criterion]
    files: Mapping[str, str]
    note: str = ""


def write_workbook(filling: Filling) -> bytes:
    """Return the bytes of a sheet's workbook."""
    into = BytesIO()
    book = Writer(into, {"in_memory": True})
    book.set_properties({"title": CLAIMS, "author": "parindex", "created": datetime(2000, 1, 1)})  # noqa: DTZ001
    _Written(book, filling).write()
    book.close()
    return into.getvalue()


class _Written:
    def __init__(self, book: Any, filling: Filling) -> None:
        self._book, self._filling = book, filling
        self.sheets = {name: book.add_worksheet(name) for name in (CLAIMS, DOCUMENTS, GUIDE, LISTS, MARK)}
        grey = {"bg_color": "#EEEEEE", "text_wrap": True, "valign": "top", "border": 1, "border_color": "#BBBBBB"}
        open_ = {"locked": False, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#BBBBBB"}
        self.locked = book.add_format({**grey, "num_format": "@"})
        self.head = book.add_format({**grey, "bold": True, "bg_color": "#D9E2EC"})
        self.heading = book.add_format({**grey, "bold": True, "num_format": "@"})
        self.text = book.add_format({**open_, "num_format": "@"})
        self.number = book.add_format({**open_, "num_format": "General"})
        self.day = book.add_format({**open_, "num_format": "dd/mm/yyyy"})
        self._lists = 0

    def write(self) -> None:
        self._write_claims()
        self._write_documents()
        guide = self.sheets[GUIDE]
        guide.set_column(0, 0, 120)
        wrap = self._book.add_format({"text_wrap": True, "valign": "top"})
        for row, text in enumerate([*filter(None, [self._filling.note]), *GUIDANCE.strip().splitlines()]):
            said = text.format(unit=self._filling.name, title=self._filling.title, version=self._filling.version)
            guide.write_string(row, 0, said, wrap)
        of = self._filling
        for row, pair in enumerate(
            [
                ("form", FORM), ("round", of.round), ("unit", of.unit), ("version", str(of.version)),
                ("criteria_set", of.digest),
            ]
        ):  # fmt: skip
            for column, text in enumerate(pair):
                self.sheets[MARK].write_string(row, column, text)
        self.sheets[LISTS].hide()
        self.sheets[MARK].very_hidden()
        for name in (CLAIMS, DOCUMENTS, GUIDE):
            self.sheets[name].protect("", {"format_columns": True, "format_rows": True, "autofilter": True})

    def _write_claims(self) -> None:
        sheet = self.sheets[CLAIMS]
        self._write_titles(sheet, CLAIM_COLUMNS)
        row = 1
        for area, rows in self._filling.areas:
            heading = CLAIM_COLUMNS if area.rule is None else {}
            for column, name in enumerate(heading):
                texts = {CODE: area.code, "name": area.name, "maximum": vietnamese.comma(area.maximum)}
                sheet.write_string(row, column, texts.get(name, ""), self.heading)
            row += bool(heading)
            for each in rows:
                self._write_claim(sheet, row, each, self._filling.leaves[each.criterion])
                row += 1

    def _write_claim(self, sheet: Any, row: int, of: SheetRow, leaf: Criterion) -> None:
        inputs = inputs_of(leaf)
        texts = _texts(of, leaf)
        for column, name in enumerate(CLAIM_COLUMNS):
            text = texts.get(name, "")
            if name in NUMBERS and name in inputs:
                self._write_number(sheet, row, column, text)
            else:
                _write_text(sheet, row, column, text, self.text if name in inputs else self.locked)
            if name == "chosen" and name in inputs:
                self._offer(sheet, row, row, column, list(words_of(leaf).values()))
            elif name == "not_applicable" and name in inputs:
                choice = {"validate": "list", "source": [NOT_APPLICABLE], "ignore_blank": True}
                sheet.data_validation(row, column, row, column, choice)

    def _write_number(self, sheet: Any, row: int, column: int, text: str) -> None:
        if not text:
            sheet.write_blank(row, column, None, self.number)
        elif len(text.strip("-0.").replace(".", "")) <= EXACT:
            sheet.write_number(row, column, Decimal(text), self.number)
        else:
            sheet.write_string(row, column, vietnamese.comma(text), self.number)

    def _write_documents(self) -> None:
        sheet, last = self.sheets[DOCUMENTS], 0
        self._write_titles(sheet, DOCUMENT_COLUMNS)
        for last, (code, document) in enumerate(self._documents(), 1):
            self._write_document(sheet, last, code, document)
        for row in range(last + 1, last + SPARE_LINES + 1):
            self._write_document(sheet, row, "", None)
        end, columns = last + SPARE_LINES, list(DOCUMENT_COLUMNS)
        self._offer(sheet, 1, end, 0, [code for code, leaf in self._filling.leaves.items() if is_filled_in(leaf)])
        if self._filling.files:
            self._offer(sheet, 1, end, columns.index(FILE), list(self._filling.files.values()))

    def _documents(self) -> Iterator[tuple[str, Evidence]]:
        for _, rows in self._filling.areas:
            for row in rows:
                if is_filled_in(self._filling.leaves[row.criterion]):
                    yield from ((row.criterion, document) for document in (row.claim.evidence if row.claim else ()))

    def _write_document(self, sheet: Any, row: int, code: str, document: Evidence | None) -> None:
        for column, name in enumerate(DOCUMENT_COLUMNS):
            if name == CODE:
                text = code
            elif name == FILE:
                text = self._filling.files.get(document.sha256, document.sha256) if document else ""
            else:
                text = getattr(document, name) if document else ""
            if name in DAYS and text:
                sheet.write_datetime(row, column, datetime.fromisoformat(text), self.day)
            else:
                _write_text(sheet, row, column, text, self.day if name in DAYS else self.text)

    def _write_titles(self, sheet: Any, columns: Mapping[str, str]) -> None:
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        if self._filling.note:
            sheet.set_header(f"&C{self._filling.note}")
        for column, (name, title) in enumerate(columns.items()):
            sheet.write_string(0, column, title, self.head)
            sheet.set_column(column, column, WIDTHS.get(name, 14))

    def _offer(self, sheet: Any, first: int, last: int, column: int, words: Sequence[str]) -> None:
        """Offer words as a drop-down list; the list is a column of a hidden worksheet, where it may be long."""
        at, self._lists = letters(self._lists), self._lists + 1
        for row, word in enumerate(words):
            self.sheets[LISTS].write_string(row, self._lists - 1, word)
        source = f"='{LISTS}'!${at}$1:${at}${len(words)}"
        refusal = {"error_title": CLAIMS, "error_message": "Hãy chọn trong danh sách."}
        sheet.data_validation(
            first, column, last, column, {"validate": "list", "source": source, "ignore_blank": True, **refusal}
        )


def _texts(of: SheetRow, leaf: Criterion) -> dict[str, str]:
    """Return the texts of a line; numbers as they are declared."""
    texts = {CODE: leaf.code, "name": leaf.name, "maximum": vietnamese.comma(leaf.maximum), "rule": rule_said(leaf)}
    if of.excluded:
        return {**texts, "worth": NOT_FOR_UNIT}
    if is_surveyed(leaf):
        return {**texts, "worth": SURVEYED}
    if not is_filled_in(leaf):
        earned = worth_of(leaf, of.claim).text
        return {**texts, "worth": f"{ON_ITS_PAGE}: {earned}" if earned else ON_ITS_PAGE}
    if of.claim is None:
        return texts
    chosen = of.claim.figures.get(chosen_name(leaf), "")
    return {
        **texts,
        **of.claim.figures,
        "chosen": words_of(leaf).get(chosen, chosen),
        "not_applicable": "" if of.claim.applicable else NOT_APPLICABLE,
        "explanation": of.claim.explanation,
        "worth": worth_of(leaf, of.claim).text,
    }


def _write_text(sheet: Any, row: int, column: int, text: str, form: Any) -> None:
    if text:
        sheet.write_string(row, column, text, form)
    else:
        sheet.write_blank(row, column, None, form)
