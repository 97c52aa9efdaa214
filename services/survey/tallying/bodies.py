"""Tallies as they are sent, and as they are shown."""

from pydantic import BaseModel, Field

from parindex.http.body import Body, example
from parindex.http.fields import Code, Count, Node, Number, OptionalCode
from survey.tallying.outside import OutsideRow


class CountIn(Body):
    """Số người chọn một phương án. How many chose an option."""

    option: Code
    count: Count


class TallyIn(Body):
    """Kết quả một câu hỏi của một đơn vị. Give `score` and `out_of` (decimals as text), or `counts`."""

    model_config = example(unit="H09.12", question="hai-long", score="28.75", out_of="35")

    unit: Node
    question: Code
    group: OptionalCode = ""
    score: Number | None = Field(None, examples=["28.75"])
    out_of: Number | None = Field(None, examples=["35"])
    counts: list[CountIn] | None = Field(None, min_length=1, max_length=100)

    def row(self) -> OutsideRow:
        counts = None if self.counts is None else tuple((each.option, each.count) for each in self.counts)
        return OutsideRow(self.unit, self.question, self.group, self.score, self.out_of, counts)


class CountOut(BaseModel):
    option: str
    count: int


class ReasonOut(BaseModel):
    """Số lượt bấm không được tính vì một lý do. How many presses are in no tally for one reason."""

    reason: str = Field(
        description="late, outside-window, option-unknown, outside-survey; unfit before reasons were recorded"
    )
    count: int


class TallyOut(BaseModel):
    """Một kết quả. `late` and `unfit` are presses that are in no tally: after the cut-off, or for another reason.

    `set_aside` has them by reason; `/v1/presses/set-aside` lists them one by one.
    """

    unit: str
    question: str
    group: str
    origin: str = Field(description="kiosk, outside, or empty where nothing was counted")
    counts: list[CountOut]
    score: str
    out_of: str
    late: int
    unfit: int
    set_aside: list[ReasonOut]
    covers: int = Field(description="position of this service's log up to which kiosk presses were counted here")


class StandingOut(BaseModel):
    """Tình trạng khảo sát của đợt. The stage is opened, closing (the last presses are being counted), or closed."""

    round: str
    stage: str
    opened: bool
    rating_closed: bool
    tally_closed: bool
    closing: int
    covers: int = Field(description="of a closed tally: every press up to this position of the log is counted")
    pressed_from: str = Field(description="a press may count if it was made from this instant on; empty: no bound")
    pressed_until: str = Field(description="and before this one; empty: no bound")


class TalliesOut(StandingOut):
    """Kết quả khảo sát đến lúc này. The tallies that the asker may see."""

    tallies: list[TallyOut]
