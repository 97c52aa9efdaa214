"""Integration events of this step."""

from assessment.opening.events import RoundOpened
from parindex.contracts import assessment as contracts
from parindex.eventstore.registry import Recorded, Translation


def round_opened(recorded: Recorded) -> contracts.RoundOpened:
    """Return the contract of a round: which units are ranked together, by which set."""
    fact: RoundOpened = recorded.fact
    return contracts.RoundOpened(
        authority=fact.authority,
        round=fact.round,
        year=fact.year,
        title=fact.title,
        blocks=list(fact.blocks),
        reference=fact.reference,
        pressed_from=fact.pressed_from,
        pressed_until=fact.pressed_until,
        four_eyes=fact.four_eyes,
        training=fact.training,
    )


TRANSLATIONS: dict[type, Translation] = {RoundOpened: Translation(round_opened)}
