"""Request body and answers of the freezing: the reason of a correction, what blocks the freezing, the editions."""

from pydantic import BaseModel, Field

from parindex.http.body import Body, example
from parindex.http.fields import Note
from parindex.http.problems import ProblemPlace
from publication.freezing.checks import blockers
from publication.freezing.state import ReceivedRound, RoundResult, newest_settlement


class FreezeIn(Body):
    """Niêm phong kết quả. Freeze the result of a settled round as its next edition."""

    model_config = example(reason="Đính chính điểm tiêu chí 1.1 của một đơn vị.")

    reason: Note = Field(
        default="",
        description="Lý do đính chính, sẽ được công khai; bắt buộc từ ấn bản 2. Why the edition before is corrected.",
    )


class ObstacleOut(BaseModel):
    """A blocker: it has to be resolved before the round can be frozen."""

    code: str
    vi: str
    en: str
    places: list[ProblemPlace]


class FrozenOut(BaseModel):
    """A frozen edition, public or not."""

    edition: int
    settling: int
    checksum: str
    supersedes: str


class FreezingOut(BaseModel):
    """How far the freezing of a round is. `settling` is 0 before scoring has settled the round."""

    round: str
    settling: int
    ready: bool
    obstacles: list[ObstacleOut]
    editions: list[FrozenOut]


def freezing_out(received: ReceivedRound, result: RoundResult) -> FreezingOut:
    """Return how far the freezing of a round is."""
    settlement, found = newest_settlement(received), list(blockers(received))
    return FreezingOut(
        round=received.opened.round,
        settling=settlement.settling if settlement else 0,
        ready=not found,
        obstacles=[
            ObstacleOut(
                code=each.code,
                vi=each.vi,
                en=each.en,
                places=[ProblemPlace(at=place.at, vi=place.vi, en=place.en) for place in each.places],
            )
            for each in found
        ],
        editions=[
            FrozenOut(edition=one.edition, settling=one.settling, checksum=one.checksum, supersedes=one.supersedes)
            for one in result.editions
        ],
    )
