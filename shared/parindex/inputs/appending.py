"""Appending a row to a list of a YAML or JSON file, or changing some; all other bytes of the text stay the same.

The row is written at its place in the text, and the file is not serialised again, so that comments, quotes and
indentation of all other rows survive. It is pure: the caller parses the result before it replaces the file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from parindex.inputs.trees import compose

NULL = "tag:yaml.org,2002:null"


class NoListError(Exception):
    """The text has no top-level list under this key."""


def with_row(text: str, key: str, row: Mapping[str, Any]) -> str:
    """Return the text with one more row at the end of the list under a key; raise NoListError, TreeError."""
    end = "\r\n" if "\r\n" in text else "\n"
    top = compose(text)
    if top is None:  # nothing but comments
        return _in_block(_ended(text, end) + f"{key}:", len(_ended(text, end)), 2, row, end)
    name, rows = _list_in(top, key)
    if isinstance(rows, yaml.ScalarNode):
        return _first(text, name, rows, row, end, in_braces=_is_flow(top))
    if _is_flow(rows):
        return _in_flow(text, rows, row, end)
    return _in_block(text, _end_of(rows), _dash_column(text, rows), row, end)


def with_changed(text: str, key: str, changed: Mapping[int, Mapping[str, Any] | None]) -> str:
    """Return the text with other rows at some places of the list, None for no row; raise NoListError, TreeError.

    Comments inside a row that is replaced are lost.
    """
    top = compose(text)
    if top is None:
        raise NoListError
    _, rows = _list_in(top, key)
    if isinstance(rows, yaml.ScalarNode):
        raise NoListError
    for number in sorted(changed, reverse=True):  # from the end, so that the places of the others stay
        text = _with_one(text, rows.value[number], changed[number], in_flow=_is_flow(rows))
    return text


def _with_one(text: str, node: yaml.Node, row: Mapping[str, Any] | None, *, in_flow: bool) -> str:
    start, stop = node.start_mark.index, _end_of(node)
    if in_flow:
        return text[:start] + _json(row) + text[stop:] if row is not None else _out_of_flow(text, start, stop)
    if row is not None:
        return text[:start] + _block(row, node.start_mark.column, "\r\n" if "\r\n" in text else "\n") + text[stop:]
    dash, line_end = text.rindex("-", 0, start), text.find("\n", stop)
    return text[: text.rfind("\n", 0, dash) + 1] + ("" if line_end < 0 else text[line_end + 1 :])


def _block(row: Mapping[str, Any], column: int, end: str) -> str:
    """Return a row as a block mapping whose first line is begun already."""
    written = yaml.safe_dump(dict(row), sort_keys=False, allow_unicode=True, width=10_000)
    return (end + " " * column).join(written.splitlines())


def _out_of_flow(text: str, start: int, stop: int) -> str:
    """Return a text without an item of a flow list, and without the comma after it, or before the last one."""
    if comma := re.match(r"\s*,\s*", text[stop:]):
        return text[:start] + text[stop + comma.end() :]
    return re.sub(r",\s*$", "", text[:start]) + text[stop:]


def _list_in(top: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node]:
    if isinstance(top, yaml.MappingNode):
        for name, value in top.value:
            if name.value == key and (isinstance(value, yaml.SequenceNode) or value.tag == NULL):
                return name, value
    raise NoListError


def _first(text: str, name: yaml.Node, nothing: yaml.Node, row: Mapping[str, Any], end: str, *, in_braces: bool) -> str:
    """Insert a list where the key has no value: `accounts:`, `accounts: null`, `{"accounts": null}`."""
    start, stop = nothing.start_mark.index, nothing.end_mark.index
    if in_braces:
        return f"{text[:start]}{'' if stop > start else ' '}[{_json(row)}]{text[stop:]}"
    return _in_block(text[:start] + text[stop:], start, name.start_mark.column + 2, row, end)


def _in_flow(text: str, rows: yaml.Node, row: Mapping[str, Any], end: str) -> str:
    if not rows.value:
        at = text.index("[", rows.start_mark.index) + 1
        return text[:at] + _json(row) + text[at:]
    last = rows.value[-1]
    at, column = last.end_mark.index, last.start_mark.column
    own_line = last.start_mark.line > rows.start_mark.line
    return f"{text[:at]},{end + ' ' * column if own_line else ' '}{_json(row)}{text[at:]}"


def _in_block(text: str, after: int, column: int, row: Mapping[str, Any], end: str) -> str:
    """Insert the row after the last line of the list, including that line's comment."""
    line_end = text.find("\n", after)
    before, rest = (_ended(text, end), "") if line_end < 0 else (text[: line_end + 1], text[line_end + 1 :])
    written = yaml.safe_dump([dict(row)], sort_keys=False, allow_unicode=True, width=10_000)
    return before + "".join(f"{' ' * column}{line}{end}" for line in written.splitlines()) + rest


def _dash_column(text: str, rows: yaml.Node) -> int:
    """Return the column of the list's dashes, which is not that of the list's mark where the list has an anchor."""
    start = rows.start_mark.index
    if text[start] == "-":
        return int(rows.start_mark.column)
    dash = text.rindex("-", start, rows.value[0].start_mark.index)
    return dash - (text.rfind("\n", 0, dash) + 1)


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith("\n") else text + end


def _end_of(node: yaml.Node) -> int:
    """Return the end of a list's last node; the mark of the list itself is after comments and blank lines."""
    return max((_last_character(leaf) for leaf in _leaves(node)), default=node.start_mark.index)


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        yield node
        return
    for child in node.value:
        for each in child if isinstance(child, tuple) else (child,):
            yield from _leaves(each)


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _last_character(leaf: yaml.Node) -> int:
    """Return the index of a leaf's end; the mark of a block scalar (`|`, `>`) is at the beginning of the next line."""
    block = isinstance(leaf, yaml.ScalarNode) and leaf.style in ("|", ">")
    return int(leaf.end_mark.index) - (1 if block else 0)


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(dict(row), ensure_ascii=False)
