"""What a trial is computed on: a round with its sets, and the figures of each unit. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet
from scoring.computing.events import IndexComputed
from scoring.computing.state import NEVER, ClaimsChange, FindingsChange, TallyChange


class Basis(StrEnum):
    """Whose figures count: those that appraisals have found, or those that units claim, as if all were upheld."""

    FOUND = "found"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """The figures of a unit that are in force, and its index in force; absent where it has not come yet."""

    claims: ClaimsChange | None = None
    findings: FindingsChange | None = None
    tallies: tuple[TallyChange, ...] = ()
    index: IndexComputed | None = None
    computed_at: tuple[tuple[int, int], tuple[int, int]] = (NEVER, NEVER)
    """From which claims and findings the index was computed."""

    @property
    def behind(self) -> bool:
        """True while these are not the figures that the index was computed from: one of the two comes later.

        The positions alone are compared: a contract that is read again after a restore has the epoch of that time.
        """
        (_, claimed), (_, found) = self.computed_at
        (_, claims_at), (_, findings_at) = (each.at if each else NEVER for each in (self.claims, self.findings))
        return (claimed, found) != (claims_at, findings_at)


@dataclass(frozen=True, slots=True)
class TriedRound:
    """A round: its blocks, the sets that score it, by code, and the figures of its units."""

    round: str
    blocks: Sequence[Block]
    sets: Mapping[str, CriteriaSet]
    figures: Mapping[str, UnitFigures]


@dataclass(frozen=True, slots=True)
class TriedSet:
    """The set that is tried, whose figures count, and the block; "" for all blocks of the round."""

    criteria_set: CriteriaSet
    basis: Basis = Basis.FOUND
    block: str = ""
