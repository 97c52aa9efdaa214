"""What others are told of the sealing."""

from parindex.contracts.publication import ResultsFrozen as Told
from parindex.eventstore.registry import Recorded, Telling
from publication.freezing.events import ResultsFrozen


def _results_frozen(recorded: Recorded) -> Told:
    fact: ResultsFrozen = recorded.fact
    return Told(
        round=fact.round,
        edition=fact.edition,
        checksum=fact.checksum,
        vector=list(fact.vector),
        supersedes=fact.supersedes,
    )


TELLINGS: dict[type, Telling] = {ResultsFrozen: Telling(contract=_results_frozen)}
