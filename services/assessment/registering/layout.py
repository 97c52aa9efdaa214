"""The layout of the workbook of a register: its worksheets, their columns by key, and the words of its lists."""

from collections.abc import Mapping
from typing import Final

from assessment.registering.units import UnitKind

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
