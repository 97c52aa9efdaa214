"""The progress of a round's settling, read from the stored states that settling decides on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from parindex.eventstore.log import Log
from parindex.service import ServiceContext
from scoring.computing.prepared_sets import prepared_from
from scoring.computing.queries import KnownRound, faulty_lines
from scoring.computing.state import RoundState, read_round, read_set, round_stream, set_stream
from scoring.settling.decisions import blockers, score_blockers
from scoring.settling.refusals import Blocker
from scoring.settling.state import newest_closing, sources_of, vector_of, watermark_of


@dataclass(frozen=True, slots=True)
class SourceProgress:
    """In which partitions a source's newest closing was seen, and whether the round waits for it."""

    source: str
    needed: bool
    closing: int
    partitions_seen: Sequence[int]


@dataclass(frozen=True, slots=True)
class Progress:
    """Whether a round is settled at present, and if not, what is missing. `settling` 0: never settled."""

    round: str
    settled: bool
    settling: int
    vector: Sequence[dict[str, Any]]
    partitions: int
    parked: int
    sources: Sequence[SourceProgress]
    missing: Sequence[Blocker]


async def progress_of(context: ServiceContext, known: KnownRound, parked: int) -> Progress:
    """Return a round's progress; only the faults come from the read model."""
    state = read_round(await context.log.stream_head(round_stream(known.round)))
    survey = await _survey(context.log, known)
    faults = await faulty_lines(context.engine, known.round)
    partitions = context.log.partitions
    unscored = score_blockers({unit: faults.get(unit) for unit in known.names})
    missing = [*blockers(state, partitions, parked, survey=survey), *unscored]
    settled = not missing and vector_of(state, survey=bool(survey)) == state.settled
    vector = [msgspec.structs.asdict(at) for at in state.settled]
    sources = [_source(state, source, partitions, bool(survey)) for source in ("assessment", "survey")]
    return Progress(known.round, settled, state.settling, vector, partitions, parked, sources, missing)


async def _survey(log: Log, known: KnownRound) -> bool | None:
    codes = sorted({block.criteria_set for block in known.blocks})
    sets = [read_set(await log.stream_head(set_stream(code))) for code in codes]
    return any(prepared_from(each.raw).survey for each in sets) if all(each.raw for each in sets) else None


def _source(state: RoundState, source: str, partitions: int, survey: bool) -> SourceProgress:  # noqa: FBT001
    closing = newest_closing(state, source)
    seen = [k for k in range(partitions) if closing and watermark_of(state, source, k).closing == closing]
    return SourceProgress(source, source in sources_of(survey=survey), closing, seen)
