"""Integration events of this step."""

from assessment.enacting.events import CriteriaSetEnacted
from parindex.contracts import assessment as contracts
from parindex.eventstore.registry import Recorded, Translation


def criteria_set_enacted(recorded: Recorded) -> contracts.CriteriaSetEnacted:
    """Return the contract of a set: all that points and ranks depend on, without the wording of the rules."""
    fact: CriteriaSetEnacted = recorded.fact
    return contracts.CriteriaSetEnacted(authority=fact.authority, criteria_set=fact.criteria_set, digest=fact.digest)


TRANSLATIONS: dict[type, Translation] = {CriteriaSetEnacted: Translation(criteria_set_enacted)}
