"""The events of a criteria set's stream."""

from dataclasses import dataclass

from assessment.enacting.state import RuleText
from parindex.contracts.criteria import CriteriaSet


@dataclass(frozen=True, slots=True)
class CriteriaSetEnacted:
    """The set is in force, for ever as it is. `digest`: SHA-256, hex, of the canonical JSON of this `criteria_set`."""

    authority: str
    criteria_set: CriteriaSet
    digest: str


@dataclass(frozen=True, slots=True)
class RuleTextsRecorded:
    """A page of the wording that came with the set."""

    criteria_set: str
    texts: tuple[RuleText, ...]


def stream_of(code: str) -> str:
    """Return the stream of a set."""
    return f"set-{code}"
