"""From the text of a file to a tree whose every node knows its line and column.

YAML and JSON alike (JSON is YAML). Every scalar stays text: 51.75 in the file is "51.75" here, never a float.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from parindex.refusal import Place, Refused

LARGEST = 64 * 1024 * 1024
"""Bytes of a round file; a province with 200 units and 100 criteria needs about 5 MiB."""
DEEPEST = 40
MOST_VALUES = 1_000_000
"""Values of a round file, those counted again that an alias repeats; that province needs about 200 thousand."""


class RoundFileError(Refused):
    """A round file can't be used; the places name everything that is wrong in it."""

    code = "round-file-invalid"

    def __init__(self, places: list[Place]) -> None:
        mistakes = "1 mistake" if len(places) == 1 else f"{len(places)} mistakes"
        super().__init__(f"Tệp có {len(places)} lỗi cần sửa.", f"The file has {mistakes} to mend.", places)


class RoundFileUnreadableError(Refused):
    """There is no such file, it can't be read, or nothing stands in it."""

    code = "round-file-unreadable"


@dataclass(slots=True)
class Tree:
    """The file's content, and where each node of it stands: JSON pointer to (line, column), both from 1."""

    content: Any = None
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    values: int = 0

    def place(self, pointer: str, vi: str, en: str) -> Place:
        """Say that something is wrong at a pointer, with the line and column of it or of the nearest thing above it."""
        at = pointer
        while at not in self.marks and at:
            at = at.rpartition("/")[0]
        line, column = self.marks.get(at, (1, 1))
        return Place(f"{line}:{column} {pointer or '/'}", vi, en)


def read(path: Path) -> Tree:
    """Read a file; raise RoundFileUnreadableError, or RoundFileError where it is too large, not UTF-8, or not YAML."""
    try:
        if path.stat().st_size > LARGEST:
            raise RoundFileError([Place("1:1 /", f"Tệp lớn hơn {LARGEST} byte.", f"The file exceeds {LARGEST} bytes.")])
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        vi = f"Không có tệp {path}." if missing else f"Không đọc được tệp {path} ({error.strerror})."
        en = f"There is no file {path}." if missing else f"The file {path} can't be read ({error.strerror})."
        raise RoundFileUnreadableError(vi, en) from error
    except UnicodeDecodeError as error:
        raise RoundFileError([Place("1:1 /", "Tệp không phải UTF-8.", "The file is not UTF-8.")]) from error


def parse(text: str) -> Tree:
    """Read a text; raise RoundFileError where it is no YAML or names a key twice, RoundFileUnreadableError for none."""
    tree, faults = Tree(), list[Place]()
    try:
        _check_depth(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{mark.line + 1}:{mark.column + 1} /" if mark else "1:1 /"
        what = error.problem or "?"
        raise RoundFileError([Place(at, f"Không phải YAML hay JSON: {what}.", f"Not YAML or JSON: {what}.")]) from error
    except yaml.YAMLError as error:
        place = Place("1:1 /", "Tệp có ký tự lạ.", "The file has characters that YAML refuses.")
        raise RoundFileError([place]) from error
    if node is None:
        raise RoundFileUnreadableError("Tệp trống.", "The file is empty.")
    tree.content = _value(node, "", tree, faults)
    if faults:
        raise RoundFileError(faults)
    return tree


def _check_depth(text: str) -> None:
    """Raise RoundFileError before libyaml's composer, which descends in C, runs out of stack and ends the process."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            mark = event.start_mark
            at = f"{mark.line + 1}:{mark.column + 1} /" if mark else "1:1 /"
            raise RoundFileError([Place(at, "Lồng quá sâu.", "Nested too deep.")])


def _count(pointer: str, tree: Tree) -> None:
    """Aliases of aliases make a small file huge, and one that contains itself endless."""
    tree.values += 1
    if tree.values > MOST_VALUES or pointer.count("/") > DEEPEST:
        vi = "Quá nhiều giá trị: bí danh (alias) lặp lại nhiều lần hoặc chứa chính nó."
        en = "Too many values: aliases repeat too much, or contain themselves."
        raise RoundFileError([tree.place(pointer, vi, en)])


def _value(node: yaml.Node | None, pointer: str, tree: Tree, faults: list[Place]) -> Any:
    if node is None:
        return None
    tree.marks[pointer] = (node.start_mark.line + 1, node.start_mark.column + 1)
    _count(pointer, tree)
    if isinstance(node, yaml.ScalarNode):
        return "" if node.tag == "tag:yaml.org,2002:null" else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{pointer}/{index}", tree, faults) for index, item in enumerate(node.value)]
    return _mapping(node, pointer, tree, faults)


def _mapping(node: yaml.Node, pointer: str, tree: Tree, faults: list[Place]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        at = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if name in made:
            tree.marks[at] = (key.start_mark.line + 1, key.start_mark.column + 1)
            faults.append(tree.place(at, f"Khóa “{name}” bị trùng.", f"The key “{name}” stands there twice."))
        made[name] = _value(value, at, tree, faults)
    return made
