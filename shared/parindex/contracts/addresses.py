"""Addresses at which the services show people something, below the one address of an installation.

Pages of one service link to those of another by this table: no service asks another for its pages.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """A page of a service: its path at the gateway, and its name for people."""

    path: str
    name: str


PUBLICATION = Address("/publication/", "Kết quả đã công bố")
SHEETS = Address("/assessment/", "Phiếu tự chấm của đơn vị")
"""For those who act for a unit."""
CRITERIA_SETS = Address("/assessment/criteria-sets", "Bộ chỉ số")
"""For those who may enact one."""
UNIT_REGISTERS = Address("/assessment/units", "Danh mục đơn vị")
YEARS = Address("/assessment/years", "Mở đợt đánh giá từ một bảng tính")
"""For those who may open a round."""
DESK_OF_ASSESSMENT = Address("/assessment/desk", "Tự chấm điểm và thẩm định")
DESK_OF_SURVEY = Address("/survey/desk", "Khảo sát")
DESK_OF_PUBLICATION = Address("/publication/desk", "Công bố kết quả")
"""What waits for a person at a service: parts of the desk."""
API_DOCUMENTS = (
    Address("/assessment/docs", "Tự chấm điểm và thẩm định"),
    Address("/survey/docs", "Khảo sát và kiosk"),
    Address("/scoring/docs", "Tính điểm"),
    Address("/publication/docs", "Công bố"),
)
