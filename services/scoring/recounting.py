"""An auditor's recount of scoring's log: each index against its own lines, each settling against the indices. Pure.

Whether the lines follow from the claims is found by `parindex replay`, which computes them again from the sources.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from parindex.contracts.criteria import AreaKind
from parindex.contracts.extras import Extras, extras_of
from parindex.contracts.formula import normalised
from parindex.contracts.scoring import IndexComputed as PublishedIndex
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.scoring_digest import digest_of
from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.registry import Recorded
from parindex.numbers import NotANumberError, from_wire, to_wire
from scoring.computing.events import IndexComputed, SetPrepared
from scoring.computing.outgoing import index_computed
from scoring.settling.events import RoundSettled


class IndexRecount:
    """Keeps each unit's newest index; memory is bounded by the units and their criteria."""

    def __init__(self) -> None:
        self._extras: dict[str, Extras] = {}
        self._newest: dict[tuple[str, str], IndexComputed] = {}
        self._settlings: dict[str, int] = {}
        self._found = Discrepancies()

    def see(self, recorded: Recorded) -> None:
        """Take an event in, in the order of the log."""
        fact, at = recorded.fact, f"scoring/{recorded.position}"
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
