"""The parts of this step: a cell, what a claim declares, and what a workbook would change. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessment.self_scoring.claims import Evidence


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
