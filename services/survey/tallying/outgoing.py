"""The translation of survey's events: tallies and their closing; never a press."""

from parindex.contracts import survey as contracts
from parindex.eventstore.registry import Recorded, Translation
from survey.tallying.events import TallyClosed, TallyUpdated


def tally_updated(recorded: Recorded) -> contracts.TallyUpdated:
    """Return the contract of a tally."""
    fact: TallyUpdated = recorded.fact
    return contracts.TallyUpdated(
        round=fact.round,
        unit=fact.unit,
        question=fact.question,
        group=fact.group,
        origin=fact.origin,
        counts=list(fact.counts),
        score=fact.score,
        out_of=fact.out_of,
        covers=fact.covers,
    )


def tally_closed(recorded: Recorded) -> contracts.TallyClosed:
    """Return the contract of a closing."""
    fact: TallyClosed = recorded.fact
    return contracts.TallyClosed(
        round=fact.round,
        closing=fact.closing,
        covers=fact.covers,
        counted=fact.counted,
        set_aside=list(fact.set_aside),
    )


TRANSLATIONS: dict[type, Translation] = {
    TallyUpdated: Translation(tally_updated, about=lambda fact: fact.unit),
    TallyClosed: Translation(tally_closed),
}
