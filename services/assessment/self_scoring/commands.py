"""Commands of a unit, and of the office on its behalf. Each carries the round's terms for the unit."""

from dataclasses import dataclass

from assessment.opening.terms import Terms
from assessment.self_scoring.claims import DeclaredClaim


@dataclass(frozen=True, slots=True)
class EnterClaims:
    """Claim points for some criteria: all of these claims, or none."""

    terms: Terms
    claims: tuple[DeclaredClaim, ...]
    at: str


@dataclass(frozen=True, slots=True)
class SubmitSelfScore:
    """Submit the claims, which then no longer change."""

    terms: Terms
    at: str


@dataclass(frozen=True, slots=True)
class WithdrawSelfScore:
    """Take the self-score back to change it."""

    terms: Terms
    at: str


@dataclass(frozen=True, slots=True)
class ExtendSelfScoring:
    """Give one unit time until an instant, for a reason (a commitment)."""

    terms: Terms
    until: str
    reason: str
    at: str


SelfScoring = EnterClaims | SubmitSelfScore | WithdrawSelfScore | ExtendSelfScoring
