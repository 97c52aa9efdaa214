"""What explaining decides on beside a sheet: explanations as a unit proposes them. Pure."""

from dataclasses import dataclass

from assessment.self_scoring.claims import Evidence
from parindex.contracts.assessment import Figure


@dataclass(frozen=True, slots=True)
class ProposedExplanation:
    """One explanation of a command. `pointer` is its place in the body; texts are commitments already."""

    criterion: str
    explanation: str = ""
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    evidence: tuple[Evidence, ...] = ()
    confirmed: tuple[str, ...] = ()
    pointer: str = ""
