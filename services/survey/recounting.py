"""An auditor's recount of survey's log. Pure.

The presses are counted again and compared with every tally, and each press is routed again by the same rule.
A tally covers the log up to a position before its own, so events wait here until a tally needs them.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence

from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.entries import Entry
from parindex.eventstore.registry import Recorded
from parindex.instant import instant, moment
from survey.admitting.decisions import admitting
from survey.admitting.events import PressesAdmitted, PressesStopped, RatingClosed, SurveyOpened, authority_of
from survey.admitting.opened_rounds import OpenedRounds
from survey.admitting.questions import Asked, Question, QuestionKey, asked_by_unit
from survey.admitting.routing import Asking, Verdict, judge, rounds_asking
from survey.admitting.state import KIOSK, OUTSIDE, Admissions
from survey.rating.events import RatingRecorded
from survey.rating.presses import AHEAD
from survey.tallying.counting import count
from survey.tallying.events import TallyUpdated


class TallyRecount:
    """Counts presses fact by fact; memory is bounded by the number of tallies and by how far the fold was behind."""

    def __init__(self) -> None:
        self._waiting: deque[Recorded] = deque()
        self._opened = OpenedRounds()
        self._counts: dict[tuple[str, str], dict[QuestionKey, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._found = Discrepancies()
        self._judge = Judge(self._found)

    def see(self, recorded: Recorded) -> None:
        """Take a fact in, in the order of the log."""
        fact = recorded.fact
        self._judge.see(recorded)
        if isinstance(fact, RatingRecorded | SurveyOpened | RatingClosed):
            self._waiting.append(recorded)
        elif isinstance(fact, TallyUpdated) and fact.origin == KIOSK:
            self._count_until(fact.covers)
            self._compare(recorded.position, fact)

    def differences(self) -> Sequence[Discrepancy]:
        """Return which presses were not decided by the rule, and which tallies are not what the presses come to."""
        return self._found.all()

    def _count_until(self, position: int) -> None:
        page = []
        while self._waiting and self._waiting[0].position <= position:
            page.append(self._waiting.popleft())
        if not page:
            return
        counted = count(page, self._opened)
        self._opened = counted.opened
        for where, presses in counted.presses.items():
            for key, found in presses.items():
                self._counts[where][key].update(found.counts)

    def _compare(self, position: int, tally: TallyUpdated) -> None:
        counts = {line.option: line.count for line in tally.counts}
        found = dict(self._counts[tally.round, tally.unit][tally.question, tally.group])
        self._found.unless(
            counts == found, "S1", f"survey/{position}",
            f"kết quả {tally.question} của {tally.unit} ghi {counts}, các lượt bấm là {found}",
            f"the tally of {tally.unit}, {tally.question} says {counts}, the presses are {found}",
        )  # fmt: skip


COUNTS_WHAT_EVERY_RULE_SCORES = 3
"""The version of RatingRecorded from which on an option counts only if each rule that takes it has a share for it."""


class Judge:
    """Follows the log; memory is bounded by the rounds, their units, and the questions that kiosks ask."""

    def __init__(self, found: Discrepancies) -> None:
        self._found = found
        self._admissions: defaultdict[str, Admissions] = defaultdict(Admissions)
        self._asked: dict[str, dict[str, tuple[Asked, ...]]] = {}
        self._asking: dict[tuple[Question, bool], Asking] = {}
        self._outside: defaultdict[tuple[str, QuestionKey], set[str]] = defaultdict(set)

    def see(self, recorded: Recorded) -> None:
        """Apply a fact; find wrong verdicts on presses."""
        match recorded.fact:
            case RatingRecorded() as press if press.decided:
                self._check(f"survey/{recorded.position}", press, recorded.entry)
            case SurveyOpened() as fact:
                self._asked[fact.round] = asked_by_unit(fact.blocks)
            case PressesAdmitted() | PressesStopped() as fact:
                self._admissions[fact.authority] = admitting.evolve(self._admissions[fact.authority], fact)
                self._asking.clear()
            case TallyUpdated() as fact if fact.origin == OUTSIDE:
                self._outside[fact.unit, (fact.question, fact.group)].add(fact.round)

    def _check(self, at: str, press: RatingRecorded, entry: Entry) -> None:
        name, received_at = f"{press.kiosk}/{press.seq}", entry.occurred_at
        ahead = press.pressed_at > received_at and press.pressed_at > instant(moment(received_at) + AHEAD)
        due = received_at if ahead else ""
        self._found.unless(
            press.received_at == due, "S2", at,
            f"lượt bấm {name} ghi lúc nhận là “{press.received_at}”, lẽ ra “{due}”",
            f"the press {name} says of its receipt “{press.received_at}”, and it was “{due}”",
        )  # fmt: skip
        said = press.round, press.set_aside
        verdict = self._verdict(press, older=entry.v < COUNTS_WHAT_EVERY_RULE_SCORES)
        self._found.unless(
            said == verdict, "S2", at,
            f"lượt bấm {name} ghi {said}, theo quy tắc là {verdict}",
            f"of the press {name} {said} was decided, by the rule it is {verdict}",
        )  # fmt: skip

    def _verdict(self, press: RatingRecorded, *, older: bool) -> Verdict:
        question = (press.unit, press.question, press.group)
        asking = self._asking.get((question, older))
        if asking is None:
            rounds = self._admissions[authority_of(press.unit)].rounds
            asking = self._asking[question, older] = rounds_asking(rounds, self._asked, question, older=older)
        outside = self._outside.get((press.unit, (press.question, press.group)), ())
        return judge(asking, press.judged_at, press.accuracy_s, press.option, outside)
