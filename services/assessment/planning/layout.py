"""The layout of the workbook of a year: the worksheets of its set, and those of its round."""

from collections.abc import Mapping
from typing import Final

from assessment.drafting import layout as of_set

ROUND: Final = "Đợt đánh giá"
BLOCKS: Final = "Khối"
UNITS: Final = "Đơn vị"
APPRAISERS: Final = "Thẩm định"
EXCLUDED: Final = "Không áp dụng"
READ: Final = (*of_set.READ, ROUND, BLOCKS, UNITS, APPRAISERS, EXCLUDED)
WRITTEN: Final = (
    of_set.GUIDE, ROUND, BLOCKS, UNITS, APPRAISERS, EXCLUDED, *of_set.READ, of_set.LISTS,
)  # fmt: skip
"""The worksheets in the order of the workbook."""

ROUND_ITEMS: Final[Mapping[str, str]] = {
    "round": "Mã đợt",
    "year": "Năm đánh giá",
    "title": "Tên đợt",
    "reference": "Văn bản của đợt",
    "self_scoring": "Hạn tự chấm điểm",
    "appraisal": "Hạn thẩm định",
    "pressed_from": "Lượt bấm kiosk được tính từ",
    "pressed_until": "Lượt bấm kiosk được tính đến trước",
    "four_eyes": "Người điều chỉnh không tự hoàn thành thẩm định",
    "approval": "Lãnh đạo đơn vị duyệt phiếu tự chấm",
    "two_appraisals": "Thẩm định hai lần, có giải trình",
}
MOMENTS: Final[Mapping[str, str]] = {
    "self_scoring": "/deadlines/self_scoring",
    "appraisal": "/deadlines/appraisal",
    "pressed_from": "/press_window/from",
    "pressed_until": "/press_window/until",
}
"""The items that are instants, and their places in the body that opens the round."""
FLAGS: Final = ("four_eyes", "approval", "two_appraisals")
NEEDED: Final = ("round", "year", "title")
BLOCK_COLUMNS: Final[Mapping[str, str]] = {
    "code": "Mã khối",
    "name": "Tên khối",
    "criteria_set": "Bộ chỉ số khác (mã)",
}
UNIT_COLUMNS: Final[Mapping[str, str]] = {"code": "Mã đơn vị", "name": "Tên đơn vị", "block": "Mã khối"}
APPRAISER_COLUMNS: Final[Mapping[str, str]] = {
    "criterion": "Mã tiêu chí",
    "appraiser": "Cơ quan thẩm định (mã)",
    "block": "Chỉ cho khối (mã)",
}
EXCLUDED_COLUMNS: Final[Mapping[str, str]] = {"unit": "Mã đơn vị", "criterion": "Mã tiêu chí, lĩnh vực"}
CHOICES: Final = {**of_set.CHOICES, **dict.fromkeys(FLAGS, of_set.YES_OR_NO)}
NUMBERS: Final = of_set.NUMBERS | {"year"}
