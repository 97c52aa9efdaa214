"""From a text to a tree whose every node knows its line and column.

YAML and JSON alike (JSON is YAML). Every scalar stays text: 51.75 in the file is "51.75" here, never a float.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from parindex.refusal import Place

DEEPEST = 40
MOST_VALUES = 1_000_000
"""Values of a file, those counted again that an alias repeats; the largest round file has about 200 thousand."""
LONGEST_KEY = 200
"""Characters of a key. No field has such a name, and every place beneath a key repeats it."""
MOST_FAULTS = 500


class TreeError(Exception):
    """A text is no tree; the places say why and where."""

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__("; ".join(f"{place.at}: {place.en}" for place in places[:3]))
        self.places = list(places)


@dataclass(slots=True)
class Tree:
    """The file's content (None: only comments), and where each node is: JSON pointer to line and column, from 1."""

    content: Any = None
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    values: int = 0

    def place(self, pointer: str, vi: str, en: str) -> Place:
        """Return a place at a pointer, with the line and column of it or of the nearest node above it."""
        at = pointer
        while at not in self.marks and at:
            at = at.rpartition("/")[0]
        line, column = self.marks.get(at, (1, 1))
        return Place(f"{line}:{column} {pointer or '/'}", vi, en)


def parse(text: str) -> Tree:
    """Read a text; raise TreeError where it is no YAML, is nested too deep or names a key twice."""
    tree, faults = Tree(), list[Place]()
    node = compose(text)
    if node is not None:
        tree.content = _value(node, "", tree, faults)
    if faults:
        raise TreeError(faults[:MOST_FAULTS])
    return tree


def compose(text: str) -> yaml.Node | None:
    """Return the nodes of a text with their marks, None for no document; raise TreeError."""
    try:
        _check_depth(text)
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        what = error.problem or "?"
        raise TreeError(
            [_marked(error.problem_mark, f"Không phải YAML hay JSON: {what}.", f"Not YAML or JSON: {what}.")]
        ) from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise TreeError([Place("1:1 /", "Tệp có ký tự lạ.", "The file has characters that YAML refuses.")]) from error


def _marked(mark: Any, vi: str, en: str) -> Place:
    return Place(f"{mark.line + 1}:{mark.column + 1} /" if mark else "1:1 /", vi, en)


def _check_depth(text: str) -> None:
    """Raise TreeError before libyaml's composer, which descends in C, runs out of stack and ends the process."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise TreeError([_marked(event.start_mark, "Lồng quá sâu.", "Nested too deep.")])


def _count(pointer: str, tree: Tree) -> None:
    """Aliases of aliases make a small file huge, and one that contains itself endless."""
    tree.values += 1
    if tree.values > MOST_VALUES or pointer.count("/") > DEEPEST:
        vi = "Quá nhiều giá trị: bí danh (alias) lặp lại nhiều lần hoặc chứa chính nó."
        en = "Too many values: aliases repeat too much, or contain themselves."
        raise TreeError([tree.place(pointer, vi, en)])


def _value(node: yaml.Node, pointer: str, tree: Tree, faults: list[Place]) -> Any:
    tree.marks[pointer] = _at(node)
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
        if len(name) > LONGEST_KEY:
            line, column = _at(key)
            vi, en = f"Khóa dài hơn {LONGEST_KEY} ký tự.", f"A key has more than {LONGEST_KEY} characters."
            faults.append(Place(f"{line}:{column} {pointer or '/'}", vi, en))
            continue
        at = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if name in made:
            tree.marks[at] = _at(key)
            faults.append(tree.place(at, f"Khóa “{name}” bị trùng.", f"The key “{name}” stands there twice."))
        made[name] = _value(value, at, tree, faults)
    return made


def _at(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
