"""What has to be at hand before a round can be sealed: pure, and every obstacle has a name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.contracts.scoring import IndexComputed, RoundSettled
from parindex.contracts.scoring_digest import digest_of
from parindex.refusal import Kind, Place, Refused
from publication.freezing.snapshot import checksum_of, snapshot_of

ASSESSMENT = "assessment"  # its log may be called by a longer name that ends so: installation/assessment


@dataclass(frozen=True, slots=True)
class Materials:
    """All that this service has heard of a round. `reopened` are the closings of assessment that no longer hold."""

    opened: RoundOpened
    sets: Sequence[CriteriaSetEnacted]
    scores: Sequence[IndexComputed]
    settlements: Mapping[int, RoundSettled]  # the newest one in each partition
    reopened: frozenset[int]
    parked: int
    partitions: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A round that can be sealed, and the bytes that it would be sealed as."""

    settlement: RoundSettled
    snapshot: bytes
    checksum: str


class ResultUnknownError(Refused):
    """Nobody told this service of such a round (yet), or it has no such edition."""

    code: ClassVar[str] = "result-unknown"
    kind: ClassVar[Kind] = Kind.UNKNOWN

    def __init__(self) -> None:
        super().__init__("Không có đợt đánh giá hoặc ấn bản này.", "There is no such round or edition here.")


class NotReadyError(Refused):
    """The family of obstacles; each member says which."""

    code: ClassVar[str] = "result-not-ready"
    kind: ClassVar[Kind] = Kind.CONFLICT


class RoundNotSettledError(NotReadyError):
    """Scoring has not settled the round, or its word has not arrived in every partition."""

    code: ClassVar[str] = "round-not-settled"

    def __init__(self, seen: int, partitions: int) -> None:
        super().__init__(
            f"Đợt đánh giá chưa chốt điểm xong: mới nhận {seen}/{partitions} phân vùng. Hãy đóng thẩm định và đóng "
            "điều tra xã hội học; nếu đã đóng, thử lại sau giây lát.",
            f"The round is not settled: heard in {seen} of {partitions} partitions. Close appraisal and tallies; if "
            "both are closed, try again in a moment.",
        )


class RoundReopenedError(NotReadyError):
    """The round was reopened after this settling: what it says no longer holds."""

    code: ClassVar[str] = "round-reopened"

    def __init__(self) -> None:
        super().__init__(
            "Đợt đánh giá đã được mở lại; hãy đóng và chốt điểm lại trước khi niêm phong.",
            "The round was reopened; close it and let it settle again before sealing.",
        )


class MessagesParkedError(NotReadyError):
    """Something that other services said could not be read, so nobody knows whether it matters here."""

    code: ClassVar[str] = "messages-parked"

    def __init__(self, parked: int) -> None:
        super().__init__(
            f"Còn {parked} thông điệp chưa xử lý được (xem /v1/parked); phải xử lý trước khi niêm phong.",
            f"{parked} messages are parked (see /v1/parked); they have to be dealt with before sealing.",
        )


class CriteriaSetsMissingError(NotReadyError):
    """A block's criteria set has not arrived."""

    code: ClassVar[str] = "criteria-sets-missing"

    def __init__(self, codes: Sequence[str]) -> None:
        vi, en = "chưa nhận được bộ tiêu chí", "the criteria set has not arrived"
        super().__init__(
            f"Chưa nhận được bộ tiêu chí: {', '.join(codes)}.",
            f"Criteria sets have not arrived: {', '.join(codes)}.",
            [Place(code, vi, en) for code in codes],
        )


class ScoresMissingError(NotReadyError):
    """Units of the round have no score here yet."""

    code: ClassVar[str] = "scores-missing"

    def __init__(self, units: Sequence[str]) -> None:
        vi, en = "chưa nhận được điểm", "no score has arrived"
        super().__init__(
            f"Chưa nhận được điểm của {len(units)} đơn vị.",
            f"The scores of {len(units)} units have not arrived.",
            [Place(unit, vi, en) for unit in units],
        )


class ScoresDifferError(NotReadyError):
    """The scores here are not those that scoring settled: some are on their way, or newer than the settling."""

    code: ClassVar[str] = "scores-differ"

    def __init__(self) -> None:
        super().__init__(
            "Điểm đang có chưa trùng với điểm đã chốt (mã kiểm tra khác nhau); thử lại sau giây lát.",
            "The scores here are not the settled ones (their digests differ); try again in a moment.",
        )


def obstacles(materials: Materials) -> Iterator[Refused]:
    """Yield everything that is in the way, the first to mend first."""
    settlement = newest_settlement(materials)
    agreed = [one for one in materials.settlements.values() if one == settlement]
    if settlement is None or len(agreed) < materials.partitions:
        yield RoundNotSettledError(len(agreed), materials.partitions)
    if settlement is not None and _reopened_since(settlement, materials.reopened):
        yield RoundReopenedError()
    if materials.parked:
        yield MessagesParkedError(materials.parked)
    if missing := _sets_missing(materials):
        yield CriteriaSetsMissingError(missing)
    if missing := _scores_missing(materials):
        yield ScoresMissingError(missing)
    if settlement is not None and digest_of(materials.scores) != settlement.digest:
        yield ScoresDifferError()


def draft_of(materials: Materials) -> Draft:
    """Return what would be sealed; raise the first obstacle."""
    for obstacle in obstacles(materials):
        raise obstacle
    settlement = newest_settlement(materials)
    assert settlement is not None  # noqa: S101  # else there was an obstacle
    raw = snapshot_of(materials.opened, materials.sets, materials.scores, settlement.vector, settlement.formula)
    return Draft(settlement, raw, checksum_of(raw))


def newest_settlement(materials: Materials) -> RoundSettled | None:
    """Return the settling with the highest number that was heard of in any partition."""
    return max(materials.settlements.values(), key=lambda one: one.settling, default=None)


def _reopened_since(settlement: RoundSettled, reopened: frozenset[int]) -> bool:
    closing = max((at.closing for at in settlement.vector if at.source.endswith(ASSESSMENT)), default=0)
    return any(undone >= closing for undone in reopened)


def _sets_missing(materials: Materials) -> list[str]:
    known = {one.criteria_set.code for one in materials.sets}
    return sorted({block.criteria_set for block in materials.opened.blocks} - known)


def _scores_missing(materials: Materials) -> list[str]:
    known = {score.unit for score in materials.scores}
    return [unit.code for block in materials.opened.blocks for unit in block.units if unit.code not in known]
