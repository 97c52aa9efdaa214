"""The response bodies of derivations."""

from pydantic import BaseModel, Field

from scoring.computing.bodies import Exact
from scoring.deriving.state import Mover


class LogEntryOut(BaseModel):
    """Một bản ghi của sổ tính điểm. An entry of scoring's log; auditors read its bytes in the feed."""

    position: int
    type: str
    at: str = Field(description="when scoring recorded it")
    sha256: str = Field(description="of the entry's exact bytes")
    source: str = Field(
        description="the entry of another log that it was received from, such as assessment/4, or empty"
    )


class ReceivedFiguresOut(BaseModel):
    """Số liệu đã nhận. Figures that were received.

    `points` of a claim are what it would give; those of a finding were set instead of figures, and are empty else.
    """

    applicable: bool
    figures: dict[str, str]
    points: str
    source: str


class TallyUsedOut(BaseModel):
    """Kết quả khảo sát đã dùng. A tally that the points are computed from."""

    question: str
    group: str
    origin: str
    counts: dict[str, int]
    score: str
    out_of: str
    covers: int = Field(description="the position of survey's log up to which it was counted")
    source: str


class PointsChangeOut(BaseModel):
    """Một lần điểm thay đổi. `before` and `after` are the points that count; `claimed` is after it."""

    entry: LogEntryOut
    movers: list[Mover]
    before: str
    after: str
    claimed: str
    fault: str
    said: str = Field(description="the change in words")


class DerivationPartOut(BaseModel):
    """Một phần của lời diễn giải. A part of the derivation in words."""

    term: str
    text: str


class DerivationOut(BaseModel):
    """Vì sao đơn vị được điểm này. How a unit's points for one criterion came about, as of a moment."""

    round: str
    unit: str
    unit_name: str
    training: bool = Field(description="a training round: units practise, and nothing of it is published")
    criterion: str
    name: str
    area: str
    criteria_set: str
    maximum: Exact
    rule: str = Field(description="the rule as it is computed, in Vietnamese; as the set prints it: see `appraisal`")
    formula: str
    at: str = Field(description="the asked instant; empty for the present, also where a future instant was asked for")
    position: int = Field(description="of the newest index at that moment, in scoring's log; 0: there was none")
    points: str = Field(description="the points that count, exact; empty while nothing is final")
    applicable_maximum: str
    lost: str
    fault: str
    arithmetic: str = Field(description="how the points were computed, in Vietnamese; empty while there are none")
    claimed: str
    claim: ReceivedFiguresOut | None
    finding: ReceivedFiguresOut | None
    tallies: list[TallyUsedOut]
    value: str
    best: str
    best_unit: str
    entries: list[LogEntryOut] = Field(description="the entries that the points follow from")
    changes: list[PointsChangeOut] = Field(description="when the points moved, the oldest first; the newest 200")
    earlier_changes: int = Field(description="how many earlier changes are left out")
    said: list[DerivationPartOut] = Field(description="all of it in words, as the page shows them")
    appraisal: str = Field(
        description="where assessment answers the printed rule, stages, people, reasons and evidence of that moment"
    )
