"""Reads a workbook into the lines of a register. Every mistake is noted at its cell; only a right one gives lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from assessment.registering.units import (
    KIND_WORDS,
    MOST_LINES,
    MOST_PREDECESSORS,
    OURS,
    SUCCESSION_COLUMNS,
    SUCCESSIONS,
    UNIT_COLUMNS,
    UNITS,
    Predecessor,
    UnitKind,
    UnitLine,
)
from parindex.files.workbooks import CellKind, Workbook
from parindex.refusal import Place
from parindex.values.identifiers import NODE
from parindex.values.texts import LINE, NAME, TextRule
from parindex.web.worksheets import At, Line, Notes, Table, table_in

TEXTS: Final[Mapping[str, TextRule]] = {"name": NAME, "seat": LINE, "reference": LINE, "end_reference": LINE}
NODES: Final = frozenset({"code", "parent", "predecessor"})
Record = tuple[str, str]
"""A unit and a first day: what a row of either worksheet is about."""


@dataclass(slots=True)
class UnitList(Notes):
    """The content of a workbook: its lines, if there is no mistake. `cells`: where each value is."""

    lines: list[UnitLine] = field(default_factory=list)
    cells: dict[str, At] = field(default_factory=dict)

    def refuse(self, places: Sequence[Place]) -> None:
        """Note the mistakes that the rules of the register found, each at the cell of its pointer."""
        for place in places:
            self.error(self._at(place.at), "", place.vi, place.en)

    def _at(self, pointer: str) -> At:
        while pointer and pointer not in self.cells:
            pointer = pointer.rpartition("/")[0]
        return self.cells.get(pointer, At(UNITS))


def read_units(workbook: Workbook) -> UnitList:
    """Return what a workbook says."""
    found = UnitList()
    for name in workbook.others:
        if name not in OURS:
            found.warn(At(name), "", "Trang tính này không được đọc.", "This worksheet is not read.")
    units = table_in(workbook, UNITS, UNIT_COLUMNS, found)
    successions = table_in(workbook, SUCCESSIONS, SUCCESSION_COLUMNS, found)
    if units is None or successions is None:
        return found
    from_whom = _read_successions(successions)
    rows = dict(units.lines())
    if not rows:
        found.error(At(UNITS), "", "Trang này chưa có đơn vị nào.", "There is no unit in this worksheet.")
    if len(rows) > MOST_LINES:
        vi, en = f"Nhiều nhất {MOST_LINES} dòng một tệp.", f"A file has at most {MOST_LINES} rows."
        found.error(At(UNITS), "", vi, en)
        return found
    for line in rows.values():
        _read_unit(line, from_whom, found)
    for (code, day), lines in from_whom.items():
        for line, _ in lines if code and day else ():
            vi = f"Trang “{UNITS}” không có dòng của “{code}” từ ngày này."
            line.error("code", vi, f"The worksheet “{UNITS}” has no row of “{code}” from this day on.")
    found.lines = [] if found.errors else found.lines
    return found


def _read_successions(table: Table) -> dict[Record, list[tuple[Line, Predecessor]]]:
    found: dict[Record, list[tuple[Line, Predecessor]]] = {}
    for _, line in table.lines():
        predecessor = Predecessor(_needed(line, "predecessor"), _weight(line))
        found.setdefault((_needed(line, "code"), _needed(line, "valid_from")), []).append((line, predecessor))
    return found


def _read_unit(line: Line, from_whom: dict[Record, list[tuple[Line, Predecessor]]], found: UnitList) -> None:
    pointer = f"/{len(found.lines)}"
    code, valid_from, kind = (_needed(line, name) for name in ("code", "valid_from", "kind"))
    former = from_whom.pop((code, valid_from), [])
    found.cells[pointer] = line.at("code")
    found.cells |= {f"{pointer}/{name}": line.at(name) for name in UNIT_COLUMNS}
    if former:
        found.cells[f"{pointer}/predecessors"] = former[0][0].at("weight")
    for index, (row, _) in enumerate(former):
        found.cells[f"{pointer}/predecessors/{index}/code"] = row.at("predecessor")
        found.cells[f"{pointer}/predecessors/{index}/weight"] = row.at("weight")
    if len(former) > MOST_PREDECESSORS:
        vi = f"Một đơn vị có nhiều nhất {MOST_PREDECESSORS} đơn vị tiền thân."
        former[MOST_PREDECESSORS][0].error("code", vi, f"A unit has at most {MOST_PREDECESSORS} predecessors.")
    valid_to, end_reference = _cell(line, "valid_to"), _cell(line, "end_reference")
    if end_reference and "valid_to" not in line.cells:
        vi = "Chỉ ghi căn cứ chấm dứt ở dòng có ngày đơn vị không còn."
        line.error("end_reference", vi, "A decision about the end needs the day of the end in its row.")
    found.lines.append(
        UnitLine(
            code, valid_from, _needed(line, "name"), UnitKind(kind or UnitKind.OTHER), _cell(line, "parent"),
            _cell(line, "seat"), _cell(line, "reference"), valid_to, end_reference,
            tuple(one for _, one in former), pointer,
        )
    )  # fmt: skip


def _needed(line: Line, name: str) -> str:
    if name not in line.cells:
        return line.error(name, "Ô này không được để trống.", "This cell is empty.")
    return _cell(line, name)


def _cell(line: Line, name: str) -> str:
    """Return the value of a cell as the API takes it; "" for an empty one, and for one that has a mistake."""
    if name not in line.cells:
        return ""
    if name == "kind":
        return line.chosen(name, KIND_WORDS)
    if name in NODES:
        text = line.code(name)
        fault = NODE.fault(text) if text else None
    elif name in TEXTS:
        text = TEXTS[name].tidy(line.text(name))
        fault = TEXTS[name].fault(text) if text else None
    else:
        return line.day(name)
    return line.error(name, fault.vi, fault.en) if fault else text


def _weight(line: Line) -> str:
    """Return a weight as text. A quotient that Excel has made a day is a mistake, which the text explains."""
    cell = line.cells.get("weight")
    if cell is None:
        return line.error("weight", "Ô này không được để trống.", "This cell is empty.")
    if cell.kind is CellKind.DAY:
        vi = "Excel đã đổi tỷ trọng thành ngày. Hãy định dạng ô là Text rồi gõ lại, như 1/3."
        return line.error("weight", vi, "Excel has made the weight a day. Format the cell as text, and type it again.")
    return "".join(line.text("weight").split()) if "/" in cell.text else line.number("weight", share=True)
