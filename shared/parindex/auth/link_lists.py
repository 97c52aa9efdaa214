"""Lists of links to identities of an outside issuer, as offices write them in a spreadsheet: CSV. Pure.

tài khoản;issuer;subject
nguyen.thi.lan;https://sso.tinh.gov.vn/realms/cchc;3f2a…

The first line names the columns, in any order; semicolon, comma or tab separates the cells. An account is written as
its sign-in name or its id. All mistakes are reported at once, each with its row and column.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from string import ascii_uppercase

from parindex.auth.account_links import LONGEST_SUBJECT, OutsideAccount, is_issuer, is_subject
from parindex.refusal import Place, Refused
from parindex.values.vietnamese_order import searched
from parindex.wording import Wording

MOST_ROWS = 1_000
LARGEST_LIST = 100 * 1024
"""Bytes of a list; a request of sign-in has at most 128 KiB."""
ACCOUNT, ISSUER, SUBJECT = "account", "issuer", "subject"
COLUMNS = (ACCOUNT, ISSUER, SUBJECT)
_HEADS = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys(("tai khoan", "ten dang nhap", "ma trong so", "name", "sign-in name"), ACCOUNT),
    **dict.fromkeys(("noi dang nhap", "noi cap", "dia chi noi dang nhap"), ISSUER),
    **dict.fromkeys(("ma danh tinh", "danh tinh", "ma danh tinh (subject)"), SUBJECT),
}
"""The names that a column may have, without marks and capitals."""
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+\d+")
"""A long number as a spreadsheet shows it: its last digits are lost."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in a list. `row`: the line, as a spreadsheet numbers it; `column`: its number, 0 for the whole line."""

    row: int
    column: int
    said: Wording

    @property
    def place(self) -> Place:
        """Return the mistake as a place of a refusal."""
        at = f"row {self.row}, column {self.letter}" if self.letter else f"row {self.row}"
        return Place(at, self.said.vi, self.said.en)

    @property
    def where(self) -> str:
        """Return row and column for a person."""
        return f"Dòng {self.row}, cột {self.letter}" if self.letter else f"Dòng {self.row}"

    @property
    def letter(self) -> str:
        """Return the letter that a spreadsheet has for the column."""
        return ascii_uppercase[self.column - 1] if 0 < self.column <= len(ascii_uppercase) else ""


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A line of a list. `columns`: the number of the column that has each cell, for mistakes that are found later."""

    row: int
    account: str
    link: OutsideAccount
    columns: Mapping[str, int]

    def mistake(self, name: str, said: Wording) -> Mistake:
        """Return a mistake in one of the cells."""
        return Mistake(self.row, self.columns[name], said)


class LinkListWrongError(Refused):
    """A list of links has mistakes. The places say where and why; nothing is linked."""

    code = "link-list-wrong"
    advice = ("Sửa mọi chỗ trong danh sách rồi gửi lại.", "Correct all places in the list and send it again.")
    vi = "Danh sách liên kết có {count} lỗi cần sửa; chưa liên kết gì."
    en = "The list of links has {count} mistakes to fix; nothing was linked."
    en_one = "The list of links has 1 mistake to fix; nothing was linked."

    places: Sequence[Place]


def text_in(raw: bytes) -> str:
    """Return the text of a list's file. Raises LinkListWrongError where it is not UTF-8, or too large."""
    if len(raw) > LARGEST_LIST:
        raise LinkListWrongError([Mistake(1, 0, _too_large()).place])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = Wording(
            "Tệp không phải UTF-8. Trong Excel, hãy lưu dạng “CSV UTF-8”.",
            "The file is not UTF-8. In Excel, save it as “CSV UTF-8”.",
        )
        row = raw[: error.start].count(b"\n") + 1
        raise LinkListWrongError([Mistake(row, 0, said).place]) from error


def lines_in(text: str) -> tuple[list[ListedLink], list[Mistake]]:
    """Return the lines of a list that can be read, and the mistakes of the others."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_LIST:
        return [], [Mistake(1, 0, _too_large())]
    rows, broken = _rows_in(text.removeprefix("\ufeff"))
    if not rows:
        return [], broken or [Mistake(1, 0, _without_lines())]
    (first, heads), *rest = rows
    columns, mistakes = _columns_in(first, heads)
    mistakes += broken
    if set(COLUMNS) - set(columns):
        return [], mistakes
    if not rest and not broken:
        mistakes.append(Mistake(first + 1, 0, _without_lines()))
    if len(rest) > MOST_ROWS:
        vi, en = f"Nhiều nhất {MOST_ROWS} dòng một lần.", f"At most {MOST_ROWS} lines at a time."
        return [], [*mistakes, Mistake(rest[MOST_ROWS][0], 0, Wording(vi, en))]
    lines: list[ListedLink] = []
    for row, cells in rest:
        found = [*_faults_in(row, cells, columns)]
        mistakes += found
        if not found:
            link = OutsideAccount(*(cells[columns[name] - 1] for name in (ISSUER, SUBJECT)))
            lines.append(ListedLink(row, cells[columns[ACCOUNT] - 1], link, columns))
    return lines, mistakes


def _rows_in(text: str) -> tuple[list[tuple[int, list[str]]], list[Mistake]]:
    """Return the lines that have a cell with a text, each with its number."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), skipinitialspace=True, strict=True)
    rows, before = [], 0
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((before + 1, stripped))
            before = reader.line_num
    except csv.Error:
        said = Wording(
            "Dấu ngoặc kép trong dòng này không đóng đúng chỗ; từ đây trở đi không đọc được.",
            "A quotation mark in this line is not closed where it should be; the rest can't be read.",
        )
        return rows, [Mistake(before + 1, 0, said)]
    return rows, []


def _separator(text: str) -> str:
    """Return what separates the cells: the one that the first line with a text has most often."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(";,\t", key=first.count)


def _columns_in(row: int, heads: Sequence[str]) -> tuple[dict[str, int], list[Mistake]]:
    """Return the number of each column by its name."""
    found: dict[str, int] = {}
    mistakes: list[Mistake] = []
    for number, head in enumerate(heads, 1):
        name = _HEADS.get(searched(head))
        if name is None and head:
            vi = "Không có cột nào tên này: chỉ có account, issuer, subject."
            mistakes.append(Mistake(row, number, Wording(vi, "No column has this name: account, issuer, subject do.")))
        elif name in found:
            mistakes.append(Mistake(row, number, Wording(f"Cột {name} có hai lần.", f"Column {name} is there twice.")))
        elif name:
            found[name] = number
    for name in COLUMNS:
        if name not in found:
            vi = f"Dòng đầu phải ghi tên cột; thiếu cột {name}."
            mistakes.append(Mistake(row, 0, Wording(vi, f"The first line names the columns; it lacks {name}.")))
    return found, mistakes


def _faults_in(row: int, cells: list[str], columns: Mapping[str, int]) -> Iterator[Mistake]:
    """Yield the mistakes of a line, which is filled up with empty cells."""
    cells += [""] * (max(columns.values()) - len(cells))
    for number, cell in enumerate(cells, 1):
        if cell and number not in columns.values():
            yield Mistake(row, number, Wording("Ô này không thuộc cột nào.", "This cell is in no column."))
    if not cells[columns[ACCOUNT] - 1]:
        yield Mistake(row, columns[ACCOUNT], Wording("Thiếu tài khoản.", "It lacks the account."))
    if not is_issuer(cells[columns[ISSUER] - 1]):
        said = Wording("Phải là địa chỉ https://…", "It has to be an address such as https://…")
        yield Mistake(row, columns[ISSUER], said)
    subject = cells[columns[SUBJECT] - 1]
    if not is_subject(subject):
        vi = f"Phải gồm 1 đến {LONGEST_SUBJECT} ký tự ASCII in được."
        said = Wording(vi, f"It has 1 to {LONGEST_SUBJECT} printable ASCII characters.")
        yield Mistake(row, columns[SUBJECT], said)
    elif _ROUNDED.fullmatch(subject):
        vi = "Bảng tính đã rút gọn mã này thành dạng số; hãy đặt cột là văn bản rồi chép lại mã."
        said = Wording(
            vi, "The spreadsheet has shortened this number; make the column text and copy the subject again."
        )
        yield Mistake(row, columns[SUBJECT], said)


def _without_lines() -> Wording:
    return Wording("Danh sách chưa có dòng nào.", "The list has no line yet.")


def _too_large() -> Wording:
    kib = LARGEST_LIST // 1024
    return Wording(
        f"Danh sách lớn hơn {kib} KiB; hãy chia làm nhiều lần.", f"The list has more than {kib} KiB; send it in parts."
    )
