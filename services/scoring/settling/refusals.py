"""The reasons for which a round is not settled, in both languages. They are shown, and no request is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from parindex.wording import Wording
from scoring.computing.refusals import FAULTS

SOURCES = {
    "assessment": Wording("tự chấm và thẩm định", "self-scoring and appraisal"),
    "survey": Wording("khảo sát", "survey"),
}


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why a round is not settled: a code for programs, and both languages for people."""

    code: str
    vi: str
    en: str


ROUND_UNKNOWN = Wording("Chưa nhận được thông tin mở đợt đánh giá.", "The round's opening has not come yet.")
SET_UNKNOWN = Wording("Chưa nhận được bộ chỉ số của đợt.", "A criteria set of the round has not come yet.")
NOT_SEEN = Wording(
    "Phần {part} chưa đóng, hoặc tin đóng chưa đến đủ (còn thiếu {count}/{all} phần).",
    "The {part} part is not closed, or its closing has not come everywhere ({count} of {all} parts are missing).",
)
REOPENED = Wording(
    "Phần {part} đã được mở lại và chưa đóng lại.", "The {part} part was reopened and is not closed again."
)
PARKED = Wording(
    "Có {count} thông điệp đang tạm giữ vì chưa xử lý được; quản trị hệ thống cần xem.",
    "{count} messages are parked because they could not be applied; the operators have to look at them.",
)
UNCOMPUTED = Wording("Chưa tính được chỉ số của {unit}.", "The index of {unit} is not computed yet.")
FAULTY = Wording("{unit}, tiêu chí {criterion}: {fault}", "{unit}, criterion {criterion}: {fault}")


def round_unknown() -> Blocker:
    """Closings have come of a round that is not known yet."""
    return Blocker("round-unknown", *ROUND_UNKNOWN)


def set_unknown() -> Blocker:
    """A criteria set of the round is not known yet."""
    return Blocker("set-unknown", *SET_UNKNOWN)


def not_seen(source: str, partitions: Sequence[int], of: int) -> Blocker:
    """A source's newest closing has not come in these partitions."""
    return Blocker(f"{source}-not-closed", *NOT_SEEN.of(part=SOURCES[source], count=len(partitions), all=of))


def reopened(source: str) -> Blocker:
    """A source's newest closing no longer holds."""
    return Blocker(f"{source}-reopened", *REOPENED.of(part=SOURCES[source]))


def parked(count: int) -> Blocker:
    """Some contracts could not be applied."""
    return Blocker("parked", *PARKED.of(count=count))


def uncomputed(unit: str) -> Blocker:
    """A unit has no index at all."""
    return Blocker("not-computed", *UNCOMPUTED.of(unit=unit))


def faulty(unit: str, criterion: str, fault: str) -> Blocker:
    """Final figures of one criterion give no points."""
    return Blocker(fault, *FAULTY.of(unit=unit, criterion=criterion, fault=FAULTS[fault]))
