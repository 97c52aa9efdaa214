"""Commands of a unit about its claims, and of the office on its behalf. Each carries the round's terms for the unit."""

from dataclasses import dataclass

from assessment.opening.terms import Terms
from assessment.self_scoring.claims import DeclaredClaim


@dataclass(frozen=True, slots=True)
class EnterClaims:
    """Claim points for some criteria: all of these claims, or none.

    `agencies` are those for which the sender claims: the unit, and agencies that claim in its place. Empty: the unit.
    `sent` has the digests of the files that such agencies sent; for the unit it is not needed.
    """

    terms: Terms
    claims: tuple[DeclaredClaim, ...]
    at: str
    agencies: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExtendSelfScoring:
    """Give one unit time until an instant, for a reason (a commitment)."""

    terms: Terms
    until: str
    reason: str
    at: str


SelfScoring = EnterClaims | ExtendSelfScoring
