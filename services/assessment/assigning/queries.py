"""Queries for a unit's assignments: the accounts that are known to act for the unit."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.opening.queries import listed_rounds, rounds_of
from assessment.opening.terms import Terms
from assessment.self_scoring.events import (
    ClaimEntered,
    CriterionAssigned,
    CutExplained,
    DifficultiesStated,
    FileRemoved,
    FileUploaded,
    SelfScoreRecalled,
    SelfScoreSent,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
    assignments_of,
    files_of,
    stream_of,
)
from parindex.eventstore.log import Log

MOST_EARLIER: Final = 3
"""Earlier rounds whose people are known."""
OF_THE_UNIT: Final[tuple[type, ...]] = (
    ClaimEntered,
    DifficultiesStated,
    SelfScoreSent,
    SelfScoreRecalled,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
    CutExplained,
    FileUploaded,
    FileRemoved,
    CriterionAssigned,
)
"""The events whose actor had the role unit at the unit, or at an agency that claims in its place."""


async def people_of(engine: AsyncEngine, log: Log, terms: Terms) -> frozenset[str]:
    """Return the accounts that have acted for the unit in this round or in the last few earlier ones.

    Assessment knows no accounts: these are the actors of the unit's own events, each of which needed the role. Persons
    of other units, appraisers and the office are not among them.
    """
    codes = [one.round for one in await listed_rounds(engine) if one.authority == terms.authority]
    earlier = codes[codes.index(terms.round) + 1 :][:MOST_EARLIER] if terms.round in codes else []
    streams = [of(one, terms.unit) for one in (terms.round, *earlier) for of in (stream_of, files_of, assignments_of)]
    read = await log.read_streams(streams, OF_THE_UNIT)
    shared = {one.opened.round for one in await rounds_of(log, earlier) if one.opened.claimants}
    return frozenset(
        each.entry.actor for recorded in read.values() for each in recorded if _of_the_unit(each.fact, terms, shared)
    )


def _of_the_unit(fact: Any, terms: Terms, shared: Collection[str]) -> bool:
    """Return whether an event says that its actor acts for the unit, and not for an agency that claims in its place.

    `shared` has the earlier rounds with such agencies: there only what no agency does says it.
    """
    if isinstance(fact, ClaimEntered | CutExplained):
        return fact.criterion not in terms.claimants if fact.round == terms.round else fact.round not in shared
    if isinstance(fact, FileUploaded):
        return not fact.agency
    return not isinstance(fact, FileRemoved) or not (terms.claimants if fact.round == terms.round else shared)
