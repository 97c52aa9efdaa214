"""The body of a list of units, and how the API shows a unit of the register."""

from typing import Annotated

from pydantic import BaseModel, Field

from assessment.registering.events import UnitRecorded
from assessment.registering.units import Predecessor, UnitKind, UnitLine
from parindex.http.body import AsText, Body, example
from parindex.http.fields import Day, Line, Name, Node, Number, OptionalNode
from parindex.values.days import day_text

MOST_PREDECESSORS = 50


class PredecessorIn(Body):
    """Đơn vị tiền thân, và tỷ trọng của nó trong đơn vị mới. A predecessor, and its share of the new unit (0 to 1)."""

    code: Node
    weight: Number


class UnitLineIn(Body):
    """Một đơn vị từ một ngày: tên, loại, cấp trên. Dòng thứ hai của cùng đơn vị, từ ngày khác, là một thay đổi.

    A unit from a day on. A second line of the same unit, from another day, is a change; from the same day, a
    correction. An empty `parent` is the authority itself. `valid_to` is the day from which the unit is no more.
    """

    model_config = example(
        code="H09.12",
        valid_from="2025-07-01",
        name="Sở Y tế",
        kind="department",
        seat="Số 1, đường Lê Lợi",
        reference="12/QĐ-UBND",
        predecessors=[{"code": "H09.07", "weight": "0.6"}, {"code": "H09.08", "weight": "0.4"}],
    )

    code: Node
    valid_from: Day
    name: Name
    kind: Annotated[UnitKind, AsText]
    parent: OptionalNode = ""
    seat: Line = ""
    reference: Line = ""
    valid_to: Day | None = None
    predecessors: Annotated[list[PredecessorIn], Field(max_length=MOST_PREDECESSORS)] = Field(default_factory=list)

    def to_record(self, pointer: str) -> UnitLine:
        return UnitLine(
            code=self.code,
            valid_from=day_text(self.valid_from),
            name=self.name,
            kind=self.kind,
            parent=self.parent,
            seat=self.seat,
            reference=self.reference,
            valid_to=day_text(self.valid_to),
            predecessors=tuple(Predecessor(one.code, one.weight) for one in self.predecessors),
            pointer=pointer,
        )


class RegisteredUnitOut(BaseModel):
    """Một đơn vị trong một ngày. A unit on a day, and since when it is so; an empty `parent` is the authority."""

    code: str
    name: str
    kind: UnitKind
    parent: str
    seat: str
    valid_from: str
    reference: str

    @classmethod
    def of(cls, record: UnitRecorded) -> "RegisteredUnitOut":
        return cls(
            code=record.code,
            name=record.name,
            kind=record.kind,
            parent=record.parent,
            seat=record.seat,
            valid_from=record.valid_from,
            reference=record.reference,
        )


class UnitsOnDayOut(BaseModel):
    """Các đơn vị của một cơ quan trong một ngày, theo mã. The units of an authority on a day, by code."""

    authority: str
    on: str
    units: list[RegisteredUnitOut]


class PredecessorOut(BaseModel):
    code: str = Field(description="the unit from which it was formed")
    weight: str = Field(description="the share of the unit that came from it: exact, above 0 to 1")


class UnitHistoryOut(BaseModel):
    """Lịch sử của một đơn vị. A unit's records, the earliest first; an empty `valid_to`: no end is known.

    `reports_to` has the units above it on the day that was asked about, its own parent first.
    """

    authority: str
    code: str
    records: list[RegisteredUnitOut]
    valid_to: str
    end_reference: str
    predecessors: list[PredecessorOut]
    successors: list[str]
    on: str
    reports_to: list[str]
