"""Criteria sets in files on this machine: read by the rules of assessment, written as JSON or YAML."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from parindex.client_checks import checks_of
from parindex.contracts.criteria import CriteriaSet
from parindex.inputs.files import read_bytes
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


class SetFileUnusableError(Refused):
    """A file can't be read or written: it is not there, is too large, or its folder takes none."""

    code = "criteria-file-unusable"
    vi, en = "Không đọc hay ghi được tệp {path} ({why}).", "The file {path} can't be read or written ({why})."

    path: Path
    why: Wording


class FileThereError(Refused):
    """A file of this name is there already, and is not replaced."""

    code = "file-is-there"
    kind = Kind.CONFLICT
    vi, en = "Đã có tệp {path}; hãy chọn tên khác.", "The file {path} exists already; choose another name."

    path: Path


def read_file(path: Path) -> tuple[CriteriaSet, list[Place]]:
    """Return the set in a workbook, or in a file of YAML or JSON, and the warnings.

    Raises SetFileUnusableError, FileDamagedError, WorkbookTooFaultyError, and SetFileWrongError with every mistake.
    """
    assessment = checks_of("assessment").checks
    try:
        content = read_bytes(path, LARGEST)
    except OSError as error:
        raise _unusable(path, error) from error
    drafted = assessment["criteria_workbook"](content)
    places = [Place(note.at.place, note.vi, note.en) for note in drafted.errors]
    if places:
        raise SetFileWrongError(places)
    warnings = [Place(note.at.place, note.vi, note.en) for note in drafted.warnings]
    return drafted.criteria_set, warnings


def written_as(path: Path, criteria_set: CriteriaSet) -> bytes:
    """Return a set as YAML where the name of the file ends so, otherwise as the JSON that the API takes."""
    if path.suffix.lower() in {".yaml", ".yml"}:
        written: bytes = checks_of("assessment").checks["criteria_yaml"](criteria_set)
        return written
    return msgspec.json.format(msgspec.json.encode(criteria_set), indent=2)


def write_new(path: Path, content: bytes) -> None:
    """Write a new file. Raises FileThereError, SetFileUnusableError."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise FileThereError(path) from error
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> SetFileUnusableError:
    return SetFileUnusableError(path, Wording(system_reason(error).vi, str(error.strerror)))
