"""State of the register of an authority's units, folded from its events, and the questions that it answers. Pure.

Days are texts such as 2025-07-01, whose order is that of the calendar. A period has its first day and not its last:
a unit that ends on 1 July is there on 30 June.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from assessment.registering.events import UnitEnded, UnitRecorded

RegisterFact = UnitRecorded | UnitEnded


@dataclass(frozen=True, slots=True)
class RegisteredUnit:
    """A unit with its records, the earliest first, and the day from which it is no more; "" while none is known."""

    records: tuple[UnitRecorded, ...]
    valid_to: str = ""
    end_reference: str = ""

    @property
    def valid_from(self) -> str:
        """The first day of the unit."""
        return self.records[0].valid_from

    def periods(self) -> Iterator[tuple[UnitRecorded, str]]:
        """Yield each record with the day on which the next one or the unit's end follows; "" for none."""
        nexts = [*(record.valid_from for record in self.records[1:]), self.valid_to]
        yield from zip(self.records, nexts, strict=True)

    def on(self, day: str) -> UnitRecorded | None:
        """Return what the unit is on a day; None before it begins, and from its end on."""
        at = bisect_right(self.records, day, key=lambda record: record.valid_from)
        return self.records[at - 1] if at and (not self.valid_to or day < self.valid_to) else None


@dataclass(frozen=True, slots=True)
class UnitRegister:
    """The units of an authority by code."""

    units: Mapping[str, RegisteredUnit] = field(default_factory=dict)

    def on(self, day: str) -> Mapping[str, UnitRecorded]:
        """Return the units of a day, by code."""
        found = ((code, self.units[code].on(day)) for code in sorted(self.units))
        return {code: record for code, record in found if record}

    def superiors(self, code: str, day: str) -> Iterator[str]:
        """Yield the units to which a unit reports on a day, from its own parent upwards, without the authority.

        Units that report to themselves, which the checks refuse, are yielded once.
        """
        seen: set[str] = set()
        record = self.units[code].on(day) if code in self.units else None
        while record and record.parent and record.parent not in seen:
            seen.add(record.parent)
            yield record.parent
            record = self.units[record.parent].on(day) if record.parent in self.units else None

    def successors(self, code: str) -> list[tuple[str, str]]:
        """Return the units that were formed from a unit, each with the share of it that came from there."""
        return [
            (successor, one.weight)
            for successor in self.all_successors().get(code, [])
            for one in self.units[successor].records[0].predecessors
            if one.code == code
        ]

    def all_successors(self) -> Mapping[str, list[str]]:
        """Return the units that were formed from each unit of which there are any; both by code."""
        found: dict[str, list[str]] = {}
        for other in sorted(self.units):
            former = (one.code for record in self.units[other].records for one in record.predecessors)
            for code in dict.fromkeys(former):
                found.setdefault(code, []).append(other)
        return found


def evolve(register: UnitRegister, fact: RegisterFact) -> UnitRegister:
    """Return the register after an event. A record of the same day replaces the earlier one."""
    return evolve_all(register, [fact])


def evolve_all(register: UnitRegister, facts: Iterable[RegisterFact]) -> UnitRegister:
    """Return the register after some events; it is copied once, because a register has thousands of units."""
    units = dict(register.units)
    for fact in facts:
        units[fact.code] = _after(units.get(fact.code), fact)
    return UnitRegister(units)


def _after(unit: RegisteredUnit | None, fact: RegisterFact) -> RegisteredUnit:
    match fact:
        case UnitRecorded():
            others = [record for record in unit.records if record.valid_from != fact.valid_from] if unit else []
            records = tuple(sorted([*others, fact], key=lambda record: record.valid_from))
            return replace(unit, records=records) if unit else RegisteredUnit(records)
        case UnitEnded():
            known = unit or RegisteredUnit(())
            return replace(known, valid_to=fact.valid_to, end_reference=fact.reference)
        case _:
            assert_never(fact)
