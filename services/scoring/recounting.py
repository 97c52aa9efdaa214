"""An auditor's recount of scoring's log: lines against inputs, indices against lines, settlings against indices. Pure.

The lines are computed again by the rules of computing, from the inputs that the log has recorded since decision 51. A
line that was computed from an earlier input, which is not in the log, is not checked, and counted. Whether the inputs
are those of assessment and survey is a comparison of logs (C6), and `parindex replay` computes from the sources.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_members
from fractions import Fraction
from itertools import zip_longest

from msgspec.structs import replace

from parindex.contracts.criteria import AreaKind
from parindex.contracts.extras import Extras, extras_of
from parindex.contracts.formula import normalised
from parindex.contracts.scoring import IndexComputed as PublishedIndex
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.scoring_digest import digest_of
from parindex.contracts.uncomputable import UncomputableError
from parindex.eventstore.discrepancy import Discrepancies, Discrepancy, Unchecked
from parindex.eventstore.registry import Recorded
from parindex.numbers import NotANumberError, from_wire, to_wire
from scoring.computing.commands import ComputeIndex
from scoring.computing.comparing import Best, compared_lines
from scoring.computing.decisions import compute
from scoring.computing.events import (
    ClaimsReceived,
    FindingsReceived,
    IndexComputed,
    Input,
    RoundPrepared,
    SetPrepared,
    TallyReceived,
)
from scoring.computing.outgoing import index_computed
from scoring.computing.prepared_sets import PreparedSet, prepare
from scoring.computing.score_lines import cause, is_tally
from scoring.computing.state import (
    NEVER,
    Assignment,
    Change,
    PlannedUnit,
    RoundState,
    UnitState,
    change_of,
)
from scoring.settling.events import RoundSettled


@dataclass(slots=True)
class _Unit:
    """A unit of a round: its state by the inputs in its stream, and the inputs that no index has yet.

    Where an earlier version computed from inputs that it did not record, `unrecorded` and `claimed_from` name their
    entries at the source.
    """

    state: UnitState = field(default_factory=UnitState)
    pieces: list[Input] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    recorded: bool = False
    unrecorded: frozenset[str] = frozenset()
    claimed_from: str = ""

    def receive(self, fact: Input) -> None:
        """Take an input in; it counts from the next index on."""
        self.recorded = True
        self.pieces.append(fact)
        if isinstance(fact, TallyReceived) or fact.piece == fact.pieces:
            self.changes.append(change_of(self.pieces))
            self.pieces = []

    def computed(self, fact: IndexComputed, assignment: Assignment) -> IndexComputed:
        """Return the index that the recorded inputs give, with the claims of `fact` where those are not recorded."""
        early = self.state.score is None or not self.recorded
        self.state = compute(ComputeIndex(fact.round, fact.unit, tuple(self.changes), assignment), self.state)[1]
        self.changes = []
        recorded = {cause("survey", each.at[1]) for each in self.state.tallies}
        if self.state.found_at != NEVER:
            recorded.add(cause("assessment", self.state.found_at[1]))
            self.unrecorded = frozenset(filter(is_tally, self.unrecorded))
        if early:
            self.unrecorded = frozenset(each for line in fact.lines for each in line.causes) - recorded
            self.claimed_from = fact.claimed_from
        score = self.state.score
        assert score is not None  # noqa: S101  # there is an assignment
        return _claimed_as(fact, score) if self._lacks_claims and fact.claimed_from == self.claimed_from else score

    @property
    def _lacks_claims(self) -> bool:
        return self.state.claimed_at == NEVER and bool(self.claimed_from)

    def lacks_inputs_of(self, line: ScoreLine, wanted: ScoreLine | None) -> bool:
        """Return whether a line was computed from an input that is not in the log, and may be right."""
        own = line.causes[:1] if line.best else line.causes
        lacking = self.unrecorded.intersection(own)
        if not lacking:
            return self._lacks_claims and bool(line.claimed) and line == wanted
        tallied = all(map(is_tally, lacking))
        return not tallied or (wanted is not None and set(wanted.causes) <= set(own))


class LineRecount:
    """Computes every line again from the inputs before it (C5). Memory grows with the units and their criteria."""

    def __init__(self, found: Discrepancies) -> None:
        self.unchecked = Unchecked()
        self._found = found
        self._sets: dict[str, PreparedSet] = {}
        self._planned: dict[str, Mapping[str, PlannedUnit]] = {}
        self._units: dict[tuple[str, str], _Unit] = {}

    def see(self, fact: object, at: str) -> None:
        """Take an event in, in the order of the log."""
        match fact:
            case ClaimsReceived() | FindingsReceived() | TallyReceived():
                self._units.setdefault((fact.round, fact.unit), _Unit()).receive(fact)
            case IndexComputed():
                self._check(fact, at)
            case RoundPrepared():
                self._planned[fact.round] = RoundState(plan=fact).units()
            case SetPrepared():
                try:
                    self._sets[fact.criteria_set.code] = prepare(fact.criteria_set)
                except UncomputableError:
                    return  # a set that nothing can be computed with: its lines stay unchecked

    def _check(self, fact: IndexComputed, at: str) -> None:
        self.unchecked.of += len(fact.lines)
        assignment = self._assignment(fact)
        if assignment is None:
            self.unchecked.values += len(fact.lines)
            return
        unit = self._units.setdefault((fact.round, fact.unit), _Unit())
        computed = unit.computed(fact, assignment)
        self._found.unless(
            (fact.block, fact.criteria_set, fact.claimed_from)
            == (computed.block, computed.criteria_set, computed.claimed_from), "C5", at,
            f"khối, bộ chỉ số hoặc bản tự chấm của {fact.unit} không theo số liệu đã nhận",
            f"the block, the set or the claims of {fact.unit} are not those that were received",
        )  # fmt: skip
        for line, wanted in zip_longest(fact.lines, _with_bests_of(fact, computed, assignment.criteria_set)):
            self._check_line(unit, fact.unit, line, wanted, at)

    def _check_line(self, unit: _Unit, code: str, line: ScoreLine | None, wanted: ScoreLine | None, at: str) -> None:
        if line is not None and unit.lacks_inputs_of(line, wanted):
            self.unchecked.values += 1
            return
        criterion = line.criterion if line else wanted.criterion if wanted else ""
        self._found.unless(
            line == wanted, "C5", at,
            f"{code}, tiêu chí {criterion}: dòng điểm không theo số liệu đã nhận",
            f"{code}, criterion {criterion}: the line does not follow from the inputs that were received",
        )  # fmt: skip

    def _assignment(self, fact: IndexComputed) -> Assignment | None:
        """Return what scores the unit; nothing where the round or the set is not shown to this auditor."""
        planned = self._planned.get(fact.round, {}).get(fact.unit)
        prepared = self._sets.get(planned.criteria_set) if planned else None
        return Assignment(planned.block, prepared, planned.not_applicable) if planned and prepared else None


class IndexRecount:
    """Keeps each unit's newest index; memory is bounded by the units and their criteria."""

    def __init__(self) -> None:
        self._extras: dict[str, Extras] = {}
        self._newest: dict[tuple[str, str], IndexComputed] = {}
        self._settlings: dict[str, int] = {}
        self._found = Discrepancies()
        self._lines = LineRecount(self._found)

    def see(self, recorded: Recorded) -> None:
        """Take an event in, in the order of the log."""
        fact, at = recorded.fact, f"scoring/{recorded.position}"
        self._lines.see(fact, at)
        if isinstance(fact, IndexComputed):
            self._newest[fact.round, fact.unit] = fact
            self._found.unless(
                adds_up(fact, self._extras.get(fact.criteria_set, Extras())), "C1", at,
                f"điểm của {fact.unit} không bằng tổng các dòng của nó",
                f"the totals of {fact.unit} are not what its lines come to",
            )  # fmt: skip
        elif isinstance(fact, SetPrepared):
            self._extras[fact.criteria_set.code] = extras_of(fact.criteria_set)
        elif isinstance(fact, RoundSettled):
            self._see_settling(fact, at)

    def differences(self) -> Sequence[Discrepancy]:
        """Return what does not follow from what."""
        return self._found.all()

    def unchecked(self) -> Unchecked:
        """Return how many lines were computed from inputs that are not in the log, of how many."""
        return self._lines.unchecked

    def _see_settling(self, fact: RoundSettled, at: str) -> None:
        scores = [index_computed(each) for (round_id, _), each in self._newest.items() if round_id == fact.round]
        self._found.unless(
            digest_of(scores) == fact.digest, "C2", at,
            f"mã băm của lần chốt {fact.settling} không khớp các chỉ số trước nó",
            f"the digest of settling {fact.settling} does not fit the indices before it",
        )  # fmt: skip
        self._found.unless(
            fact.settling == self._settlings.get(fact.round, 0) + 1, "C3", at,
            f"lần chốt {fact.settling} của {fact.round} không liền lần trước",
            f"settling {fact.settling} of {fact.round} does not follow the one before",
        )  # fmt: skip
        self._settlings[fact.round] = fact.settling
        self._found.unless(
            compares_rightly(scores), "C4", at,
            f"điểm tính theo đơn vị cao nhất trong khối của {fact.round} không khớp giá trị các đơn vị",
            f"the points by the greatest value of a block of {fact.round} do not follow from the values of its units",
        )  # fmt: skip


def _claimed_as(fact: IndexComputed, computed: IndexComputed) -> IndexComputed:
    """Return the computed index with the points that the units' claims had given in `fact`."""
    claimed = {line.criterion: line.claimed for line in fact.lines}
    lines = tuple(replace(line, claimed=claimed.get(line.criterion, "")) for line in computed.lines)
    return with_members(computed, lines=lines, claimed_from=fact.claimed_from)


def _with_bests_of(fact: IndexComputed, computed: IndexComputed, criteria_set: PreparedSet) -> Sequence[ScoreLine]:
    """Return the computed lines; where units are compared, with the greatest values of `fact`, which C4 checks."""
    named = {line.criterion: line for line in fact.lines if line.best and line.causes}
    leaves, bests = [], {}
    for leaf in criteria_set.compared:
        line = named.get(leaf.code)
        if line and (value := _number(line.best)) is not None:
            leaves.append(leaf)
            bests[leaf.code] = Best(value, line.best, line.best_unit, line.causes[-1])
    return compared_lines(computed, leaves, bests) if leaves else computed.lines


def _number(text: str) -> Fraction | None:
    try:
        return from_wire(text)
    except NotANumberError:
        return None


def compares_rightly(scores: Iterable[PublishedIndex]) -> bool:
    """Return whether each line with a value has the greatest one of its block, and the points that follow from both."""
    valued: dict[tuple[str, str], list[tuple[str, ScoreLine]]] = {}
    for score in scores:
        for line in score.lines:
            if line.value:
                valued.setdefault((score.block, line.criterion), []).append((score.unit, line))
    try:
        return all(_compares(lines) for lines in valued.values())
    except NotANumberError:
        return False


def _compares(lines: Sequence[tuple[str, ScoreLine]]) -> bool:
    value, unit = min((-from_wire(line.value), unit) for unit, line in lines)
    expected = (to_wire(-value), unit)
    return all(
        (line.best, line.best_unit) == expected
        and from_wire(line.points) == normalised(from_wire(line.value), -value, from_wire(line.maximum))
        for _, line in lines
    )


def adds_up(fact: IndexComputed, extras: Extras) -> bool:
    """Return whether the lines come to the parts, the parts to the points, and both to the index."""
    try:
        parts = {"appraisal": Fraction(0), "survey": Fraction(0)}
        maximum = Fraction(0)
        for line in fact.lines:
            if line.part in {AreaKind.BONUS, AreaKind.PENALTY}:
                continue
            parts[line.part] += from_wire(line.points or "0")
            maximum += from_wire(line.maximum)
        bonus, penalty = (extras.sum_of(kind, fact.lines) for kind in (AreaKind.BONUS, AreaKind.PENALTY))
        total = parts["appraisal"] + parts["survey"] + from_wire(bonus or "0") - from_wire(penalty or "0")
        points = extras.bounded(total, maximum)
        shown = [from_wire(each) for each in (fact.appraisal, fact.survey, fact.points, fact.maximum)]
        index = from_wire(fact.index or "0")  # where nothing is applicable there is no index
    except (NotANumberError, KeyError):
        return False
    whole = shown == [parts["appraisal"], parts["survey"], points, maximum]
    return whole and (fact.bonus, fact.penalty) == (bonus, penalty) and index * maximum == points * 100
