"""The work items of a plan and the lines of its survey's costs, with their words, and the templates of plans. Pure.

Templates have no days, because a plan's days are its own. The ten items of Quyết định 666/QĐ-BNV are not known one by
one, so its template has the four that its source names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_ITEMS: Final = 200
MOST_PARTNERS: Final = 50
MOST_COST_LINES: Final = 100
MOST_WORKING_DAYS: Final = 250


class WorkState(StrEnum):
    """How far the work of an item is."""

    NOT_BEGUN = "not-begun"
    UNDER_WAY = "under-way"
    DONE = "done"
    DROPPED = "dropped"


class RoundDeadline(StrEnum):
    """A deadline of a round that an item of the plan may set; `none`: the item sets no deadline."""

    NONE = "none"
    SELF_SCORING_FROM = "self-scoring-from"
    SELF_SCORING_UNTIL = "self-scoring-until"
    FIRST_APPRAISAL_UNTIL = "first-appraisal-until"
    EXPLANATION_UNTIL = "explanation-until"
    APPRAISAL_UNTIL = "appraisal-until"


class SurveyMode(StrEnum):
    """How the forms of a survey reach the people who answer."""

    POST = "post"
    DIRECT = "direct"
    TELEPHONE = "telephone"
    ONLINE = "online"


STATE_WORDS: Final[Mapping[WorkState, str]] = {
    WorkState.NOT_BEGUN: "Chưa làm",
    WorkState.UNDER_WAY: "Đang làm",
    WorkState.DONE: "Đã xong",
    WorkState.DROPPED: "Không làm nữa",
}
DEADLINE_WORDS: Final[Mapping[RoundDeadline, str]] = {
    RoundDeadline.NONE: "Không đặt mốc nào của đợt",
    RoundDeadline.SELF_SCORING_FROM: "Bắt đầu tự chấm",
    RoundDeadline.SELF_SCORING_UNTIL: "Hạn tự chấm",
    RoundDeadline.FIRST_APPRAISAL_UNTIL: "Hạn thẩm định lần 1",
    RoundDeadline.EXPLANATION_UNTIL: "Hạn giải trình",
    RoundDeadline.APPRAISAL_UNTIL: "Hạn thẩm định",
}
MODE_WORDS: Final[Mapping[SurveyMode, str]] = {
    SurveyMode.POST: "Qua bưu điện",
    SurveyMode.DIRECT: "Trực tiếp",
    SurveyMode.TELEPHONE: "Qua điện thoại",
    SurveyMode.ONLINE: "Trực tuyến",
}


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One work item of a plan.

    `since` and `until` are days, "" while none is fixed. With `after`, the item ends so many working days after the end
    of that item, and has no `until` of its own. `lead` and `partners` are nodes; `others` names bodies without a node,
    such as the post office. `source` says where the item of a template comes from.
    """

    code: str
    title: str
    lead: str = ""
    partners: tuple[str, ...] = ()
    others: str = ""
    since: str = ""
    until: str = ""
    after: str = ""
    working_days: int = 0
    sets: RoundDeadline = RoundDeadline.NONE
    product: str = ""
    source: str = ""

    @property
    def agencies(self) -> tuple[str, ...]:
        """The nodes that may set the item's state."""
        return tuple(filter(None, (self.lead, *self.partners)))


@dataclass(frozen=True, slots=True)
class CostLine:
    """Forms of a group of respondents in one mode, and what one form costs, in đồng."""

    group: str
    mode: SurveyMode
    forms: int
    unit_cost: str


HAI_DUONG: Final = "Các bước của Hải Dương, chỉ số năm 2023"
MINISTRY: Final = "Quyết định 666/QĐ-BNV ngày 29/9/2020"
BAC_LIEU_2018: Final = "Kế hoạch 06/KH-UBND ngày 17/01/2018 của Bạc Liêu"
BAC_LIEU_2021: Final = "Kế hoạch của Bạc Liêu ngày 24/02/2021, chỉ số năm 2020"


@dataclass(frozen=True, slots=True)
class PlanTemplate:
    """A template by its code: a name, and its items in order."""

    name: str
    items: tuple[PlanItem, ...]


def _template(name: str, source: str, *steps: tuple[str, RoundDeadline]) -> PlanTemplate:
    items = (PlanItem(str(at), title, sets=sets, source=source) for at, (title, sets) in enumerate(steps, 1))
    return PlanTemplate(name, tuple(items))


NONE, SELF_SCORED, APPRAISED = RoundDeadline.NONE, RoundDeadline.SELF_SCORING_UNTIL, RoundDeadline.APPRAISAL_UNTIL

TEMPLATES: Final[Mapping[str, PlanTemplate]] = {
    "hai-duong-2023": _template(
        "Hải Dương, chỉ số năm 2023", HAI_DUONG,
        ("Tập huấn, mở đợt chấm điểm trên phần mềm", RoundDeadline.SELF_SCORING_FROM),
        ("Xác định số lượng phiếu điều tra", NONE),
        ("Lập danh sách người được điều tra, đưa vào hệ thống", NONE),
        ("Điều tra xã hội học", NONE),
        ("Báo cáo và nhập điểm tự chấm vào phần mềm", SELF_SCORED),
        ("Thẩm định", APPRAISED),
        ("Tổng hợp, báo cáo kết quả", NONE),
        ("Công bố chỉ số của sở, ngành, cấp huyện", NONE),
        ("Cấp huyện xác định, công bố và báo cáo chỉ số của cấp xã", NONE),
    ),
    "bo-noi-vu-2020": _template(
        "Bộ Nội vụ năm 2020 (bốn nội dung biết được trong mười)", MINISTRY,
        ("Sửa đổi, bổ sung đề án xác định chỉ số", NONE),
        ("Xây dựng câu hỏi điều tra cho từng nhóm đối tượng", NONE),
        ("Điều tra xã hội học", NONE),
        ("Công bố chỉ số", NONE),
    ),
    "bac-lieu-2018": _template(
        "Bạc Liêu, chỉ số năm 2017", BAC_LIEU_2018,
        ("Sở, ngành, huyện, xã tự đánh giá, chấm điểm", SELF_SCORED),
        ("Tỉnh tổng hợp báo cáo chỉ số của tỉnh, phê duyệt, gửi Bộ Nội vụ", NONE),
        ("Thẩm định chỉ số của sở, ngành và huyện", APPRAISED),
        ("Ban hành kế hoạch riêng cho cấp xã", NONE),
        ("Điều tra xã hội học, cùng Bộ Nội vụ và Bưu điện tỉnh", NONE),
        ("Công bố chỉ số của ba cấp", NONE),
        ("Đề nghị khen thưởng", NONE),
    ),
    "bac-lieu-2021": _template(
        "Bạc Liêu, chỉ số năm 2020", BAC_LIEU_2021,
        ("Các sở phụ trách lĩnh vực chấm điểm chỉ số của tỉnh", NONE),
        ("Sở, ngành, huyện, xã tự chấm điểm chỉ số của mình", SELF_SCORED),
        ("Cấp xã hoàn thành và báo cáo", NONE),
        ("Đánh giá hài lòng qua hệ thống của trung tâm phục vụ hành chính công", NONE),
        ("Huyện hướng dẫn, thẩm định điểm tự chấm của xã", APPRAISED),
        ("Huyện điều tra xã hội học ở cấp xã", NONE),
        ("Huyện phê duyệt, công bố chỉ số của xã", NONE),
    ),
}  # fmt: skip
