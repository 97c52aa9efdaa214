"""Criteria sets in workbooks on this machine: read by the rules of assessment, written as JSON."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from parindex.client_checks import checks_of
from parindex.reasons import system_reason
from parindex.refusal import Kind, Place, Refused
from parindex.wording import Wording

LARGEST = 8 * 2**20
"""Bytes of a workbook, as the API takes it."""


class SetFileWrongError(Refused):
    """A workbook has mistakes; the places name all of them."""

    code = "criteria-workbook-wrong"
    vi, en, en_one = (
        "Tệp có {count} lỗi cần sửa.",
        "The file has {count} mistakes to fix.",
        "The file has 1 mistake to fix.",
    )

    places: Sequence[Place]


class SetFileUnreadableError(Refused):
    """There is no such file, or it can't be read."""

    code = "criteria-workbook-unreadable"
    vi, en = "Không đọc được tệp {path} ({why}).", "The file {path} can't be read ({why})."

    path: Path
    why: Wording


class FileThereError(Refused):
    """A file of this name is there already, and is not replaced."""

    code = "file-is-there"
    kind = Kind.CONFLICT
    vi, en = "Đã có tệp {path}; hãy chọn tên khác.", "The file {path} exists already; choose another name."

    path: Path


def read_file(path: Path) -> tuple[bytes, list[Place]]:
    """Return the set in a workbook as the JSON that the API takes, and the warnings.

    Raises SetFileUnreadableError, FileDamagedError, and SetFileWrongError with every mistake at its cell.
    """
    assessment = checks_of("assessment").checks
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        why = Wording(system_reason(error).vi, str(error.strerror))
        raise SetFileUnreadableError(path, why) from error
    drafted = assessment["criteria_workbook"](content)
    places = [Place(note.at.place, note.vi, note.en) for note in drafted.errors]
    if places:
        raise SetFileWrongError(places)
    warnings = [Place(note.at.place, note.vi, note.en) for note in drafted.warnings]
    return msgspec.json.format(msgspec.json.encode(drafted.criteria_set), indent=2), warnings


def write_new(path: Path, content: bytes) -> None:
    """Write a new file. Raises FileThereError."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise FileThereError(path) from error
