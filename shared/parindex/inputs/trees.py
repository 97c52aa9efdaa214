"""Trees: YAML and JSON texts parsed into a tree in which each node has its line and column.

JSON is parsed as YAML. Each scalar stays text: 51.75 in the file is "51.75" here, never a float.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from parindex.refusal import Place

DEEPEST = 40
MOST_VALUES = 1_000_000
"""Values of a file; the largest round file has about 200 thousand."""
MOST_REPEATED = 100_000
"""Characters that all aliases of a file repeat together. An alias saves a second copy of a list of units, but aliases
of aliases would expand a small file to a huge one."""
LONGEST_KEY = 200
"""Characters of a key. No field has a longer name, and each place beneath a key repeats it."""
TAGS = frozenset({"!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))})
"""The permitted tags: those that a value has without a tag."""
MOST_FAULTS = 500


class TreeError(Exception):
    """A text is no valid tree; the places have the reasons."""

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__("; ".join(f"{place.at}: {place.en}" for place in places[:3]))
        self.places = list(places)


@dataclass(slots=True)
class Tree:
    """The file's content (None: only comments), and the line and column of each node by JSON pointer, from 1."""

    content: Any = None
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)

    def place(self, pointer: str, vi: str, en: str) -> Place:
        """Return a place at a pointer, with the line and column of it or of the nearest node above it."""
        at = pointer
        while at not in self.marks and at:
            at = at.rpartition("/")[0]
        line, column = self.marks.get(at, (1, 1))
        return Place(f"{line}:{column} {pointer or '/'}", vi, en)


def parse(text: str, most_values: int | None = None) -> Tree:
    """Parse a text; raise TreeError where it is no YAML, is too deep or too large, or has a key twice."""
    tree, faults = Tree(), list[Place]()
    node = compose(text, most_values)
    if node is not None:
        tree.content = _value(node, "", tree, faults)
    if faults:
        raise TreeError(faults[:MOST_FAULTS])
    return tree


def compose(text: str, most_values: int | None = None) -> yaml.Node | None:
    """Return the nodes of a text with their marks, None for no document; raise TreeError."""
    try:
        _check_bounds(text, MOST_VALUES if most_values is None else most_values)
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        raise TreeError([_syntax_fault(text, error)]) from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise TreeError([Place("1:1 /", "Tệp có ký tự lạ.", "The file has characters that YAML refuses.")]) from error


def _syntax_fault(text: str, error: yaml.MarkedYAMLError) -> Place:
    """Return the place of a syntax error; a tab is invisible in an editor, so it is named."""
    mark, what = error.problem_mark, error.problem or "?"
    if mark and text.removeprefix("\ufeff")[mark.index : mark.index + 1] == "\t":
        vi, en = "Dòng này có dấu tab ở chỗ phải là dấu cách.", "This line has a tab where spaces are needed."
        return _marked(mark, vi, en)
    return _marked(mark, f"Không phải YAML hay JSON: {what}.", f"Not YAML or JSON: {what}.")


def _marked(mark: Any, vi: str, en: str) -> Place:
    return Place(f"{mark.line + 1}:{mark.column + 1} /" if mark else "1:1 /", vi, en)


def _check_bounds(text: str, most_values: int) -> None:
    """Raise TreeError for nesting that overflows the composer's stack (it recurses in C), and for expanding aliases.

    The text is only parsed into events here, so that no tree is in memory yet, and each refusal has its place.
    """
    sizes = _Sizes()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.NodeEvent):
            sizes.values += 1
            if sizes.values > most_values:
                raise TreeError([_marked(event.start_mark, "Quá nhiều giá trị.", "There are too many values.")])
            _check_tag(event)
        if isinstance(event, yaml.AliasEvent):
            sizes.repeat(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            sizes.begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            sizes.end(event)
        elif isinstance(event, yaml.ScalarEvent) and event.anchor:
            sizes.named[event.anchor] = len(event.value) + 1


def _check_tag(event: Any) -> None:
    """Refuse a tag: it sets the type of a value, which here the field does, and an ignored one would mislead."""
    tag = getattr(event, "tag", None)
    if tag is not None and tag not in TAGS:
        raise TreeError(
            [_marked(event.start_mark, "Không dùng thẻ YAML (!…) ở đây.", "YAML tags (!…) are not used here.")]
        )


@dataclass(slots=True)
class _Sizes:
    """The characters of each anchor's node, with those that its own aliases repeat."""

    named: dict[str, int] = field(default_factory=dict)
    open: list[tuple[str | None, int, int]] = field(default_factory=list)
    """The collections around the present place: anchor, where it begins, what had been repeated before it."""
    repeated: int = 0
    values: int = 0

    def begin(self, event: Any) -> None:
        if len(self.open) >= DEEPEST:
            raise TreeError([_marked(event.start_mark, "Lồng quá sâu.", "Nested too deep.")])
        self.open.append((event.anchor, event.start_mark.index, self.repeated))
        if event.anchor:
            self.named.pop(event.anchor, None)

    def end(self, event: Any) -> None:
        anchor, begun, repeated_before = self.open.pop()
        if anchor:
            self.named[anchor] = event.end_mark.index - begun + self.repeated - repeated_before

    def repeat(self, event: Any) -> None:
        if any(anchor == event.anchor for anchor, _, _ in self.open) and event.anchor not in self.named:
            vi, en = f"Bí danh *{event.anchor} chứa chính nó.", f"The alias *{event.anchor} contains itself."
            raise TreeError([_marked(event.start_mark, vi, en)])
        self.repeated += self.named.get(event.anchor, 0)
        if self.repeated > MOST_REPEATED:
            vi = f"Bí danh (alias) lặp lại hơn {MOST_REPEATED} ký tự."
            en = f"Aliases repeat more than {MOST_REPEATED} characters."
            raise TreeError([_marked(event.start_mark, vi, en)])


def _value(node: yaml.Node, pointer: str, tree: Tree, faults: list[Place]) -> Any:
    tree.marks[pointer] = _at(node)
    if pointer.count("/") > DEEPEST:  # aliases within aliases are not nested in the text
        raise TreeError([tree.place(pointer, "Lồng quá sâu.", "Nested too deep.")])
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
            faults.append(tree.place(at, f"Khóa “{name}” bị trùng.", f"The key “{name}” occurs twice."))
        made[name] = _value(value, at, tree, faults)
    return made


def _at(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
