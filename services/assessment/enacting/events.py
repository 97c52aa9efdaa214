"""What may have happened to a criteria set."""

from dataclasses import dataclass

from parindex.contracts.criteria import CriteriaSet


@dataclass(frozen=True, slots=True)
class CriteriaSetEnacted:
    """The set is in force, for ever as it is. `digest`: SHA-256, hex, of the set's canonical JSON."""

    authority: str
    criteria_set: CriteriaSet
    digest: str
