"""Checks of a list of units, pure: first of the list in itself, then of the register as it would be with its lines.

Only a list without mistakes in itself is checked against the register; each check finds all its mistakes at once. A
mistake of a unit that the list does not name is at the line that makes it one.
"""

from fractions import Fraction
from itertools import islice

from assessment.enacting.mistakes import Mistakes
from assessment.registering.commands import RecordUnits
from assessment.registering.state import UnitRegister
from assessment.registering.units import UnitLine, weight_of
from parindex.auth.principal import covers
from parindex.refusal import Place

DEEPEST = 10
"""Levels above a unit as it begins to report to another. Việt Nam has four; the limit bounds the search."""


def mistakes_in_lines(command: RecordUnits) -> list[Place]:
    """Return the mistakes that a list has in itself, each with its JSON pointer."""
    mistakes = Mistakes()
    with mistakes:
        seen: set[tuple[str, str]] = set()
        for line in command.lines:
            _check_line(command.authority, line, mistakes)
            if (line.code, line.valid_from) in seen:
                mistakes.add(
                    f"{line.pointer}/code", f"Đơn vị “{line.code}” có hai dòng cùng ngày {line.valid_from}.",
                    f"The unit “{line.code}” has two lines of the day {line.valid_from}.",
                )  # fmt: skip
            seen.add((line.code, line.valid_from))
        _check_ends(command, mistakes)
    return mistakes.places


def mistakes_in_register(command: RecordUnits, after: UnitRegister) -> list[Place]:
    """Return the mistakes of the register as it would be after a list, each at the line that makes it."""
    mistakes = Mistakes()
    with mistakes:
        for line in command.lines:
            _check_period(line, after, mistakes)
        _check_predecessors(_Places(command), after, mistakes)
        _check_parents(_Places(command), after, mistakes)
    return mistakes.places


class _Places:
    """The pointers of the lines of a list: by unit, and by unit and first day; "" where the list has no such line."""

    def __init__(self, command: RecordUnits) -> None:
        self._units = {line.code: line.pointer for line in reversed(command.lines)}
        self._records = {(line.code, line.valid_from): line.pointer for line in command.lines}

    def of(self, code: str) -> str:
        return self._units.get(code, "")

    def of_record(self, code: str, valid_from: str) -> str:
        return self._records.get((code, valid_from), "")


def _check_line(authority: str, line: UnitLine, mistakes: Mistakes) -> None:
    if line.code == authority or not covers(authority, line.code):
        mistakes.add(
            f"{line.pointer}/code", f"“{line.code}” không phải là mã đơn vị thuộc {authority}.",
            f"“{line.code}” is no code of a unit under {authority}.",
        )  # fmt: skip
    if line.valid_to and line.valid_to < line.valid_from:
        mistakes.add(
            f"{line.pointer}/valid_to", "Ngày hết hiệu lực không được trước ngày có hiệu lực.",
            "The end can't be before the first day.",
        )  # fmt: skip
    if line.predecessors:
        _check_weights(line, mistakes)


def _check_ends(command: RecordUnits, mistakes: Mistakes) -> None:
    ends: dict[str, str] = {}
    for line in command.lines:
        if line.valid_to and ends.setdefault(line.code, line.valid_to) != line.valid_to:
            mistakes.add(
                f"{line.pointer}/valid_to", f"Đơn vị “{line.code}” có hai ngày hết hiệu lực.",
                f"The unit “{line.code}” has two ends.",
            )  # fmt: skip


def _check_weights(line: UnitLine, mistakes: Mistakes) -> None:
    mistakes.repeated([one.code for one in line.predecessors], f"{line.pointer}/predecessors", "code")
    weights = [weight_of(one.weight) for one in line.predecessors]
    for index, weight in enumerate(weights):
        if weight is None:
            mistakes.add(
                f"{line.pointer}/predecessors/{index}/weight",
                "Tỷ trọng là số lớn hơn 0 và không quá 1, như 0.6 (60 %) hoặc 1/3.",
                "A weight is a number above 0 and at most 1, such as 0.6 (60 %) or 1/3.",
            )
    total = sum((weight for weight in weights if weight), Fraction(0))
    if None not in weights and total != 1:
        mistakes.add(
            f"{line.pointer}/predecessors", "Tổng tỷ trọng của các đơn vị tiền thân phải bằng 1.",
            "The weights of the predecessors have to add up to 1.",
        )  # fmt: skip


def _check_period(line: UnitLine, after: UnitRegister, mistakes: Mistakes) -> None:
    """Note a record from the end of its unit on. A unit that ends on its first day was recorded by mistake."""
    unit = after.units[line.code]
    last = unit.records[-1].valid_from
    if unit.valid_to and unit.valid_to <= line.valid_from and line.valid_from != unit.valid_from:
        mistakes.add(
            f"{line.pointer}/valid_from", f"Đơn vị “{line.code}” đã hết hiệu lực từ {unit.valid_to}.",
            f"The unit “{line.code}” ended on {unit.valid_to}.",
        )  # fmt: skip
    elif unit.valid_to and unit.valid_to <= last and last != unit.valid_from:
        mistakes.add(
            f"{line.pointer}/valid_to",
            f"Đơn vị “{line.code}” còn có thay đổi từ {last}, sau ngày hết hiệu lực.",
            f"The unit “{line.code}” has a change of {last}, after its end.",
        )  # fmt: skip


def _check_predecessors(places: _Places, after: UnitRegister, mistakes: Mistakes) -> None:
    """Note predecessors of a later day than a unit's first, and those that were not there on the day before."""
    for code, unit in after.units.items():
        for at, record in enumerate(unit.records):
            pointer = places.of_record(code, record.valid_from)
            if at and record.predecessors:
                mistakes.add(
                    f"{pointer or places.of(code)}/predecessors",
                    "Chỉ ngày đầu tiên của một đơn vị mới có đơn vị tiền thân.",
                    "Only the first day of a unit has predecessors.",
                )  # fmt: skip
            for index, one in enumerate(record.predecessors):
                if not _was_there(after, one.code, record.valid_from):
                    mistakes.add(
                        f"{pointer}/predecessors/{index}/code" if pointer else f"{places.of(one.code)}/valid_to",
                        f"Trước ngày {record.valid_from} không có đơn vị “{one.code}”, tiền thân của “{code}”.",
                        f"Before {record.valid_from} there is no unit “{one.code}”, from which “{code}” was formed.",
                    )  # fmt: skip


def _was_there(after: UnitRegister, code: str, day: str) -> bool:
    """Return whether a unit was there on the day before a day."""
    unit = after.units.get(code)
    return unit is not None and unit.valid_from < day and (not unit.valid_to or day <= unit.valid_to)


def _check_parents(places: _Places, after: UnitRegister, mistakes: Mistakes) -> None:
    """Note a unit whose parent is not there in the whole of its time, or is below it."""
    for code, unit in after.units.items():
        for record, until in unit.periods():
            if not record.parent:
                continue
            pointer = places.of_record(code, record.valid_from) or places.of(code)
            at = f"{pointer}/parent" if pointer else f"{places.of(record.parent)}/valid_to"
            if not _is_there(after, record.parent, record.valid_from, until):
                mistakes.add(
                    at, f"“{code}” trực thuộc “{record.parent}”, đơn vị không tồn tại trong suốt thời gian đó.",
                    f"“{code}” reports to “{record.parent}”, which is not there all the time.",
                )  # fmt: skip
            elif _is_endless(after, code, record.valid_from):
                mistakes.add(
                    at, f"“{code}” trực thuộc chính mình, hoặc có từ {DEEPEST} cấp trên trở lên.",
                    f"“{code}” reports to itself, or has {DEEPEST} levels above it or more.",
                )  # fmt: skip


def _is_endless(after: UnitRegister, code: str, day: str) -> bool:
    above = list(islice(after.superiors(code, day), DEEPEST))
    return code in above or len(above) >= DEEPEST


def _is_there(after: UnitRegister, code: str, since: str, until: str) -> bool:
    """Return whether a unit is there from one day to another; "" is an open end."""
    unit = after.units.get(code)
    if unit is None or since < unit.valid_from:
        return False
    return not unit.valid_to or bool(until and until <= unit.valid_to)
