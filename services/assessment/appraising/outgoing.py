"""Integration events of this step: finished appraisals and closings, no comment and no single finding."""

from assessment.opening.events import RoundClosed, RoundReopened
from assessment.self_scoring.events import AppraisalCompleted
from parindex.contracts import assessment as contracts
from parindex.eventstore.registry import Recorded, Translation


def appraisal_completed(recorded: Recorded) -> contracts.AppraisalCompleted:
    """Return the contract that says what counts for each criterion."""
    fact: AppraisalCompleted = recorded.fact
    return contracts.AppraisalCompleted(round=fact.round, unit=fact.unit, findings=list(fact.findings))


def round_closed(recorded: Recorded) -> contracts.RoundClosed:
    """Return the contract that says that the round no longer changes."""
    fact: RoundClosed = recorded.fact
    return contracts.RoundClosed(round=fact.round, closing=fact.closing)


def round_reopened(recorded: Recorded) -> contracts.RoundReopened:
    """Return the contract that says that a closing no longer holds."""
    fact: RoundReopened = recorded.fact
    return contracts.RoundReopened(round=fact.round, closing=fact.closing)


TRANSLATIONS: dict[type, Translation] = {
    AppraisalCompleted: Translation(appraisal_completed, about=lambda fact: fact.unit),
    RoundClosed: Translation(round_closed),
    RoundReopened: Translation(round_reopened),
}
