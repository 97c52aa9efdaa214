"""A criteria set as an officer types it into the worksheets of the template, read by the code of the service."""

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

from assessment.drafting.layout import (
    BAND_COLUMNS,
    BANDS,
    CRITERIA,
    CRITERION_COLUMNS,
    DETAIL_COLUMNS,
    DETAILS,
    ITEMS,
    READ,
    SET,
    SET_COLUMNS,
)
from assessment.drafting.reading import Drafted, read_set
from parindex.files.workbooks import extract

Line = Mapping[str, str | float]


def typed_set(
    criteria: Sequence[Line], details: Sequence[Line] = (), bands: Sequence[Line] = (), **settings: str | int
) -> Drafted:
    """Return what the service reads from these lines; each line has cells by the names of their columns."""
    items = {"code": "bo", "title": "Bộ chỉ số", "reference": "Quyết định", **settings}
    lines = [{"item": ITEMS[name], "value": value} for name, value in items.items()]
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        _write(book, SET, SET_COLUMNS, lines)
        _write(book, CRITERIA, CRITERION_COLUMNS, criteria)
        _write(book, DETAILS, DETAIL_COLUMNS, details)
        _write(book, BANDS, BAND_COLUMNS, bands)
    return read_set(extract(content.getvalue(), READ))


def _write(book: xlsxwriter.Workbook, name: str, columns: Mapping[str, str], lines: Sequence[Line]) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, list(columns.values()))
    for row, line in enumerate(lines, start=1):
        for column, value in line.items():
            sheet.write(row, list(columns).index(column), value)


def area(code: str, name: str, maximum: str | float) -> Line:
    """Return the line of an area."""
    return {"code": code, "name": name, "level": "Lĩnh vực", "maximum": maximum}


def entered(code: str, name: str, maximum: str | float) -> Line:
    """Return the line of a criterion whose points are entered."""
    parent = code.rpartition(".")[0]
    return {
        "code": code, "name": name, "level": "Tiêu chí", "parent": parent, "maximum": maximum, "kind": "Nhập điểm",
        "evidence_required": "Không",
    }  # fmt: skip


def surveyed(code: str, name: str, maximum: str | float, question: str) -> Line:
    """Return the line of a criterion that a survey scores."""
    return {**entered(code, name, maximum), "kind": "Điều tra xã hội học", "question": question}
