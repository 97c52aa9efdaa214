"""Queries for the progress of a round's units: for people from tables, for a closing from the log."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.appraising.decisions import appraising
from assessment.appraising.projections import round_progress, touched_criteria
from assessment.appraising.state import UnitCompletion, UnitProgress
from assessment.enacting.figures import is_surveyed, leaves_of
from assessment.enacting.queries import criteria_set_of
from assessment.opening.events import RoundOpened
from assessment.self_scoring.events import stream_of
from parindex.contracts.applicability import excluded_leaves
from parindex.eventstore.command_handling import load
from parindex.eventstore.log import Log


async def progress_of(engine: AsyncEngine, round_id: str) -> Mapping[str, UnitProgress]:
    """Return the progress of a round's units by their codes; it follows the log within moments."""
    units = select(round_progress).where(round_progress.c.round == round_id)
    touches = (
        select(touched_criteria.c.unit, touched_criteria.c.touch, func.count().label("count"))
        .where(touched_criteria.c.round == round_id)
        .group_by(touched_criteria.c.unit, touched_criteria.c.touch)
    )
    async with engine.connect() as connection:
        counts = {(row.unit, row.touch): row[2] for row in await connection.execute(touches)}
        return {
            row.unit: UnitProgress(
                counts.get((row.unit, "claim"), 0),
                row.submitted_at,
                counts.get((row.unit, "finding"), 0),
                row.completed,
            )
            for row in await connection.execute(units)
        }


async def appraised_in(engine: AsyncEngine, rounds: Iterable[str]) -> Mapping[tuple[str, str], AbstractSet[str]]:
    """Return the criteria that have a finding, by round and unit; it follows the log within moments."""
    touched = select(touched_criteria.c.round, touched_criteria.c.unit, touched_criteria.c.criterion).where(
        touched_criteria.c.round.in_(list(rounds)), touched_criteria.c.touch == "finding"
    )
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    async with engine.connect() as connection:
        for row in await connection.execute(touched):
            found[row.round, row.unit].add(row.criterion)
    return found


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
