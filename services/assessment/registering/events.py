"""The events of the register of an authority's units.

A day is the first on which something holds, in the calendar of Việt Nam: a decision of 12 June that takes effect on
1 July is recorded in June, with the day 1 July. So an entry has the time of recording, and its event the day of effect.
"""

from dataclasses import dataclass

from assessment.registering.units import Predecessor, UnitKind


@dataclass(frozen=True, slots=True)
class UnitRecorded:
    """What a unit is from a day on: a new unit, a change, or a correction where the day is that of an earlier record.

    `parent` is the unit to which it reports; "" stands for the authority itself. `reference` is the number of the
    decision. Predecessors are those of the day on which the unit began.
    """

    authority: str
    code: str
    valid_from: str
    name: str
    kind: UnitKind
    parent: str = ""
    seat: str = ""
    reference: str = ""
    predecessors: tuple[Predecessor, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitEnded:
    """A unit is no more from a day on; "" takes an earlier end back.

    A unit that ends on its first day was recorded by mistake: it is there on no day.
    """

    authority: str
    code: str
    valid_to: str
    reference: str = ""


def stream_of(authority: str) -> str:
    """Return the stream of an authority's register."""
    return f"units-{authority}"
