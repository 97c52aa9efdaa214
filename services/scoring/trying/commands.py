"""The command of a trial. It writes nothing."""

from dataclasses import dataclass

from parindex.contracts.criteria import CriteriaSet
from scoring.trying.state import Basis


@dataclass(frozen=True, slots=True)
class TrySet:
    """Compute what a set would give on the figures of a round; of one block only where `block` names it."""

    criteria_set: CriteriaSet
    basis: Basis = Basis.FOUND
    block: str = ""
