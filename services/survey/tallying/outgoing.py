"""What survey tells the others: tallies and their closing; never a press."""

from parindex.contracts import survey as contracts
from parindex.eventstore.registry import Recorded, Telling
from survey.tallying.events import TallyClosed, TallyUpdated


def _updated(recorded: Recorded) -> contracts.TallyUpdated:
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


def _closed(recorded: Recorded) -> contracts.TallyClosed:
    fact: TallyClosed = recorded.fact
    return contracts.TallyClosed(round=fact.round, closing=fact.closing, covers=fact.covers)


TELLINGS: dict[type, Telling] = {
    TallyUpdated: Telling(_updated, about=lambda fact: fact.unit),
    TallyClosed: Telling(_closed),
}
