"""The response bodies of settling."""

from pydantic import BaseModel


class SourceOut(BaseModel):
    """How far one source's closing has come. A closing counts once it was seen in every partition."""

    source: str
    needed: bool
    closing: int
    partitions_seen: list[int]


class PositionOut(BaseModel):
    """How far one log was read when the round was settled."""

    source: str
    epoch: int
    position: int
    closing: int


class LackOut(BaseModel):
    """One thing that is missing."""

    code: str
    vi: str
    en: str


class SettlementOut(BaseModel):
    """Đợt đã chốt điểm chưa. `settling` 0: never settled. `settled` false after a reopening, until it closes again."""

    round: str
    settled: bool
    settling: int
    vector: list[PositionOut]
    partitions: int
    parked: int
    sources: list[SourceOut]
    missing: list[LackOut]
