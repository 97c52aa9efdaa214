"""Queries for the register of an authority's units: what it is on a day, and what a list would change of it.

They read the log: seen as soon as written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from assessment.registering.commands import RecordUnits
from assessment.registering.decisions import decide, registering
from assessment.registering.events import UnitEnded, UnitRecorded, stream_of
from assessment.registering.refusals import RegisteredUnitUnknownError, RegisterUnknownError
from assessment.registering.state import RegisteredUnit, RegisterFact, UnitRegister, evolve_all
from assessment.registering.units import KIND_WORDS, UNIT_COLUMNS, Predecessor, UnitKind, UnitLine
from parindex.eventstore.command_handling import load
from parindex.eventstore.log import Log
from parindex.values.texts import compared
from parindex.values.vietnamese_order import searched
from parindex.web.vietnamese import calendar_day, comma

FIELDS: Final = ("name", "kind", "parent", "seat", "reference", "predecessors")


@dataclass(frozen=True, slots=True)
class FormerUnit:
    """A predecessor of a new unit, with the name that it had last, and its share of the new unit."""

    code: str
    name: str
    weight: str


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that the register does not have yet."""

    code: str
    name: str
    kind: UnitKind
    parent: str
    valid_from: str
    seat: str = ""
    reference: str = ""
    predecessors: Sequence["FormerUnit"] = ()


@dataclass(frozen=True, slots=True)
class UnitFieldDifference:
    """A field of a unit that differs: its name, its title in Vietnamese, and its values in words."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ChangedUnit:
    """A unit that is otherwise from a day on. `correction`: the register has another record of the same day."""

    code: str
    name: str
    since: str
    correction: bool = True
    fields: Sequence[UnitFieldDifference] = ()


@dataclass(frozen=True, slots=True)
class EndedUnit:
    """A unit that ends."""

    code: str
    name: str
    valid_to: str
    reference: str


@dataclass(frozen=True, slots=True)
class RegisterDifference:
    """What a list would change. `left_out`: units, or records of them, that the list does not name, and which stay."""

    new: Sequence[NewUnit] = ()
    changed: Sequence[ChangedUnit] = ()
    ended: Sequence[EndedUnit] = ()
    unchanged: int = 0
    left_out: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit as a round names it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A unit in the tree of a day, with the units that report to it. `address` is relative to the register's page."""

    text: str
    address: str
    kind: str
    children: Sequence["TreeNode"]


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """A unit that a search found. `matched`: the name of another time that has the text, where its own has not.

    `parent` is the name of the unit to which it reports; "" for the authority. `valid_to` is "" while it has no end.
    """

    code: str
    name: str
    kind: UnitKind
    parent: str
    valid_from: str
    valid_to: str
    matched: str = ""


@dataclass(frozen=True, slots=True)
class UnitRound:
    """A round in which a unit takes part."""

    round: str
    title: str
    closed: bool


@dataclass(frozen=True, slots=True)
class UnitWarning:
    """A unit that the register has otherwise on a day. `code`: unit-unknown, unit-not-there or unit-other-name."""

    unit: str
    code: str
    vi: str
    en: str
    successors: Sequence[str] = field(default=())


async def register_of(log: Log, authority: str) -> tuple[UnitRegister, int]:
    """Return the register of an authority, and the version of its stream; raise RegisterUnknownError."""
    register, version = await register_or_none(log, authority)
    if not version:
        raise RegisterUnknownError(authority)
    return register, version


async def register_or_none(log: Log, authority: str) -> tuple[UnitRegister, int]:
    """Return the register of an authority, an empty one of version 0 where nothing was recorded."""
    loaded = await load(log, stream_of(authority), registering)
    return loaded.state, loaded.version


def unit_in(register: UnitRegister, authority: str, code: str) -> RegisteredUnit:
    """Return a unit of a register; raise RegisteredUnitUnknownError."""
    if (found := register.units.get(code)) is None:
        raise RegisteredUnitUnknownError(authority, code)
    return found


def tree_of(register: UnitRegister, on: str) -> list[TreeNode]:
    """Return the units of a day as a tree, by code."""
    there = register.on(on)
    below: dict[str, list[str]] = {}
    for code, record in there.items():
        below.setdefault(record.parent if record.parent in there else "", []).append(code)

    def nodes(parent: str) -> list[TreeNode]:
        return [
            TreeNode(there[code].name, f"units/{code}", f"{code}, {KIND_WORDS[there[code].kind]}", nodes(code))
            for code in below.get(parent, [])
        ]

    return nodes("")


def found_by(register: UnitRegister, asked: str, on: str) -> list[FoundUnit]:
    """Return the units whose code, or name of any day, has a text, with or without marks; no unit for no text.

    Those of the day come first, as they are then. Units that have ended, or begin later, follow as they were last.
    """
    wanted = searched(asked)
    found = [each for code in sorted(register.units) if wanted and (each := _found(register, code, wanted, on))]
    return sorted(found, key=lambda each: register.units[each.code].on(on) is None)


def _found(register: UnitRegister, code: str, wanted: str, on: str) -> FoundUnit | None:
    unit = register.units[code]
    record = unit.on(on) or unit.records[-1]
    names = [record.name, *(each.name for each in reversed(unit.records))]
    matched = next((name for name in names if wanted in searched(name)), "")
    if not matched and wanted not in searched(code):
        return None
    above = register.units.get(record.parent)
    parent = (above.on(on) or above.records[-1]).name if above else ""
    other = matched if matched != record.name else ""
    return FoundUnit(code, record.name, record.kind, parent, unit.valid_from, unit.valid_to, other)


def warnings_about(register: UnitRegister, units: Sequence[NamedUnit], on: str) -> list[UnitWarning]:
    """Return the units that the register does not have on a day, or has under another name.

    An empty register says nothing about units, so there are no warnings.
    """
    if not register.units:
        return []
    there, successors, found = register.on(on), register.all_successors(), []
    for unit in units:
        record = there.get(unit.code)
        if record is None:
            found.append(_absent(register, unit, on, successors.get(unit.code, [])))
        elif compared(record.name) != compared(unit.name):
            found.append(_other_name(unit, record, on))
    return found


def difference(register: UnitRegister, command: RecordUnits) -> tuple[Sequence[RegisterFact], RegisterDifference]:
    """Return the events of a list, and what they change, in words; raise UnitsInvalidError."""
    facts = decide(command, register)
    after = evolve_all(register, facts)
    new: list[NewUnit] = []
    changed: list[ChangedUnit] = []
    ended: list[EndedUnit] = []
    moved: list[ChangedUnit] = []
    for fact in facts:
        if isinstance(fact, UnitEnded):
            if fact.valid_to and not _end_of(register, fact.code):
                ended.append(EndedUnit(fact.code, _name(after, fact.code), fact.valid_to, fact.reference))
            else:
                moved.append(_moved_end(register, after, fact))
        elif _is_new(register, after, fact):
            new.append(_new(after, fact))
        else:
            changed.append(_changed(register, after, fact))
    unchanged = len(command.lines) - len(new) - len(changed)
    return facts, RegisterDifference(new, [*changed, *moved], ended, unchanged, [*_left_out(register, command.lines)])


def in_words(name: str, value: object) -> str:
    """Return a field of a record in words."""
    if isinstance(value, UnitKind):
        return KIND_WORDS[value]
    if isinstance(value, tuple):
        return predecessors_in_words(value)
    return calendar_day(str(value)) if name in {"valid_from", "valid_to"} else str(value)


def predecessors_in_words(predecessors: Sequence[Predecessor]) -> str:
    """Return predecessors with their weights: "H16.03 (0,4); H16.04 (0,6)"."""
    return "; ".join(f"{one.code} ({comma(one.weight)})" for one in predecessors)


def _is_new(register: UnitRegister, after: UnitRegister, fact: UnitRecorded) -> bool:
    return fact.code not in register.units and fact.valid_from == after.units[fact.code].valid_from


def _new(after: UnitRegister, fact: UnitRecorded) -> NewUnit:
    former = [FormerUnit(one.code, _name(after, one.code), one.weight) for one in fact.predecessors]
    return NewUnit(
        fact.code, fact.name, fact.kind, fact.parent, fact.valid_from, fact.seat, fact.reference, former
    )  # fmt: skip


def _changed(register: UnitRegister, after: UnitRegister, fact: UnitRecorded) -> ChangedUnit:
    former = _record_of(register.units.get(fact.code), fact.valid_from)
    correction = former is not None
    if former is None:
        earlier = [one for one in after.units[fact.code].records if one.valid_from < fact.valid_from]
        former = earlier[-1] if earlier else None
    if former is None:  # the unit begins earlier than the register has it
        first = register.units[fact.code].records[0]
        fields = [
            _field("valid_from", first.valid_from, fact.valid_from),
            *(_field(name, old, new) for name, old, new in _differing(first, fact)),
        ]
        return ChangedUnit(fact.code, fact.name, fact.valid_from, correction, fields)
    if not correction:  # the decision is that of the change, and only the first record of a unit has predecessors
        former = replace(former, reference="", predecessors=())
    fields = [_field(name, old, new) for name, old, new in _differing(former, fact)]
    return ChangedUnit(fact.code, fact.name, fact.valid_from, correction, fields)


def _differing(former: UnitRecorded, fact: UnitRecorded) -> Iterator[tuple[str, object, object]]:
    for name in FIELDS:
        if (old := getattr(former, name)) != (new := getattr(fact, name)):
            yield name, old, new


def _moved_end(register: UnitRegister, after: UnitRegister, fact: UnitEnded) -> ChangedUnit:
    """Return the change of an end that the register has: another day, another decision, or no end any more."""
    former = register.units[fact.code]
    fields = [
        _field("valid_to", former.valid_to, fact.valid_to),
        _field("end_reference", former.end_reference, fact.reference),
    ]
    changed = [one for one in fields if one.old != one.new]
    return ChangedUnit(fact.code, _name(after, fact.code), fact.valid_to or former.valid_to, fields=changed)


def _field(name: str, old: object, new: object) -> UnitFieldDifference:
    label = "Đơn vị tiền thân" if name == "predecessors" else UNIT_COLUMNS[name]
    return UnitFieldDifference(name, label, in_words(name, old), in_words(name, new))


def _record_of(unit: RegisteredUnit | None, day: str) -> UnitRecorded | None:
    return next((one for one in unit.records if one.valid_from == day), None) if unit else None


def _end_of(register: UnitRegister, code: str) -> str:
    return register.units[code].valid_to if code in register.units else ""


def _name(register: UnitRegister, code: str) -> str:
    return register.units[code].records[-1].name


def _left_out(register: UnitRegister, lines: Sequence[UnitLine]) -> Iterator[str]:
    """Yield what the register has and a list does not name: a unit, or the record of a unit from a day on."""
    named: Mapping[str, set[str]] = {line.code: set() for line in lines}
    for line in lines:
        named[line.code].add(line.valid_from)
    for code, unit in sorted(register.units.items()):
        if code not in named:
            yield code
            continue
        yield from (
            f"{code} (từ ngày {calendar_day(one.valid_from)})"
            for one in unit.records
            if one.valid_from not in named[code]
        )


def _absent(register: UnitRegister, unit: NamedUnit, on: str, successors: Sequence[str]) -> UnitWarning:
    known, day = register.units.get(unit.code), calendar_day(on)
    if known is None:
        vi = f"Danh mục đơn vị không có “{unit.code}” ({unit.name})."
        return UnitWarning(unit.code, "unit-unknown", vi, f"The register has no unit “{unit.code}” ({unit.name}).")
    if on < known.valid_from:
        begins = calendar_day(known.valid_from)
        vi = f"Ngày {day} chưa có đơn vị “{unit.code}” ({unit.name}): đơn vị có từ ngày {begins}."
        en = f"On {on} there is no unit “{unit.code}” yet: it begins on {known.valid_from}."
        return UnitWarning(unit.code, "unit-not-there", vi, en)
    vi = f"Đơn vị “{unit.code}” ({unit.name}) không còn từ ngày {calendar_day(known.valid_to)}"
    vi += f"; nay là {', '.join(successors)}." if successors else "."
    en = f"The unit “{unit.code}” ended on {known.valid_to}" + (
        f"; now {', '.join(successors)}." if successors else "."
    )
    return UnitWarning(unit.code, "unit-not-there", vi, en, successors)


def _other_name(unit: NamedUnit, record: UnitRecorded, on: str) -> UnitWarning:
    vi = f"Đơn vị “{unit.code}” ngày {calendar_day(on)} có tên “{record.name}”, khác tên “{unit.name}”."
    en = f"The unit “{unit.code}” has the name “{record.name}” on {on}, which is not “{unit.name}”."
    return UnitWarning(unit.code, "unit-other-name", vi, en)
