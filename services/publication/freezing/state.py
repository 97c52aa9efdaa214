"""What freezing decides on: the editions of a round, and what the other services published about it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.contracts.scoring import IndexComputed, RoundSettled, SourcePosition
from parindex.contracts.survey import TallyClosed
from publication.freezing.events import ResultsAnnounced, ResultsFrozen

SURVEY = "survey"

Closings = Mapping[tuple[str, int], SourcePosition]
"""The closings of a round that its sources published themselves: by source (its short name) and number."""


@dataclass(frozen=True, slots=True)
class ReceivedRound:
    """All that this service has received about a round.

    `reopened` are the closings of assessment that no longer hold; `restored` the sources that went back to an earlier
    copy, so that some received events may be undone; `unchecked` those of which this is not known, because the bus
    process could not verify them since its start, or for some minutes. `closings` were received from the
    sources themselves; `tallied` are those of survey, by number.
    """

    opened: RoundOpened
    sets: Sequence[CriteriaSetEnacted]
    scores: Sequence[IndexComputed]
    settlements: Mapping[int, RoundSettled]  # the newest one in each partition
    reopened: frozenset[int]
    parked: int
    partitions: int
    restored: Sequence[str] = ()
    unchecked: Sequence[str] = ()
    closings: Closings = field(default_factory=dict)
    tallied: Mapping[int, TallyClosed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The editions of one round, oldest first."""

    editions: tuple[ResultsFrozen, ...] = ()


def evolve(result: RoundResult, fact: ResultsFrozen | ResultsAnnounced) -> RoundResult:
    match fact:
        case ResultsFrozen():
            return replace(result, editions=(*result.editions, fact))
        case ResultsAnnounced():
            return result  # an edition is frozen, public or not
        case _:
            assert_never(fact)


def next_of(result: RoundResult) -> tuple[int, str]:
    """Return the number of the next edition, and the checksum that it supersedes."""
    return len(result.editions) + 1, result.editions[-1].checksum if result.editions else ""


def newest_settlement(received: ReceivedRound) -> RoundSettled | None:
    """Return the settling with the highest number that was received in any partition."""
    return max(received.settlements.values(), key=lambda one: one.settling, default=None)


def short(source: str) -> str:
    """Return a source's name without that of its installation."""
    return source.rpartition("/")[2]
