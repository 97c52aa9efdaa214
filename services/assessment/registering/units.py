"""The kinds of units, and what a unit was formed from: parts of the events of the register. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class UnitKind(StrEnum):
    """The kind of a unit: bộ, tỉnh, sở, huyện (until 30 June 2025), xã, or another."""

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
