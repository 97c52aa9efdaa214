"""The terms of a round for one unit. Pure; self-scoring and appraising decide by them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assessment.enacting.figures import is_surveyed, leaves_of
from assessment.opening.deadlines import NO_DEADLINES, Deadlines
from assessment.opening.events import RoundOpened, deadlines_of
from assessment.opening.responsibility import Responsible, appraiser_for, responsible
from parindex.contracts.applicability import excluded_leaves
from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet, Criterion
from parindex.contracts.training import training_note


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round demands of one unit: the leaves of its set by code, who appraises each, until when.

    `due` is the closing for which its appraisal has to be complete. `appraisers` has the leaves that are self-scored
    and appraised: no survey criteria, and none that the round does not ask of the unit (`excluded`). `deadlines` are
    those of the closing due, without extensions. `training`: the unit practises. `approval`: the unit's leader approves
    the self-score before it is submitted. `two_appraisals`: between two appraisals the unit explains what the first one
    corrected. `claimants` has the agency of each criterion that another agency claims in place of the unit. `partial`:
    these are the terms of such a part alone. `council`: the round's council decides what stays open at the end.
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
    claimants: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False
    council: bool = False

    def claimant(self, criterion: str) -> str:
        """Return who claims a criterion: the agency that does so in place of the unit, or the unit."""
        return self.claimants.get(criterion, self.unit)

    @property
    def note(self) -> str:
        """What each page and file about the unit says of a training round; "" of any other."""
        return training_note(self.training)


def not_for_unit(criterion: str) -> tuple[str, str]:
    """Return in both languages that a criterion is not asked of the unit."""
    return (
        f"Tiêu chí {criterion} không áp dụng với đơn vị này.",
        f"Criterion {criterion} does not apply to this unit.",
    )


@dataclass(frozen=True, slots=True)
class BlockTerms:
    """What a round demands of every unit of a block: its leaves by code, and the agency of each that is appraised.

    They are made once for all units of the block. An agency of None: the row has none, so the authority appraises it.
    `claimants` has the agencies that claim criteria in place of a unit without an entry of its own.
    """

    opened: RoundOpened
    block: Block
    criteria_set: CriteriaSet
    given: Responsible
    leaves: Mapping[str, Criterion]
    agencies: Mapping[str, str | None]
    claimants: Mapping[str, str]

    def of(self, unit: str, due: int, appraisal_until: str = "", not_applicable: Sequence[str] = ()) -> Terms:
        """Return what the round demands of a unit of the block; `appraisal_until` is that of the closing due.

        `not_applicable` has the codes that the round names for the unit.
        """
        opened = self.opened
        excluded = excluded_leaves(self.criteria_set, not_applicable)
        by_agency = {each: appraiser_for(unit, each, opened.authority) for each in {*self.agencies.values()}}
        appraisers = {code: by_agency[each] for code, each in self.agencies.items() if code not in excluded}
        return Terms(
            opened.round,
            unit,
            opened.authority,
            self.leaves,
            appraisers,
            replace(deadlines_of(opened, self.block.code, unit), appraisal_until=appraisal_until),
            due,
            opened.four_eyes,
            opened.approval,
            opened.two_appraisals,
            excluded,
            opened.training,
            {code: each for code, each in self._claimants(unit).items() if code in appraisers and each != unit},
            council=opened.council,
        )

    def _claimants(self, unit: str) -> Mapping[str, str]:
        if all(entry.unit != unit for entry in self.opened.claimants):
            return self.claimants
        return _claimants(self.given, _rows(self.criteria_set), self.block.code, unit, self.agencies)


def block_terms(opened: RoundOpened, block: Block, criteria_set: CriteriaSet) -> BlockTerms:
    """Return what a round demands of every unit of a block; `criteria_set` is the block's."""
    rows, given = _rows(criteria_set), responsible(opened.appraisers, opened.claimants)
    leaves = {leaf.code: leaf for leaf in leaves_of(criteria_set)}
    agencies = {
        code: given.appraiser_of(code, rows, block.code) for code, leaf in leaves.items() if not is_surveyed(leaf)
    }
    common = _claimants(given, rows, block.code, "", agencies)
    return BlockTerms(opened, block, criteria_set, given, leaves, agencies, common)


def terms_for(
    opened: RoundOpened,
    block: Block,
    criteria_set: CriteriaSet,
    unit: str,
    due: int,
    appraisal_until: str = "",
    not_applicable: Sequence[str] = (),
) -> Terms:
    """Return what the round demands of one unit of the block, as `BlockTerms.of` does."""
    return block_terms(opened, block, criteria_set).of(unit, due, appraisal_until, not_applicable)


def part_of(terms: Terms, agencies: Collection[str]) -> Terms:
    """Return the terms of the criteria that some agencies claim, and of no others; the unit may be one of them.

    A survey criterion counts as the unit's. They are partial where the unit is not one of the agencies.
    """
    mine = {code for code in terms.leaves if terms.claimant(code) in agencies}
    return replace(
        terms,
        leaves={code: leaf for code, leaf in terms.leaves.items() if code in mine},
        appraisers={code: agency for code, agency in terms.appraisers.items() if code in mine},
        claimants={code: agency for code, agency in terms.claimants.items() if code in mine},
        partial=terms.unit not in agencies,
    )


def _claimants(
    given: Responsible, rows: Mapping[str, Criterion], block: str, unit: str, criteria: Collection[str]
) -> Mapping[str, str]:
    """Return the agency of each criterion that an entry names for a unit; "" has no entry of its own."""
    found = {code: given.claimant_of(code, rows, block, unit) for code in criteria}
    return {code: entry.claimant for code, entry in found.items() if entry}


def _rows(criteria_set: CriteriaSet) -> Mapping[str, Criterion]:
    return {row.code: row for row in criteria_set.criteria}
