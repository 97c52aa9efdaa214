"""Which agency appraises which criterion, and which one claims it in place of the unit. Pure.

Responsibility is given per criterion, not per area: one area of the law is often split among departments. An entry for
a row counts for everything beneath it that has no entry of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from parindex.auth.principal import covers
from parindex.contracts.assessment import Block
from parindex.contracts.criteria import Criterion


@dataclass(frozen=True, slots=True)
class CriterionAppraiser:
    """The agency that appraises a row, in one block or (block "") in every block."""

    criterion: str
    appraiser: str
    block: str = ""


@dataclass(frozen=True, slots=True)
class CriterionClaimant:
    """The agency that claims a row in place of the unit: in one block, of one unit, or (both "") of every unit.

    Where it is the unit itself, the unit claims the row.
    """

    criterion: str
    claimant: str
    block: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Responsible:
    """The appraisers and the claimants of a round by their scope and row, to be looked up for many criteria."""

    appraisers: Mapping[tuple[str, str], CriterionAppraiser]
    claimants: Mapping[tuple[str, str, str], CriterionClaimant]

    def appraiser_of(self, criterion: str, rows: Mapping[str, Criterion], block: str) -> str | None:
        """Return the agency that appraises a row of a block's set: the nearest entry upwards, a block's own first."""
        for code in _upwards(criterion, rows):
            for scope in (block, ""):
                if entry := self.appraisers.get((scope, code)):
                    return entry.appraiser
        return None

    def claimant_of(
        self, criterion: str, rows: Mapping[str, Criterion], block: str, unit: str
    ) -> CriterionClaimant | None:
        """Return who claims a row: the nearest entry upwards, of one row the unit's own first, then the block's.

        A unit of "" has no entry of its own.
        """
        scopes = [*([("", unit)] if unit else []), (block, ""), ("", "")]
        for code in _upwards(criterion, rows):
            for scope in scopes:
                if entry := self.claimants.get((*scope, code)):
                    return entry
        return None


def responsible(appraisers: Sequence[CriterionAppraiser], claimants: Sequence[CriterionClaimant]) -> Responsible:
    """Return the appraisers and the claimants of a round to be looked up."""
    return Responsible(
        {(entry.block, entry.criterion): entry for entry in appraisers},
        {(entry.block, entry.unit, entry.criterion): entry for entry in claimants},
    )


def appraiser_for(unit: str, appraiser: str | None, authority: str) -> str:
    """Return who appraises a unit: the authority's office where the agency of the field belongs to the unit itself."""
    return authority if appraiser is None or covers(unit, appraiser) else appraiser


def is_of(agency: str, node: str, authority: str) -> bool:
    """Return whether a node belongs to an agency; to the authority's office belongs its own node alone."""
    return node == agency or (agency != authority and covers(agency, node))


def appraised_by_claimants(
    given: Responsible, block: Block, rows: Mapping[str, Criterion], criteria: Sequence[str], authority: str
) -> Iterator[tuple[CriterionClaimant, str, str]]:
    """Yield each entry by which an agency would claim what it appraises, with such a criterion and unit of a block.

    Units without an entry of their own have the same pairs of agencies, so the pairs are looked up once for them all.
    """
    own = {unit for _, unit, _ in given.claimants}
    common = _pairs(given, block.code, "", rows, criteria)
    for unit in block.units:
        pairs = _pairs(given, block.code, unit.code, rows, criteria) if unit.code in own else common
        for (entry, appraiser), criterion in pairs.items():
            agency = appraiser_for(unit.code, appraiser, authority)
            if is_of(entry.claimant, agency, authority):
                yield entry, criterion, unit.code


def _pairs(
    given: Responsible, block: str, unit: str, rows: Mapping[str, Criterion], criteria: Sequence[str]
) -> Mapping[tuple[CriterionClaimant, str | None], str]:
    """Return the pairs of a claimant and an appraiser, each with the first criterion that has both."""
    found: dict[tuple[CriterionClaimant, str | None], str] = {}
    for criterion in criteria:
        if entry := given.claimant_of(criterion, rows, block, unit):
            found.setdefault((entry, given.appraiser_of(criterion, rows, block)), criterion)
    return found


def _upwards(criterion: str, rows: Mapping[str, Criterion]) -> Iterator[str]:
    """Yield a row and those above it."""
    row: Criterion | None = rows[criterion]
    while row is not None:
        yield row.code
        row = rows.get(row.parent)
