"""The body of a list of units, and how the API shows a unit of the register."""

from typing import Annotated

from pydantic import BaseModel, Field, WithJsonSchema

from assessment.registering.events import UnitRecorded
from assessment.registering.queries import RegisterDifference, UnitWarning
from assessment.registering.units import MOST_LINES, MOST_PREDECESSORS, WEIGHT, Predecessor, UnitKind, UnitLine
from parindex.http.body import AsText, Body, example
from parindex.http.fields import Day, Line, Name, Node, Number, OptionalNode
from parindex.values.days import day_text
from parindex.web.worksheets import CellNote

Weight = Annotated[
    Number, WithJsonSchema({"type": "string", "pattern": WEIGHT, "maxLength": 37, "examples": ["0.6", "1/3"]})
]
"""A weight as text; the rules of the register report one that is no weight."""


class PredecessorIn(Body):
    """Đơn vị tiền thân, và tỷ trọng của nó trong đơn vị mới. A predecessor, and its share of the new unit (0 to 1).

    The share is exact: a decimal such as 0.6, or a quotient such as 1/3.
    """

    code: Node
    weight: Weight


class UnitLineIn(Body):
    """Một đơn vị từ một ngày: tên, loại, cấp trên. Dòng thứ hai của cùng đơn vị, từ ngày khác, là một thay đổi.

    A unit from a day on. A second line of the same unit, from another day, is a change; from the same day, a
    correction. An empty `parent` is the authority itself. `valid_to` is the day from which the unit is no more, and
    `end_reference` the decision about that; without it, a new end has the line's `reference`.
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
    end_reference: Line | None = None
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
            end_reference=self.end_reference,
            predecessors=tuple(Predecessor(one.code, one.weight) for one in self.predecessors),
            pointer=pointer,
        )


class PredecessorOut(BaseModel):
    code: str = Field(description="the unit from which it was formed")
    weight: str = Field(description="the share of the unit that came from it: exact, above 0 to 1; such as 0.6 or 1/3")


class SuccessorOut(BaseModel):
    code: str = Field(description="the unit that was formed from it")
    weight: str = Field(description="the share of that unit that came from this one: exact, above 0 to 1")


class UnitLineOut(BaseModel):
    """Một dòng đọc được từ tệp, đúng như API nhận. A line of a file, as the list of units takes it."""

    code: str
    valid_from: str
    name: str
    kind: UnitKind
    parent: str
    seat: str
    reference: str
    valid_to: str | None
    end_reference: str | None
    predecessors: list[PredecessorOut]

    @classmethod
    def of(cls, line: UnitLine) -> "UnitLineOut":
        return cls(
            code=line.code,
            valid_from=line.valid_from,
            name=line.name,
            kind=line.kind,
            parent=line.parent,
            seat=line.seat,
            reference=line.reference,
            valid_to=line.valid_to or None,
            end_reference=line.end_reference,
            predecessors=[PredecessorOut(code=one.code, weight=one.weight) for one in line.predecessors],
        )


class UnitListReading(BaseModel):
    """Danh mục đọc được từ tệp và những gì sẽ thay đổi; còn lỗi thì không có cả hai.

    What a workbook says, and what it would change of the register of this `version`. Nothing is written: the lines are
    recorded by `PUT /v1/authorities/{authority}/units`, with the version as `If-Match`.
    """

    version: int = Field(description="of the register; 0: nothing was recorded yet")
    lines: list[UnitLineOut] | None = Field(description="absent while there is a mistake")
    difference: RegisterDifference | None = Field(description="absent while there is a mistake")
    errors: list[CellNote]
    warnings: list[CellNote]


class NamedUnitIn(Body):
    code: Node
    name: Name


class UnitComparisonIn(Body):
    """Các đơn vị của một đợt đánh giá, và ngày cần đối chiếu. The units of a round, and the day to compare them on."""

    model_config = example(on="2026-12-31", units=[{"code": "H09.12", "name": "Sở Y tế"}])

    on: Day
    units: Annotated[list[NamedUnitIn], Field(max_length=MOST_LINES)]


class UnitComparisonOut(BaseModel):
    """Những chỗ khác danh mục đơn vị; danh mục trống thì không có gì. Where the units differ from the register."""

    on: str
    warnings: list[UnitWarning]


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
    successors: list[SuccessorOut]
    on: str
    reports_to: list[str]
