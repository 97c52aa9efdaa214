"""The refusals of plans of the exercise."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class PlanUnknownError(Refused):
    """The authority has no plan of this year."""

    code = "unknown-plan"
    kind = Kind.UNKNOWN
    vi = "{authority} chưa có kế hoạch xác định chỉ số năm {year}."
    en = "{authority} has no plan of the exercise of {year}."

    authority: str
    year: int


class PlanItemUnknownError(Refused):
    """The plan has no item of this code."""

    code = "unknown-plan-item"
    kind = Kind.UNKNOWN
    vi = "Kế hoạch không có nội dung “{item}”."
    en = "The plan has no item “{item}”."

    item: str


class PlanTemplateUnknownError(Refused):
    """There is no template of this code, and no plan of the year that it names."""

    code = "unknown-plan-template"
    kind = Kind.UNKNOWN
    vi = "Không có mẫu kế hoạch “{named}”."
    en = "There is no plan template “{named}”."

    named: str


class PlanWithoutDatesError(Refused):
    """A round takes its dates from a plan of which no item sets one."""

    code = "plan-without-dates"
    kind = Kind.CONFLICT
    vi = "Kế hoạch năm {year} của {authority} chưa có nội dung nào đặt mốc của đợt."
    en = "No item of {authority}'s plan of {year} sets a date of the round."

    authority: str
    year: int


class PlanExistsError(Refused):
    """The authority has a plan of this year already."""

    code = "plan-exists"
    kind = Kind.CONFLICT
    vi = "{authority} đã có kế hoạch năm {year}."
    en = "{authority} has a plan of {year} already."

    authority: str
    year: int


class PlanItemNeededError(Refused):
    """Other items count their days from this one."""

    code = "plan-item-needed"
    kind = Kind.CONFLICT
    vi = "Nội dung “{item}” là mốc của nội dung {others}; hãy sửa các nội dung đó trước."
    en = "Item {others} depends on item “{item}”; change that first."

    item: str
    others: str


class PlanInvalidError(Refused):
    """An item or a line of costs has mistakes; nothing was recorded."""

    code = "plan-invalid"
    vi = "Nội dung kế hoạch có {count} lỗi cần sửa; chưa ghi gì."
    en = "The plan has {count} mistakes to fix; nothing was recorded."
    en_one = "The plan has 1 mistake to fix; nothing was recorded."

    places: Sequence[Place]


class NotOfThisItemError(Refused):
    """The asker is neither of the authority's office nor of an agency that the item names."""

    code = "not-of-this-plan-item"
    kind = Kind.FORBIDDEN
    vi = "Chỉ cơ quan chủ trì, cơ quan phối hợp của nội dung này và cơ quan lập kế hoạch được ghi tiến độ."
    en = "Only the agencies of this item, and the office of the authority, set its state."
