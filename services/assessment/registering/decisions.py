"""The rules of the register: a list of units is recorded whole or not at all; what is so already is no event. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce

from assessment.registering.checks import mistakes_in_lines, mistakes_in_register
from assessment.registering.commands import RecordUnits
from assessment.registering.events import UnitEnded, UnitRecorded
from assessment.registering.refusals import UnitsInvalidError
from assessment.registering.state import RegisterFact, UnitRegister, evolve
from assessment.registering.units import UnitLine
from parindex.eventstore.decider import Decider
from parindex.numbers import exact, to_wire


def decide(command: RecordUnits, register: UnitRegister) -> Sequence[RegisterFact]:
    """Return the events of a list; raise UnitsInvalidError with all mistakes of the first check that finds any."""
    if places := mistakes_in_lines(command):
        raise UnitsInvalidError(places)
    facts = list(_facts_of(command, register))
    if places := mistakes_in_register(command, reduce(evolve, facts, register)):
        raise UnitsInvalidError(places)
    return facts


def _facts_of(command: RecordUnits, register: UnitRegister) -> Iterator[RegisterFact]:
    """Yield what a list says that the register does not say. A unit without an end in the list has none."""
    for line in command.lines:
        known = register.units.get(line.code)
        record = _record_of(command.authority, line)
        if known is None or record not in known.records:
            yield record
    ends = {line.code: ("", line.reference) for line in command.lines}
    ends |= {line.code: (line.valid_to, line.reference) for line in command.lines if line.valid_to}
    for code, (valid_to, reference) in ends.items():
        if valid_to != (register.units[code].valid_to if code in register.units else ""):
            yield UnitEnded(command.authority, code, valid_to, reference)


def _record_of(authority: str, line: UnitLine) -> UnitRecorded:
    predecessors = tuple(replace(one, weight=to_wire(exact(one.weight))) for one in line.predecessors)
    return UnitRecorded(
        authority, line.code, line.valid_from, line.name, line.kind, line.parent, line.seat, line.reference,
        predecessors,
    )  # fmt: skip


registering: Decider[RecordUnits, UnitRegister, RegisterFact] = Decider(UnitRegister(), decide, evolve)
