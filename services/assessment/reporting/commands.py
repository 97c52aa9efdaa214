"""Commands of a unit and of its leader about the whole sheet. Each carries the round's terms for the unit."""

from dataclasses import dataclass

from assessment.opening.terms import Terms


@dataclass(frozen=True, slots=True)
class StateDifficulties:
    """State the unit's difficulties and proposals: one text (a commitment), "" for none."""

    terms: Terms
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class ReportPart:
    """Report the part of the unit that some agencies claim in its place, as ready for the unit."""

    terms: Terms
    agencies: frozenset[str]
    at: str


@dataclass(frozen=True, slots=True)
class ReturnPart:
    """Return the part of an agency to be changed, with a note (a commitment) that says why."""

    terms: Terms
    claimant: str
    note: str
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


Reporting = (
    StateDifficulties
    | ReportPart
    | ReturnPart
    | SendToLeader
    | RecallFromLeader
    | ApproveSelfScore
    | ReturnSelfScore
    | SubmitSelfScore
    | WithdrawSelfScore
)
