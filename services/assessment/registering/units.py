"""Parts of the events and of the command of the register: kinds of units, predecessors, a line of a list. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class UnitKind(StrEnum):
    """The kind of a unit: bộ, tỉnh, sở, huyện (until 30 June 2025), xã or phường or đặc khu, or another."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A unit from which another was formed. `weight` is the share of the new unit that came from it, above 0 to 1."""

    code: str
    weight: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What a list says of a unit: what it is from a day on, and, where that is known, its end (`valid_to`).

    `pointer` is the place of the line in the body.
    """

    code: str
    valid_from: str
    name: str
    kind: UnitKind
    parent: str = ""
    seat: str = ""
    reference: str = ""
    valid_to: str = ""
    predecessors: tuple[Predecessor, ...] = ()
    pointer: str = ""
