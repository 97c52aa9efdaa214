"""Queries for the list of criteria sets, and for one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.enacting.events import CriteriaSetEnacted, RuleTextsRecorded, stream_of
from assessment.enacting.mistakes import with_plain_numbers
from assessment.enacting.projections import criteria_sets
from assessment.enacting.state import RuleText
from parindex.auth import covers
from parindex.canonical import canonical
from parindex.contracts.criteria import CriteriaSet
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.refusal import Kind, Refused


class CriteriaSetUnknownError(Refused):
    """No set was enacted under this code."""

    code = "unknown-criteria-set"
    kind = Kind.UNKNOWN
    vi, en = "Không có bộ chỉ số “{set_code}”.", "There is no criteria set “{set_code}”."

    set_code: str


@dataclass(frozen=True, slots=True)
class EnactedSet:
    """One line of the list of sets."""

    code: str
    authority: str
    title: str
    reference: str
    digest: str
    enacted_at: str


async def criteria_set_of(log: Log, code: str) -> CriteriaSetEnacted:
    """Return a set as it was enacted, with its wording; raise CriteriaSetUnknownError.

    Read from the log: seen as soon as written.
    """
    if (found := _enacted(await log.read_stream(stream_of(code)))) is None:
        raise CriteriaSetUnknownError(code)
    return found


async def in_force_since(log: Log, code: str) -> str:
    """Return the instant at which a set was enacted, from the log; "" for none."""
    recorded = await log.read_stream(stream_of(code))
    return recorded[0].entry.occurred_at if recorded else ""


async def criteria_sets_of(log: Log, codes: Iterable[str]) -> Mapping[str, CriteriaSetEnacted]:
    """Return some sets as `criteria_set_of` does, by one query; an unknown one is absent."""
    streams = {stream_of(code): code for code in codes}
    found = {streams[stream]: _enacted(recorded) for stream, recorded in (await log.read_streams(streams)).items()}
    return {code: enacted for code, enacted in found.items() if enacted}


def is_same(enacted: CriteriaSetEnacted, authority: str, own: CriteriaSet) -> bool:
    """Return whether a set in force is this one, with its wording, and of this authority or of one above it."""
    plain = canonical(with_plain_numbers(own))
    return covers(enacted.authority, authority) and plain == canonical(enacted.criteria_set)


async def enacted_sets(engine: AsyncEngine) -> list[EnactedSet]:
    """Return all sets, the newest first."""
    columns = [criteria_sets.c[name] for name in EnactedSet.__slots__]
    async with engine.connect() as connection:
        rows = await connection.execute(select(*columns).order_by(criteria_sets.c.position.desc()))
        return [EnactedSet(*row) for row in rows]


def _enacted(recorded: Sequence[Recorded]) -> CriteriaSetEnacted | None:
    if not recorded:
        return None
    enacted: CriteriaSetEnacted = recorded[0].fact
    texts = [text for each in recorded if isinstance(each.fact, RuleTextsRecorded) for text in each.fact.texts]
    return replace(enacted, criteria_set=with_texts(enacted.criteria_set, texts))


def with_texts(criteria_set: CriteriaSet, texts: Iterable[RuleText]) -> CriteriaSet:
    """Return the set with its wording."""
    worded = {text.criterion: text.text for text in texts}
    rows = [msgspec.structs.replace(row, rule_text=worded.get(row.code, "")) for row in criteria_set.criteria]
    return msgspec.structs.replace(criteria_set, criteria=rows)
