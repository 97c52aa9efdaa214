"""The response bodies of computing."""

from typing import Annotated

from pydantic import BaseModel, Field

Exact = Annotated[str, Field(description='exact: a decimal such as "32.83", or a fraction such as "1/3"')]


class IndexOut(BaseModel):
    """Chỉ số của một đơn vị. A unit's index at present; nothing is rounded here."""

    unit: str
    name: str
    block: str
    appraisal: Exact
    survey: Exact
    bonus: str = Field(description="exact; what bonus areas add, empty where the set has none")
    penalty: str = Field(description="exact; what penalty areas take, empty where the set has none")
    points: Exact
    maximum: Exact
    index: str = Field(description="exact; empty where no criterion applies to the unit: then it has no index")
    position: int = Field(description="of the fact in scoring's log")


class IndicesOut(BaseModel):
    """The indices of a round that the asker may see."""

    round: str
    training: bool = Field(description="a training round: units practise, and nothing of it is published")
    indices: list[IndexOut]


class AreaOut(BaseModel):
    """Một lĩnh vực. What an area brought; `share` is points / maximum, empty where nothing applies."""

    area: str
    name: str
    area_kind: str = Field(
        description="`ordinary`; `bonus` and `penalty` are added to the others and taken from them, at most the cap"
    )
    points: Exact
    maximum: Exact
    share: str


class LineOut(BaseModel):
    """Một tiêu chí. `points`, `share` and `lost` are empty while nothing is final. `causes` are log entries."""

    criterion: str
    name: str
    area: str
    part: str
    maximum: Exact
    points: str
    share: str
    lost: str
    claimed: str = Field(description="what the unit's own figures would give; it counts for nothing")
    causes: list[str]
    fault: str = Field(description="why final figures give no points, such as nothing-planned")
    value: str = Field(description="the unit's value, where the rule compares the units of the block; exact")
    best: str = Field(description="the greatest value of the block at present; points = maximum × value / best")
    best_unit: str = Field(description="the unit that has it, of several the first by code")


class ExplainedOut(BaseModel):
    """A unit's index with the reason for every point."""

    round: str
    training: bool = Field(description="a training round: units practise, and nothing of it is published")
    criteria_set: str
    formula: str
    total: IndexOut
    claimed_from: str = Field(description="the log entry of the unit's claims, such as assessment/12")
    areas: list[AreaOut]
    lines: list[LineOut]
