"""Reads a workbook into a year. Every mistake is noted at its cell; the set is read as from the set's own workbook."""

from dataclasses import dataclass, field
from typing import Final

from assessment.drafting.reading import Drafted, read_set
from assessment.opening.deadlines import FIELDS, Deadlines, OwnDeadlines
from assessment.opening.responsibility import CriterionAppraiser
from assessment.planning.layout import (
    APPRAISER_COLUMNS,
    APPRAISERS,
    BLOCK_COLUMNS,
    BLOCKS,
    CHOICES,
    EXCLUDED,
    EXCLUDED_COLUMNS,
    FLAGS,
    MOMENTS,
    NEEDED,
    OWN_DEADLINE_COLUMNS,
    OWN_DEADLINES,
    ROUND,
    ROUND_ITEMS,
    UNIT_COLUMNS,
    UNITS,
)
from assessment.planning.years import Year
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.files.workbooks import Workbook
from parindex.values.texts import LINE, NAME, TextRule
from parindex.web.worksheets import At, Line, Table, key, table_in

ITEM_COLUMNS: Final = {"item": "Mục", "value": "Giá trị"}
CODE: Final = TextRule(63)
NO_SET: Final = CriteriaSet(code="x", title="", reference="", criteria=[])
"""Stands for the set of a workbook whose set has mistakes, so that the round is looked at all the same."""


Places = dict[str, tuple[int, int] | None]
"""The block and the place in it of each unit, by its code; "" is a unit whose code could not be read."""


@dataclass(slots=True)
class ReadYear:
    """The content of a workbook: the year, unless a cell of its round could not be read, and the notes of both parts.

    `drafted` has the set and all notes, `cells` where each value of the round is, by its pointer in the opening's body.
    """

    drafted: Drafted
    year: Year | None = None
    cells: dict[str, At] = field(default_factory=dict)

    def at(self, pointer: str) -> At:
        """Return the cell of a JSON pointer into the opening, or of the nearest value around it."""
        while pointer and pointer not in self.cells:
            pointer = pointer.rpartition("/")[0]
        return self.cells.get(pointer, At(ROUND))


def read_year(workbook: Workbook) -> ReadYear:
    """Return what a workbook says."""
    planned = ReadYear(read_set(workbook))
    notes, before = planned.drafted, len(planned.drafted.errors)
    tables = [
        table_in(workbook, name, columns, notes)
        for name, columns in (
            (ROUND, ITEM_COLUMNS), (BLOCKS, BLOCK_COLUMNS), (UNITS, UNIT_COLUMNS),
            (APPRAISERS, APPRAISER_COLUMNS), (EXCLUDED, EXCLUDED_COLUMNS),
        )
    ]  # fmt: skip
    items, blocks, units, appraisers, excluded = tables
    if items is None or blocks is None or units is None or appraisers is None or excluded is None:
        return planned
    planned.cells |= {"/blocks": At(BLOCKS), "/appraisers": At(APPRAISERS)}
    values = _read_items(items, planned)
    criteria_set = notes.criteria_set or NO_SET
    found = _read_blocks(blocks, units, excluded, criteria_set.code, planned)
    given = _read_appraisers(appraisers, planned)
    own = _read_own_deadlines(workbook, planned)
    if len(notes.errors) == before:
        planned.year = _year(criteria_set, values, found, given, own)
    return planned


def _year(
    criteria_set: CriteriaSet,
    values: dict[str, str],
    blocks: tuple[Block, ...],
    appraisers: tuple[CriterionAppraiser, ...],
    own_deadlines: tuple[OwnDeadlines, ...],
) -> Year:
    return Year(
        criteria_set,
        values["round"],
        int(values["year"]),
        values["title"],
        values.get("reference", ""),
        blocks,
        appraisers,
        Deadlines(**{name: values.get(field, "") for field, name in FIELDS.items()}),
        own_deadlines,
        values.get("pressed_from", ""),
        values.get("pressed_until", ""),
        *(bool(values.get(flag)) for flag in FLAGS),
    )


def _read_items(table: Table, planned: ReadYear) -> dict[str, str]:
    names = {key(title): name for name, title in ROUND_ITEMS.items()}
    values: dict[str, str] = {}
    for _, line in table.lines():
        title = line.text("item")
        name = names.get(key(title), "")
        if not name:
            line.warn("item", f"Mục “{title[:60]}” không được đọc.", f"The item “{title[:60]}” is not read.")
        elif name in values:
            line.error("item", f"Mục “{title}” bị trùng.", f"The item “{title}” occurs twice.")
        else:
            planned.cells[MOMENTS.get(name, f"/{name}")] = line.at("value")
            values[name] = _item(line, name)
    for name, title in ROUND_ITEMS.items():
        if name in values:
            continue
        if name in NEEDED:
            planned.drafted.error(At(ROUND), "", f"Thiếu mục “{title}”.", f"The item “{title}” is missing.")
        else:
            vi = f"Thiếu mục “{title}” nên được đọc như để trống."
            planned.drafted.warn(At(ROUND), "", vi, f"The item “{title}” is missing, so it is read as an empty one.")
    return values


def _item(line: Line, name: str) -> str:
    if "value" not in line.cells:
        return _empty(line, "value") if name in NEEDED else ""
    if name in MOMENTS:
        return line.moment("value")
    if name in FLAGS:
        return line.chosen("value", CHOICES[name])
    if name == "year":
        return _year_in(line)
    return CODE.tidy(line.code("value")) if name == "round" else LINE.tidy(line.text("value"))


def _year_in(line: Line) -> str:
    text = line.number("value")
    if text and not (text.isdecimal() and len(text) <= 4):  # noqa: PLR2004  # digits of a year
        return line.error("value", "Phải là một năm, ví dụ 2027.", "It has to be a year, such as 2027.")
    return text


def _read_blocks(table: Table, units: Table, excluded: Table, own_set: str, planned: ReadYear) -> tuple[Block, ...]:
    blocks: list[Block] = []
    numbers: dict[str, int] = {}
    for _, line in table.lines():
        at = f"/blocks/{len(blocks)}"
        for name in BLOCK_COLUMNS:
            planned.cells[f"{at}/{name}"] = line.at(name)
        planned.cells[at] = line.at("code")
        code = _needed(line, "code")
        numbers.setdefault(code, len(blocks))
        other = _code(line, "criteria_set")
        blocks.append(Block(code=code, name=_name(line), criteria_set=other or own_set, units=[]))
    places = _read_units(units, blocks, numbers, planned)
    _read_excluded(excluded, blocks, places, planned)
    return tuple(blocks)


def _read_units(table: Table, blocks: list[Block], numbers: dict[str, int], planned: ReadYear) -> Places:
    """Add the units to their blocks; return the block and the place of each by its code, None where it has no block.

    Where the code of a block could not be read, a unit may mean that block, so its code is no mistake.
    """
    places: Places = {}
    for _, line in table.lines():
        code, block = _needed(line, "code"), _needed(line, "block")
        unit = RoundUnit(code=code, name=_name(line))
        if block not in numbers:
            places.setdefault(code, None)
            if block and "" not in numbers:
                vi = f"Trang “{BLOCKS}” không có khối “{block}”."
                line.error("block", vi, f"There is no block “{block}” in the worksheet of blocks.")
            continue
        number = numbers[block]
        at = f"/blocks/{number}/units/{len(blocks[number].units)}"
        planned.cells |= {at: line.at("code"), f"{at}/code": line.at("code"), f"{at}/name": line.at("name")}
        places.setdefault(code, (number, len(blocks[number].units)))
        blocks[number].units.append(unit)
    return places


def _read_excluded(table: Table, blocks: list[Block], places: Places, planned: ReadYear) -> None:
    for _, line in table.lines():
        unit, criterion = _needed(line, "unit"), _needed(line, "criterion")
        found = places.get(unit)
        if found is None:
            if not {"", unit} & places.keys():
                vi = f"Trang “{UNITS}” không có đơn vị “{unit}”."
                line.error("unit", vi, f"There is no unit “{unit}” in the worksheet of units.")
            continue
        number, place = found
        codes = blocks[number].units[place].not_applicable
        at = f"/blocks/{number}/units/{place}/not_applicable"
        planned.cells[f"{at}/{len(codes)}"] = line.at("criterion")
        planned.cells.setdefault(at, line.at("criterion"))
        codes.append(criterion)


def _read_appraisers(table: Table, planned: ReadYear) -> tuple[CriterionAppraiser, ...]:
    given: list[CriterionAppraiser] = []
    for _, line in table.lines():
        at = f"/appraisers/{len(given)}"
        for name in APPRAISER_COLUMNS:
            planned.cells[f"{at}/{name}"] = line.at(name)
        planned.cells[at] = line.at("criterion")
        entry = CriterionAppraiser(_needed(line, "criterion"), _needed(line, "appraiser"), _code(line, "block"))
        given.append(entry)
    return tuple(given)


def _read_own_deadlines(workbook: Workbook, planned: ReadYear) -> tuple[OwnDeadlines, ...]:
    """Return the dates of blocks and units; a workbook from before this worksheet has none."""
    if workbook.sheet(OWN_DEADLINES) is None:
        return ()
    table = table_in(workbook, OWN_DEADLINES, OWN_DEADLINE_COLUMNS, planned.drafted)
    given: list[OwnDeadlines] = []
    for _, line in table.lines() if table else ():
        at = f"/own_deadlines/{len(given)}"
        planned.cells |= {at: line.at("block"), **{f"{at}/{name}": line.at(name) for name in OWN_DEADLINE_COLUMNS}}
        dates = {name: line.moment(field) if field in line.cells else "" for field, name in FIELDS.items()}
        given.append(OwnDeadlines(Deadlines(**dates), _code(line, "block"), _code(line, "unit")))
    return tuple(given)


def _code(line: Line, name: str) -> str:
    return CODE.tidy(line.code(name))


def _needed(line: Line, name: str) -> str:
    return _code(line, name) if name in line.cells else _empty(line, name)


def _name(line: Line) -> str:
    return NAME.tidy(line.text("name")) if "name" in line.cells else _empty(line, "name")


def _empty(line: Line, name: str) -> str:
    return line.error(name, "Ô này không được để trống.", "This cell is empty.")
