"""Units as a list has them: their kinds, predecessors, a line, and the worksheets that hold lines. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from parindex.numbers import LONGEST_DECLARED, to_wire

MOST_PREDECESSORS: Final = 50
WEIGHT: Final = r"^[0-9]{1,18}(\.[0-9]{1,16}|/[0-9]{1,18})?$"
"""The form of a weight: a decimal such as 0.6, or a quotient such as 1/3, because three thirds add up to 1."""
_WEIGHT: Final = re.compile(WEIGHT)


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


def weight_of(text: str) -> Fraction | None:
    """Return a weight exactly; None for a text that has not its form, or is not above 0 to 1."""
    if not _WEIGHT.fullmatch(text) or not int(text.rpartition("/")[2].replace(".", "")):
        return None
    value = Fraction(text)
    return value if 0 < value <= 1 else None


def weight_text(value: Fraction) -> str:
    """Return the one text of a weight: a decimal where it is short enough to be declared, else a quotient."""
    text = to_wire(value)
    return text if len(text) <= LONGEST_DECLARED else f"{value.numerator}/{value.denominator}"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What a list says of a unit: what it is from a day on, and, where that is known, its end (`valid_to`).

    `end_reference` is the number of the decision by which the unit ends; with None, an end that the register does not
    have yet has the line's `reference`. `pointer` is the place of the line in the body.
    """

    code: str
    valid_from: str
    name: str
    kind: UnitKind
    parent: str = ""
    seat: str = ""
    reference: str = ""
    valid_to: str = ""
    end_reference: str | None = None
    predecessors: tuple[Predecessor, ...] = ()
    pointer: str = ""


UNITS: Final = "Đơn vị"
SUCCESSIONS: Final = "Tiền thân"
GUIDE: Final = "Hướng dẫn"
LISTS: Final = "Danh mục"
READ: Final = (UNITS, SUCCESSIONS)
OURS: Final = (*READ, GUIDE, LISTS)

UNIT_COLUMNS: Final[Mapping[str, str]] = {
    "code": "Mã đơn vị",
    "name": "Tên đơn vị",
    "kind": "Loại",
    "parent": "Trực thuộc",
    "seat": "Trụ sở",
    "valid_from": "Từ ngày",
    "valid_to": "Không còn từ ngày",
    "reference": "Căn cứ",
    "end_reference": "Căn cứ chấm dứt",
}
SUCCESSION_COLUMNS: Final[Mapping[str, str]] = {
    "predecessor": "Đơn vị cũ",
    "code": "Đơn vị mới",
    "valid_from": "Từ ngày",
    "weight": "Tỷ trọng",
}
TABLES: Final[Mapping[str, Mapping[str, str]]] = {UNITS: UNIT_COLUMNS, SUCCESSIONS: SUCCESSION_COLUMNS}
DAYS: Final = frozenset({"valid_from", "valid_to"})
"""The columns that hold days."""
KIND_WORDS: Final[Mapping[str, str]] = {
    UnitKind.MINISTRY: "Bộ, ngành",
    UnitKind.PROVINCE: "Tỉnh, thành phố",
    UnitKind.DEPARTMENT: "Sở, ban, ngành",
    UnitKind.DISTRICT: "Huyện (đến 30/6/2025)",
    UnitKind.COMMUNE: "Xã, phường, đặc khu",
    UnitKind.OTHER: "Khác",
}
MOST_LINES: Final = 5_000
"""Lines of one list: as many as the API takes."""
