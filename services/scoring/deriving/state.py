"""What the log of scoring says about one criterion of one unit, folded from the unit's stream up to a moment. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from parindex.contracts.assessment import Claim, Finding
from parindex.contracts.criteria import Criterion, SurveyPoints
from parindex.contracts.scoring import ScoreLine
from parindex.eventstore.registry import Recorded
from scoring.computing.events import ClaimsReceived, FindingsReceived, IndexComputed, TallyReceived
from scoring.computing.score_lines import is_tally

MOST_CHANGES = 200
"""Changes that a history keeps, the newest; a survey criterion may have moved with thousands of tallies."""


class Mover(StrEnum):
    """What changed a line: the opening of the round, the unit's claims, an appraisal, a survey, or the unit's block."""

    OPENING = "opening"
    CLAIMS = "claims"
    APPRAISAL = "appraisal"
    SURVEY = "survey"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of scoring's log. `source` names the entry of another log that it was received from, or is empty."""

    position: int
    type: str
    at: str
    sha256: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class LineChange:
    """A moment at which the points of a line, those of the claim, or the value that is compared moved."""

    entry: LogEntry
    movers: Sequence[Mover]
    before: ScoreLine | None
    after: ScoreLine


@dataclass(frozen=True, slots=True)
class Inputs:
    """Claims, findings and tallies about a criterion, each with its entry.

    `claims_at` and `findings_at` are the entries of the newest claims and findings of the unit, also where they do not
    name the criterion.
    """

    claim: Claim | None = None
    claims_at: LogEntry | None = None
    finding: Finding | None = None
    findings_at: LogEntry | None = None
    tallies: Mapping[tuple[str, str, str], tuple[LogEntry, TallyReceived]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineHistory:
    """The facts about a criterion of a unit at a moment, with their entries.

    `inputs` are those that the newest index is computed from; `received` has also later ones, which no index has yet.
    `computed_at` is the newest index, `since` the one that gave the line its present content, and `claimed_from` what
    the newest index names as the entry of the claims. `changes` are the newest, and `moved` is how many there were.
    `completed`: the unit's appraisal is completed, for scoring receives its findings no sooner.
    """

    row: Criterion
    inputs: Inputs = field(default_factory=Inputs)
    received: Inputs = field(default_factory=Inputs)
    line: ScoreLine | None = None
    computed_at: LogEntry | None = None
    since: LogEntry | None = None
    claimed_from: str = ""
    completed: bool = False
    changes: tuple[LineChange, ...] = ()
    moved: int = 0

    @property
    def entries(self) -> Sequence[LogEntry]:
        """The entries that the points follow from, in the order of the log."""
        used, survey = self.inputs, isinstance(self.row.rule, SurveyPoints)
        tallied = [at for at, _ in used.tallies.values()]
        own = [used.findings_at] if used.finding or not survey else []
        found = [*tallied, *own, None if survey else used.claims_at, self.since]
        return sorted({each for each in found if each}, key=lambda each: each.position)


def followed(history: LineHistory, recorded: Recorded) -> LineHistory:
    """Return the history after one more event of the unit's stream."""
    fact = recorded.fact
    if isinstance(fact, IndexComputed):
        return _computed(history, recorded, fact)
    if isinstance(fact, TallyReceived) and not isinstance(history.row.rule, SurveyPoints):
        return history
    return replace(history, received=_received(history.row, history.received, recorded))


def _received(row: Criterion, inputs: Inputs, recorded: Recorded) -> Inputs:
    match recorded.fact:
        case ClaimsReceived() as fact:
            claim = next((each for each in fact.claims if each.criterion == row.code), None)
            entry = _entry(recorded, f"assessment/{fact.position}")
            if claim is None and fact.piece > 1:
                return inputs
            return replace(inputs, claim=claim, claims_at=entry)
        case FindingsReceived() as fact:
            finding = next((each for each in fact.findings if each.criterion == row.code), None)
            entry = _entry(recorded, f"assessment/{fact.position}")
            if finding is None and fact.piece > 1:
                return inputs
            return replace(inputs, finding=finding, findings_at=entry)
        case TallyReceived() as fact:
            return _tallied(row, inputs, recorded, fact)
        case _:
            return inputs


def _tallied(row: Criterion, inputs: Inputs, recorded: Recorded, fact: TallyReceived) -> Inputs:
    rule = row.rule
    if not isinstance(rule, SurveyPoints) or rule.question != fact.question or rule.group not in {"", fact.group}:
        return inputs
    key, entry = (fact.question, fact.group, fact.origin), _entry(recorded, f"survey/{fact.position}")
    return replace(inputs, tallies=dict(sorted({**inputs.tallies, key: (entry, fact)}.items())))


def _computed(history: LineHistory, recorded: Recorded, fact: IndexComputed) -> LineHistory:
    line = next((each for each in fact.lines if each.criterion == history.row.code), None)
    entry = _entry(recorded)
    completed = history.received.findings_at is not None or any(map(_is_appraised, fact.lines))
    history = replace(
        history, computed_at=entry, inputs=history.received, claimed_from=fact.claimed_from, completed=completed
    )
    if line is None or line == history.line:
        return history
    change = LineChange(entry, _movers(history.line, line), history.line, line)
    history = replace(history, line=line, since=entry)
    if change.before is not None and _amounts(change.before) == _amounts(line):
        return history
    return replace(history, changes=(*history.changes, change)[-MOST_CHANGES:], moved=history.moved + 1)


def _is_appraised(line: ScoreLine) -> bool:
    """Return whether an appraisal gave a line its points, as an index from before the inputs were recorded says it."""
    return bool(line.causes) and not all(map(is_tally, line.causes))


def _amounts(line: ScoreLine) -> tuple[str, ...]:
    return line.points, line.maximum, line.claimed, line.fault, line.value, line.best, line.best_unit


def _movers(before: ScoreLine | None, after: ScoreLine) -> Sequence[Mover]:
    was = before or ScoreLine(criterion=after.criterion, part=after.part, maximum=after.maximum)
    own, other = after.causes[:1], was.causes[:1]
    survey = after.causes != was.causes and _tallied_alone(was) and any(map(is_tally, after.causes))
    found = (
        (Mover.OPENING, before is None),
        (Mover.CLAIMS, after.claimed != was.claimed),
        (Mover.SURVEY, survey),
        (Mover.APPRAISAL, own != other and not survey),
        (Mover.BLOCK, bool(after.best) and (after.best, after.best_unit) != (was.best, was.best_unit)),
    )
    return tuple(mover for mover, holds in found if holds)


def _tallied_alone(line: ScoreLine) -> bool:
    """Return whether no appraisal gave a line its points; only another appraisal takes such points back."""
    return all(map(is_tally, line.causes))


def _entry(recorded: Recorded, source: str = "") -> LogEntry:
    return LogEntry(recorded.position, recorded.entry.type, recorded.at, recorded.sha256, source)
