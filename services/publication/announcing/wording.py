"""Bands, policies and presses in the words of the page: Vietnamese, exact, never through a float."""

import unicodedata
from fractions import Fraction

from parindex.contracts.criteria import AreaKind, Band, CriteriaSet, NotApplicable, RankedFrom, Ties
from parindex.web.rule_words import area_name, tie_key_in_words
from parindex.web.vietnamese import comma, count, shown
from publication.freezing.snapshot import Presses

MODES = {
    "half_up": "số ở chính giữa làm tròn lên",
    "half_even": "số ở chính giữa làm tròn về chữ số chẵn",
    "down": "bỏ các chữ số sau",
}
TOTALS = {
    "rounded_sum": "từng phần và tổng được làm tròn riêng từ số chính xác, nên các phần in ra có thể lệch tổng {last}",
    "sum_of_rounded": "tổng là tổng các phần đã làm tròn, và chỉ số in ra tính từ tổng ấy",
}
RANKED = {
    RankedFrom.EXACT: "Xếp hạng và xếp loại theo số chính xác, trước khi làm tròn.",
    RankedFrom.ROUNDED: "Xếp hạng và xếp loại theo số đã làm tròn như in ra.",
}
TIES = {
    Ties.SAME_RANK: "Các đơn vị bằng điểm nhau thì cùng hạng; hạng kế tiếp tính cả các đơn vị đó (1, 2, 2, 4).",
    Ties.BY_APPRAISAL: "Các đơn vị bằng chỉ số thì đơn vị có điểm thẩm định cao hơn xếp trước; vẫn bằng thì cùng hạng.",
    Ties.BY_KEYS: "Các đơn vị bằng chỉ số thì xét theo thứ tự: {keys}; điểm cao hơn xếp trước; vẫn bằng thì cùng hạng.",
}
MEAN = (
    "Chỉ số trung bình khối là trung bình cộng của các chỉ số chính xác (điểm chính xác ÷ điểm tối đa áp dụng × 100, "
    "chưa làm tròn), làm tròn một lần; nó có thể khác trung bình cộng của các chỉ số in ra."
)
NOTHING_APPLIES = (
    "Đơn vị không có tiêu chí nào áp dụng thì không có chỉ số, không xếp hạng, không xếp loại và không tính vào trung "
    "bình."
)
NOT_APPLICABLE = {
    NotApplicable.RESCALE: "Tiêu chí không áp dụng cho đơn vị thì không tính vào điểm tối đa của đơn vị đó.",
    NotApplicable.FULL_MARKS: "Tiêu chí không áp dụng cho đơn vị thì đơn vị được đủ điểm tiêu chí đó.",
}


SET_ASIDE = {
    "late": "đến sau giờ chốt",
    "outside-window": "bấm ngoài thời gian của đợt",
    "option-unknown": "chọn phương án không có trong bộ chỉ số",
    "outside-survey": "câu hỏi đã có kết quả điều tra bên ngoài",
    "unfit": "không hợp với đợt",
}
"""Why a press is in no tally; a reason that is not here is shown as it is."""


def bands(of: tuple[Band, ...]) -> str:
    """Write cut-offs, highest first: "Xuất sắc: từ 90; Tốt: từ 80 đến dưới 90"."""
    said = []
    for place, band in enumerate(of):
        below = f" đến dưới {comma(of[place - 1].at_least)}" if place else " trở lên"
        said.append(f"{band.name}: từ {comma(band.at_least)}{below}")
    return "; ".join(said)


def policies(criteria_set: CriteriaSet, *, zero: bool = False) -> list[str]:
    """Write in sentences how the set ranks and rounds. `zero`: as editions of version 1, nothing applicable is 0."""
    rounding = criteria_set.rounding
    how = f"{MODES[rounding.mode]}; {TOTALS[rounding.total].format(last=last_place(rounding.decimals))}"
    decimals = f"có {rounding.decimals} chữ số thập phân" if rounding.decimals else "là số nguyên"
    return [
        f"Số in ra {decimals} ({how}).",
        RANKED[criteria_set.ranked_from],
        _ties(criteria_set),
        MEAN,
        NOT_APPLICABLE[criteria_set.not_applicable],
        *_extras(criteria_set),
        *([] if zero else [NOTHING_APPLIES]),
    ]


def _ties(criteria_set: CriteriaSet) -> str:
    """Write what breaks ties between units with equal index; an area by its code and name."""
    names = {row.code: row.name for row in criteria_set.criteria}
    keys = [tie_key_in_words(key, names.get(key, "")) for key in criteria_set.tie_keys]
    return TIES[criteria_set.ties].format(keys=", ".join(keys))


def _extras(criteria_set: CriteriaSet) -> list[str]:
    """Write what bonus and penalty areas do; nothing where the set has none."""
    named = [area_name(row) for row in criteria_set.criteria if row.area_kind is not AreaKind.ORDINARY]
    if not named:
        return []
    most = "có thể vượt 100%" if criteria_set.index_above_hundred else "không vượt quá 100%"
    counted = "Điểm của đơn vị = điểm thẩm định + điểm điều tra + điểm thưởng − điểm trừ, không thấp hơn 0"
    return [f"Ngoài thang điểm có: {'; '.join(named)}. {counted}; chỉ số {most}."]


def last_place(decimals: int) -> str:
    """Write one unit of the last printed place: "1" without decimals, "0,1", "0,01" and so on."""
    return shown(Fraction(1, 10**decimals), decimals)


def presses(of: Presses | None) -> str:
    """Write how many presses of kiosks count, and how many were set aside and why; "" where none came."""
    if of is None:
        return ""
    aside = sum(each.count for each in of.set_aside)
    reasons = [f"{count(each.count)} lượt {SET_ASIDE.get(each.reason, each.reason)}" for each in of.set_aside]
    counted = f"{count(of.counted)} lượt bấm được tính; {count(aside)} lượt không được tính"
    return f"{counted} ({', '.join(reasons)})" if reasons else counted


def name_key(name: str) -> str:
    """Return a name as a reader sees it, so that names that look alike are taken for alike."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
