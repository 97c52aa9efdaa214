"""Queries for a unit's report: its third part, and what has changed since the leader returned it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from assessment.opening.terms import Terms
from assessment.reporting.decisions import reporting
from assessment.self_scoring.events import (
    ClaimEntered,
    DifficultiesStated,
    PartReported,
    PartReturned,
    SelfScoreReturned,
    stream_of,
)
from assessment.self_scoring.queries import Behind, ShownClaim, shown_claim
from assessment.self_scoring.texts import commitments_in, shown_texts, verified_texts
from parindex.eventstore.command_handling import load
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded

REST: Final = "*"
"""Stands for the third part of the report, beside the codes of criteria."""


@dataclass(frozen=True, slots=True)
class SinceReturn:
    """When and why the leader returned the sheet the last time, and what the unit has changed since then.

    `claims` has the claims before (None for none) and now, by criterion; `difficulties` both texts, None for unchanged.
    """

    at: str
    note: str
    claims: Mapping[str, tuple[ShownClaim | None, ShownClaim | None]]
    difficulties: tuple[str, str] | None


async def stated_last(log: Log, terms: Terms) -> Recorded | None:
    """Return the entry that says the present difficulties and proposals of a unit, or None."""
    stream = await log.read_stream(stream_of(terms.round, terms.unit))
    stated = [one for one in stream if isinstance(one.fact, DifficultiesStated)]
    return stated[-1] if stated else None


async def part_last(log: Log, terms: Terms, agencies: Collection[str]) -> Recorded | None:
    """Return the last entry about the parts of some agencies: a claim, a report or a return; or None."""
    stream = await log.read_stream(stream_of(terms.round, terms.unit))
    about = [each for each in stream if _claimant_in(each.fact, terms) in agencies]
    return about[-1] if about else None


def _claimant_in(fact: object, terms: Terms) -> str | None:
    match fact:
        case PartReported() | PartReturned():
            return fact.claimant
        case ClaimEntered():
            return terms.claimant(fact.criterion)
    return None


async def difficulties_of(log: Log, terms: Terms) -> tuple[str, Mapping[str, str]]:
    """Return the commitment to the difficulties that a unit states ("" for none), and its text, as far as it opens."""
    stated = (await load(log, stream_of(terms.round, terms.unit), reporting)).state.difficulties
    return stated, await verified_texts(log, [stated] if stated else [])


async def changes_since_return(log: Log, terms: Terms) -> SinceReturn | None:
    """Return what the unit has changed since its leader returned the sheet the last time; None for never."""
    stream = await log.read_stream(stream_of(terms.round, terms.unit))
    at = next((at for at in reversed(range(len(stream))) if isinstance(stream[at].fact, SelfScoreReturned)), None)
    if at is None:
        return None
    before, after = ({_subject(each): each for each in part if _subject(each)} for part in (stream[:at], stream[at:]))
    changed = {one: (before.get(one), now) for one, now in after.items() if _differs(before.get(one), now)}
    seen = [stream[at], *(each for pair in changed.values() for each in pair if each)]
    texts = await shown_texts(log, [one for each in seen for one in commitments_in(each.fact)])
    behind = Behind(texts, frozenset())
    claims = {
        code: (_claim_of(was, behind), _claim_of(now, behind)) for code, (was, now) in changed.items() if code != REST
    }
    rest = [_said(each, texts) for each in changed.get(REST, ())]
    return SinceReturn(
        stream[at].entry.occurred_at, texts[stream[at].fact.note], claims, (rest[0], rest[1]) if rest else None
    )


def _subject(recorded: Recorded) -> str:
    """Return the criterion of a claim, REST for the report's third part, "" for any other event."""
    fact = recorded.fact
    return fact.criterion if isinstance(fact, ClaimEntered) else REST if isinstance(fact, DifficultiesStated) else ""


def _differs(was: Recorded | None, now: Recorded) -> bool:
    return was is None or was.fact != now.fact


def _claim_of(recorded: Recorded | None, behind: Behind) -> ShownClaim | None:
    return shown_claim(recorded, recorded.fact, behind) if recorded else None


def _said(stated: Recorded | None, texts: Mapping[str, str]) -> str:
    return texts.get(stated.fact.text, "") if stated else ""
