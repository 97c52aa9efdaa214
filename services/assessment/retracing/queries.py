"""The query for the stages of a criterion as of a moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assessment.opening.queries import UnitInRound
from assessment.retracing.wording import stages_said
from assessment.self_scoring.queries import CriterionAt, criterion_at
from parindex.contracts.criteria import Criterion
from parindex.contracts.unknown import ScoredCriterionUnknownError
from parindex.eventstore.log import Log
from parindex.eventstore.moments import Until
from parindex.web.parts import SummaryRow


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of a criterion as of a moment; `said` is all of it in words."""

    leaf: Criterion
    found: CriterionAt
    said: Sequence[SummaryRow]


async def stages_of(log: Log, of: UnitInRound, criterion: str, until: Until, drafts: Collection[str]) -> Stages:
    """Return the stages of a criterion of a unit as of a moment, with `drafts` as in `sheet_of`.

    Raises ScoredCriterionUnknownError.
    """
    leaf = of.terms.leaves.get(criterion)
    if leaf is None:
        raise ScoredCriterionUnknownError(criterion)
    found = await criterion_at(log, of.terms, criterion, until, drafts)
    return Stages(leaf, found, stages_said(leaf, found, until, of.terms.note))
