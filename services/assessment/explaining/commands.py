"""Commands of a unit that explains what the first appraisal corrected."""

from dataclasses import dataclass

from assessment.opening.terms import Terms
from assessment.self_scoring.claims import DeclaredClaim


@dataclass(frozen=True, slots=True)
class ExplainCuts:
    """Explain some criteria: all of these explanations, or none. One without a text takes the one before back.

    `agencies` are those for which the sender explains, and `sent` the digests of their files, as in EnterClaims.
    """

    terms: Terms
    explanations: tuple[DeclaredClaim, ...]
    at: str
    agencies: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SubmitExplanation:
    """Submit what the unit explains, which then no longer changes. `leader`: the unit's leader does it."""

    terms: Terms
    leader: bool
    at: str


Explaining = ExplainCuts | SubmitExplanation
