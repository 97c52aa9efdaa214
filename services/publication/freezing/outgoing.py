"""Integration event of this step."""

from parindex.contracts import publication as contracts
from parindex.eventstore.registry import Recorded, Translation
from publication.freezing.events import ResultsFrozen


def results_frozen(recorded: Recorded) -> contracts.ResultsFrozen:
    """Return the contract with the checksum, and with the position up to which each log was read."""
    fact: ResultsFrozen = recorded.fact
    return contracts.ResultsFrozen(
        round=fact.round,
        edition=fact.edition,
        checksum=fact.checksum,
        vector=list(fact.vector),
        supersedes=fact.supersedes,
    )


TRANSLATIONS: dict[type, Translation] = {ResultsFrozen: Translation(results_frozen)}
