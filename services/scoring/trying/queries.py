"""The queries of trials: a round with the figures in force, and a trial on it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.contracts.assessment import Block, Claim, Finding
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.invalid import CriteriaSetInvalidError
from parindex.eventstore.appending import StreamHead
from parindex.service import ServiceContext
from scoring.computing.queries import KnownRound, known_set
from scoring.computing.refusals import IndexUnknownError
from scoring.computing.state import ClaimsChange, FindingsChange, index_stream, read_set, read_unit, set_stream
from scoring.trying.checks import read_tried_set
from scoring.trying.kept_sets import KeptSet, keep_set, kept_set, without_texts
from scoring.trying.projections import CLAIMS, FINDINGS, figures_in_force
from scoring.trying.refusals import RoundNotPreparedError, TrialsBusyError, TriedSetGoneError
from scoring.trying.sensitivity import Draws, Sensitivity, sensitivity_of
from scoring.trying.state import TriedRound, TriedSet, UnitFigures
from scoring.trying.trial import TriedBlock, try_set

_claims = msgspec.json.Decoder(tuple[Claim, ...])
_findings = msgspec.json.Decoder(tuple[Finding, ...])
_sets = msgspec.json.Decoder(CriteriaSet)

MOST_WAITING = 4
"""Trials that wait for the one under way; a further one is refused."""


class Trials:
    """Trials of one process, one at a time: a trial keeps a processor busy for seconds."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._one = asyncio.Semaphore(1)
        self._asked = 0

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for the turn. Raises TrialsBusyError."""
        if self._asked > MOST_WAITING:
            raise TrialsBusyError
        self._asked += 1
        try:
            async with self._one:
                yield
        finally:
            self._asked -= 1

    async def checked(self, values: object) -> CriteriaSet:
        """Return the set in a body; raise CriteriaSetInvalidError with what scoring can't compute with."""
        async with self._turn():
            criteria_set, places = await asyncio.to_thread(read_tried_set, values, "/criteria_set")
        if criteria_set is None:
            raise CriteriaSetInvalidError(places)
        return criteria_set

    async def in_force(self, code: str) -> CriteriaSet:
        """Return a set that scoring knows, without its legal texts. Raises TriedSetGoneError."""
        try:
            return without_texts(await known_set(self._context.engine, code))
        except IndexUnknownError:
            raise TriedSetGoneError from None

    async def is_in_force(self, criteria_set: CriteriaSet) -> bool:
        """Return whether this is the set in force that has its code."""
        try:
            return await self.in_force(criteria_set.code) == without_texts(criteria_set)
        except TriedSetGoneError:
            return False

    async def keep(self, known: KnownRound, kept: KeptSet) -> str:
        """Keep a set from a file for the authority of a round, and return its digest."""
        async with self._context.engine.begin() as connection:
            return await keep_set(connection, known.authority, kept, self._context.now())

    async def kept(self, known: KnownRound, digest: str) -> KeptSet:
        """Return a set that is kept for the authority of a round. Raises TriedSetGoneError."""
        async with self._context.engine.connect() as connection:
            return await kept_set(connection, known.authority, digest, self._context.now())

    async def trial(self, tried_set: TriedSet, known: KnownRound) -> Sequence[TriedBlock]:
        """Return what a set would give. Raises RoundNotPreparedError, TrialsBusyError and the refusals of `try_set`."""
        async with self._turn():
            heads, changes = await self._figures(known)
            return await asyncio.to_thread(lambda: try_set(tried_set, _round(known, heads, changes)))

    async def sensitivity(self, known: KnownRound, block: Block, draws: Draws) -> Sensitivity:
        """Return how the ranks of a block depend on the weights. Raises TrialTooLargeError, TrialsBusyError."""
        streams = {unit.code: index_stream(known.round, unit.code) for unit in block.units}
        async with self._turn():
            async with self._context.engine.connect() as connection:
                heads = await self._context.log.heads_within(connection, [*streams.values()])
            states = {unit: read_unit(heads.get(stream)) for unit, stream in streams.items()}
            scores = {unit: state.score for unit, state in states.items() if state.score}
            return await asyncio.to_thread(sensitivity_of, scores, draws)

    async def _figures(
        self, known: KnownRound
    ) -> tuple[Mapping[str, StreamHead], Mapping[tuple[str, str], tuple[tuple[int, int], bytes]]]:
        """Read the stored states of the units and the sets, and the figures, all as of one moment."""
        streams = [set_stream(code) for code in sorted({block.criteria_set for block in known.blocks})]
        streams += [index_stream(known.round, unit) for unit in known.names]
        engine = self._context.engine.execution_options(isolation_level="REPEATABLE READ")
        async with engine.connect() as connection:
            heads = await self._context.log.heads_within(connection, streams)
            return heads, await _changes(connection, known.round)


async def _changes(
    connection: AsyncConnection, round_id: str
) -> Mapping[tuple[str, str], tuple[tuple[int, int], bytes]]:
    rows = await connection.execute(select(figures_in_force).where(figures_in_force.c.round == round_id))
    return {(row.unit, row.kind): ((row.epoch, row.position), row.figures) for row in rows}


def _round(
    known: KnownRound,
    heads: Mapping[str, StreamHead],
    changes: Mapping[tuple[str, str], tuple[tuple[int, int], bytes]],
) -> TriedRound:
    sets = {code: read_set(heads.get(set_stream(code))).raw for code in {block.criteria_set for block in known.blocks}}
    if not all(sets.values()):
        raise RoundNotPreparedError(known.round)
    figures = {}
    for unit in known.names:
        state = read_unit(heads.get(index_stream(known.round, unit)))
        claimed, found = changes.get((unit, CLAIMS)), changes.get((unit, FINDINGS))
        figures[unit] = UnitFigures(
            ClaimsChange(claimed[0], _claims.decode(claimed[1])) if claimed else None,
            FindingsChange(found[0], _findings.decode(found[1])) if found else None,
            state.tallies, state.score, (state.claimed_at, state.found_at),
        )  # fmt: skip
    return TriedRound(known.round, known.blocks, {code: _sets.decode(raw) for code, raw in sets.items()}, figures)
