"""How far the settling of a round is, read from the streams that settling itself decides on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from parindex.eventstore.log import Log
from parindex.service import ServiceContext
from scoring.computing.lacks import Lack
from scoring.computing.leaves import leaves_in
from scoring.computing.queries import KnownRound, faulty_lines
from scoring.computing.settling import Round, gaps, lacks, sources_of, vector_of
from scoring.computing.streams import read_round, read_set, round_stream, set_stream


@dataclass(frozen=True, slots=True)
class SourceProgress:
    """In which partitions a source's newest closing was seen, and whether the round waits for it."""

    source: str
    needed: bool
    closing: int
    partitions_seen: Sequence[int]


@dataclass(frozen=True, slots=True)
class Progress:
    """Whether a round is settled as it stands, and if not, what is missing. `settling` 0: never settled."""

    round: str
    settled: bool
    settling: int
    vector: Sequence[dict[str, Any]]
    partitions: int
    parked: int
    sources: Sequence[SourceProgress]
    missing: Sequence[Lack]


async def progress_of(context: ServiceContext, known: KnownRound, parked: int) -> Progress:
    """Return how far a round is; only the faults come from the projection."""
    state = read_round(await context.log.stream_head(round_stream(known.round)))
    survey = await _survey(context.log, known)
    faults = await faulty_lines(context.engine, known.round)
    partitions = context.log.partitions
    unscored = gaps({unit: faults.get(unit) for unit in known.names})
    missing = [*lacks(state, partitions, parked, survey=survey), *unscored]
    settled = not missing and vector_of(state, survey=bool(survey)) == state.settled
    vector = [msgspec.structs.asdict(at) for at in state.settled]
    sources = [_source(state, source, partitions, bool(survey)) for source in ("assessment", "survey")]
    return Progress(known.round, settled, state.settling, vector, partitions, parked, sources, missing)


async def _survey(log: Log, known: KnownRound) -> bool | None:
    codes = sorted({block.criteria_set for block in known.blocks})
    sets = [read_set(await log.stream_head(set_stream(code))) for code in codes]
    return any(leaves_in(prepared.raw).survey for prepared in sets) if all(each.raw for each in sets) else None


def _source(state: Round, source: str, partitions: int, survey: bool) -> SourceProgress:  # noqa: FBT001
    closing = state.newest(source)
    seen = [k for k in range(partitions) if closing and state.of(source, k).closing == closing]
    return SourceProgress(source, source in sources_of(survey=survey), closing, seen)
