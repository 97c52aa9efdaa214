"""The work items of a plan and the lines of its survey's costs, with their words. Pure."""

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
