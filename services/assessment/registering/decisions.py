"""The rules of the register: a list of units is recorded whole or not at all; what it has already is no event. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assessment.registering.checks import mistakes_in_lines, mistakes_in_register
from assessment.registering.commands import RecordUnits
from assessment.registering.events import UnitEnded, UnitRecorded
from assessment.registering.refusals import UnitsInvalidError
from assessment.registering.state import RegisterFact, UnitRegister, evolve, evolve_all
from assessment.registering.units import UnitLine, weight_of, weight_text
from parindex.eventstore.decider import Decider


def decide(command: RecordUnits, register: UnitRegister) -> Sequence[RegisterFact]:
    """Return the events of a list; raise UnitsInvalidError with all mistakes of the first check that finds any."""
    if places := mistakes_in_lines(command):
        raise UnitsInvalidError(places)
    facts = list(_facts_of(command, register))
    if places := mistakes_in_register(command, evolve_all(register, facts)):
        raise UnitsInvalidError(places)
    return facts


def _facts_of(command: RecordUnits, register: UnitRegister) -> Iterator[RegisterFact]:
    """Yield what a list says that the register does not say. A unit without an end in the list has none."""
    for line in command.lines:
        known = register.units.get(line.code)
        record = _record_of(command.authority, line)
        if known is None or record not in known.records:
            yield record
    ends = {line.code: line for line in command.lines}
    ends |= {line.code: line for line in command.lines if line.valid_to}
    for code, line in ends.items():
        known = register.units.get(code)
        former = (known.valid_to, known.end_reference) if known else ("", "")
        if line.valid_to != former[0] or (line.valid_to and line.end_reference not in {None, former[1]}):
            reference = line.reference if line.end_reference is None else line.end_reference
            yield UnitEnded(command.authority, code, line.valid_to, reference)


def _record_of(authority: str, line: UnitLine) -> UnitRecorded:
    """Return the record of a line whose weights are right."""
    weights = [(one, weight_of(one.weight)) for one in line.predecessors]
    predecessors = tuple(replace(one, weight=weight_text(weight)) for one, weight in weights if weight)
    return UnitRecorded(
        authority, line.code, line.valid_from, line.name, line.kind, line.parent, line.seat, line.reference,
        predecessors,
    )  # fmt: skip


registering: Decider[RecordUnits, UnitRegister, RegisterFact] = Decider(UnitRegister(), decide, evolve, evolve_all)
