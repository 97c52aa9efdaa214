"""The parts of this step: a cell, what a claim declares, and what a workbook would change. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessment.self_scoring.claims import Evidence


@dataclass(frozen=True, slots=True)
class At:
    """A cell: worksheet, row from 1, letters of the column. Row 0 is the worksheet as a whole."""

    sheet: str
    row: int = 0
    column: str = ""

    @property
    def place(self) -> str:
        """The cell as a place of a refusal."""
        parts = (f"sheet {self.sheet}", f"row {self.row}" if self.row else "", self.column and f"column {self.column}")
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Note:
    """A mistake or a warning at a cell. A warning with a `code` has to be confirmed before the workbook is applied."""

    at: At
    criterion: str
    vi: str
    en: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a claim declares, with its texts in the open. `confirmed` is what its unit confirmed, and no content."""

    figures: Mapping[str, str] = field(default_factory=dict)
    applicable: bool = True
    evidence: tuple[Evidence, ...] = ()
    explanation: str = ""
    confirmed: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a claim that the workbook changes, with both texts as people read them; "" stands for none."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """A criterion that the workbook changes. `meanwhile`: others have saved it since the workbook was downloaded."""

    criterion: str
    name: str
    row: int
    meanwhile: bool
    fields: list[FieldChange]
