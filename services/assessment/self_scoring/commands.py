"""Commands of a unit, of its leader, and of the office on its behalf. Each carries the round's terms for the unit."""

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
class StateDifficulties:
    """State the unit's difficulties and proposals: one text (a commitment), "" for none."""

    terms: Terms
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class SendToLeader:
    """Send the whole self-score to the unit's leader for approval."""

    terms: Terms
    at: str


@dataclass(frozen=True, slots=True)
class RecallFromLeader:
    """Take the self-score back from the leader, who has not approved it yet."""

    terms: Terms
    at: str


@dataclass(frozen=True, slots=True)
class ApproveSelfScore:
    """Approve the self-score as the leader saw it: at the version `seen` of the sheet."""

    terms: Terms
    seen: int
    at: str


@dataclass(frozen=True, slots=True)
class ReturnSelfScore:
    """Return the self-score to be changed, with a note (a commitment) that says why."""

    terms: Terms
    note: str
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


Approving = SendToLeader | RecallFromLeader | ApproveSelfScore | ReturnSelfScore
SelfScoring = EnterClaims | StateDifficulties | Approving | SubmitSelfScore | WithdrawSelfScore | ExtendSelfScoring
