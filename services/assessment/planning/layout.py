"""The layout of the workbook of a year: the worksheets of its set, and those of its round."""

from collections.abc import Mapping
from typing import Final

from assessment.drafting import layout as of_set
from assessment.opening.deadlines import FIELDS

ROUND: Final = "Đợt đánh giá"
BLOCKS: Final = "Khối"
UNITS: Final = "Đơn vị"
APPRAISERS: Final = "Thẩm định"
EXCLUDED: Final = "Không áp dụng"
OWN_DEADLINES: Final = "Thời hạn riêng"
READ: Final = (*of_set.READ, ROUND, BLOCKS, UNITS, APPRAISERS, EXCLUDED, OWN_DEADLINES)
WRITTEN: Final = (
    of_set.GUIDE, ROUND, BLOCKS, UNITS, APPRAISERS, EXCLUDED, OWN_DEADLINES, *of_set.READ, of_set.LISTS,
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
    "self_scoring_from": "Tự chấm điểm bắt đầu từ",
    "first_appraisal": "Hạn thẩm định lần 1 (khi thẩm định hai lần)",
    "explanation": "Hạn giải trình (khi thẩm định hai lần)",
    "training": "Đợt tập huấn, không công bố",
    "council": "Hội đồng biểu quyết những tiêu chí còn ý kiến khác nhau",
}
MOMENTS: Final[Mapping[str, str]] = {
    **{field: f"/deadlines/{field}" for field in FIELDS},
    "pressed_from": "/press_window/from",
    "pressed_until": "/press_window/until",
}
"""The items that are instants, and their places in the body that opens the round."""
FLAGS: Final = ("four_eyes", "approval", "two_appraisals", "training", "council")
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
OWN_DEADLINE_COLUMNS: Final[Mapping[str, str]] = {
    "block": "Mã khối",
    "unit": "Mã đơn vị",
    "self_scoring_from": "Tự chấm điểm từ",
    "self_scoring": "Hạn tự chấm điểm",
    "first_appraisal": "Hạn thẩm định lần 1",
    "explanation": "Hạn giải trình",
    "appraisal": "Hạn thẩm định",
}
CHOICES: Final = {**of_set.CHOICES, **dict.fromkeys(FLAGS, of_set.YES_OR_NO)}
NUMBERS: Final = of_set.NUMBERS | {"year"}
