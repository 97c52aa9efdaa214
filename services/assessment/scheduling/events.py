"""The events of an authority's plans of the exercise (kế hoạch xác định chỉ số). Days are those of Việt Nam."""

from dataclasses import dataclass

from assessment.scheduling.items import CostLine, PlanItem, WorkState


@dataclass(frozen=True, slots=True)
class PlanPrepared:
    """A year's plan was drawn up. `based_on` is a template's code, the year of an earlier plan, or ""."""

    authority: str
    year: int
    title: str
    based_on: str = ""
    items: tuple[PlanItem, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanItemEntered:
    """An item was added, or replaced the item of the same code; its state stays."""

    authority: str
    year: int
    item: PlanItem


@dataclass(frozen=True, slots=True)
class PlanItemRemoved:
    """An item was removed from a plan."""

    authority: str
    year: int
    code: str


@dataclass(frozen=True, slots=True)
class PlanItemMarked:
    """The state of an item was set. `on` is the day from which it holds, `note` the commitment to a text, or ""."""

    authority: str
    year: int
    code: str
    state: WorkState
    on: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlanIssued:
    """The plan was issued as a document of this number and day."""

    authority: str
    year: int
    number: str
    issued_on: str


@dataclass(frozen=True, slots=True)
class SurveyCostEstimated:
    """The costs of the survey were estimated; the contingency is a share of their sum, in percent."""

    authority: str
    year: int
    lines: tuple[CostLine, ...]
    contingency: str = "0"


@dataclass(frozen=True, slots=True)
class PlanNoteErased:
    """The office erased a note of a plan from the vault, for a reason (a commitment)."""

    authority: str
    commitment: str
    reason: str


def plans_of(authority: str) -> str:
    """Return the stream of an authority's plans."""
    return f"plan-{authority}"
