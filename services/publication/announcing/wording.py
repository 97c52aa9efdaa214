"""Numbers, days and policies in the words of the page: Vietnamese, exact, never through a float."""

from datetime import datetime, timedelta, timezone
from fractions import Fraction

from parindex.contracts.criteria import Band, CriteriaSet, NotApplicable, RankedFrom, Ties
from parindex.instant import moment
from parindex.numbers import Mode, round_exact

VIETNAM = timezone(timedelta(hours=7), "ICT")

MODES = {
    "half_up": "số ở chính giữa làm tròn lên",
    "half_even": "số ở chính giữa làm tròn về chữ số chẵn",
    "down": "bỏ các chữ số sau",
}
TOTALS = {
    "rounded_sum": "từng phần và tổng được làm tròn riêng từ số chính xác, nên các phần in ra có thể lệch tổng 0,01",
    "sum_of_rounded": "tổng là tổng các phần đã làm tròn",
}
RANKED = {
    RankedFrom.EXACT: "Xếp hạng và xếp loại theo số chính xác, trước khi làm tròn.",
    RankedFrom.ROUNDED: "Xếp hạng và xếp loại theo số đã làm tròn như in ra.",
}
TIES = {
    Ties.SAME_RANK: "Các đơn vị bằng điểm nhau thì cùng hạng; hạng kế tiếp tính cả các đơn vị đó (1, 2, 2, 4).",
    Ties.BY_APPRAISAL: "Các đơn vị bằng chỉ số thì đơn vị có điểm thẩm định cao hơn xếp trước; vẫn bằng thì cùng hạng.",
}
NOT_APPLICABLE = {
    NotApplicable.RESCALE: "Tiêu chí không áp dụng cho đơn vị thì không tính vào điểm tối đa của đơn vị đó.",
    NotApplicable.FULL_MARKS: "Tiêu chí không áp dụng cho đơn vị thì đơn vị được đủ điểm tiêu chí đó.",
}


def comma(number: str) -> str:
    """Write a printed number with a decimal comma: "84.58" as "84,58"."""
    return number.replace(".", ",")


def shown(value: Fraction, decimals: int) -> str:
    """Write an exact number with so many decimals and a comma, a half upwards."""
    return comma(f"{round_exact(value, decimals, Mode.HALF_UP):f}")


def day(instant: str) -> str:
    """Write the day of an instant as Việt Nam's calendars have it: 24/04/2020."""
    return _local(instant).strftime("%d/%m/%Y")


def minute(instant: str) -> str:
    """Write an instant to the minute: 09:30 ngày 24/04/2020."""
    return _local(instant).strftime("%H:%M ngày %d/%m/%Y")


def bands(of: tuple[Band, ...]) -> str:
    """Write cut-offs, highest first: "Xuất sắc: từ 90; Tốt: từ 80 đến dưới 90"."""
    said = []
    for place, band in enumerate(of):
        below = f" đến dưới {comma(of[place - 1].at_least)}" if place else " trở lên"
        said.append(f"{band.name}: từ {comma(band.at_least)}{below}")
    return "; ".join(said)


def policies(criteria_set: CriteriaSet) -> list[str]:
    """Write in sentences how the set ranks and rounds."""
    rounding = criteria_set.rounding
    how = f"{MODES[rounding.mode]}; {TOTALS[rounding.total]}"
    return [
        f"Số in ra có {rounding.decimals} chữ số thập phân ({how}).",
        RANKED[criteria_set.ranked_from],
        TIES[criteria_set.ties],
        NOT_APPLICABLE[criteria_set.not_applicable],
    ]


def _local(instant: str) -> datetime:
    return moment(instant).astimezone(VIETNAM)
