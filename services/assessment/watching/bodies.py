"""The response bodies of the progress of a round, and of a criterion over all units."""

from pydantic import BaseModel, Field

from assessment.opening.stages import ValueStage
from assessment.self_scoring.queries import ShownValue
from assessment.watching.comparison import Comparison
from assessment.watching.queries import NextStep, WatchedRound, WatchedUnit


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
    training: bool = Field(description="a training round: units practise, and nothing of it is published")
    criterion: str
    units: list[ComparedUnitOut]
    awaited: list[str] = Field(description="codes of the units that have not submitted yet")


def shown_comparison(compared: Comparison) -> ComparisonOut:
    """Return a comparison as an answer."""
    return ComparisonOut(
        round=compared.found.opened.round,
        training=compared.found.opened.training,
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


class UnitProgressOut(BaseModel):
    """Một đơn vị đang ở đâu, tới hạn nào. How far a unit is, and until when."""

    unit: str
    name: str
    stage: ValueStage
    completed: bool
    claimed: int = Field(description="criteria with a claim")
    found: int = Field(description="criteria with a finding")
    criteria: int = Field(description="criteria that are claimed and appraised")
    until: str = Field(description="the deadline of its stage, an instant; empty: none, or the appraisal is complete")
    days_left: int | None = Field(description="days of the calendar until then, negative after it; null: no deadline")
    late: bool
    next: NextStep | None = Field(description="the next step that the office may take")


class AgencyProgressOut(BaseModel):
    """Một cơ quan thẩm định đã làm bao nhiêu mục của các đơn vị đã nộp. How far an appraising agency is."""

    agency: str
    done: int
    total: int


class RoundProgressOut(BaseModel):
    """Tiến độ của một đợt: đơn vị quá hạn đứng trước. The progress of a round, late units first."""

    training: bool = Field(description="a training round: units practise, and nothing of it is published")
    units: list[UnitProgressOut]
    agencies: list[AgencyProgressOut]
    late: int = Field(description="how many units are late")


def progress_out(watched: WatchedRound) -> RoundProgressOut:
    """Return the progress of a round as the API shows it."""
    units = [_unit_out(each, watched.at) for each in watched.units]
    return RoundProgressOut(
        training=watched.found.opened.training,
        units=sorted(units, key=lambda one: (not one.late, one.until or "~")),
        agencies=[
            AgencyProgressOut(agency=agency, done=done, total=total)
            for agency, (done, total) in watched.agencies.items()
        ],
        late=len(watched.late),
    )


def _unit_out(each: WatchedUnit, at: str) -> UnitProgressOut:
    return UnitProgressOut(
        unit=each.unit.terms.unit,
        name=each.unit.name,
        stage=each.stage,
        completed=each.completed,
        claimed=each.claimed,
        found=each.found,
        criteria=len(each.unit.terms.appraisers),
        until=each.until,
        days_left=each.days_left(at),
        late=each.late(at),
        next=each.next,
    )
