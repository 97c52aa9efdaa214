"""The faults for which figures give no points, each by name, in both languages: raised by `formula.py`."""

from typing import ClassVar

from parindex.refusal import Kind, Refused


class UncomputableError(Refused):
    """Final figures give no points. `fault` is the name under which the line carries the reason."""

    code = "uncomputable"
    kind = Kind.CONFLICT
    fault: ClassVar[str] = "uncomputable"
    vi, en = "Không tính được điểm.", "The points cannot be computed."


class NothingPlannedError(UncomputableError):
    """A share of nothing: `planned` is 0. The criterion may not be applicable."""

    code = "uncomputable-nothing-planned"
    fault = "nothing-planned"
    vi = "Số kế hoạch bằng 0 nên không tính được tỷ lệ; nếu không có nhiệm vụ, hãy chọn “không áp dụng”."
    en = "Nothing was planned (0), so there is no share; where there was no task, the criterion is not applicable."


class DividedByZeroError(UncomputableError):
    """A formula divides by zero, and its set does not say what that gives."""

    code = "uncomputable-divided-by-zero"
    fault = "divided-by-zero"
    vi = "Công thức chia cho 0 nên không tính được điểm; kiểm tra lại số liệu."
    en = "The formula divides by 0, so there are no points; check the figures."


class FigureMissingError(UncomputableError):
    """The rule asks for a figure that is not there."""

    code = "uncomputable-figure-missing"
    fault = "figure-missing"
    vi, en = "Thiếu số liệu mà cách tính điểm cần.", "A figure that the rule needs is missing."


class FigureUnreadableError(UncomputableError):
    """A figure is not a number, or none of the values that the rule knows."""

    code = "uncomputable-figure-unreadable"
    fault = "figure-unreadable"
    vi, en = "Số liệu không đúng dạng mà cách tính điểm cần.", "A figure is not of the kind that the rule needs."


class PointsOutOfRangeError(UncomputableError):
    """The result lies below 0 or above the maximum."""

    code = "uncomputable-points-out-of-range"
    fault = "points-out-of-range"
    vi, en = "Điểm nhỏ hơn 0 hoặc lớn hơn điểm tối đa.", "The points lie below 0 or above the maximum."


class OptionUnknownError(UncomputableError):
    """An answer was counted that the criteria set gives no share."""

    code = "uncomputable-option-unknown"
    fault = "option-unknown"
    vi = "Có phương án trả lời mà bộ chỉ số không quy định giá trị."
    en = "An answer was counted whose share the criteria set does not give."
