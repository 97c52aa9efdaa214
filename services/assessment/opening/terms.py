"""The terms of a round for one unit. Pure; self-scoring and appraising decide by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assessment.enacting.figures import is_surveyed, leaves_of
from assessment.opening.deadlines import NO_DEADLINES, Deadlines
from assessment.opening.events import RoundOpened, deadlines_of
from assessment.opening.responsibility import appraiser_for, appraiser_of
from parindex.contracts.applicability import excluded_leaves
from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet, Criterion


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round demands of one unit: the leaves of its set by code, who appraises each, until when.

    `due` is the closing for which its appraisal has to be complete. `appraisers` has the leaves that are self-scored
    and appraised: no survey criteria, and none that the round does not ask of the unit (`excluded`). `deadlines` are
    those of the closing due, without extensions. `training`: the unit practises. `approval`: the unit's leader approves
    the self-score before it is submitted. `two_appraisals`: between two appraisals the unit explains what the first one
    corrected.
    """

    round: str
    unit: str
    authority: str
    leaves: Mapping[str, Criterion]
    appraisers: Mapping[str, str]
    deadlines: Deadlines = NO_DEADLINES
    due: int = 1
    four_eyes: bool = False
    approval: bool = False
    two_appraisals: bool = False
    excluded: frozenset[str] = frozenset()
    training: bool = False


def not_for_unit(criterion: str) -> tuple[str, str]:
    """Return in both languages that a criterion is not asked of the unit."""
    return (
        f"Tiêu chí {criterion} không áp dụng với đơn vị này.",
        f"Criterion {criterion} does not apply to this unit.",
    )


def terms_for(
    opened: RoundOpened,
    block: Block,
    criteria_set: CriteriaSet,
    unit: str,
    due: int,
    appraisal_until: str = "",
    not_applicable: Sequence[str] = (),
) -> Terms:
    """Return what the round demands of a unit of the block; `appraisal_until` is that of the closing due.

    `not_applicable` has the codes that the round names for the unit.
    """
    excluded = excluded_leaves(criteria_set, not_applicable)
    rows = {row.code: row for row in criteria_set.criteria}
    leaves = {leaf.code: leaf for leaf in leaves_of(criteria_set)}
    appraisers = {
        code: appraiser_for(unit, appraiser_of(code, rows, opened.appraisers, block.code), opened.authority)
        for code, leaf in leaves.items()
        if not is_surveyed(leaf) and code not in excluded
    }
    return Terms(
        opened.round,
        unit,
        opened.authority,
        leaves,
        appraisers,
        replace(deadlines_of(opened, block.code, unit), appraisal_until=appraisal_until),
        due,
        opened.four_eyes,
        opened.approval,
        opened.two_appraisals,
        excluded,
        opened.training,
    )
