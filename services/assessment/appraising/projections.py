"""Read model of the progress of each unit of each round, and of each criterion that is claimed or appraised."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Update,
    bindparam,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.appraising.state import FOR_OFFICIALS, TOUCHING, SheetProgress, UnitSeen
from assessment.opening.events import RoundOpened, RoundReopened
from assessment.opening.stages import FOUND_AT
from assessment.self_scoring.events import (
    AppraisalCompleted,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CutExplained,
    ExplanationSubmitted,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
)
from parindex.eventstore.projection import PROJECTION, Projection
from parindex.eventstore.registry import Recorded

TABLES = MetaData(schema=PROJECTION)
KEY: Final = ("round", "unit", "criterion")
COLUMN_OF: Final = {stage: stage.value.replace("-", "_") for stage in FOUND_AT}
"""The column with the position of the newest finding of each stage."""
SHEETS: Final = msgspec.json.Decoder(SheetProgress)
round_progress = Table(
    "round_progress",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("submitted_at", Text, nullable=False, default=""),
    Column("completed", Boolean, nullable=False, default=False),
    Column("version", BigInteger, nullable=False, default=0),  # of the sheet's newest entry that is in these tables
    Column("sheet", LargeBinary, nullable=False, default=b"{}"),  # a SheetProgress
)
criterion_progress = Table(
    "criterion_progress",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("criterion", Text, primary_key=True),
    Column("claimed", BigInteger, nullable=False, default=0),  # positions of the newest entries; 0: none
    Column("found", BigInteger, nullable=False, default=0),
    Column("corrected", Boolean, nullable=False, default=False),  # what the newest finding says
    Column("stage", Text, nullable=False, default=""),  # the stage of the newest finding
    Column("drafted", BigInteger, nullable=False, default=0),  # the newest explanation, submitted or not
    Column("explained", BigInteger, nullable=False, default=0),  # the submission of what the unit explains of it
    *[Column(name, BigInteger, nullable=False, default=0) for name in COLUMN_OF.values()],  # findings of each stage
)


async def apply(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    """Apply claims, explanations, submissions, findings and completions."""
    claims = {_key(each.fact): _claimed(each) for each in recorded if isinstance(each.fact, ClaimEntered)}
    drafts = {_key(each.fact): _drafted(each) for each in recorded if isinstance(each.fact, CutExplained)}
    explained = {
        (each.fact.round, each.fact.unit, code): _submitted(each, code)
        for each in recorded
        if isinstance(each.fact, ExplanationSubmitted)
        for code in each.fact.criteria
    }
    findings = [each for each in recorded if isinstance(each.fact, ClaimUpheld | ClaimCorrected)]
    of_stages = [{_key(each.fact): _found(each) for each in findings if each.fact.stage is one} for one in FOUND_AT]
    for rows in (claims, drafts, explained, *of_stages):
        if rows:
            await connection.execute(_upsert(next(iter(rows.values()))), list(rows.values()))
    for each in recorded:
        await _note(connection, each)
    await _note_sheets(connection, [each for each in recorded if isinstance(each.fact, (*FOR_OFFICIALS, *TOUCHING))])


async def _note_sheets(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    """Store how far the sheets are after some events of theirs, in two statements."""
    by_sheet: defaultdict[tuple[str, str], list[Recorded]] = defaultdict(list)
    for each in recorded:
        by_sheet[each.fact.round, each.fact.unit].append(each)
    if not by_sheet:
        return
    of = round_progress.c
    stored = select(of.round, of.unit, of.sheet).where(tuple_(of.round, of.unit).in_([*by_sheet]))
    rows = [
        {"of_round": round_id, "of_unit": unit, **_after(sheet, by_sheet[round_id, unit])}
        for round_id, unit, sheet in await connection.execute(stored)
    ]
    if rows:
        at = (of.round == bindparam("of_round")) & (of.unit == bindparam("of_unit"))
        await connection.execute(update(round_progress).where(at), rows)


def _after(stored: bytes, recorded: Sequence[Recorded]) -> dict[str, object]:
    seen = UnitSeen(sheet=SHEETS.decode(stored).sheet()).after(recorded)
    return {"version": seen.version, "sheet": msgspec.json.encode(SheetProgress.of(seen.sheet))}


async def _note(connection: AsyncConnection, recorded: Recorded) -> None:
    match recorded.fact:
        case RoundOpened() as fact:
            units = [{"round": fact.round, "unit": unit.code} for block in fact.blocks for unit in block.units]
            if units:
                await connection.execute(insert(round_progress), units)
        case SelfScoreSubmitted() as fact:
            at = recorded.entry.occurred_at
            await connection.execute(_of(fact.round, [fact.unit]).values(submitted_at=at))
        case SelfScoreWithdrawn() as fact:
            await connection.execute(_of(fact.round, [fact.unit]).values(submitted_at=""))
        case AppraisalCompleted() as fact:
            await connection.execute(_of(fact.round, [fact.unit]).values(completed=True))
        case RoundReopened() as fact:
            await connection.execute(_of(fact.round, fact.units).values(completed=False))


def _of(round_id: str, units: Sequence[str]) -> Update:
    keys = [(round_id, unit) for unit in units]
    return update(round_progress).where(tuple_(round_progress.c.round, round_progress.c.unit).in_(keys))


def _upsert(row: Mapping[str, object]) -> Insert:
    """Return the statement that writes such rows, each once however often a criterion is claimed or appraised anew."""
    statement = insert_once(criterion_progress)
    newest = {name: statement.excluded[name] for name in row if name not in KEY}
    return statement.on_conflict_do_update(index_elements=KEY, set_=newest)


def _key(fact: ClaimEntered | CutExplained | ClaimUpheld | ClaimCorrected) -> tuple[str, str, str]:
    return fact.round, fact.unit, fact.criterion


def _row(recorded: Recorded, **said: object) -> dict[str, object]:
    return {**dict(zip(KEY, _key(recorded.fact), strict=True)), **said}


def _claimed(recorded: Recorded) -> dict[str, object]:
    return _row(recorded, claimed=recorded.position)


def _drafted(recorded: Recorded) -> dict[str, object]:
    return _row(recorded, drafted=recorded.position)


def _submitted(recorded: Recorded, criterion: str) -> dict[str, object]:
    fact = recorded.fact
    return {"round": fact.round, "unit": fact.unit, "criterion": criterion, "explained": recorded.position}


def _found(recorded: Recorded) -> dict[str, object]:
    fact, at = recorded.fact, recorded.position
    corrected = isinstance(fact, ClaimCorrected)
    return _row(recorded, found=at, corrected=corrected, stage=fact.stage.value, **{COLUMN_OF[fact.stage]: at})


ROUND_PROGRESS = Projection("round_progress", 6, TABLES, apply)
