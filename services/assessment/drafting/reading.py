"""Reads a workbook into a criteria set. Every mistake is noted at its cell; only a right workbook gives a set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from assessment.drafting.layout import (
    BAND_COLUMNS,
    BANDS,
    CHOICES,
    CRITERIA,
    CRITERION_COLUMNS,
    DETAIL_COLUMNS,
    DETAILS,
    ITEMS,
    KIND_WORDS,
    LEVEL_WORDS,
    NUMBERS,
    OURS,
    OWN_NOTES,
    PRINTED,
    PRINTED_ITEMS,
    RULES,
    SET,
    SET_COLUMNS,
    SET_ITEMS,
    detail_column,
    fields_of,
    listed_in,
    parameters_of,
)
from assessment.enacting.checks import ABOVE, doubts_about_set, mistakes_in_set
from parindex.contracts.base import Part
from parindex.contracts.criteria import AreaKind, Band, CriteriaSet, Level
from parindex.contracts.expression import LONGEST
from parindex.files.workbooks import Workbook
from parindex.values.texts import LINE, NAME, NOTE, TextRule
from parindex.web.worksheets import At, Line, Notes, Table, key, table_in

TEXTS: Final[Mapping[str, TextRule]] = {
    "name": NAME,
    "title": NAME,
    "source": NAME,
    "rule_text": NOTE,
    "reference": LINE,
    "expression": TextRule(LONGEST, needed=True),
}
"""The rules of texts; all other texts are codes, whose form the checks of a set know."""
CODE_RULE: Final = TextRule(63)
SHARES: Final = frozenset({"floor", "ceiling"})
SHARE_KINDS: Final = frozenset({"proportional"})
"""The parameters that are shares, and the kinds of rules where they are: the floor of a deduction is points."""
OF_HUNDRED: Final = frozenset({"bound", "at_least", "out_of"})
"""The columns that count per cent from 0 to 100, so that a cell of 90% is 90 and not 0.9."""
NEEDED_ITEMS: Final = ("code", "title", "reference")
ROUNDING: Final = ("decimals", "mode", "total")


@dataclass(slots=True)
class Drafted(Notes):
    """The content of a workbook: the set, if there is no mistake, and the notes. `cells`: where each value is.

    `printed`: how many rows of a level the decision says that there are, as the cell has it.
    """

    criteria_set: CriteriaSet | None = None
    cells: dict[str, At] = field(default_factory=dict)
    printed: dict[str, tuple[At, str]] = field(default_factory=dict)

    def at(self, pointer: str) -> At:
        """Return the cell of a JSON pointer into the set, or of the nearest value around it."""
        while pointer and pointer not in self.cells:
            pointer = pointer.rpartition("/")[0]
        return self.cells.get(pointer, At(CRITERIA))


@dataclass(frozen=True, slots=True)
class Detail:
    """A line of details: the values by field, and the line."""

    values: Mapping[str, Any]
    line: Line


def read_set(workbook: Workbook) -> Drafted:
    """Return what a workbook says."""
    drafted = Drafted()
    for name in workbook.others:
        if name not in OURS:
            drafted.warn(At(name), "", "Trang tính này không được đọc.", "This worksheet is not read.")
    tables = [
        table_in(workbook, name, columns, drafted, ignored=OWN_NOTES.values() if name == CRITERIA else ())
        for name, columns in (
            (SET, SET_COLUMNS), (CRITERIA, CRITERION_COLUMNS), (DETAILS, DETAIL_COLUMNS), (BANDS, BAND_COLUMNS),
        )
    ]  # fmt: skip
    items, criteria, details, bands = tables
    if items is None or criteria is None or details is None or bands is None:
        return drafted
    values = _read_items(items, drafted)
    values["criteria"] = _read_criteria(criteria, details, drafted)
    values["bands"] = _read_bands(bands, drafted)
    if not drafted.errors:
        _compare_with_print(values["criteria"], drafted)
        _finish(values, drafted)
    return drafted


def _compare_with_print(rows: Sequence[Mapping[str, Any]], drafted: Drafted) -> None:
    """Warn of a printed count that the rows do not have: the decision may be misprinted, or a row is missing here."""
    for name, (at, text) in drafted.printed.items():
        level = PRINTED[name]
        found = sum(row["level"] == level for row in rows)
        if not text.isdecimal():
            vi, en = "Ô này phải là số nguyên nên không so sánh được.", "It is no whole number, so it is not compared."
            drafted.warn(at, "", vi, en)
        elif int(text) != found:
            vi = f"Văn bản ghi {text}, nhưng trang “{CRITERIA}” có {found} dòng cấp “{LEVEL_WORDS[level]}”."
            drafted.warn(at, "", vi, f"The decision says {text}, but {found} rows are of the level {level}.")


def _finish(values: Mapping[str, Any], drafted: Drafted) -> None:
    criteria_set = msgspec.convert(values, CriteriaSet)
    for place in mistakes_in_set(criteria_set):
        at = drafted.at(place.at)
        drafted.error(at, "", place.vi, place.en)
    if not drafted.errors:
        drafted.criteria_set = criteria_set
        for place in doubts_about_set(criteria_set):
            drafted.warn(drafted.at(place.at), "", place.vi, place.en)


def _read_items(table: Table, drafted: Drafted) -> dict[str, Any]:
    names = {key(title): name for name, title in ITEMS.items()}
    values: dict[str, Any] = {}
    for _, line in table.lines():
        title = line.text("item")
        name = names.get(key(title), "")
        if not name:
            line.warn("item", f"Mục “{title[:60]}” không được đọc.", f"The item “{title[:60]}” is not read.")
        elif name in values or name in drafted.printed:
            line.error("item", f"Mục “{title}” bị trùng.", f"The item “{title}” occurs twice.")
        elif name in PRINTED_ITEMS:
            if "value" in line.cells:
                drafted.printed[name] = (line.at("value"), line.cells["value"].text.strip())
        else:
            read = _needed if name in NEEDED_ITEMS else _cell
            values[name] = read(line, "value", name)
            pointer = f"/rounding/{name}" if name in ROUNDING else f"/{name}"
            drafted.cells[pointer] = line.at("value")
    for name in NEEDED_ITEMS:
        if name not in values:
            title = SET_ITEMS[name]
            drafted.error(At(SET), "", f"Thiếu mục “{title}”.", f"The item “{title}” is missing.")
    rounding = {name: values.pop(name) for name in ROUNDING if values.get(name)}
    values["tie_keys"] = [key.strip() for key in values.get("tie_keys", "").split(";") if key.strip()]
    values["index_above_hundred"] = bool(values.get("index_above_hundred"))
    if "decimals" in rounding:
        if rounding["decimals"].isdecimal():
            rounding["decimals"] = int(rounding["decimals"])
        else:
            at = drafted.cells["/rounding/decimals"]
            drafted.error(at, "", "Phải là số nguyên từ 0.", "It has to be a whole number from 0.")
    return {**{name: value for name, value in values.items() if value}, "rounding": rounding}


def _read_criteria(table: Table, details: Table, drafted: Drafted) -> list[dict[str, Any]]:
    by_criterion = _read_details(details)
    rows: list[dict[str, Any]] = []
    above: dict[Level, str] = {}
    for _, line in table.lines():
        index = len(rows)
        for name in CRITERION_COLUMNS:
            drafted.cells[f"/criteria/{index}/{name}"] = line.at(name)
        drafted.cells[f"/criteria/{index}"] = line.at("code")
        drafted.cells[f"/criteria/{index}/rule"] = line.at("kind")
        row = _read_criterion(line, above)
        rule = _read_rule(line, by_criterion.pop(row["code"], []), f"/criteria/{index}/rule", drafted)
        rows.append({**row, "rule": rule} if rule else row)
    unread = any(not row["code"] for row in rows)  # one of them may be the criterion that a detail names
    for code, lines in by_criterion.items():
        for detail in lines if code and not unread else ():
            vi, en = f"Trang “{CRITERIA}” không có tiêu chí “{code}”.", f"The set has no criterion “{code}”."
            detail.line.error("criterion", vi, en)
    return rows


def _read_criterion(line: Line, above: dict[Level, str]) -> dict[str, Any]:
    line.criterion = code = _needed(line, "code")
    level = _needed(line, "level")
    row: dict[str, Any] = {
        "code": code,
        "name": _needed(line, "name"),
        "level": level,
        "maximum": _needed(line, "maximum"),
        "rule_text": _cell(line, "rule_text"),
        "evidence_required": bool(_cell(line, "evidence_required")),
        "reference": _cell(line, "reference"),
        "area_kind": _cell(line, "area_kind") or AreaKind.ORDINARY,
        "area_cap": _cell(line, "area_cap"),
    }
    parent = _cell(line, "parent")
    if level:
        upper = ABOVE[Level(level)]
        row["parent"] = parent or (above.get(upper, "") if upper else "")
        above[Level(level)] = code
    return row


def _read_rule(line: Line, details: list[Detail], pointer: str, drafted: Drafted) -> dict[str, Any]:
    kind = _cell(line, "kind")
    if not kind and "kind" in line.cells:
        _check_parameters(line)
        return {}
    values: dict[str, Any] = {"kind": kind, **_read_parameters(line, kind, pointer, drafted)}
    listed, part = listed_in(RULES[kind]) if kind else ("", None)
    if part is None:
        for detail in details:
            _no_details(detail)
        return values if kind else {}
    drafted.cells[f"{pointer}/{listed}"] = line.at("kind")
    values[listed] = [
        _part(detail, part, f"{pointer}/{listed}/{index}", drafted) for index, detail in enumerate(details)
    ]
    return values


def _read_parameters(line: Line, kind: str, pointer: str, drafted: Drafted) -> dict[str, str]:
    """Return the parameters of a kind of rule; note those that it has not."""
    parameters, values = parameters_of(RULES[kind]) if kind else {}, dict[str, str]()
    for name in ALL_PARAMETERS:
        if name in parameters:
            drafted.cells[f"{pointer}/{name}"] = line.at(name)
            share = kind in SHARE_KINDS and name in SHARES
            text = (_needed if parameters[name] else _cell)(line, name, share=share)
            if text:
                values[name] = text
        elif name in line.cells and kind:
            vi = f"Cách tính “{KIND_WORDS[kind]}” không dùng ô này."
            line.error(name, vi, f"The rule “{kind}” has no such parameter.")
        elif name in line.cells:
            line.error(name, "Dòng không có cách tính điểm nên ô này để trống.", "The line has no rule.")
    return values


def _check_parameters(line: Line) -> None:
    """Note the mistakes in the cells of a rule whose kind was not read."""
    for name in ALL_PARAMETERS:
        _cell(line, name, share=name in SHARES)


def _no_details(detail: Detail) -> None:
    code = detail.line.criterion
    detail.line.error(
        "criterion", f"Tiêu chí {code} không có chi tiết cách tính.", f"Criterion {code} has no details of its rule."
    )


def _part(detail: Detail, part: type[Part], pointer: str, drafted: Drafted) -> dict[str, Any]:
    fields = {detail_column(name): (name, needed) for name, needed in fields_of(part).items()}
    values: dict[str, Any] = {}
    drafted.cells[pointer] = detail.line.at("criterion")
    for column in DETAIL_COLUMNS:
        if column == "criterion":
            continue
        text = detail.values.get(column, "")
        if column not in fields:
            if column in detail.line.cells:
                detail.line.error(column, "Cách tính này không dùng ô này.", "The rule has no such parameter.")
            continue
        name, needed = fields[column]
        drafted.cells[f"{pointer}/{name}"] = detail.line.at(column)
        if column == "closed":
            values[name] = bool(text)
        elif text:
            values[name] = text
        elif needed and column not in detail.line.cells:
            detail.line.error(column, "Ô này không được để trống.", "This cell is empty.")
    return values


def _read_details(table: Table) -> dict[str, list[Detail]]:
    found: dict[str, list[Detail]] = {}
    for _, line in table.lines():
        line.criterion = _needed(line, "criterion")
        values = {name: _cell(line, name, share=name == "share") for name in DETAIL_COLUMNS if name != "criterion"}
        found.setdefault(line.criterion, []).append(Detail(values, line))
    return found


def _read_bands(table: Table, drafted: Drafted) -> list[dict[str, Any]]:
    drafted.cells["/bands"] = At(BANDS)
    bands: list[dict[str, Any]] = []
    for _, line in table.lines():
        for name in fields_of(Band):
            drafted.cells[f"/bands/{len(bands)}/{name}"] = line.at(name)
        band = {"name": _needed(line, "name"), "at_least": _needed(line, "at_least"), "block": _cell(line, "block")}
        bands.append(band)
    return bands


def _needed(line: Line, column: str, name: str = "", *, share: bool = False) -> str:
    """Return the value of a cell as `_cell` does, and note an empty one."""
    if column not in line.cells:
        return line.error(column, "Ô này không được để trống.", "This cell is empty.")
    return _cell(line, column, name, share=share)


def _cell(line: Line, column: str, name: str = "", *, share: bool = False) -> str:
    """Return the value of a cell as the API takes it; "" for an empty one, and for one that has a mistake.

    `share`: a percent cell of 90% is 0.9.
    """
    name = name or column
    if column not in line.cells:
        return ""
    if name in CHOICES:
        return line.chosen(column, CHOICES[name])
    if name in NUMBERS:
        return line.number(column, share=share, of_hundred=name in OF_HUNDRED)
    rule = TEXTS.get(name, CODE_RULE)
    text = rule.tidy(line.text(column) if name in TEXTS else line.code(column))
    if text and (fault := rule.fault(text)):
        return line.error(column, fault.vi, fault.en)
    return text


ALL_PARAMETERS: Final = tuple(
    name for name in CRITERION_COLUMNS if any(name in parameters_of(rule) for rule in RULES.values())
)
"""The columns of a criterion's line that are parameters of some kind of rule."""
