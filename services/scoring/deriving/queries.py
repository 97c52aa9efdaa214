"""The derivation of a unit's points for one criterion, rebuilt from the log of scoring up to a moment."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from parindex.contracts.criteria import CriteriaSet, Criterion
from parindex.contracts.formula import FORMULA
from parindex.contracts.training import training_note
from parindex.contracts.unknown import ScoredCriterionUnknownError, UnitUnknownError
from parindex.eventstore.log import Log
from parindex.eventstore.moments import Until, moment_elsewhere, pages_until, turn_to_fold
from parindex.eventstore.registry import Recorded
from parindex.instant import instant
from parindex.numbers import from_wire, to_wire
from parindex.service import ServiceContext
from parindex.web import vietnamese
from parindex.web.arithmetic_words import Arithmetic
from parindex.web.moments import moment_said
from parindex.web.rule_words import area_name, rule_in_words
from scoring.computing.events import TallyReceived
from scoring.computing.queries import KnownRound, known_round, known_set
from scoring.computing.score_lines import area_of
from scoring.computing.state import index_stream
from scoring.deriving.state import LineChange, LineHistory, LogEntry, Mover, followed
from scoring.deriving.wording import (
    best_said,
    by_name,
    change_said,
    claim_of,
    entry_said,
    place_said,
    points_said,
    result_of,
    tally_said,
)

PAGE = 100
"""Events that are read at once: an index has a line for each criterion, and they are decoded in the event loop."""


@dataclass(frozen=True, slots=True)
class ReceivedFigures:
    """Figures that were received: what they earn by the rule in words, and the entry of the source."""

    applicable: bool
    figures: Mapping[str, str]
    points: str
    source: str


@dataclass(frozen=True, slots=True)
class TallyUsed:
    """A tally that the points are computed from, with its counts and the position that survey counted up to."""

    question: str
    group: str
    origin: str
    counts: Mapping[str, int]
    score: str
    out_of: str
    covers: int
    source: str


@dataclass(frozen=True, slots=True)
class PointsChange:
    """A moment at which the line moved: what moved it, and the points before and after."""

    entry: LogEntry
    movers: Sequence[Mover]
    before: str
    after: str
    claimed: str
    fault: str
    said: str


@dataclass(frozen=True, slots=True)
class DerivationPart:
    """One part of a derivation in words."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a unit's points for one criterion came about, as of a moment. `said` is all of it in words.

    `stages` is the address below assessment that answers the stages of that moment.
    """

    round: str
    unit: str
    unit_name: str
    training: bool
    criterion: str
    name: str
    area: str
    criteria_set: str
    maximum: str
    rule: str
    formula: str
    at: str
    position: int
    points: str
    applicable_maximum: str
    lost: str
    fault: str
    arithmetic: str
    claimed: str
    claim: ReceivedFigures | None
    finding: ReceivedFigures | None
    tallies: Sequence[TallyUsed]
    value: str
    best: str
    best_unit: str
    entries: Sequence[LogEntry]
    changes: Sequence[PointsChange]
    earlier_changes: int
    said: Sequence[DerivationPart]
    stages: str


async def derivation_of(context: ServiceContext, round_id: str, unit: str, criterion: str, until: Until) -> Derivation:
    """Return the derivation; raise RoundUnknownError, UnitUnknownError, IndexUnknownError, ScoredCriterionUnknownError.

    A moment that has not come yet is the present: nothing is known of it.
    """
    known = await known_round(context.engine, round_id)
    block = next((each for each in known.blocks if any(one.code == unit for one in each.units)), None)
    if block is None:
        raise UnitUnknownError(unit, round_id)
    criteria_set = await known_set(context.engine, block.criteria_set)
    row = next((each for each in criteria_set.criteria if each.code == criterion and each.rule), None)
    if row is None:
        raise ScoredCriterionUnknownError(criterion)
    history = await line_history(context.log, index_stream(round_id, unit), row, until)
    if until.at > max(instant(context.now()), history.computed_at.at if history.computed_at else ""):
        until = Until("", until.position)
    stages = f"/rounds/{round_id}/units/{unit}/criteria/{criterion}/stages{await moment_elsewhere(context.log, until)}"
    return _derived(known, unit, criteria_set, history, until, stages)


async def line_history(log: Log, stream: str, row: Criterion, until: Until) -> LineHistory:
    """Return what the events of a unit's stream say about a criterion, up to a moment.

    A stream may be long. A process folds one at a time, outside its event loop, so that it answers others meanwhile.
    """
    history = LineHistory(row)
    async with turn_to_fold():
        async for page in pages_until(log, stream, until, PAGE):
            history = await asyncio.to_thread(_after_page, history, page)
    return history


def _after_page(history: LineHistory, page: Sequence[Recorded]) -> LineHistory:
    return reduce(followed, page, history)


def _derived(
    known: KnownRound, unit: str, criteria_set: CriteriaSet, history: LineHistory, until: Until, stages: str
) -> Derivation:
    row, line, result = history.row, history.line, result_of(history)
    points, maximum = (line.points, line.maximum) if line else ("", "")
    rows = {each.code: each for each in criteria_set.criteria}
    assert row.rule is not None  # noqa: S101  # `derivation_of` has looked
    area, rule = area_name(area_of(rows, row.code)), rule_in_words(row.rule, row.maximum)
    return Derivation(
        round=known.round,
        unit=unit,
        unit_name=known.names.get(unit, ""),
        training=known.training,
        criterion=row.code,
        name=row.name,
        area=area,
        criteria_set=criteria_set.code,
        maximum=row.maximum,
        rule=rule,
        formula=FORMULA,
        at=until.at,
        position=history.computed_at.position if history.computed_at else 0,
        points=points,
        applicable_maximum=maximum,
        lost=to_wire(from_wire(maximum) - from_wire(points)) if points else "",
        fault=line.fault if line else "",
        arithmetic=str(result) if isinstance(result, Arithmetic) else "",
        claimed=line.claimed if line else "",
        claim=_claim(history),
        finding=_finding(history),
        tallies=[_tally(at, tally) for at, tally in history.inputs.tallies.values()],
        value=line.value if line else "",
        best=line.best if line else "",
        best_unit=line.best_unit if line else "",
        entries=history.entries,
        changes=[_moved(each) for each in history.changes],
        earlier_changes=history.moved - len(history.changes),
        said=_said(known, history, until, area, rule),
        stages=stages,
    )


def _said(known: KnownRound, history: LineHistory, until: Until, area: str, rule: str) -> Sequence[DerivationPart]:
    """Return the derivation in words; a term without words is left out."""
    row, result, claim = history.row, result_of(history), claim_of(history)
    pairs = [
        ("Tập huấn", training_note(known.training)),
        ("Thời điểm", _moment_said(history, until)),
        ("Lĩnh vực", area),
        ("Điểm tối đa", vietnamese.comma(row.maximum)),
        ("Phần mềm tính", f"{rule} (công thức phiên bản {FORMULA})"),
        ("Điểm", points_said(history.line)),
        ("Diễn giải", str(result)),
        *(("Kết quả khảo sát", tally_said(tally)) for _, tally in history.inputs.tallies.values()),
        ("Giá trị cao nhất trong khối", best_said(history.line, known.names)),
        ("Theo số liệu đơn vị tự chấm", str(claim)),
        ("Bản ghi", "\n".join(entry_said(each) for each in history.entries)),
    ]
    return [DerivationPart(term, text) for term, text in pairs if text]


def _moment_said(history: LineHistory, until: Until) -> str:
    last = history.computed_at
    asked = f"đến {place_said(f'scoring/{until.position}')}" if until.position else ""
    moment = ", ".join(filter(None, (moment_said(Until(until.at), "") if until.at or not asked else "", asked)))
    computed = f"lần tính gần nhất lúc {vietnamese.minute(last.at)}" if last else ""
    return "; ".join(filter(None, (moment, computed)))


def _claim(history: LineHistory) -> ReceivedFigures | None:
    claim, at = history.inputs.claim, history.inputs.claims_at
    if claim is None or at is None:
        return None
    return ReceivedFigures(
        claim.applicable, by_name(claim.figures), history.line.claimed if history.line else "", at.source
    )


def _finding(history: LineHistory) -> ReceivedFigures | None:
    found, at = history.inputs.finding, history.inputs.findings_at
    if found is None or at is None:
        return None
    return ReceivedFigures(found.applicable, by_name(found.figures), found.points, at.source)


def _tally(at: LogEntry, of: TallyReceived) -> TallyUsed:
    counts = {each.option: each.count for each in of.counts}
    return TallyUsed(of.question, of.group, of.origin, counts, of.score, of.out_of, of.covers, at.source)


def _moved(change: LineChange) -> PointsChange:
    before, after = change.before.points if change.before else "", change.after
    return PointsChange(
        change.entry, change.movers, before, after.points, after.claimed, after.fault, change_said(change)
    )
