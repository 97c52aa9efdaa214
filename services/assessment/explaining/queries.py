"""Query for the present explanation of a criterion, as its entry says it."""

from assessment.opening.terms import Terms
from assessment.self_scoring.events import CutExplained, stream_of
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded


async def explained_last(log: Log, terms: Terms, criterion: str) -> Recorded | None:
    """Return the entry that says the present explanation of a criterion, or None."""
    stream = await log.read_stream(stream_of(terms.round, terms.unit))
    said = [one for one in stream if isinstance(one.fact, CutExplained) and one.fact.criterion == criterion]
    return said[-1] if said else None
