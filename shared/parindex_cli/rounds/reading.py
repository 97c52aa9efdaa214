"""A round file's text as a tree, and the two ways in which it is none."""

from collections.abc import Sequence
from pathlib import Path

from parindex.inputs import trees
from parindex.inputs.files import read_text
from parindex.inputs.trees import Tree, TreeError
from parindex.refusal import Place, Refused


class RoundFileError(Refused):
    """A round file can't be used; the places name everything that is wrong in it."""

    code = "round-file-invalid"

    def __init__(self, places: Sequence[Place]) -> None:
        mistakes = "1 mistake" if len(places) == 1 else f"{len(places)} mistakes"
        super().__init__(f"Tệp có {len(places)} lỗi cần sửa.", f"The file has {mistakes} to fix.", places)


class RoundFileUnreadableError(Refused):
    """There is no such file, it can't be read, or it is empty."""

    code = "round-file-unreadable"


def read(path: Path) -> Tree:
    """Read a file; raise RoundFileUnreadableError, or RoundFileError where it is not UTF-8 or not YAML."""
    try:
        return parse(read_text(path))
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        vi = f"Không có tệp {path}." if missing else f"Không đọc được tệp {path} ({error.strerror})."
        en = f"There is no file {path}." if missing else f"The file {path} can't be read ({error.strerror})."
        raise RoundFileUnreadableError(vi, en) from error
    except UnicodeDecodeError as error:
        raise RoundFileError([Place("1:1 /", "Tệp không phải UTF-8.", "The file is not UTF-8.")]) from error


def parse(text: str) -> Tree:
    """Read a text; raise RoundFileError where it is no YAML or names a key twice, RoundFileUnreadableError for none."""
    try:
        tree = trees.parse(text)
    except TreeError as error:
        raise RoundFileError(error.places) from error
    if tree.content is None:
        raise RoundFileUnreadableError("Tệp trống.", "The file is empty.")
    return tree
