"""Integration event of this step."""

from parindex.contracts import publication as contracts
from parindex.eventstore.registry import Recorded, Translation
from publication.freezing.events import ResultsAnnounced


def results_announced(recorded: Recorded) -> contracts.ResultsAnnounced:
    """Return the contract that says which edition is public now."""
    fact: ResultsAnnounced = recorded.fact
    return contracts.ResultsAnnounced(round=fact.round, edition=fact.edition, checksum=fact.checksum)


TRANSLATIONS: dict[type, Translation] = {ResultsAnnounced: Translation(results_announced)}
