"""What others hear of it."""

from assessment.enacting.events import CriteriaSetEnacted
from parindex.contracts import assessment as contracts
from parindex.eventstore.registry import Recorded, Translation


def criteria_set_enacted(recorded: Recorded) -> contracts.CriteriaSetEnacted:
    """Tell all that points and ranks depend on; the wording of the rules stays here."""
    fact: CriteriaSetEnacted = recorded.fact
    return contracts.CriteriaSetEnacted(authority=fact.authority, criteria_set=fact.criteria_set, digest=fact.digest)


TRANSLATIONS: dict[type, Translation] = {CriteriaSetEnacted: Translation(criteria_set_enacted)}
