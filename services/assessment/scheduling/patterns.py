"""The templates of plans as data: each item with its source. They have no days, because a plan's days are its own.

The ten items of Quyết định 666/QĐ-BNV are not known one by one, so its template has the four that its source names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assessment.scheduling.items import PlanItem, RoundDeadline

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
