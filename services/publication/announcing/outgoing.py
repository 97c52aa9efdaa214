"""What others are told of the announcement."""

from parindex.contracts.publication import ResultsAnnounced as Told
from parindex.eventstore.registry import Recorded, Telling
from publication.announcing.events import ResultsAnnounced


def _results_announced(recorded: Recorded) -> Told:
    fact: ResultsAnnounced = recorded.fact
    return Told(round=fact.round, edition=fact.edition, checksum=fact.checksum)


TELLINGS: dict[type, Telling] = {ResultsAnnounced: Telling(contract=_results_announced)}
