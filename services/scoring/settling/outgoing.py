"""The translation of settling's events: a settled round, to every partition."""

from parindex.contracts import scoring as contracts
from parindex.eventstore.registry import Recorded, Translation
from scoring.settling.events import RoundSettled


def round_settled(recorded: Recorded) -> contracts.RoundSettled:
    """Return the contract of a settled round."""
    fact: RoundSettled = recorded.fact
    return contracts.RoundSettled(
        round=fact.round, settling=fact.settling, vector=list(fact.vector), digest=fact.digest, formula=fact.formula
    )


TRANSLATIONS: dict[type, Translation] = {RoundSettled: Translation(round_settled)}
