"""One criterion of all units of a round side by side: what each unit claimed, and what each stage said since."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from assessment.appraising.queries import said_of
from assessment.appraising.worklist import SheetToAppraise, may_see, require_official, sheets_to_appraise
from assessment.opening.queries import UnitInRound, round_of, units_of_rounds
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.self_scoring.events import CutExplained
from assessment.self_scoring.queries import Behind, ShownValue, shown_value
from assessment.self_scoring.refusals import CriterionNotSelfScoredError
from assessment.self_scoring.state import evolve
from assessment.self_scoring.texts import commitments_in, shown_texts
from parindex.auth import Asker
from parindex.contracts.criteria import Criterion
from parindex.eventstore.registry import Recorded
from parindex.service import ServiceContext


@dataclass(frozen=True, slots=True)
class ComparedUnit:
    """A unit that has submitted, with the values of one criterion by stage. `waiting`: it waits for a finding."""

    unit: UnitInRound
    leaf: Criterion
    stage: ValueStage
    values: Sequence[ShownValue]
    waiting: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A criterion over the units of a round that a person may see; `awaited` have not submitted yet."""

    found: FoundRound
    criterion: str
    units: Sequence[ComparedUnit]
    awaited: Sequence[UnitInRound]


async def comparison_of(context: ServiceContext, asker: Asker, round_id: str, criterion: str) -> Comparison:
    """Return a criterion over all units, each write as soon as it is acknowledged.

    The number of queries does not grow with units. Raises RoundUnknownError, ForbiddenError, and
    CriterionNotSelfScoredError where no unit that the person may see has the criterion.
    """
    found = await round_of(context.log, round_id)
    require_official(asker, found.opened)
    [units] = await units_of_rounds(context.log, [found], lambda _: True)
    visible = [unit for unit in units if may_see(asker.principal, unit, criterion)]
    if not visible:
        raise CriterionNotSelfScoredError(criterion)
    seen = await sheets_to_appraise(context, visible)
    submitted = [unit for unit in visible if seen.of(unit).sheet.submitted]
    said = await said_of(context, round_id, [unit.terms.unit for unit in submitted], criterion)
    entries = [each for unit in submitted for each in said[unit.terms.unit]]
    behind = Behind(
        await shown_texts(context.log, [one for each in entries for one in commitments_in(each.fact)]), frozenset()
    )
    compared = [_compared(unit, criterion, seen.of(unit), said[unit.terms.unit], behind) for unit in submitted]
    return Comparison(found, criterion, compared, [unit for unit in visible if not seen.of(unit).sheet.submitted])


def _compared(
    unit: UnitInRound, criterion: str, seen: SheetToAppraise, said: Sequence[Recorded], behind: Behind
) -> ComparedUnit:
    """Return a unit's values; what an upheld claim gives follows from the entries of this criterion alone.

    What the unit explains is left out until it has submitted that.
    """
    leaf, sheet = unit.terms.leaves[criterion], reduce(evolve, (each.fact for each in said), replace(seen.sheet))
    submitted = criterion in (seen.sheet.explained or ())
    shown = [each for each in said if submitted or not isinstance(each.fact, CutExplained)]
    values = [shown_value(each, sheet, leaf, behind) for each in shown]
    return ComparedUnit(unit, leaf, seen.stage, values, criterion in seen.waiting)
