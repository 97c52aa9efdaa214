"""What keeps a round from being settled, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.computing.faults import FAULTS

SOURCES = {"assessment": ("tự chấm và thẩm định", "self-scoring and appraisal"), "survey": ("khảo sát", "survey")}


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: a name for programs, and both languages for people."""

    code: str
    vi: str
    en: str


def round_unknown() -> Lack:
    """Closings have come of a round that is not known yet."""
    return Lack("round-unknown", "Chưa nhận được thông tin mở đợt đánh giá.", "The round's opening has not come yet.")


def set_unknown() -> Lack:
    """A criteria set of the round is not known yet."""
    return Lack("set-unknown", "Chưa nhận được bộ chỉ số của đợt.", "A criteria set of the round has not come yet.")


def not_seen(source: str, partitions: Sequence[int], of: int) -> Lack:
    """A source's newest closing has not come in these partitions."""
    vi, en = SOURCES[source]
    count = len(partitions)
    return Lack(
        f"{source}-not-closed",
        f"Phần {vi} chưa đóng, hoặc tin đóng chưa đến đủ (còn thiếu {count}/{of} phần).",
        f"The {en} part is not closed, or its closing has not come everywhere ({count} of {of} parts are missing).",
    )


def reopened(source: str) -> Lack:
    """A source's newest closing no longer holds."""
    vi, en = SOURCES[source]
    return Lack(
        f"{source}-reopened",
        f"Phần {vi} đã được mở lại và chưa đóng lại.",
        f"The {en} part was reopened and is not closed again.",
    )


def parked(count: int) -> Lack:
    """Some contracts could not be applied."""
    return Lack(
        "parked",
        f"Có {count} thông điệp đang tạm giữ vì chưa xử lý được; quản trị hệ thống cần xem.",
        f"{count} messages are parked because they could not be applied; the operators have to look at them.",
    )


def uncomputed(unit: str) -> Lack:
    """A unit has no index at all."""
    return Lack("not-computed", f"Chưa tính được chỉ số của {unit}.", f"The index of {unit} is not computed yet.")


def faulty(unit: str, criterion: str, fault: str) -> Lack:
    """Final figures of one criterion give no points."""
    vi, en = FAULTS[fault]
    return Lack(fault, f"{unit}, tiêu chí {criterion}: {vi}", f"{unit}, criterion {criterion}: {en}")
