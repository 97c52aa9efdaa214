"""Reads a round file's text into a tree."""

from collections.abc import Sequence
from pathlib import Path

from parindex.inputs import trees
from parindex.inputs.files import read_text
from parindex.inputs.trees import Tree, TreeError
from parindex.reasons import system_reason
from parindex.refusal import Place, Refused
from parindex.wording import Wording


class RoundFileError(Refused):
    """A round file can't be used; the places name everything that is wrong in it."""

    code = "round-file-invalid"
    vi, en, en_one = (
        "Tệp có {count} lỗi cần sửa.",
        "The file has {count} mistakes to fix.",
        "The file has 1 mistake to fix.",
    )

    places: Sequence[Place]


class RoundFileUnreadableError(Refused):
    """There is no such file, it can't be read, or it is empty."""

    code = "round-file-unreadable"
    vi, en = "{why}", "{why}"

    why: Wording


_MISSING = Wording("Không có tệp {path}.", "There is no file {path}.")
_UNREAD = Wording("Không đọc được tệp {path} ({why}).", "The file {path} can't be read ({why}).")
_EMPTY = Wording("Tệp trống.", "The file is empty.")


def read(path: Path) -> Tree:
    """Read a file. Raises RoundFileUnreadableError, or RoundFileError if it is not UTF-8 or not YAML."""
    try:
        return parse(read_text(path))
    except OSError as error:
        said = _MISSING if isinstance(error, FileNotFoundError) else _UNREAD
        why = Wording(system_reason(error).vi, str(error.strerror))
        raise RoundFileUnreadableError(said.of(path=path, why=why)) from error
    except UnicodeDecodeError as error:
        raise RoundFileError([Place("1:1 /", "Tệp không phải UTF-8.", "The file is not UTF-8.")]) from error


def parse(text: str) -> Tree:
    """Parse a text. Raises RoundFileError if it is no YAML or repeats a key, RoundFileUnreadableError if empty."""
    try:
        tree = trees.parse(text)
    except TreeError as error:
        raise RoundFileError(error.places) from error
    if tree.content is None:
        raise RoundFileUnreadableError(_EMPTY)
    return tree
