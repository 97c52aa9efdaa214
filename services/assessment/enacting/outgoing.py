"""What others hear of it."""

from assessment.enacting.events import CriteriaSetEnacted
from parindex.contracts import assessment as told
from parindex.eventstore.registry import Recorded, Telling


def criteria_set_enacted(recorded: Recorded) -> told.CriteriaSetEnacted:
    """Tell all that points and ranks depend on; the wording of the rules stays here."""
    fact: CriteriaSetEnacted = recorded.fact
    return told.CriteriaSetEnacted(authority=fact.authority, criteria_set=fact.criteria_set, digest=fact.digest)


TELLINGS: dict[type, Telling] = {CriteriaSetEnacted: Telling(criteria_set_enacted)}
