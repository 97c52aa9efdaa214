"""The layout of the workbook of a criteria set: its worksheets, their columns by key, and the words of its lists.

The columns of parameters have the names of the fields of the rules, so a new kind of rule is read and written as soon
as its fields have titles here.
"""

from collections.abc import Mapping
from typing import Final, get_args, get_origin

import msgspec

from parindex.contracts import criteria
from parindex.contracts.base import Part
from parindex.contracts.criteria import AreaKind, Level, NotApplicable, OnZero, RankedFrom, Rule, Ties
from parindex.numbers import Mode, Parts

SET: Final = "Bộ chỉ số"
CRITERIA: Final = "Tiêu chí"
DETAILS: Final = "Chi tiết cách tính"
BANDS: Final = "Xếp loại"
GUIDE: Final = "Hướng dẫn"
LISTS: Final = "Danh mục"
READ: Final = (SET, CRITERIA, DETAILS, BANDS)
OURS: Final = (*READ, GUIDE, LISTS)
WRITTEN: Final = (GUIDE, *READ, LISTS)
"""The worksheets in the order of the workbook."""

YES_OR_NO: Final[Mapping[str, str]] = {"yes": "Có", "": "Không"}
"""An empty cell says no, too."""

SET_COLUMNS: Final[Mapping[str, str]] = {"item": "Mục", "value": "Giá trị"}
SET_ITEMS: Final[Mapping[str, str]] = {
    "code": "Mã bộ chỉ số",
    "title": "Tên bộ chỉ số",
    "reference": "Văn bản ban hành",
    "decimals": "Số chữ số thập phân khi in",
    "mode": "Cách làm tròn",
    "total": "Tổng điểm in ra",
    "ties": "Khi bằng chỉ số",
    "ranked_from": "Xếp hạng theo",
    "not_applicable": "Tiêu chí không áp dụng",
    "index_above_hundred": "Chỉ số được vượt 100",
    "tie_keys": "Khi bằng chỉ số, xét lần lượt",
}
PRINTED_ITEMS: Final[Mapping[str, str]] = {
    "printed_areas": "Số lĩnh vực in trong văn bản",
    "printed_criteria": "Số tiêu chí in trong văn bản",
    "printed_components": "Số tiêu chí thành phần in trong văn bản",
}
"""How many rows the decision says that the set has; only compared with the rows, and not part of the set."""
PRINTED: Final[Mapping[str, Level]] = dict(
    zip(PRINTED_ITEMS, (Level.AREA, Level.CRITERION, Level.COMPONENT), strict=True)
)
ITEMS: Final[Mapping[str, str]] = {**SET_ITEMS, **PRINTED_ITEMS}
"""The lines of the worksheet of settings."""
CRITERION_COLUMNS: Final[Mapping[str, str]] = {
    "code": "Mã",
    "name": "Tên",
    "level": "Cấp",
    "parent": "Thuộc",
    "maximum": "Điểm tối đa",
    "kind": "Cách tính điểm",
    "rule_text": "Nội dung thang điểm",
    "evidence_required": "Cần tài liệu",
    "reference": "Căn cứ",
    "on_time": "Điểm khi đúng hạn",
    "late": "Điểm khi chậm",
    "never": "Điểm khi không làm",
    "otherwise": "Điểm còn lại",
    "floor": "Mức sàn",
    "ceiling": "Mức trần",
    "each": "Điểm mỗi trường hợp",
    "cap": "Không quá (điểm)",
    "expression": "Công thức",
    "on_zero": "Khi chia cho 0",
    "source": "Chỉ số bên ngoài",
    "out_of": "Thang đo",
    "question": "Câu hỏi điều tra",
    "group": "Nhóm trả lời",
    "area_kind": "Loại lĩnh vực",
    "area_cap": "Thưởng, trừ không quá (điểm)",
}
OWN_NOTES: Final[Mapping[str, str]] = {"notes": "Ghi chú (hệ thống không đọc)"}
"""A column for the people who prepare the set; it is not part of the set, and its title says so."""
DETAIL_COLUMNS: Final[Mapping[str, str]] = {
    "criterion": "Mã tiêu chí",
    "code": "Mã dòng",
    "name": "Tên dòng",
    "bound": "Ngưỡng",
    "closed": "Gồm cả ngưỡng",
    "points": "Điểm",
    "share": "Tỷ lệ",
}
BAND_COLUMNS: Final[Mapping[str, str]] = {"name": "Loại", "at_least": "Từ", "block": "Khối"}

LEVEL_WORDS: Final[Mapping[str, str]] = {
    Level.AREA: "Lĩnh vực",
    Level.CRITERION: "Tiêu chí",
    Level.COMPONENT: "Tiêu chí thành phần",
}
KIND_WORDS: Final[Mapping[str, str]] = {
    "entered_points": "Nhập điểm",
    "yes_no": "Có hoặc không",
    "timeliness": "Kịp thời",
    "due_dates": "Nhiều kỳ hạn",
    "steps": "Thang điểm theo ngưỡng",
    "choice": "Chọn mức",
    "proportional": "Theo tỷ lệ",
    "normalised_to_best": "Theo đơn vị cao nhất trong khối",
    "per_case": "Mỗi trường hợp được điểm",
    "best_of_cases": "Trường hợp có điểm cao nhất",
    "deduction": "Trừ điểm",
    "formula": "Công thức",
    "external_value": "Giá trị của chỉ số bên ngoài",
    "survey_points": "Điều tra xã hội học",
}
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "level": LEVEL_WORDS,
    "kind": KIND_WORDS,
    "on_zero": {OnZero.REFUSED: "Báo lỗi", OnZero.NO_POINTS: "0 điểm", OnZero.MAXIMUM: "Điểm tối đa"},
    "mode": {
        Mode.HALF_UP: "Gần nhất, nửa thì lên",
        Mode.HALF_EVEN: "Gần nhất, nửa thì về số chẵn",
        Mode.DOWN: "Cắt bỏ",
    },
    "total": {Parts.ROUNDED_SUM: "Cộng rồi làm tròn", Parts.SUM_OF_ROUNDED: "Làm tròn rồi cộng"},
    "ties": {
        Ties.SAME_RANK: "Cùng hạng",
        Ties.BY_APPRAISAL: "Theo điểm thẩm định",
        Ties.BY_KEYS: "Xét lần lượt theo danh sách",
    },
    "ranked_from": {RankedFrom.EXACT: "Số chính xác", RankedFrom.ROUNDED: "Số đã làm tròn"},
    "not_applicable": {
        NotApplicable.RESCALE: "Trừ khỏi điểm tối đa",
        NotApplicable.FULL_MARKS: "Được điểm tối đa",
    },
    "area_kind": {AreaKind.ORDINARY: "Thường", AreaKind.BONUS: "Điểm thưởng", AreaKind.PENALTY: "Điểm trừ"},
    "evidence_required": YES_OR_NO,
    "index_above_hundred": YES_OR_NO,
    "closed": YES_OR_NO,
}
"""The words of each column, or item, that is chosen from a list: by the code of the API."""
NUMBERS: Final = criteria.NUMBERS | {"decimals"} | PRINTED_ITEMS.keys()
"""The columns, and the items, that hold numbers."""
RULES: Final[Mapping[str, type[Part]]] = {rule.__struct_config__.tag: rule for rule in get_args(Rule)}
"""The rules by kind."""
IN_DETAILS: Final[Mapping[str, str]] = {"figure": "code", "option": "code"}
"""Fields of the parts of rules whose column in the details has another name."""


def parameters_of(rule: type[Part]) -> dict[str, bool]:
    """Return the fields of a rule that have columns of the criterion's line, and whether each is needed."""
    listed, _ = listed_in(rule)
    return {name: needed for name, needed in fields_of(rule).items() if name != listed}


def fields_of(part: type[Part]) -> dict[str, bool]:
    """Return the fields of a record of the contract, and whether each is needed."""
    return {field.name: field.required for field in msgspec.structs.fields(part)}


def listed_in(rule: type[Part]) -> tuple[str, type[Part] | None]:
    """Return the field of a rule that is a list, and the record of its items; "" and None for a rule without one."""
    for field in msgspec.structs.fields(rule):
        if get_origin(field.type) is list:
            [item] = get_args(field.type)
            return field.name, item
    return "", None


def detail_column(field: str) -> str:
    """Return the column of a field in the worksheet of details."""
    return IN_DETAILS.get(field, field)
