"""The response body of a criterion over all units."""

from pydantic import BaseModel, Field

from assessment.opening.stages import ValueStage
from assessment.self_scoring.queries import ShownValue
from assessment.watching.comparison import Comparison


class ComparedUnitOut(BaseModel):
    """Một đơn vị. A unit that has submitted, with the values that the criterion has of each stage."""

    unit: str
    name: str
    stage: ValueStage
    waiting: bool = Field(description="the criterion waits for a finding at this stage")
    values: list[ShownValue]


class ComparisonOut(BaseModel):
    """Một tiêu chí ở mọi đơn vị. A criterion over the units that the asker may see, in the order of the round."""

    round: str
    criterion: str
    units: list[ComparedUnitOut]
    awaited: list[str] = Field(description="codes of the units that have not submitted yet")


def shown_comparison(compared: Comparison) -> ComparisonOut:
    """Return a comparison as an answer."""
    return ComparisonOut(
        round=compared.found.opened.round,
        criterion=compared.criterion,
        units=[
            ComparedUnitOut(
                unit=each.unit.terms.unit,
                name=each.unit.name,
                stage=each.stage,
                waiting=each.waiting,
                values=list(each.values),
            )
            for each in compared.units
        ],
        awaited=[unit.terms.unit for unit in compared.awaited],
    )
