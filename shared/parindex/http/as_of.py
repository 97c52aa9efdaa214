"""The moment that a read is asked about, in the query of its address: an instant, a position of the log, or both."""

from typing import Annotated

from fastapi import Depends, Query

from parindex.eventstore.moments import Until
from parindex.http.fields import Moment, Whole
from parindex.instant import instant

Position = Annotated[
    Whole, Query(ge=0, le=10**15, description="một vị trí; no later entry of this service's log counts; 0: no bound")
]


def asked_until(
    at: Annotated[Moment | None, Query(description="một thời điểm; nothing recorded after this instant counts")] = None,
    position: Position = 0,
) -> Until:
    """Return the moment that the query of an address asks for. A dependency of API routes."""
    return Until(instant(at) if at else "", position)


AsOf = Annotated[Until, Depends(asked_until)]
"""The parameter of a route that answers as of a moment: `until: AsOf`."""
