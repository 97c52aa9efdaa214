"""Integration events of this step: a self-score once it is submitted, never a draft."""

from assessment.self_scoring.events import SelfScoreSubmitted, SelfScoreWithdrawn
from parindex.contracts import assessment as contracts
from parindex.eventstore.registry import Recorded, Translation


def self_score_submitted(recorded: Recorded) -> contracts.SelfScoreSubmitted:
    """Return the contract with the figures, without evidence and explanations."""
    fact: SelfScoreSubmitted = recorded.fact
    return contracts.SelfScoreSubmitted(round=fact.round, unit=fact.unit, claims=list(fact.claims))


def self_score_withdrawn(recorded: Recorded) -> contracts.SelfScoreWithdrawn:
    """Return the contract that says that the claims are withdrawn."""
    fact: SelfScoreWithdrawn = recorded.fact
    return contracts.SelfScoreWithdrawn(round=fact.round, unit=fact.unit)


TRANSLATIONS: dict[type, Translation] = {
    SelfScoreSubmitted: Translation(self_score_submitted, about=lambda fact: fact.unit),
    SelfScoreWithdrawn: Translation(self_score_withdrawn, about=lambda fact: fact.unit),
}
