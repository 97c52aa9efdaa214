"""Queries for the progress of a round's units, for people from tables, for a closing from the log; and people's looks.

A look says up to which position of the log a person has seen a criterion of a unit. It is the person's own mark.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.appraising.decisions import appraising
from assessment.appraising.projections import COLUMN_OF, SHEETS, criterion_progress, round_progress
from assessment.appraising.state import (
    FOR_OFFICIALS,
    TOUCHING,
    CriterionProgress,
    UnitCompletion,
    UnitProgress,
    UnitSeen,
)
from assessment.enacting.figures import is_surveyed, leaves_of
from assessment.enacting.queries import criteria_set_of
from assessment.opening.events import RoundOpened
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.opening.terms import Terms
from assessment.self_scoring.events import SelfScoreSubmitted, stream_of
from assessment.self_scoring.queries import stage_of_entry
from parindex.contracts.applicability import excluded_leaves
from parindex.eventstore.command_handling import load
from parindex.eventstore.log import Log
from parindex.eventstore.moments import Until, turn_to_fold
from parindex.eventstore.registry import Recorded
from parindex.service import ServiceContext

SHEETS_AT_ONCE: Final = 10
"""Sheets that are read at once for a moment in the past; their events are decoded in the event loop."""


async def progress_of(engine: AsyncEngine, round_id: str) -> Mapping[str, UnitProgress]:
    """Return the progress of a round's units by their codes; it follows the log within moments."""
    units = select(round_progress).where(round_progress.c.round == round_id)
    of = criterion_progress.c
    counted = (
        select(of.unit, func.count().filter(of.claimed > 0), func.count().filter(of.found > 0))
        .where(of.round == round_id)
        .group_by(of.unit)
    )
    async with engine.connect() as connection:
        counts = {row[0]: (row[1], row[2]) for row in await connection.execute(counted)}
        return {
            row.unit: UnitProgress(
                counts.get(row.unit, (0, 0))[0],
                row.submitted_at,
                counts.get(row.unit, (0, 0))[1],
                row.completed,
            )
            for row in await connection.execute(units)
        }


async def progress_at(log: Log, found: FoundRound, units: Sequence[str], until: Until) -> Mapping[str, UnitProgress]:
    """Return the progress of some units of a round as of a moment, from the log; `found` is the round of that moment.

    A process reads the sheets of one such question at a time, and few at once, so that others get their turn between.
    """
    progress: dict[str, UnitProgress] = {}
    async with turn_to_fold():
        for start in range(0, len(units), SHEETS_AT_ONCE):
            streams = {stream_of(found.opened.round, unit): unit for unit in units[start : start + SHEETS_AT_ONCE]}
            read = await log.read_streams(streams, (*FOR_OFFICIALS, *TOUCHING))
            for stream, recorded in read.items():
                there = [each for each in recorded if until.includes(each)]
                progress[streams[stream]] = _progress(there, found.state.due[streams[stream]])
    return progress


def _progress(recorded: Sequence[Recorded], due: int) -> UnitProgress:
    """Return how far a unit is after these events of its sheet; `due` is the closing that it is to be complete for."""
    seen = UnitSeen().after(recorded) if recorded else UnitSeen()
    submitted = [each.entry.occurred_at for each in recorded if isinstance(each.fact, SelfScoreSubmitted)]
    return UnitProgress(
        claims=sum(each.claimed > 0 for each in seen.criteria.values()),
        submitted_at=submitted[-1] if seen.sheet.submitted else "",
        findings=sum(each.found > 0 for each in seen.criteria.values()),
        completed=seen.sheet.completed_for >= due,
    )


async def seen_in(engine: AsyncEngine, rounds: Iterable[str]) -> Mapping[tuple[str, str], UnitSeen]:
    """Return how far each unit of some rounds is by the read model, by one query with a row for each unit.

    The query is one snapshot, so the version of a row counts for its criteria, too.
    """
    unit, of = round_progress.c, criterion_progress.c
    of_row = (unit.round, unit.unit, unit.version, unit.sheet)
    names = (of.criterion, of.claimed, of.found, of.corrected, of.stage, of.explained)
    of_unit = (of.round == unit.round) & (of.unit == unit.unit)
    query = (
        select(*of_row, *[func.array_agg(name) for name in names])
        .join_from(round_progress, criterion_progress, of_unit, isouter=True)
        .where(unit.round.in_(list(rounds)))
        .group_by(*of_row)
    )
    async with engine.connect() as connection:
        return {(row[0], row[1]): _seen(*row[2:]) for row in await connection.execute(query)}


def _seen(version: int, sheet: bytes, criteria: Sequence[str | None], *progress: Sequence[Any]) -> UnitSeen:
    by_code = dict(zip(criteria, map(CriterionProgress, *progress), strict=True))
    known = {code: one for code, one in by_code.items() if code is not None}  # a unit without any has one None
    return UnitSeen(version, SHEETS.decode(sheet).sheet(), known)


LOOKS: Final = """
SELECT unit, array_agg(criterion) AS criteria, array_agg(position) AS positions FROM looks
WHERE person = $1 AND round = $2 GROUP BY unit
"""
LOOK: Final = """
INSERT INTO looks SELECT $1, $2, $3, unnest($4::text[]), $5
ON CONFLICT (person, round, unit, criterion) DO UPDATE SET position = greatest(looks.position, excluded.position)
"""


async def looks_of(log: Log, person: str, round_id: str) -> Mapping[str, Mapping[str, int]]:
    """Return up to which position a person has seen the criteria of a round, by unit and criterion."""
    rows = await log.pool.fetch(LOOKS, person, round_id)
    return {row["unit"]: dict(zip(row["criteria"], row["positions"], strict=True)) for row in rows}


async def keep_look(log: Log, person: str, terms: Terms, criteria: Iterable[str], position: int) -> None:
    """Note that a person has seen some criteria of a unit up to a position; a look never goes back."""
    await log.pool.execute(LOOK, person, terms.round, terms.unit, [*criteria], position)


async def said_of(
    context: ServiceContext, round_id: str, units: Iterable[str], criterion: str
) -> Mapping[str, Sequence[Recorded]]:
    """Return the entries about a criterion of some units: by unit the newest one of each stage, in their order.

    The read model has the positions; the log has the entries, and newer ones. Three queries, for any number of units.
    """
    unit, of = round_progress.c, criterion_progress.c
    positions = (of.claimed, of.drafted, *[of[name] for name in COLUMN_OF.values()])
    of_unit = (of.round == unit.round) & (of.unit == unit.unit) & (of.criterion == criterion)
    query = select(unit.unit, unit.version, *positions).join_from(
        round_progress, criterion_progress, of_unit, isouter=True
    )
    async with context.engine.connect() as connection:
        rows = [tuple(row) for row in await connection.execute(query.where(unit.round == round_id))]
    versions = dict.fromkeys(units, 0) | {code: version for code, version, *_ in rows}
    stored = await context.log.read_at(position for _, _, *at in rows for position in at if position)
    after = {stream_of(round_id, code): version for code, version in versions.items()}
    entries = [*stored.values(), *await context.log.read_streams_after(after, TOUCHING)]
    found: dict[str, dict[ValueStage, Recorded]] = {code: {} for code in versions}
    for each in sorted(entries, key=lambda one: one.position):
        if each.fact.criterion == criterion:
            found[each.fact.unit][stage_of_entry(each)] = each
    return {code: list(by_stage.values()) for code, by_stage in found.items()}


async def completions_of(log: Log, opened: RoundOpened) -> tuple[UnitCompletion, ...]:
    """Return how far each unit is, from the log itself: nothing that was acknowledged is missing."""
    completions: list[UnitCompletion] = []
    for block in opened.blocks:
        enacted = await criteria_set_of(log, block.criteria_set)
        claimed = {leaf.code for leaf in leaves_of(enacted.criteria_set) if not is_surveyed(leaf)}
        for unit in block.units:
            criteria = len(claimed - excluded_leaves(enacted.criteria_set, unit.not_applicable))
            sheet = (await load(log, stream_of(opened.round, unit.code), appraising)).state
            completions.append(
                UnitCompletion(
                    unit.code,
                    unit.name,
                    criteria,
                    len(sheet.claims),
                    sheet.submitted,
                    len(sheet.findings),
                    sheet.completed_for,
                )
            )
    return tuple(completions)


async def changed_last(log: Log, terms: Terms, criterion: str) -> Recorded | None:
    """Return the newest entry that says something of a criterion: a claim, an explanation or a finding; or None."""
    stream = await log.read_stream(stream_of(terms.round, terms.unit))
    return next((one for one in reversed(stream) if getattr(one.fact, "criterion", None) == criterion), None)
