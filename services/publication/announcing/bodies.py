"""What the public doors answer, as pydantic describes it to programs."""

from pydantic import BaseModel, Field

from publication.announcing.queries import Edition
from publication.freezing.snapshot import SealedBlock, Snapshot


class RowOut(BaseModel):
    """Một đơn vị. Numbers are decimals as text, in the criteria set's decimals; `unit` is the unit's name."""

    rank: int
    unit: str
    appraisal: str = Field(description="Điểm thẩm định")
    survey: str = Field(description="Điểm điều tra xã hội học")
    index: str = Field(description="Chỉ số, %")
    band: str = Field(description="Xếp loại; empty where the set has none")


class BlockOut(BaseModel):
    """Một khối đơn vị, first rank first. `block` is the block's code."""

    block: str
    mean: str
    rows: list[RowOut]


class ResultOut(BaseModel):
    """Kết quả đã công bố của một đợt đánh giá."""

    round: str
    blocks: list[BlockOut]


class PositionOut(BaseModel):
    """How far a log was read for this edition."""

    source: str
    epoch: int
    position: int
    closing: int


class EditionOut(BaseModel):
    """Một ấn bản đã công bố. `checksum` is the SHA-256 of the snapshot's bytes; `supersedes` that of the one before."""

    edition: int
    checksum: str
    vector: list[PositionOut]
    formula: str
    frozen_at: str
    announced_at: str
    supersedes: str
    reason: str = Field(description="Lý do đính chính. Why it corrects the edition before")
    superseded: bool = Field(description="a later edition is public")


class EditionsOut(BaseModel):
    round: str
    editions: list[EditionOut]


class AnnouncedOut(BaseModel):
    round: str
    authority: str
    year: int
    title: str
    edition: int = Field(description="the newest public one")
    checksum: str
    announced_at: str


class ResultsOut(BaseModel):
    results: list[AnnouncedOut]


def result_of(snapshot: Snapshot) -> ResultOut:
    """Write a snapshot's printed numbers in the form that everybody compares."""
    return ResultOut(round=snapshot.round, blocks=[_block(block) for block in snapshot.blocks])


def _block(block: SealedBlock) -> BlockOut:
    rows = [
        RowOut(
            rank=unit.published.rank,
            unit=unit.name,
            appraisal=unit.published.appraisal,
            survey=unit.published.survey,
            index=unit.published.index,
            band=unit.published.band,
        )
        for unit in block.units
    ]
    return BlockOut(block=block.code, mean=block.mean, rows=rows)


def edition_of(one: Edition, reason: str, newest: Edition) -> EditionOut:
    return EditionOut(
        edition=one.number,
        checksum=one.checksum,
        vector=[PositionOut.model_validate(at, from_attributes=True) for at in one.vector],
        formula=one.formula,
        frozen_at=one.frozen_at,
        announced_at=one.announced_at,
        supersedes=one.supersedes,
        reason=reason,
        superseded=one is not newest,
    )
