"""The response bodies of stages."""

from pydantic import BaseModel, Field

from assessment.self_scoring.queries import HistoryEntry, SheetRow


class StagePartOut(BaseModel):
    """Một phần của lời diễn giải. A part of the answer in words; accounts are in it by their ids."""

    term: str
    text: str


class StagesOut(BaseModel):
    """Các bước của một tiêu chí. How a criterion came to its values, as of a moment."""

    round: str
    unit: str
    unit_name: str
    training: bool = Field(description="a training round: units practise, and nothing of it is published")
    criterion: str
    name: str
    maximum: str
    rule_text: str = Field(description="the rule as the criteria set prints it, or empty")
    at: str = Field(description="the asked instant, or empty")
    position: int = Field(description="the asked position of assessment's log, or 0")
    row: SheetRow = Field(description="the criterion as it was; `values` has each stage")
    history: list[HistoryEntry] = Field(description="what had happened to it, the oldest first")
    said: list[StagePartOut] = Field(description="all of it in words, as the page shows them")
    derivation: str = Field(description="where scoring answers the points of that moment, to those whom it answers")
